/** Copies numbers into another layout. */
#include "../../include/kernels.h"

/** Copies the first `channels` of each pixel, one pixel after the other. */
KERNEL(compact)
(const f32 *input, f32 *output, s32 pixels, s32 stride, s32 channels) {
  for (s32 pixel = 0; pixel < pixels; pixel++, input += stride)
    for (s32 channel = 0; channel < channels; channel++) *output++ = input[channel];
}

/** Turns channels into squares of 2 x 2 pixels; the place in the square is the slower part of a channel's index. */
KERNEL(depthToSpace)
(const f32 *input, f32 *output, s32 height, s32 width, s32 channels) {
  for (s32 y = 0; y < 2 * height; y++)
    for (s32 x = 0; x < 2 * width; x++) {
      const f32 *from = input + (y / 2 * width + x / 2) * 4 * channels + (y % 2 * 2 + x % 2) * channels;
      for (s32 channel = 0; channel < channels; channel++) *output++ = from[channel];
    }
}
