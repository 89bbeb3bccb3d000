/** The overview: DC alone. What lies between two DC codes is passed several symbols at a time. */
#include "scans.h"

s32 prepare_scan(Walk *w, const Scan *scan, TableKind ac_kind) {
  const s32 progressive = w->frame.progressive;
  for (s32 i = 0; i < scan->count; i++) {
    const u32 dc = scan->dc_tables[i], ac = scan->ac_tables[i];
    const s32 needs_dc = !progressive || (scan->first == 0 && scan->high == 0);
    const s32 needs_ac = !progressive || scan->first != 0;
    if ((needs_dc && dc >= table_count) || (needs_ac && ac >= table_count)) return status_damaged;
    if (!progressive && dc < 2 && !w->dc[dc].is_defined) set_standard_table(&w->dc[dc], 0, (s32)dc);
    if (!progressive && ac < 2 && !w->ac[ac].is_defined) set_standard_table(&w->ac[ac], 1, (s32)ac);
    if (needs_dc && !prepare_table(&w->dc[dc], kind_dc)) return status_damaged;
    if (needs_ac && !prepare_table(&w->ac[ac], ac_kind)) return status_damaged;
  }
  return status_ok;
}

/** The bit behind a block that begins at `at`. */
INLINE u32 pass_block(const u64 *words, u32 at, const HuffmanTable *dc, const HuffmanTable *ac, s32 *difference) {
  u64 bits = peek(words, at);
  u32 used, skip = 0;
  *difference = read_difference(dc, bits, &used);
  at += used;
  // A DC may have taken 31 bits; as many looks as the rest of 64 bits surely serves go without another refill.
  bits = used <= look_bits ? bits << used : peek(words, at);
  // Of looks, and of symbols: bits since the last refill, and coefficients passed. Shifts see six bits of it.
  enum { bit_mask = (1 << skip_shift) - 1, full = 64 << skip_shift };
  u32 sum = 1 << skip_shift;
#define LOOK                                  \
  skip = ac->skips[bits >> (64 - look_bits)]; \
  bits <<= skip & 63;                         \
  sum += skip;                                \
  if (sum >= full) goto stop;      
  for (;;) {
    LOOK LOOK LOOK
    for (;;) {
      at += sum & bit_mask, sum &= ~(u32)bit_mask;
      bits = peek(words, at);
      LOOK LOOK LOOK LOOK
    }
  stop:;
    const u32 passed = sum >> skip_shift;
    if (passed == 64 || (passed >= skip_end && passed <= skip_end + 63)) return at + (sum & bit_mask);
    // One symbol, where there is no whole one, or where several pass the block's end.
    sum -= skip;
    at += sum & bit_mask, sum &= ~(u32)bit_mask;
    bits = peek(words, at);
    u32 length;
    const u32 symbol = read_symbol(ac, bits, &length), size = symbol & 15;
    at += length + size;
    if (size == 0 && symbol != 0xf0) return at;
    sum += (size != 0 ? (symbol >> 4) + 1 : 16) << skip_shift;
    if (sum >= full) return at;
    bits = peek(words, at);
  }
#undef LOOK
}

/** A block of an MCU: where its mean goes, and how far on that of the next MCU's. */
typedef struct {
  const HuffmanTable *dc, *ac;
  u8 *to;
  s32 step, part;
  u16 quant;
} MeanBlock;

/** The blocks of the scan's MCUs at the start of row `row`, in their order; returns how many. */
static s32 blocks_of(const ScanJob *job, s32 row, MeanBlock *blocks) {
  const Scan *scan = job->scan;
  Walk *walk = job->walk;
  s32 count = 0;
  for (s32 i = 0; i < scan->count; i++) {
    const Component *c = &walk->frame.components[scan->components[i]];
    const s32 wide = scan->count == 1 ? 1 : c->horizontal, high = scan->count == 1 ? 1 : c->vertical;
    for (s32 y = 0; y < high; y++)
      for (s32 x = 0; x < wide; x++)
        blocks[count++] = (MeanBlock){.dc = &walk->dc[scan->dc_tables[i]], .ac = &walk->ac[scan->ac_tables[i]],
                                      .to = c->plane + (row * high + y) * c->pitch + x, .step = wide, .part = i,
                                      .quant = c->quant[0]};
  }
  return count;
}

s32 read_means(const ScanJob *job) {
  const Scan *scan = job->scan;
  if (prepare_scan(job->walk, scan, kind_ac_skips) != status_ok) return status_damaged;
  MeanBlock blocks[most_blocks_in_mcu];
  Cursor cursor;
  begin_cursor(&cursor, job->walk->source, scan, job->words);
  for (s32 row = 0; row < scan->height; row++) {
    Place *note = job->note ? job->note->places + row * job->note->in_row : 0;
    const MeanBlock *end = blocks + blocks_of(job, row, blocks);
    for (s32 column = 0; column < scan->wide; column++) {
      if (cursor.restart_interval != 0) {
        if (cursor.until_restart == 0) pass_restart(&cursor);
        cursor.until_restart--;
      }
      if (note && column % place_spacing == 0) {
        *note = note_place(&cursor);
        // The place is before the MCU, its count behind.
        note->state += cursor.restart_interval != 0, note++;
      }
      if (__builtin_expect(cursor.is_exhausted, 0)) {
        // Without restarts nothing follows that could be shown.
        if (cursor.restart_interval == 0) return end_of_scan(job, &cursor);
        for (MeanBlock *b = blocks; b < end; b++) *b->to = 128, b->to += b->step;
        continue;
      }
      prepare_mcu(&cursor);
      u32 at = cursor.at;
      for (MeanBlock *b = blocks; b < end; b++) {
        s32 difference;
        at = pass_block(cursor.words, at, b->dc, b->ac, &difference);
        if (__builtin_expect(at > cursor.bits, 0)) at = limit_bit(&cursor, at);
        const s16 predictor = (s16)(cursor.predictors[b->part] + difference);
        cursor.predictors[b->part] = predictor;
        *b->to = mean_of(predictor, b->quant), b->to += b->step;
      }
      cursor.at = at;
    }
  }
  return end_of_scan(job, &cursor);
}

void show_means(Frame *frame) {
  for (s32 i = 0; i < frame->count; i++) {
    const Component *c = &frame->components[i];
    for (s32 y = 0; y < c->padded_high; y++)
      for (s32 x = 0; x < c->padded_wide; x++)
        c->plane[y * c->pitch + x] = mean_of(c->dc[y * c->padded_wide + x], c->quant[0]);
  }
}
