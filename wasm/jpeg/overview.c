/** Reads an overview, the DC alone. Symbols between two DC codes are passed several at a time. */
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

enum { start_bits = 11, start_count = 1 << start_bits };

/**
 * Looks at a block's first bits: difference << 16 | skips of the DC and of the symbols behind it; 0 where the DC is
 * not complete.
 */
typedef struct {
  const HuffmanTable *dc, *ac;
  u32 dc_made, ac_made;
  s32 starts[start_count];
} Pair;

/** Makes a pair's looks, unless they were made of the same two tables before. */
static void make_pair(Pair *pair, const HuffmanTable *dc, const HuffmanTable *ac) {
  if (pair->dc == dc && pair->ac == ac && pair->dc_made == dc->made && pair->ac_made == ac->made) return;
  pair->dc = dc, pair->ac = ac, pair->dc_made = dc->made, pair->ac_made = ac->made;
  for (u32 window = 0; window < start_count; window++) {
    const u32 look = window << (look_bits - start_bits);
    const s32 difference = dc->differences[look];
    u32 skips = (u32)difference & 15;
    const s32 is_whole = difference != 0 && skips <= start_bits;
    if (is_whole) skips = skips_behind(ac, look, skips, start_bits);
    pair->starts[window] = is_whole ? (difference >> 4) * 65536 + (s32)skips : 0;
  }
}

/** Bit behind a block that begins at `at`. */
INLINE u32 pass_block(const u8 *top, u32 at, const Pair *pair, s32 *difference) {
  const HuffmanTable *ac = pair->ac;
  u64 bits = peek(top, at);
  // The sum holds the bits since the last load and the coefficients passed. Shifts use six bits of it.
  enum { bit_mask = (1 << skip_shift) - 1, full = 64 << skip_shift };
  u32 sum = 1 << skip_shift, skip;
  const s32 start = pair->starts[bits >> (64 - start_bits)];
  if (__builtin_expect(start != 0, 1)) {
    *difference = start >> 16;
    skip = (u32)start & 0xffff;
    bits <<= skip & 63;
    sum += skip;
    if (sum >= full) goto stop;
  } else {
    u32 used;
    *difference = read_difference(pair->dc, bits, &used);
    at += used;
    bits = peek(top, at);
  }
#define LOOK                                  \
  skip = ac->skips[bits >> (64 - look_bits)]; \
  bits <<= skip & 63;                         \
  sum += skip;                                \
  if (sum >= full) goto stop;
// Processors seldom predict with which look a block ends, so two looks are made and one branch follows.
#define TWO_LOOKS                                        \
  {                                                      \
    const u32 one = ac->skips[bits >> (64 - look_bits)]; \
    bits <<= one & 63;                                   \
    const u32 two = ac->skips[bits >> (64 - look_bits)]; \
    bits <<= two & 63;                                   \
    const u32 after = sum + one;                         \
    skip = after >= full ? one : two;                    \
    sum = after >= full ? after : after + two;           \
    if (sum >= full) goto stop;                          \
  }
  // Three looks fit between two loads: they have `most_skipped` bits each, and the last one sees `look_bits`.
  _Static_assert(2 * most_skipped + look_bits <= peeked_bits, "a look sees bits that are not there");
  for (;;) {
    TWO_LOOKS
    for (;;) {
      at += sum & bit_mask, sum &= ~(u32)bit_mask;
      bits = peek(top, at);
      LOOK TWO_LOOKS
    }
  stop:;
    const u32 passed = sum >> skip_shift;
    if (passed == 64 || (passed >= skip_end && passed <= skip_end + 63)) return at + (sum & bit_mask);
    // One symbol is read where the look has no whole one, or where several pass the block's end.
    sum -= skip;
    at += sum & bit_mask, sum &= ~(u32)bit_mask;
    bits = peek(top, at);
    u32 length;
    const u32 symbol = read_symbol(ac, bits, &length), size = symbol & 15;
    at += length + size;
    if (size == 0 && symbol != 0xf0) return at;
    sum += (size != 0 ? (symbol >> 4) + 1 : 16) << skip_shift;
    if (sum >= full) return at;
    bits = peek(top, at);
  }
#undef LOOK
#undef TWO_LOOKS
}

/** Block of an MCU: the place of its mean, and the step to that of the next MCU's. */
typedef struct {
  const Pair *pair;
  u8 *to;
  s32 step, part;
  u16 quant;
} MeanBlock;

/** Lists the blocks of the scan's MCUs at the start of row `row`, in their order; returns their number. */
static s32 blocks_of(const ScanJob *job, s32 row, const Pair *const pairs[], MeanBlock *blocks) {
  const Scan *scan = job->scan;
  Walk *walk = job->walk;
  s32 count = 0;
  for (s32 i = 0; i < scan->count; i++) {
    const Component *c = &walk->frame.components[scan->components[i]];
    const s32 wide = scan->count == 1 ? 1 : c->horizontal, high = scan->count == 1 ? 1 : c->vertical;
    for (s32 y = 0; y < high; y++)
      for (s32 x = 0; x < wide; x++)
        blocks[count++] = (MeanBlock){.pair = pairs[i], .to = c->plane + (row * high + y) * c->pitch + x,
                                      .step = wide, .part = i, .quant = c->quant[0]};
  }
  return count;
}

/** Makes pairs of tables. Components with the same tables share a pair. */
static void make_pairs(const ScanJob *job, const Pair *of_parts[most_components]) {
  static Pair pairs[most_components];
  s32 count = 0;
  for (s32 i = 0; i < job->scan->count; i++) {
    const HuffmanTable *dc = &job->walk->dc[job->scan->dc_tables[i]], *ac = &job->walk->ac[job->scan->ac_tables[i]];
    s32 at = 0;
    while (at < count && (pairs[at].dc != dc || pairs[at].ac != ac)) at++;
    if (at == count) make_pair(&pairs[count++], dc, ac);
    of_parts[i] = &pairs[at];
  }
}

s32 read_means(const ScanJob *job) {
  const Scan *scan = job->scan;
  if (prepare_scan(job->walk, scan, kind_ac_skips) != status_ok) return status_damaged;
  const Pair *pairs[most_components];
  make_pairs(job, pairs);
  MeanBlock blocks[most_blocks_in_mcu];
  Cursor cursor;
  begin_cursor(&cursor, job->walk->source, scan, job->window);
  for (s32 row = 0; row < scan->height; row++) {
    Place *note = job->note ? job->note->places + row * job->note->in_row : 0;
    const MeanBlock *end = blocks + blocks_of(job, row, pairs, blocks);
    for (s32 column = 0; column < scan->wide; column++) {
      if (cursor.restart_interval != 0) {
        if (cursor.until_restart == 0) pass_restart(&cursor);
        cursor.until_restart--;
      }
      if (note && column % place_spacing == 0) {
        *note = note_place(&cursor);
        // The place is taken before the MCU, and its count behind.
        note->state += cursor.restart_interval != 0, note++;
      }
      if (__builtin_expect(cursor.is_exhausted, 0)) {
        // Without restarts nothing that could be shown follows.
        if (cursor.restart_interval == 0) return end_of_scan(job, &cursor);
        for (MeanBlock *b = blocks; b < end; b++) *b->to = 128, b->to += b->step;
        continue;
      }
      prepare_mcu(&cursor);
      u32 at = cursor.at;
      for (MeanBlock *b = blocks; b < end; b++) {
        s32 difference;
        at = pass_block(cursor.top, at, b->pair, &difference);
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
