/**
 * Frame, scans and planes of a JPEG, which all parts of the reader share (ITU-T T.81).
 *
 * A file is hostile: every offset, length and index is checked where it is read. Whatever the bytes, a call ends with
 * a status, after work bounded by the photo's size and the number of its scans.
 */
#ifndef SAMEFACE_JPEG_H
#define SAMEFACE_JPEG_H

#include "vector.h"

enum {
  most_components = 4,
  /** Limit of an interleaved scan, T.81 B.2.3. */
  most_blocks_in_mcu = 10,
};

enum {
  status_ok = 0,
  /** The data ends before the rows that were asked for. */
  status_missing = 1,
  /** Impossible table, length or header, which no decoder reads. */
  status_damaged = 2,
  /** Process that this reader lacks. */
  status_unsupported = 3,
  status_no_memory = 4,
  /** Answer of the walk over markers: no more scans. */
  status_end = 5,
};

/** Rectangle whose right and bottom edges are outside. */
typedef struct {
  s32 left, top, right, bottom;
} Rectangle;

typedef struct {
  u8 id, horizontal, vertical, quant_table;
  u8 has_quant, is_coded;
  /** Quantization in natural order, as it was when the component's first scan began. */
  u16 quant[64];
  /** Numbers of blocks that hold samples of the photo, and of those with the blocks that fill the last MCUs. */
  s32 blocks_wide, blocks_high, padded_wide, padded_high;
  /** Samples along a block's side: 1, 2, 4 or 8. */
  s32 size;
  /** Samples of the whole photo at that size. */
  s32 samples_wide, samples_high;
  /** Blocks that the plane shows. */
  Rectangle blocks;
  u8 *plane;
  /** Bytes from one row of the plane to the next. */
  s32 pitch;
  /** DC of all blocks [padded_high][padded_wide], for an overview of a progressive file. */
  s16 *dc;
  /** Coefficients of the blocks shown, in natural order, for details of a progressive file. */
  s16 *coefficients;
  /** Bits of the coefficients that are not 0, in zigzag order, of all blocks down to the last shown. */
  u64 *nonzero;
} Component;

typedef struct {
  s32 width, height, count, progressive;
  /** Largest sampling factors. */
  s32 horizontal, vertical;
  s32 mcus_wide, mcus_high;
  Component components[most_components];
} Frame;

typedef struct {
  s32 count;
  u8 components[most_components], dc_tables[most_components], ac_tables[most_components];
  /** Spectral selection and successive approximation, T.81 G.1. */
  s32 first, last, high, low;
  /** Size in MCUs of this scan, which are blocks where it has one component. */
  s32 wide, height;
  /** Number of MCUs between restarts, or 0. */
  u32 restart_interval;
  /** Offset of the scan's data in the file. */
  u32 start;
} Scan;

/** Maps zigzag to natural order; runs that leave the block end at its last coefficient. */
extern const u8 natural_order[64 + 16];

INLINE s32 divide_up(s32 a, s32 b) { return (a + b - 1) / b; }
INLINE s32 least_s32(s32 a, s32 b) { return a < b ? a : b; }
INLINE s32 greatest_s32(s32 a, s32 b) { return a > b ? a : b; }
INLINE u8 limit_to_u8(s32 x) { return (u8)(x < 0 ? 0 : x > 255 ? 255 : x); }

#endif
