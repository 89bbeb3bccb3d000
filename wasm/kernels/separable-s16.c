/**
 * Depthwise 3 x 3 convolution in float32, and 1x1 convolution of its result in shorts (shorts.h), row by row: what lies
 * between the two stays in the first cache. A row of it has a scale of its own.
 */
#include "../include/shorts.h"

enum { most_between = 4096 };

/** Row between the two convolutions, [output_width][depth]. */
static f32 between[most_between];
static s16 between_shorts[most_between];

typedef struct {
  f32x4 a, b, c, d;
} FourSums;

/** Adds a row of the window at stride 1. The first and the last column may lie outside, and count as 0. */
INLINE void add_line_at_1(FourSums *t, const f32 *at, s32 pitch, const f32x4 *w, s32 has_first, s32 has_last) {
  f32x4 x;
  if (has_first) x = load_f32(at - pitch), t->a += x * w[0];
  x = load_f32(at), t->a += x * w[1], t->b += x * w[0], at += pitch;
  x = load_f32(at), t->a += x * w[2], t->b += x * w[1], t->c += x * w[0], at += pitch;
  x = load_f32(at), t->b += x * w[2], t->c += x * w[1], t->d += x * w[0], at += pitch;
  x = load_f32(at), t->c += x * w[2], t->d += x * w[1], at += pitch;
  if (has_last) x = load_f32(at), t->d += x * w[2];
}

INLINE void add_line_at_2(FourSums *t, const f32 *at, s32 pitch, const f32x4 *w, s32 has_first, s32 has_last) {
  f32x4 x;
  if (has_first) x = load_f32(at - pitch), t->a += x * w[0];
  x = load_f32(at), t->a += x * w[1], at += pitch;
  x = load_f32(at), t->a += x * w[2], t->b += x * w[0], at += pitch;
  x = load_f32(at), t->b += x * w[1], at += pitch;
  x = load_f32(at), t->b += x * w[2], t->c += x * w[0], at += pitch;
  x = load_f32(at), t->c += x * w[1], at += pitch;
  x = load_f32(at), t->c += x * w[2], t->d += x * w[0], at += pitch;
  x = load_f32(at), t->d += x * w[1], at += pitch;
  if (has_last) x = load_f32(at), t->d += x * w[2];
}

INLINE void add_line(s32 stride, FourSums *t, const f32 *at, s32 pitch, const f32x4 *w, s32 has_first, s32 has_last) {
  if (stride == 1) add_line_at_1(t, at, pitch, w, has_first, has_last);
  else add_line_at_2(t, at, pitch, w, has_first, has_last);
}

typedef struct {
  const f32 *input, *weights, *bias;
  s32 height, width, depth, output_width, top, left;
} Depthwise;

/** Computes row `v` into `between`. @returns its greatest magnitudes */
INLINE f32x4 depthwise_row(const Depthwise *c, s32 stride, s32 v) {
  f32x4 most = splat_f32(0);
  const s32 y = v * stride - c->top, pitch = c->depth, row = c->width * pitch;
  for (s32 channel = 0; channel < c->depth; channel += 4) {
    f32x4 w[9];
    for (s32 i = 0; i < 9; i++) w[i] = load_f32(c->weights + i * pitch + channel);
    const f32x4 start = load_f32(c->bias + channel);
    for (s32 u = 0; u < c->output_width; u += 4) {
      /* The last tile may begin early. */
      const s32 from = u + 4 <= c->output_width ? u : c->output_width - 4;
      const s32 x = from * stride - c->left;
      const s32 has_first = x >= 0, has_last = x + 3 * stride + 3 <= c->width;
      const f32 *at = c->input + y * row + (x + 1) * pitch + channel;
      FourSums t = {start, start, start, start};
      if (y >= 0) add_line(stride, &t, at, pitch, w, has_first, has_last);
      add_line(stride, &t, at + row, pitch, w + 3, has_first, has_last);
      if (y + 3 <= c->height) add_line(stride, &t, at + 2 * row, pitch, w + 6, has_first, has_last);
      f32 *to = between + from * pitch + channel;
      store_f32(to, t.a), to += pitch;
      store_f32(to, t.b), to += pitch;
      store_f32(to, t.c), to += pitch;
      store_f32(to, t.d);
      most = greatest(most, greatest(magnitude(t.a), magnitude(t.b)));
      most = greatest(most, greatest(magnitude(t.c), magnitude(t.d)));
    }
  }
  return most;
}

/**
 * @param input [height][width][depth]
 * @param depth_weights [3][3][depth]
 * @param depth_bias [depth]
 * @param weights packed [ceil(channels / 8)][depth / 2][8][2], shorts
 * @param weight_scale, bias [ceil(channels / 8) * 8]; slope likewise
 * @param residual [output_height][output_width][residual_channels], or 0; channels that it lacks count as 0
 * @param output [output_height][output_width][channels]; at least 4 columns
 * @param stride 1 or 2
 * @param top, left padding, 0 or 1, which counts as 0; beyond the other sides one row and column at most
 */
KERNEL(separable)
(const f32 *input, const f32 *depth_weights, const f32 *depth_bias, const s16 *weights, const f32 *weight_scale,
 const f32 *bias, const f32 *slope, const f32 *residual, f32 *output, s32 height, s32 width, s32 depth,
 s32 output_height, s32 output_width, s32 stride, s32 top, s32 left, s32 channels, s32 activation,
 s32 residual_channels, s32 most_short) {
  const Depthwise first = {input, depth_weights, depth_bias, height, width, depth, output_width, top, left};
  const ShortEpilogue e = {weight_scale, bias, slope, residual, output, residual_channels, activation, channels, 4};
  const ShortWindow window = {1, depth / 2, 0};
  for (s32 v = 0; v < output_height; v++) {
    const f32 most = most_lane(stride == 1 ? depthwise_row(&first, 1, v) : depthwise_row(&first, 2, v));
    const f32x4 scale = splat_f32(most / (f32)most_short);
    shorten_run(between, between_shorts, output_width * depth, steps_of(most, most_short));
    for (s32 channel = 0; channel < channels; channel += 8) {
      const s16 *w = weights + channel * depth;
      for (s32 u = 0; u < output_width; u += 4) {
        const s32 from = u + 4 <= output_width ? u : output_width - 4;
        const s32 offsets[4] = {from * depth, (from + 1) * depth, (from + 2) * depth, (from + 3) * depth};
        const s32 pixel = v * output_width + from;
        if (channels - channel > 4) short_tile_of_8(&e, scale, between_shorts, offsets, w, window, pixel, channel);
        else short_tile_of_4(&e, scale, between_shorts, offsets, w, window, pixel, channel);
      }
    }
  }
}
