#include "cursor.h"

/** Bytes to words whose highest bits come first. */
static void swap_words(u64 *words, u32 bytes) {
  u8 *at = (u8 *)words;
  for (u32 i = 0; i < bytes; i += 16) {
    const u8x16 x = load_u8(at + i);
    store_u8(at + i, __builtin_shufflevector(x, x, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
  }
}

/** 0xff and a zero stand for 0xff; 0xff may be repeated before a marker or the zero. */
static void open_segment(Cursor *c, u32 start) {
  const u8 *file = c->file;
  const u32 length = c->length;
  u8 *to = (u8 *)c->words;
  u32 i = start;
  c->start = start;
  for (;;) {
    while (length - i >= 16) {
      const u8x16 bytes = load_u8(file + i);
      const u32 found = find_ff(bytes);
      store_u8(to, bytes);
      if (found != 0) {
        const u32 clear = (u32)__builtin_ctz(found);
        i += clear, to += clear;
        break;
      }
      i += 16, to += 16;
    }
    while (i < length && file[i] != 0xff) *to++ = file[i++];
    c->marker_start = i;
    while (i < length && file[i] == 0xff) i++;
    if (i >= length) {
      c->marker = marker_eoi, c->marker_start = c->marker_end = length;
      break;
    }
    if (file[i++] != 0) {
      c->marker = file[i - 1], c->marker_end = i;
      break;
    }
    *to++ = 0xff;
  }
  const u32 bytes = (u32)(to - (u8 *)c->words);
  c->bits = bytes * 8;
  fill_bytes(to, 0, segment_pad);
  swap_words(c->words, (bytes + segment_pad) & ~15u);
  c->is_held = 0;
}

/** Zeros up to the next restart, before the marker at hand: what begins there is a segment without data. */
static void hold(Cursor *c) {
  fill_bytes(c->words, 0, segment_pad);
  c->start = c->marker_start;
  c->bits = 0, c->is_held = 1;
}

void begin_cursor(Cursor *c, const Walk *walk, const Scan *scan, u64 *words) {
  *c = (Cursor){.file = walk->file, .length = walk->length, .words = words};
  c->restart_interval = c->until_restart = scan->restart_interval;
  open_segment(c, scan->start);
}

void pass_restart(Cursor *c) {
  const u32 wanted = c->next_restart;
  for (;;) {
    const u32 marker = c->marker, turn = (marker - wanted) & 7;
    const u32 is_restart = marker >= marker_rst0 && marker <= marker_rst7;
    // libjpeg's rule: one of the next two is waited for, one of the last two is passed over, any other is taken.
    if (marker >= 0xc0 && (!is_restart || turn == 1 || turn == 2)) {
      hold(c);
      break;
    }
    if (is_restart && turn != 6 && turn != 7) {
      open_segment(c, c->marker_end);
      c->is_exhausted = 0;
      break;
    }
    u32 at = c->marker_end;
    c->marker = next_marker(c->file, c->length, &at, &c->marker_start);
    c->marker_end = at;
  }
  c->at = 0, c->eob_run = 0;
  for (s32 i = 0; i < most_components; i++) c->predictors[i] = 0;
  c->until_restart = c->restart_interval;
  c->next_restart = (wanted + 1) & 7;
}

Place note_place(const Cursor *c) {
  Place place = {.start = c->start, .at = c->at};
  for (s32 i = 0; i < most_components; i++) place.predictors[i] = c->predictors[i];
  place.state = c->until_restart | c->next_restart << 16 | c->is_held << 19 | c->is_exhausted << 20;
  return place;
}

void go_to_place(Cursor *c, const Place *place) {
  const u32 is_held = place->state >> 19 & 1;
  if (c->start != place->start || c->is_held) open_segment(c, place->start < c->length ? place->start : c->length);
  if (is_held) hold(c);
  c->at = place->at < c->bits ? place->at : c->bits;
  for (s32 i = 0; i < most_components; i++) c->predictors[i] = place->predictors[i];
  c->until_restart = place->state & 0xffff, c->next_restart = place->state >> 16 & 7;
  c->is_exhausted = place->state >> 20 & 1;
}
