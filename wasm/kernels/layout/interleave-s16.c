/** Turns the network's input from planes into pixels of shorts (shorts.h). */
#include "../../include/shorts.h"

/**
 * Three planes to pixels of 3 channels, inside a border of zeros, and a pixel of zeros at the end.
 *
 * @param planes [3][height][width]
 * @param output [top + height + bottom][left + width + right][3], and [3]
 * @param scale [1]
 */
KERNEL(interleaveShorts)
(const f32 *planes, s16 *output, f32 *scale, s32 height, s32 width, s32 top, s32 left, s32 bottom, s32 right,
 s32 most_short) {
  const s32 plane = height * width, row = left + width + right, rest = 3 * plane % 4;
  f32x4 most = splat_f32(0);
  for (s32 i = 0; i < 3 * plane - rest; i += 4) most = greatest(most, magnitude(load_f32(planes + i)));
  for (s32 i = 3 * plane - rest; i < 3 * plane; i++) most = greatest(most, magnitude(splat_f32(planes[i])));
  const f32 greatest_of_all = most_lane(most);
  *scale = greatest_of_all / (f32)most_short;
  const f32x4 steps = splat_f32(steps_of(greatest_of_all, most_short));
  for (s32 i = 0; i < 3 * (top * row + left); i++) *output++ = 0;
  for (s32 y = 0; y < height; y++) {
    const f32 *from = planes + y * width;
    s32 x = 0;
    for (; x + 4 <= width; x += 4, output += 12) {
      const i32x4 r = shorten_four(load_f32(from + x), steps), g = shorten_four(load_f32(from + x + plane), steps);
      const i32x4 b = shorten_four(load_f32(from + x + 2 * plane), steps);
      const i16x8 rg = interleave_low_i16(narrow_to_i16(r, r), narrow_to_i16(g, g));
      const i16x8 blue = (i16x8)(b & splat_i32(0xffff));
      const i16x8 low = (i16x8)__builtin_shufflevector((i32x4)rg, (i32x4)blue, 0, 4, 1, 5);
      const i16x8 high = (i16x8)__builtin_shufflevector((i32x4)rg, (i32x4)blue, 2, 6, 3, 7);
      /* Four shorts are stored for a pixel of three; what is next to be written is put over the fourth. */
      store_half(output, low, 0), store_half(output + 3, low, 1);
      store_half(output + 6, high, 0), store_half(output + 9, high, 1);
    }
    for (; x < width; x++)
      for (s32 channel = 0; channel < 3; channel++)
        *output++ = (s16)shorten_four(splat_f32(from[x + channel * plane]), steps)[0];
    const s32 border = y + 1 < height ? left + right : right;
    for (s32 i = 0; i < 3 * border; i++) *output++ = 0;
  }
  for (s32 i = 0; i < 3 * (bottom * row + 1); i++) *output++ = 0;
}
