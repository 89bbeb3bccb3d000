/**
 * Conventions of all kernels.
 *
 * Values are NHWC, batch 1, with channels padded to a multiple of 4; padding channels hold zeros. A value called
 * blocked is [channels / 4][height][width][4] instead. Buffers do not overlap unless a kernel says so. Sizes are
 * those of the padded value. Kernels check nothing: the loader has checked every call of a plan before the first one
 * runs.
 */
#ifndef SAMEFACE_KERNELS_H
#define SAMEFACE_KERNELS_H

#include "simd.h"

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name)
#endif
#define KERNEL(name) EXPORT(name) void name

#include "signatures.h"

/** Mask that quantized activations are combined with (XOR): 0x80808080 where they are unsigned, or 0. */
extern s32 activation_flip;

enum { activation_none = 0, activation_relu = 1, activation_prelu = 2 };

/** Applies an activation. The slope, less 1, is read for PReLU only: x + (slope - 1) * min(x, 0). */
INLINE f32x4 activate(f32x4 x, s32 activation, const f32 *slope_less_one, s32 channel) {
  const f32x4 zero = splat_f32(0);
  if (activation == activation_none) return x;
  if (activation == activation_relu) return greatest(x, zero);
  return x + least(x, zero) * load_f32(slope_less_one + channel);
}

/** Applies an activation to four pixels, with one load of the slope. */
INLINE void activate_four(f32x4 *a, f32x4 *b, f32x4 *c, f32x4 *d, s32 activation, const f32 *slope_less_one,
                          s32 channel) {
  const f32x4 zero = splat_f32(0);
  if (activation == activation_relu) {
    *a = greatest(*a, zero), *b = greatest(*b, zero), *c = greatest(*c, zero), *d = greatest(*d, zero);
  } else if (activation == activation_prelu) {
    const f32x4 slope = load_f32(slope_less_one + channel);
    *a += least(*a, zero) * slope, *b += least(*b, zero) * slope;
    *c += least(*c, zero) * slope, *d += least(*d, zero) * slope;
  }
}

#endif
