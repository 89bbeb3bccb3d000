/** k x k convolution in float32, tiles of 4 pixels by 8 channels; a 1x1 one is k = 1. */
#include "kernels.h"

typedef struct {
  const f32 *residual;
  s32 residual_channels;
  s32 activation;
  const f32 *slope;
  f32 *output;
  s32 channels;
} Epilogue;

INLINE void finish(const Epilogue *e, f32x4 value, s32 pixel, s32 channel) {
  if (channel >= e->channels) return;
  if (channel < e->residual_channels) value += load_f32(e->residual + pixel * e->residual_channels + channel);
  store_f32(e->output + pixel * e->channels + channel, activate(value, e->activation, e->slope, channel));
}

/**
 * @param input [height][input_width][depth] without the need of padding; the windows lie inside
 * @param weights packed [ceil(channels / 8)][kernel_height][kernel_width * depth][8]
 * @param bias [ceil(channels / 8) * 8]; slope likewise
 * @param residual [pixels][residual_channels] or 0 with residual_channels 0; channels that it lacks count as 0
 * @param output [output_height][output_width][channels]; at least 4 pixels, channels a multiple of 4
 */
KERNEL(convolution)
(const f32 *input, const f32 *weights, const f32 *bias, const f32 *slope, const f32 *residual, f32 *output,
 s32 input_width, s32 depth, s32 output_width, s32 output_height, s32 channels, s32 kernel_height,
 s32 kernel_width, s32 stride, s32 activation, s32 residual_channels) {
  Epilogue e = {residual, residual_channels, activation, slope, output, channels};
  const s32 pixels = output_width * output_height;
  const s32 run = kernel_width * depth;
  const s32 row = input_width * depth;
  const s32 step = stride * depth;
  enum { block_pixels = 32 };
  for (s32 block = 0; block < pixels; block += block_pixels) {
    s32 end = block + block_pixels < pixels ? block + block_pixels : pixels;
    for (s32 channel = 0; channel < channels; channel += 8)
      for (s32 pixel = block; pixel < end; pixel += 4) {
        s32 from = pixel + 4 <= pixels ? pixel : pixels - 4;
        const f32 *inputs[4];
        for (s32 p = 0; p < 4; p++)
          inputs[p] = input + (from + p) / output_width * stride * row + (from + p) % output_width * step;
        const f32 *w = weights + channel * kernel_height * run;
        f32x4 first = load_f32(bias + channel), second = load_f32(bias + channel + 4);
        f32x4 a0 = first, a1 = second, b0 = first, b1 = second;
        f32x4 c0 = first, c1 = second, d0 = first, d1 = second;
        for (s32 y = 0; y < kernel_height; y++) {
          const f32 *pa = inputs[0] + y * row, *pb = inputs[1] + y * row;
          const f32 *pc = inputs[2] + y * row, *pd = inputs[3] + y * row;
          for (s32 k = 0; k < run; k++, w += 8) {
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
        }
        finish(&e, a0, from, channel), finish(&e, a1, from, channel + 4);
        finish(&e, b0, from + 1, channel), finish(&e, b1, from + 1, channel + 4);
        finish(&e, c0, from + 2, channel), finish(&e, c1, from + 2, channel + 4);
        finish(&e, d0, from + 3, channel), finish(&e, d1, from + 3, channel + 4);
      }
  }
}
