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

typedef struct {
  const f32 *weight_scale, *bias, *slope;
  f32x4 scale;
  s32 activation;
} PooledEpilogue;

/** Finishes four channels of the greatest of four pixels. */
INLINE f32x4 finish_pooled(const PooledEpilogue *e, i32x4 a, i32x4 b, i32x4 c, i32x4 d, s32 channel) {
  const i32x4 most = greatest_i32(greatest_i32(a, b), greatest_i32(c, d));
  const f32x4 scale = load_f32(e->weight_scale + channel) * e->scale;
  const f32x4 value = __builtin_convertvector(most, f32x4) * scale + load_f32(e->bias + channel);
  return activate(value, e->activation, e->slope, channel);
}

/** Number of pixels of the output whose windows stay in the first cache while all channels are computed. */
enum { pooled_block_pixels = 8 };

/**
 * Convolution with stride 1 that keeps the greatest sum of each square of 2 x 2 pixels. Where a channel's scale is not
 * negative and its activation never falls, that is the greatest result.
 *
 * @param input shorts [height][input_width][depth]; every window lies inside, and with an odd run one short after it
 * @param input_scale, weights, weight_scale, bias, slope as of `convolutionShorts`
 * @param output [output_height][output_width][channels], channels in fours
 */
KERNEL(convolutionShortsPooled)
(const s16 *input, const f32 *input_scale, const s16 *weights, const f32 *weight_scale, const f32 *bias,
 const f32 *slope, f32 *output, s32 input_width, s32 depth, s32 output_width, s32 output_height, s32 channels,
 s32 kernel_height, s32 kernel_width, s32 activation) {
  const PooledEpilogue e = {weight_scale, bias, slope, splat_f32(*input_scale), activation};
  const s32 row = input_width * depth;
  const ShortWindow window = {kernel_height, (kernel_width * depth + 1) / 2, row};
  const s32 square[4] = {0, depth, row, row + depth};
  for (s32 v = 0; v < output_height; v++, input += 2 * row, output += output_width * channels) {
    for (s32 block = 0; block < output_width; block += pooled_block_pixels) {
      const s32 end = block + pooled_block_pixels < output_width ? block + pooled_block_pixels : output_width;
      for (s32 channel = 0; channel < channels; channel += 8) {
        const s16 *w = weights + channel * window.rows * window.pairs * 2;
        for (s32 u = block; u < end; u++) {
          const ShortSums s = sum_shorts(input + 2 * u * depth, square, w, window);
          f32 *to = output + u * channels + channel;
          store_f32(to, finish_pooled(&e, s.a0, s.b0, s.c0, s.d0, channel));
          if (channels - channel > 4) store_f32(to + 4, finish_pooled(&e, s.a1, s.b1, s.c1, s.d1, channel + 4));
        }
      }
    }
  }
}
