/**
 * Passes over the blocks of a sequential scan by looks alone, in several lanes at once.
 *
 * A look passes as many symbols as have whole codes in the next 13 bits. Each look waits for the one before, so one
 * lane leaves most of a processor idle. The other lanes begin further on, at any bit, as if an MCU began there. Huffman
 * codes synchronise by themselves (Klein and Wiseman, 2003; Weissenberger and Schmidt, 2018): once an MCU of a lane
 * begins at the bit at which one of the next lane does, all that follows is the same, and the next lane's blocks go on
 * for the first one's. Blocks of lanes behind one that has not met its next are forgotten. In 4:2:0 photos of qualities
 * 75 to 97, lanes meet after 1,000 to 2,200 bits in the mean, and 99 of 100 within 9,000; in 4:4:4 after 120.
 *
 * The lanes of one call read at most 1/16 more than the data once, and as much again for each that met no other.
 */
#ifndef SAMEFACE_JPEG_LANES_H
#define SAMEFACE_JPEG_LANES_H

#include "cursor.h"

#ifndef LANE_BYTES
#define LANE_BYTES (1 << 14)
#endif
#ifndef LANE_BLOCKS
#define LANE_BLOCKS 6144
#endif

enum {
  lane_count = 4,
  /** Bits of the data that a lane has for itself, at most and at least, and those that it shares with the next one. */
  most_lane_bits = 8 * LANE_BYTES,
  least_lane_bits = most_lane_bits / 16,
  shared_bits = most_lane_bits / 16,
  /** Blocks after which a lane ends, and looks between two checks of where the lanes are. */
  lane_blocks = LANE_BLOCKS,
  looks_at_once = 32,
  /** Marks of a lane: its start, its blocks, those of the looks until a check, and those of a lane that is done. */
  lane_room = 1 + lane_blocks + 2 * (looks_at_once + 1),
  ahead_bytes = lane_count * lane_room * 4,
};

/**
 * Marks: a bit << `mark_shift` | a sum. Bits are counted down here, from the window's upper end less a look, so that
 * a look is at the lowest bits of a load. A look is added to the mark: its sum, less the bits used << `mark_shift`.
 */
enum { mark_shift = 9, mark_origin = 8 * window_bytes - 1 - look_bits };
_Static_assert(mark_origin < 1 << (32 - mark_shift), "a mark has no room for the window's bits");

INLINE u32 mark_of(u32 at) { return (mark_origin - at) << mark_shift; }
INLINE u32 bit_of_mark(u32 mark) { return mark_origin - (mark >> mark_shift); }

/** Tables and states of an MCU's blocks. */
typedef struct {
  s32 count;
  const HuffmanTable *dc[most_blocks_in_mcu], *ac[most_blocks_in_mcu];
  /** States after a look in block b: [2 * b] within it, and [2 * b + 1] at its end. */
  u32 next[2 * most_blocks_in_mcu];
} BlockLooks;

/** Marks at the ends of the blocks of the MCUs ahead: parts of lanes, of which each holds whole MCUs. */
typedef struct {
  const u32 *next, *end;
  s32 part, parts;
  const u32 *begins[lane_count], *ends[lane_count];
  /** Number of MCUs to be read before lanes are tried again, and times in turn that no two lanes met. */
  s32 pause, misses;
  /** Room of `ahead_bytes`. */
  u32 *room;
} Ahead;

/** Makes the looks of an MCU's blocks from `count`, `dc` and `ac`. */
void make_looks(BlockLooks *looks);

/** Bit behind the block of number `block` in the MCU, which begins at `at`. */
u32 pass_block(const BlockLooks *looks, const u8 *top, u32 block, u32 at);

/** Lets lanes pass over the MCUs from the cursor on, as many as they can. */
void look_ahead(Ahead *ahead, const BlockLooks *looks, Cursor *cursor);

/** Forgets the MCUs ahead, at the beginning of a segment. */
INLINE void begin_ahead(Ahead *ahead) {
  ahead->next = ahead->end = 0, ahead->part = ahead->parts = 0, ahead->pause = ahead->misses = 0;
}

/**
 * Marks at the ends of the blocks of the next MCUs, whose number, 1 to `most`, goes into `mcus`; the element before
 * them is the mark at which the first one begins. Null where the next MCU has to be read. The window stays as it is
 * while there are any.
 */
INLINE const u32 *next_ends(Ahead *ahead, const BlockLooks *looks, Cursor *cursor, s32 most, s32 *mcus) {
  while (ahead->next == ahead->end) {
    if (ahead->part + 1 < ahead->parts) {
      ahead->part++;
      ahead->next = ahead->begins[ahead->part], ahead->end = ahead->ends[ahead->part];
    } else if (ahead->pause > 0) {
      ahead->pause--;
      return 0;
    } else {
      look_ahead(ahead, looks, cursor);
    }
  }
  const u32 *ends = ahead->next;
  *mcus = least_s32(most, (s32)(ahead->end - ends) / looks->count);
  ahead->next += *mcus * looks->count;
  return ends;
}

#endif
