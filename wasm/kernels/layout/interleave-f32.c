/** Turns the network's input from planes into pixels. */
#include "../../include/kernels.h"

/**
 * Three planes to pixels of 3 channels, inside a border of zeros.
 *
 * @param planes [3][height][width]
 * @param output [top + height + bottom][left + width + right][3]
 */
KERNEL(interleave)
(const f32 *planes, f32 *output, s32 height, s32 width, s32 top, s32 left, s32 bottom, s32 right) {
  const s32 plane = height * width;
  for (s32 y = -top; y < height + bottom; y++)
    for (s32 x = -left; x < width + right; x++, output += 3) {
      const s32 at = y * width + x;
      const s32 inside = y >= 0 && y < height && x >= 0 && x < width;
      output[0] = inside ? planes[at] : 0;
      output[1] = inside ? planes[at + plane] : 0;
      output[2] = inside ? planes[at + 2 * plane] : 0;
    }
}
