/**
 * k x k convolution in float32 (k = 1 included), in tiles of 4 pixels by 8 channels, with tiles of 4 by 4 at the end.
 */
#include "../include/kernels.h"

typedef struct {
  const f32 *residual;
  s32 residual_channels;
  s32 activation;
  const f32 *slope;
  f32 *output;
  /** Distances in floats to the next pixel, and to the next four channels. */
  s32 pixel_pitch, block_pitch;
} Epilogue;

INLINE void finish(const Epilogue *e, f32x4 value, s32 pixel, s32 channel) {
  if (channel < e->residual_channels) value += load_f32(e->residual + pixel * e->residual_channels + channel);
  value = activate(value, e->activation, e->slope, channel);
  store_f32(e->output + pixel * e->pixel_pitch + (channel >> 2) * e->block_pitch, value);
}

typedef struct {
  s32 rows, run, row;
} Window;

/** Computes a tile of 8 channels. @param offsets [4] of the pixels' windows */
INLINE void tile_of_8(const Epilogue *e, const f32 *input, const s32 *offsets, const f32 *w, const f32 *bias,
                      Window window, s32 pixel, s32 channel) {
  f32x4 a0 = load_f32(bias), b0 = a0, c0 = a0, d0 = a0;
  f32x4 a1 = load_f32(bias + 4), b1 = a1, c1 = a1, d1 = a1;
  const f32 *pa = input + offsets[0], *pb = input + offsets[1];
  const f32 *pc = input + offsets[2], *pd = input + offsets[3];
  for (s32 y = 0; y < window.rows; y++) {
    for (s32 k = 0; k < window.run; k++, w += 8) {
      f32x4 w0 = load_f32(w), w1 = load_f32(w + 4);
      f32x4 x = splat_f32(pa[k]);
      a0 += x * w0, a1 += x * w1;
      x = splat_f32(pb[k]);
      b0 += x * w0, b1 += x * w1;
      x = splat_f32(pc[k]);
      c0 += x * w0, c1 += x * w1;
      x = splat_f32(pd[k]);
      d0 += x * w0, d1 += x * w1;
    }
    pa += window.row, pb += window.row, pc += window.row, pd += window.row;
  }
  finish(e, a0, pixel, channel), finish(e, a1, pixel, channel + 4);
  finish(e, b0, pixel + 1, channel), finish(e, b1, pixel + 1, channel + 4);
  finish(e, c0, pixel + 2, channel), finish(e, c1, pixel + 2, channel + 4);
  finish(e, d0, pixel + 3, channel), finish(e, d1, pixel + 3, channel + 4);
}

/** Computes the first four channels of such a tile. */
INLINE void tile_of_4(const Epilogue *e, const f32 *input, const s32 *offsets, const f32 *w, const f32 *bias,
                      Window window, s32 pixel, s32 channel) {
  f32x4 a = load_f32(bias), b = a, c = a, d = a;
  const f32 *pa = input + offsets[0], *pb = input + offsets[1];
  const f32 *pc = input + offsets[2], *pd = input + offsets[3];
  for (s32 y = 0; y < window.rows; y++) {
    for (s32 k = 0; k < window.run; k++, w += 8) {
      f32x4 w0 = load_f32(w);
      a += splat_f32(pa[k]) * w0;
      b += splat_f32(pb[k]) * w0;
      c += splat_f32(pc[k]) * w0;
      d += splat_f32(pd[k]) * w0;
    }
    pa += window.row, pb += window.row, pc += window.row, pd += window.row;
  }
  finish(e, a, pixel, channel), finish(e, b, pixel + 1, channel);
  finish(e, c, pixel + 2, channel), finish(e, d, pixel + 3, channel);
}

/**
 * @param input [height][input_width][depth]; every window lies inside
 * @param weights packed [ceil(channels / 8)][kernel_height][kernel_width * depth][8]
 * @param bias [ceil(channels / 8) * 8]; slope likewise
 * @param residual [pixels][residual_channels] or 0 with residual_channels 0; channels that it lacks count as 0
 * @param output [output_height][output_width][channels], or blocked; at least 4 pixels, channels in fours
 */
KERNEL(convolution)
(const f32 *input, const f32 *weights, const f32 *bias, const f32 *slope, const f32 *residual, f32 *output,
 s32 input_width, s32 depth, s32 output_width, s32 output_height, s32 channels, s32 kernel_height,
 s32 kernel_width, s32 stride, s32 activation, s32 residual_channels, s32 is_blocked) {
  const s32 pixels = output_width * output_height;
  const Epilogue e = {residual, residual_channels, activation, slope, output,
                      is_blocked ? 4 : channels, is_blocked ? 4 * pixels : 4};
  const Window window = {kernel_height, kernel_width * depth, input_width * depth};
  /* Number of pixels whose windows stay in the first cache while all channels are computed. */
  enum { block_pixels = 32 };
  for (s32 block = 0; block < pixels; block += block_pixels) {
    /* The last block may begin early: tiles are of four pixels. */
    const s32 end = block + block_pixels < pixels ? block + block_pixels : pixels;
    const s32 start = end - block < 4 ? pixels - 4 : block;
    s32 offsets[block_pixels];
    s32 y = start / output_width, x = start % output_width;
    for (s32 i = 0; i < end - start; i++) {
      offsets[i] = y * stride * window.row + x * stride * depth;
      if (++x == output_width) x = 0, y++;
    }
    for (s32 channel = 0; channel < channels; channel += 8) {
      const f32 *w = weights + channel * window.rows * window.run;
      for (s32 pixel = start; pixel < end; pixel += 4) {
        const s32 from = pixel + 4 <= end ? pixel : end - 4;
        const s32 *at = offsets + (from - start);
        if (channels - channel > 4) tile_of_8(&e, input, at, w, bias + channel, window, from, channel);
        else tile_of_4(&e, input, at, w, bias + channel, window, from, channel);
      }
    }
  }
}
