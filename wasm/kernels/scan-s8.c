/**
 * Inner products of one probe with many templates, the main work of a search in a gallery. Products have 16 bits and
 * sums 32, which wrap around: the same bits on every processor, for any operands.
 */
#include "../include/kernels.h"

/** Sums for four templates that are `pitch` bytes apart, so that each load of the probe serves all four. */
INLINE i32x4 four(const s16 *probe, const s8 *codes, s32 stride, s32 pitch) {
  i32x4 sums[4] = {{0}, {0}, {0}, {0}};
  for (s32 j = 0; j < stride; j += 16, codes += 16) {
    const i16x8 low = (i16x8)load_i8(probe + j), high = (i16x8)load_i8(probe + j + 8);
    for (s32 i = 0; i < 4; i++) {
      const i8x16 x = load_i8(codes + i * pitch);
      sums[i] += dot_i16(extend_low_i8(x), low);
      sums[i] += dot_i16(extend_high_i8(x), high);
    }
  }
  const i32x4 a = sums[0], b = sums[1], c = sums[2], d = sums[3];
  const i32x4 ab = __builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7);
  const i32x4 cd = __builtin_shufflevector(c, d, 0, 2, 4, 6) + __builtin_shufflevector(c, d, 1, 3, 5, 7);
  return __builtin_shufflevector(ab, cd, 0, 2, 4, 6) + __builtin_shufflevector(ab, cd, 1, 3, 5, 7);
}

/**
 * @param probe [stride], in sixteens
 * @param codes [count][stride]
 * @param dots [count] written: the sum over j of probe[j] * codes[i][j]
 */
KERNEL(scan)
(const s16 *probe, const s8 *codes, s32 *dots, s32 stride, s32 count) {
  s32 i = 0;
  for (; i + 4 <= count; i += 4) store_i32(dots + i, four(probe, codes + i * stride, stride, stride));
  for (; i < count; i++) dots[i] = four(probe, codes + i * stride, stride, 0)[0];
}
