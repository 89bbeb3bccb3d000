#include "cursor.h"

INLINE u8x16 reverse(u8x16 x) {
  return __builtin_shufflevector(x, x, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}

/**
 * Unstuffs a chunk, or less where the segment ends, behind the `have` bytes of the window. 0xff and a zero stand for
 * 0xff; 0xff may be repeated before a marker or the zero.
 */
static void add_chunk(Cursor *c, u32 have) {
  u8 *const begin = c->top - have, *const end = begin - chunk_bytes, *to = begin;
  u32 at = c->next, is_behind_ff = 0;
  if (c->chunk_count == most_chunks) {
    for (s32 i = 1; i < most_chunks; i++) c->chunks[i - 1] = c->chunks[i];
    c->chunk_count--;
  }
  c->chunks[c->chunk_count++] = (Chunk){.start = at, .bit = (s32)have * 8};
  for (;;) {
    u32 count, k = 0;
    const u8 *from = look_from(c->source, at, &count);
    if (count == 0) {
      c->marker = marker_eoi, c->marker_start = c->marker_end = c->source->length, c->is_last = 1;
      break;
    }
    while (k < count) {
      if (is_behind_ff) {
        const u8 code = from[k++];
        if (code == 0xff) continue;
        is_behind_ff = 0;
        if (code == 0) {
          *--to = 0xff;
          continue;
        }
        c->marker = code, c->marker_end = at + k, c->is_last = 1;
        break;
      }
      while (count - k > 17 && to - end >= 17) {
        const u8x16 bytes = load_u8x16(from + k);
        const u32 found = find_ff(bytes);
        store_u8x16(to - 16, reverse(bytes));
        if (found == 0) {
          k += 16, to -= 16;
          continue;
        }
        const u32 clear = (u32)__builtin_ctz(found);
        k += clear, to -= clear;
        if (from[k + 1] != 0) break;
        *--to = 0xff, k += 2;
      }
      while (k < count && to > end && from[k] != 0xff) *--to = from[k++];
      if (to == end || k == count) break;
      c->marker_start = at + k++, is_behind_ff = 1;
    }
    at += k;
    if (c->is_last || (to == end && !is_behind_ff)) break;
  }
  c->next = at;
  c->bits = (have + (u32)(begin - to)) * 8;
  fill_bytes(to - zeros_behind, 0, zeros_behind);
}

static void open_segment(Cursor *c, u32 start) {
  c->next = start, c->is_last = c->is_held = 0;
  c->chunk_count = 0;
  add_chunk(c, 0);
}

/** Moves the data from the cursor on to the window's beginning; returns its bytes. */
static u32 move_rest(Cursor *c) {
  const u32 from = c->at >> 3, have = (c->bits >> 3) - from;
  for (u32 i = 16; i < have + 16; i += 16) store_u8x16(c->top - i, load_u8x16(c->top - from - i));
  c->at -= from << 3, c->bits -= from << 3;
  for (s32 i = 0; i < c->chunk_count; i++) c->chunks[i].bit -= (s32)(from << 3);
  return have;
}

void next_chunk(Cursor *c) { add_chunk(c, move_rest(c)); }

void fill_window(Cursor *c) {
  for (u32 have = move_rest(c); !c->is_last && have + chunk_bytes <= data_bytes; have = c->bits >> 3) add_chunk(c, have);
}

/** Writes zeros up to the next restart, before the current marker: what begins there is a segment without data. */
static void hold(Cursor *c) {
  fill_bytes(c->top - zeros_behind, 0, zeros_behind);
  c->chunks[0] = (Chunk){.start = c->marker_start, .bit = 0}, c->chunk_count = 1;
  c->bits = 0, c->is_held = c->is_last = 1;
}

void begin_cursor(Cursor *c, Source *source, const Scan *scan, u8 *window) {
  *c = (Cursor){.source = source, .top = window + window_bytes};
  c->restart_interval = c->until_restart = scan->restart_interval;
  open_segment(c, scan->start);
}

static void find_marker(Cursor *c, u32 from) {
  c->marker = next_marker(c->source, &from, &c->marker_start);
  c->marker_end = from;
}

void pass_restart(Cursor *c) {
  const u32 wanted = c->next_restart;
  if (!c->is_last) find_marker(c, c->next);
  for (;;) {
    const u32 marker = c->marker, turn = (marker - wanted) & 7;
    const u32 is_restart = marker >= marker_rst0 && marker <= marker_rst7;
    // libjpeg's rule: it waits for one of the next two, passes over one of the last two, and takes any other.
    if (marker >= 0xc0 && (!is_restart || turn == 1 || turn == 2)) {
      hold(c);
      break;
    }
    if (is_restart && turn != 6 && turn != 7) {
      open_segment(c, c->marker_end);
      c->is_exhausted = 0;
      break;
    }
    find_marker(c, c->marker_end);
  }
  c->at = 0, c->eob_run = 0;
  for (s32 i = 0; i < most_components; i++) c->predictors[i] = 0;
  c->until_restart = c->restart_interval;
  c->next_restart = (wanted + 1) & 7;
}

Place note_place(const Cursor *c) {
  s32 last = c->chunk_count - 1;
  while (last > 0 && c->chunks[last].bit > (s32)c->at) last--;
  const Chunk chunk = c->chunks[last];
  Place place = {.start = chunk.start, .at = (u32)((s32)c->at - chunk.bit)};
  for (s32 i = 0; i < most_components; i++) place.predictors[i] = c->predictors[i];
  place.state = c->until_restart | c->next_restart << 16 | c->is_held << 19 | c->is_exhausted << 20;
  return place;
}

/** Bit of the window at which the place's bit of the chunk is; `bits` or more where the window lacks it. */
static u32 find_bit(const Cursor *c, Chunk chunk, const Place *place) {
  if (c->is_held || chunk.start != place->start || place->at > chunk_bytes * 8) return c->bits;
  const s32 at = chunk.bit + (s32)place->at;
  return at < 0 ? c->bits : (u32)at;
}

void go_to_place(Cursor *c, const Place *place) {
  const u32 is_held = place->state >> 19 & 1;
  u32 at = c->bits;
  for (s32 i = c->chunk_count - 1; i >= 0 && at >= c->bits; i--) at = find_bit(c, c->chunks[i], place);
  if (at >= c->bits || is_held) {
    open_segment(c, place->start < c->source->length ? place->start : c->source->length);
    at = place->at;
  }
  if (is_held) hold(c);
  c->at = at < c->bits ? at : c->bits;
  for (s32 i = 0; i < most_components; i++) c->predictors[i] = place->predictors[i];
  c->until_restart = place->state & 0xffff, c->next_restart = place->state >> 16 & 7;
  c->is_exhausted = place->state >> 20 & 1;
}
