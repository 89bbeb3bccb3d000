#include "lanes.h"

enum {
  sum_mask = (1 << mark_shift) - 1,
  /** Sums: coefficients passed, DC among them; a code for the block's end; no whole code. */
  sum_full = 64,
  sum_end = 128,
  sum_unknown = 256,
  /** Bits of a sum that are set where one symbol has to be read: the look may have passed the block's end. */
  doubt = sum_full | sum_unknown,
  /** Parts of a state: the offset in bytes of the next look's table, and of the block's states in `next`. */
  block_mask = 127,
  block_step = 2 * sizeof(u32),
  table_bytes = look_count * sizeof(s16),
  look_mask = table_bytes - sizeof(s16),
  /** Bits of the looks between two checks, at most 32 each. */
  most_bits_at_once = looks_at_once * 32,
};

/** Two tables for each pair of DC and AC: within a block, and at its beginning, where DC comes before the rest. */
static s16 look_pool[2 * most_components][look_count];
static struct {
  const HuffmanTable *dc, *ac;
  u32 dc_made, ac_made;
} pool_of[most_components];

/**
 * Looks at the symbols of `window` behind the first `used` bits. A block that its last symbol fills ends without a
 * code, so that the bits behind it are another block's. So symbols are joined only while 63 coefficients could hold
 * them; beyond that one symbol at a time is read.
 */
static s32 look_behind(const HuffmanTable *ac, u32 window, u32 used, u32 passed) {
  u32 ended = 0;
  while (!ended && used < look_bits) {
    const u32 code = ac->codes[(window << used) & (look_count - 1)];
    const u32 size = code & 15, run = code >> 4 & 15, length = code >> 8;
    // Zeros stand for the bits beyond the look, and no code may need them; its value may lie there.
    if (code == 0 || used + length > look_bits) break;
    const u32 more = size != 0 ? run + 1 : run == 15 ? 16 : 0;
    if (passed + more > 63) break;
    ended = more == 0;
    used += length + size, passed += more;
  }
  return (s32)(passed + ended * sum_end) - (s32)(used << mark_shift);
}

/** Makes a pair's tables, unless they were made of the same two before. */
static void make_pair(u32 pair, const HuffmanTable *dc, const HuffmanTable *ac) {
  if (pool_of[pair].dc == dc && pool_of[pair].dc_made == dc->made && pool_of[pair].ac == ac &&
      pool_of[pair].ac_made == ac->made)
    return;
  pool_of[pair].dc = dc, pool_of[pair].dc_made = dc->made, pool_of[pair].ac = ac, pool_of[pair].ac_made = ac->made;
  for (u32 window = 0; window < look_count; window++) {
    const s32 within = look_behind(ac, window, 0, 0);
    const u32 code = dc->codes[window], used = (code >> 8) + (code & 255);
    look_pool[2 * pair][window] = (s16)(within != 0 ? within : sum_unknown);
    look_pool[2 * pair + 1][window] = (s16)(code != 0 ? look_behind(ac, window, used, 1) : sum_unknown);
  }
}

void make_looks(BlockLooks *looks) {
  u32 pairs = 0, pair_of[most_blocks_in_mcu];
  for (s32 i = 0; i < looks->count; i++) {
    s32 same = 0;
    while (looks->dc[same] != looks->dc[i] || looks->ac[same] != looks->ac[i]) same++;
    if (same == i) make_pair(pairs, looks->dc[i], looks->ac[i]);
    pair_of[i] = same == i ? pairs++ : pair_of[same];
  }
  for (s32 i = 0; i < looks->count; i++) {
    const s32 then = i + 1 < looks->count ? i + 1 : 0;
    looks->next[2 * i] = 2 * pair_of[i] * table_bytes + (u32)i * block_step;
    looks->next[2 * i + 1] = (2 * pair_of[then] + 1) * table_bytes + (u32)then * block_step;
  }
}

INLINE u32 first_state(const BlockLooks *looks) { return looks->next[2 * looks->count - 1]; }

/** Reads one symbol instead of a look that left the sum in doubt. Returns the mark behind it. */
static __attribute__((noinline)) u32 read_one(const BlockLooks *looks, const u8 *low, u32 state, s32 look, u32 mark) {
  if ((mark & sum_mask) == sum_full) return mark + (sum_end - sum_full);
  mark -= (u32)look;
  const u32 block = (state & block_mask) / block_step, sum = mark & sum_mask;
  const u64 bits = peek(low + window_bytes, bit_of_mark(mark));
  u32 used;
  if (sum == 0) {
    read_difference(looks->dc[block], bits, &used);
    return mark + 1 - (used << mark_shift);
  }
  const u32 symbol = read_symbol(looks->ac[block], bits, &used), size = symbol & 15;
  const u32 passed = sum + (size != 0 ? (symbol >> 4) + 1 : symbol == 0xf0 ? 16 : sum_full);
  return (mark - ((used + size) << mark_shift) - sum) | (passed < sum_full ? passed : sum_end);
}

INLINE u32 next_state(const BlockLooks *looks, u32 state, u32 ended) {
  return *(const u32 *)((const u8 *)looks->next + (state & block_mask) + ended * sizeof(u32));
}

/** Looks at the bits above the mark, by the table of the state. */
INLINE s32 look_up(const u8 *low, u32 mark, u32 state) {
  const u32 bits = *(const u32_unaligned *)(low + (mark >> (mark_shift + 3))) >> (mark >> mark_shift & 7);
  return *(const s16 *)((const u8 *)look_pool + (state & ~(u32)block_mask) + (bits & look_mask));
}

u32 pass_block(const BlockLooks *looks, const u8 *top, u32 block, u32 at) {
  const u8 *low = top - window_bytes;
  u32 state = looks->next[block == 0 ? 2 * looks->count - 1 : (s32)(2 * block - 1)];
  u32 mark = mark_of(at);
  for (;;) {
    const s32 look = look_up(low, mark, state);
    mark += (u32)look;
    if (__builtin_expect(mark & doubt, 0)) mark = read_one(looks, low, state, look, mark);
    if (mark & sum_end) return bit_of_mark(mark);
    state = next_state(looks, state, 0);
  }
}

typedef struct {
  u32 start, stop;
  /** Marks at the ends of blocks; the element before the first is the start. Null while the lane runs. */
  u32 *log, *end;
} Lane;

/** Lets all lanes run until each has passed its stop, or has no more room. */
static void run_lanes(const BlockLooks *looks, const u8 *low, Lane lanes[lane_count]) {
#define EACH_LANE(X) X(0) X(1) X(2) X(3)
#define BEGIN(i) u32 mark##i = lanes[i].start, state##i = first_state(looks), *to##i = lanes[i].log;
// A look of each lane. The sum tells whether a block ends, without a branch.
#define LOOK(i)                                        \
  const s32 look##i = look_up(low, mark##i, state##i); \
  mark##i += (u32)look##i;
#define OR_MARK(i) | mark##i
#define READ_ONE(i) \
  if (mark##i & doubt) mark##i = read_one(looks, low, state##i, look##i, mark##i);
#define NOTE(i)                                    \
  {                                                \
    const u32 ended = mark##i / sum_end & 1;       \
    *to##i = mark##i, to##i += ended;              \
    mark##i &= (ended - 1) | ~(u32)sum_mask;       \
    state##i = next_state(looks, state##i, ended); \
  }
// A lane that is done goes round at its beginning, and its marks go where nobody reads them.
#define PARK(i)                                                                                \
  if (lanes[i].end != 0 || mark##i <= lanes[i].stop || to##i >= lanes[i].log + lane_blocks) {  \
    if (lanes[i].end == 0) lanes[i].end = to##i, running--;                                    \
    mark##i = lanes[i].start, state##i = first_state(looks);                                   \
    to##i = lanes[i].log + lane_blocks + looks_at_once + 1;                                    \
  }
  EACH_LANE(BEGIN)
  for (s32 running = lane_count; running > 0;) {
    for (s32 n = 0; n < looks_at_once; n++) {
      EACH_LANE(LOOK)
      if (__builtin_expect((0 EACH_LANE(OR_MARK)) & doubt, 0)) { EACH_LANE(READ_ONE) }
      EACH_LANE(NOTE)
    }
    EACH_LANE(PARK)
  }
#undef EACH_LANE
#undef BEGIN
#undef LOOK
#undef OR_MARK
#undef READ_ONE
#undef NOTE
#undef PARK
}

/** First MCU of `lane`, by the number of blocks before it, that begins where one of the next lane does; 0 for none. */
static s32 meet(const Lane *lane, const Lane *next, s32 in_mcu, s32 *in_next) {
  s32 i = (s32)(lane->end - lane->log) / in_mcu * in_mcu, j = 0;
  const s32 end = i, next_end = (s32)(next->end - next->log);
  while (i > in_mcu && bit_of_mark(lane->log[i - in_mcu - 1]) >= bit_of_mark(next->start)) i -= in_mcu;
  while (i > 0 && i <= end && j <= next_end) {
    const u32 own = bit_of_mark(lane->log[i - 1]), other = bit_of_mark(next->log[j - 1]);
    if (own == other) {
      *in_next = j;
      return i;
    }
    if (own < other) i += in_mcu;
    else j += in_mcu;
  }
  return 0;
}

/** Splits the data from the cursor on among lanes; false where there is too little. */
static s32 begin_lanes(const Ahead *ahead, const Cursor *cursor, Lane lanes[lane_count]) {
  // Lanes read beyond their stop, up to the next check.
  const u32 margin = shared_bits + most_bits_at_once + 64, rest = cursor->bits - cursor->at;
  if (rest < lane_count * least_lane_bits + margin) return 0;
  u32 each = (rest - margin) / lane_count;
  if (each > most_lane_bits) each = most_lane_bits;
  for (u32 i = 0; i < lane_count; i++) {
    const u32 start = cursor->at + i * each;
    Lane *lane = &lanes[i];
    *lane = (Lane){.start = mark_of(start), .stop = mark_of(start + each + shared_bits) | sum_mask};
    lane->log = ahead->room + i * lane_room + 1, lane->log[-1] = lane->start;
  }
  return 1;
}

/** Joins the lanes' blocks; returns the number of MCUs. */
static s32 join_lanes(Ahead *ahead, const Lane lanes[lane_count], s32 in_mcu) {
  s32 from = 0, blocks = 0;
  for (s32 i = 0; i < lane_count; i++) {
    s32 in_next = 0, until = i + 1 < lane_count ? meet(&lanes[i], &lanes[i + 1], in_mcu, &in_next) : 0;
    const s32 is_met = until != 0 && until >= from;
    if (!is_met) until = (s32)(lanes[i].end - lanes[i].log) / in_mcu * in_mcu;
    ahead->begins[i] = lanes[i].log + from, ahead->ends[i] = lanes[i].log + until;
    ahead->parts = i + 1, blocks += until - from;
    if (!is_met) break;
    from = in_next;
  }
  return blocks / in_mcu;
}

void look_ahead(Ahead *ahead, const BlockLooks *looks, Cursor *cursor) {
  ahead->part = -1, ahead->parts = 0;
  if (!cursor->is_last && cursor->bits - cursor->at < lane_count * most_lane_bits) fill_window(cursor);
  Lane lanes[lane_count];
  if (!begin_lanes(ahead, cursor, lanes)) {
    ahead->pause = 64;
    return;
  }
  run_lanes(looks, cursor->top - window_bytes, lanes);
  const s32 mcus = join_lanes(ahead, lanes, looks->count);
  // Data in which lanes do not meet is read faster by one.
  ahead->misses = ahead->parts > 1 ? 0 : ahead->misses + 1;
  ahead->pause = mcus < 16 ? 64 : ahead->misses > 1 ? 4 * mcus : 0;
}
