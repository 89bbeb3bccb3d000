/** k x k convolution of shorts (shorts.h) with a result in floats, in tiles of 4 pixels by 8 channels. */
#include "../include/shorts.h"

/**
 * Converts a value.
 *
 * @param input [pixels][channels], channels in fours
 * @param scale [1]
 */
KERNEL(shorten)
(const f32 *input, s16 *output, f32 *scale, s32 pixels, s32 channels, s32 most_short) {
  const s32 count = pixels * channels;
  f32x4 most = splat_f32(0);
  for (s32 i = 0; i < count; i += 4) most = greatest(most, magnitude(load_f32(input + i)));
  const f32 greatest_of_all = most_lane(most);
  *scale = greatest_of_all / (f32)most_short;
  shorten_run(input, output, count, steps_of(greatest_of_all, most_short));
}

/** Number of pixels whose windows stay in the first cache while all channels are computed. */
enum { short_block_pixels = 32 };

INLINE void convolve_shorts(const ShortEpilogue *e, f32x4 scale, const s16 *input, const s16 *weights,
                            ShortWindow window, s32 step, s32 line, s32 output_width, s32 pixels, s32 channels) {
  for (s32 block = 0; block < pixels; block += short_block_pixels) {
    /* The last block may begin early: tiles are of four pixels. */
    const s32 end = block + short_block_pixels < pixels ? block + short_block_pixels : pixels;
    const s32 start = end - block < 4 ? pixels - 4 : block;
    s32 offsets[short_block_pixels];
    s32 y = start / output_width, x = start % output_width;
    for (s32 i = 0; i < end - start; i++) {
      offsets[i] = y * line + x * step;
      if (++x == output_width) x = 0, y++;
    }
    for (s32 channel = 0; channel < channels; channel += 8) {
      const s16 *w = weights + channel * window.rows * window.pairs * 2;
      for (s32 pixel = start; pixel < end; pixel += 4) {
        const s32 from = pixel + 4 <= end ? pixel : end - 4;
        const s32 *at = offsets + (from - start);
        if (channels - channel > 4) short_tile_of_8(e, scale, input, at, w, window, from, channel);
        else short_tile_of_4(e, scale, input, at, w, window, from, channel);
      }
    }
  }
}

/**
 * @param input shorts [height][input_width][depth]; every window lies inside, and with an odd run one short after it
 * @param input_scale [1]
 * @param weights packed [ceil(channels / 8)][kernel_height][pairs][8][2], where pairs is half of kernel_width * depth,
 *     rounded up; the weight of a short beyond the window is 0
 * @param weight_scale, bias [ceil(channels / 8) * 8]; slope likewise
 * @param residual [pixels][residual_channels] or 0 with residual_channels 0; channels that it lacks count as 0
 * @param output [output_height][output_width][channels], or blocked; at least 4 pixels, channels in fours
 */
KERNEL(convolutionShorts)
(const s16 *input, const f32 *input_scale, const s16 *weights, const f32 *weight_scale, const f32 *bias,
 const f32 *slope, const f32 *residual, f32 *output, s32 input_width, s32 depth, s32 output_width, s32 output_height,
 s32 channels, s32 kernel_height, s32 kernel_width, s32 stride, s32 activation, s32 residual_channels, s32 is_blocked) {
  const s32 pixels = output_width * output_height;
  const ShortEpilogue e = {weight_scale, bias, slope, residual, output, residual_channels, activation,
                           is_blocked ? 4 : channels, is_blocked ? 4 * pixels : 4};
  const f32x4 scale = splat_f32(*input_scale);
  const s32 row = input_width * depth, pairs = (kernel_width * depth + 1) / 2;
  convolve_shorts(&e, scale, input, weights, (ShortWindow){kernel_height, pairs, row}, stride * depth, stride * row,
                  output_width, pixels, channels);
}
