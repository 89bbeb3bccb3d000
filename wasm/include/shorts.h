/**
 * Activations as shorts: integers of 16 bits with one scale, found when the value is known.
 *
 *   short = round(x * (most_short / greatest |x|)), ties to even
 *   x = short * (greatest |x| / most_short)
 *
 * Weights are shorts too, with a scale for each output channel. The plan compiler limits the sum of a channel's
 * absolute weights, so that its product with most_short stays below 2^31. Sums of products are therefore exact, in any
 * order and on every processor.
 */
#ifndef SAMEFACE_SHORTS_H
#define SAMEFACE_SHORTS_H

#include "kernels.h"

/** Adding 1.5 * 2^23 leaves the integer in the low bits of the sum. */
#define SHORT_ROUNDER splat_f32(12582912.0f)
enum { short_rounder_bits = 0x4b400000 };

/** Returns the greatest of four. */
INLINE f32 most_lane(f32x4 x) {
  const f32 a = x[0] < x[1] ? x[1] : x[0], b = x[2] < x[3] ? x[3] : x[2];
  return a < b ? b : a;
}

INLINE f32x4 magnitude(f32x4 x) { return (f32x4)((i32x4)x & splat_i32(0x7fffffff)); }

/** Number of steps in 1, or 0 for a value that is zero everywhere. */
INLINE f32 steps_of(f32 greatest, s32 most) { return greatest > 0 ? (f32)most / greatest : 0; }

INLINE i32x4 shorten_four(f32x4 x, f32x4 steps) {
  return (i32x4)(x * steps + SHORT_ROUNDER) - splat_i32(short_rounder_bits);
}

/** Converts `count` floats, in fours. */
INLINE void shorten_run(const f32 *from, s16 *to, s32 count, f32 steps) {
  const f32x4 factor = splat_f32(steps);
  s32 i = 0;
  for (; i + 8 <= count; i += 8)
    store_i16(to + i, narrow_to_i16(shorten_four(load_f32(from + i), factor),
                                    shorten_four(load_f32(from + i + 4), factor)));
  if (i < count) {
    const i32x4 last = shorten_four(load_f32(from + i), factor);
    store_half(to + i, narrow_to_i16(last, last), 0);
  }
}

/** Results of a convolution in shorts, before they are stored. */
typedef struct {
  const f32 *weight_scale, *bias, *slope, *residual;
  f32 *output;
  s32 residual_channels, activation;
  /** Distances in floats to the next pixel, and to the next four channels. */
  s32 pixel_pitch, block_pitch;
} ShortEpilogue;

/** Finishes four channels of four pixels. */
INLINE void finish_shorts(const ShortEpilogue *e, f32x4 scale, i32x4 a, i32x4 b, i32x4 c, i32x4 d, s32 pixel,
                          s32 channel) {
  const f32x4 s = load_f32(e->weight_scale + channel) * scale, bias = load_f32(e->bias + channel);
  f32x4 v0 = __builtin_convertvector(a, f32x4) * s + bias, v1 = __builtin_convertvector(b, f32x4) * s + bias;
  f32x4 v2 = __builtin_convertvector(c, f32x4) * s + bias, v3 = __builtin_convertvector(d, f32x4) * s + bias;
  if (channel < e->residual_channels) {
    const f32 *r = e->residual + pixel * e->residual_channels + channel;
    v0 += load_f32(r), r += e->residual_channels;
    v1 += load_f32(r), r += e->residual_channels;
    v2 += load_f32(r), r += e->residual_channels;
    v3 += load_f32(r);
  }
  activate_four(&v0, &v1, &v2, &v3, e->activation, e->slope, channel);
  f32 *to = e->output + pixel * e->pixel_pitch + (channel >> 2) * e->block_pitch;
  store_f32(to, v0), to += e->pixel_pitch;
  store_f32(to, v1), to += e->pixel_pitch;
  store_f32(to, v2), to += e->pixel_pitch;
  store_f32(to, v3);
}

INLINE i16x8 splat_pair(const s16 *from) { return (i16x8)splat_bytes(from); }

typedef struct {
  /** Rows of a window, pairs of shorts in each, and shorts from one row to the next. */
  s32 rows, pairs, row;
} ShortWindow;

/** Sums of a tile: four pixels by 8 channels, in two halves. */
typedef struct {
  i32x4 a0, a1, b0, b1, c0, c1, d0, d1;
} ShortSums;

/** Sums the products of a tile of four pixels by 8 channels. @param offsets [4] of the pixels' windows */
INLINE ShortSums sum_shorts(const s16 *input, const s32 *offsets, const s16 *w, ShortWindow window) {
  i32x4 a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0}, c0 = {0}, c1 = {0}, d0 = {0}, d1 = {0};
  const s16 *pa = input + offsets[0], *pb = input + offsets[1], *pc = input + offsets[2], *pd = input + offsets[3];
  for (s32 y = 0; y < window.rows; y++) {
    for (s32 k = 0; k < window.pairs; k++, w += 16) {
      const i16x8 w0 = load_i16(w), w1 = load_i16(w + 8);
      i16x8 x = splat_pair(pa + 2 * k);
      a0 += dot_i16(w0, x), a1 += dot_i16(w1, x);
      x = splat_pair(pb + 2 * k);
      b0 += dot_i16(w0, x), b1 += dot_i16(w1, x);
      x = splat_pair(pc + 2 * k);
      c0 += dot_i16(w0, x), c1 += dot_i16(w1, x);
      x = splat_pair(pd + 2 * k);
      d0 += dot_i16(w0, x), d1 += dot_i16(w1, x);
    }
    pa += window.row, pb += window.row, pc += window.row, pd += window.row;
  }
  return (ShortSums){a0, a1, b0, b1, c0, c1, d0, d1};
}

/** Computes a tile of four pixels by 8 channels. @param offsets [4] of the pixels' windows */
INLINE void short_tile_of_8(const ShortEpilogue *e, f32x4 scale, const s16 *input, const s32 *offsets, const s16 *w,
                            ShortWindow window, s32 pixel, s32 channel) {
  const ShortSums s = sum_shorts(input, offsets, w, window);
  finish_shorts(e, scale, s.a0, s.b0, s.c0, s.d0, pixel, channel);
  finish_shorts(e, scale, s.a1, s.b1, s.c1, s.d1, pixel, channel + 4);
}

/** Computes the first four channels of such a tile. */
INLINE void short_tile_of_4(const ShortEpilogue *e, f32x4 scale, const s16 *input, const s32 *offsets, const s16 *w,
                            ShortWindow window, s32 pixel, s32 channel) {
  i32x4 a = {0}, b = {0}, c = {0}, d = {0};
  const s16 *pa = input + offsets[0], *pb = input + offsets[1], *pc = input + offsets[2], *pd = input + offsets[3];
  for (s32 y = 0; y < window.rows; y++) {
    for (s32 k = 0; k < window.pairs; k++, w += 16) {
      const i16x8 w0 = load_i16(w);
      a += dot_i16(w0, splat_pair(pa + 2 * k)), b += dot_i16(w0, splat_pair(pb + 2 * k));
      c += dot_i16(w0, splat_pair(pc + 2 * k)), d += dot_i16(w0, splat_pair(pd + 2 * k));
    }
    pa += window.row, pb += window.row, pc += window.row, pd += window.row;
  }
  finish_shorts(e, scale, a, b, c, d, pixel, channel);
}

#endif
