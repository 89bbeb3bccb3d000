/**
 * Reads sequential scans at full detail: the blocks that are shown, and as few others as possible on the way to them.
 */
#include "../idct.h"
#include "scans.h"

typedef struct {
  const HuffmanTable *dc, *ac;
  Component *component;
  s32 wide, high;
} SamplePart;

/** Reads a block and returns the bit behind it. The coefficients go dequantized into `block`, which holds zeros. */
INLINE u32 read_block(const u8 *top, u32 at, const SamplePart *p, s16 *predictor, s16 *block, s32 *last) {
  const u16 *quant = p->component->quant;
  const HuffmanTable *ac = p->ac;
  u64 bits = peek(top, at);
  u32 used, k = 1;
  *predictor = (s16)(*predictor + read_difference(p->dc, bits, &used));
  block[0] = (s16)((u32)*predictor * quant[0]);
  *last = 0;
// A look at a symbol and its value, where they are whole in it.
#define LOOK                                                         \
  {                                                                  \
    const s32 value = ac->values[bits >> (64 - look_bits)];          \
    if (__builtin_expect(value == 0, 0)) goto read_one;              \
    const u32 more = (u32)value & 255;                               \
    bits <<= more, used += more;                                     \
    k += (u32)value >> 8 & 255;                                      \
    if (value >> 16 != 0) {                                          \
      const u32 position = natural_order[k++];                       \
      block[position] = (s16)((u32)(value >> 16) * quant[position]); \
      *last = 1;                                                     \
    }                                                                \
    if (k >= 64) return at + used;                                   \
  }
  // Looks between two loads find their bits there.
  _Static_assert(4 * look_bits <= peeked_bits, "a look sees bits that are not there");
  for (;;) {
    at += used, used = 0;
    bits = peek(top, at);
    LOOK LOOK LOOK LOOK
    continue;
  read_one:
    at += used;
    bits = peek(top, at);
    const u32 symbol = read_symbol(ac, bits, &used), size = symbol & 15;
    if (size == 0) {
      if (symbol != 0xf0) return at + used;
      k += 16;
    } else {
      const s32 level = extend(bits << used, size);
      used += size, k += symbol >> 4;
      const u32 position = natural_order[k++];
      block[position] = (s16)((u32)level * quant[position]);
      *last = 1;
    }
    if (k >= 64) return at + used;
  }
#undef LOOK
}

/** Reads one MCU. Of blocks that are not shown, the DC is read, and the rest is passed by looks. */
static void read_mcu(Cursor *cursor, const BlockLooks *looks, const SamplePart *parts, s32 count, s32 row, s32 column) {
  _Alignas(16) s16 block[64];
  u32 at = cursor->at;
  const s32 is_empty = (s32)cursor->is_exhausted;
  u32 number = 0;
  for (s32 i = 0; i < count; i++) {
    const SamplePart *p = &parts[i];
    const Component *c = p->component;
    for (s32 v = 0; v < p->high; v++)
      for (s32 h = 0; h < p->wide; h++, number++) {
        const s32 x = column * p->wide + h, y = row * p->high + v;
        const s32 is_shown = x >= c->blocks.left && x < c->blocks.right && y >= c->blocks.top && y < c->blocks.bottom;
        if (!is_shown) {
          u32 used;
          if (is_empty) continue;
          const s32 difference = read_difference(p->dc, peek(cursor->top, at), &used);
          cursor->predictors[i] = (s16)(cursor->predictors[i] + difference);
          at = limit_bit(cursor, pass_block(looks, cursor->top, number, at));
          continue;
        }
        s32 last = 0;
        fill_bytes(block, 0, sizeof block);
        if (!is_empty) {
          at = read_block(cursor->top, at, p, &cursor->predictors[i], block, &last);
          if (__builtin_expect(at > cursor->bits, 0)) at = limit_bit(cursor, at);
        }
        u8 *to = c->plane + (y - c->blocks.top) * c->size * c->pitch + (x - c->blocks.left) * c->size;
        show_block(block, last, c->size, to, c->pitch);
      }
  }
  cursor->at = at;
}

/** Region in the scan's own MCUs. */
static Rectangle region_of(const ScanJob *job) {
  const Scan *scan = job->scan;
  Rectangle r = job->region;
  if (scan->count == 1) {
    const Component *c = &job->walk->frame.components[scan->components[0]];
    r.left *= c->horizontal, r.right *= c->horizontal, r.top *= c->vertical, r.bottom *= c->vertical;
  }
  r.right = least_s32(r.right, scan->wide), r.bottom = least_s32(r.bottom, scan->height);
  return r;
}

/** True when all blocks are shown, so that none is passed. */
static s32 is_whole(const ScanJob *job) {
  const Frame *f = &job->walk->frame;
  const Rectangle r = job->region;
  return r.left == 0 && r.top == 0 && r.right == f->mcus_wide && r.bottom == f->mcus_high;
}

s32 read_samples(const ScanJob *job) {
  const Scan *scan = job->scan;
  Walk *walk = job->walk;
  if (prepare_scan(walk, scan, kind_ac_values) != status_ok) return status_damaged;
  SamplePart parts[most_components];
  for (s32 i = 0; i < scan->count; i++) {
    Component *c = &walk->frame.components[scan->components[i]];
    const s32 alone = scan->count == 1;
    parts[i] = (SamplePart){.dc = &walk->dc[scan->dc_tables[i]], .ac = &walk->ac[scan->ac_tables[i]]};
    parts[i].component = c, parts[i].wide = alone ? 1 : c->horizontal, parts[i].high = alone ? 1 : c->vertical;
  }
  BlockLooks looks = {.count = 0};
  if (!is_whole(job)) make_scan_looks(job, &looks);
  const Rectangle region = region_of(job);
  const ScanIndex *known = job->known;
  Cursor cursor;
  begin_cursor(&cursor, walk->source, scan, job->window);
  for (s32 row = known ? region.top : 0; row < region.bottom; row++) {
    s32 column = 0, end = scan->wide;
    if (known) {
      column = region.left / place_spacing * place_spacing;
      end = region.right;
      if (column >= end) continue;
      go_to_place(&cursor, &known->places[row * known->in_row + column / place_spacing]);
    }
    for (; column < end; column++) {
      if (cursor.restart_interval != 0) {
        if (cursor.until_restart == 0) pass_restart(&cursor);
        cursor.until_restart--;
      }
      if (job->note && column % place_spacing == 0) {
        Place *note = &job->note->places[row * job->note->in_row + column / place_spacing];
        *note = note_place(&cursor);
        note->state += cursor.restart_interval != 0;
      }
      if (__builtin_expect(cursor.is_exhausted, 0) && cursor.restart_interval == 0) return end_of_scan(job, &cursor);
      prepare_mcu(&cursor);
      read_mcu(&cursor, &looks, parts, scan->count, row, column);
    }
  }
  return end_of_scan(job, &cursor);
}
