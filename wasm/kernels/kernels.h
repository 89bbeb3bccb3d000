/**
 * Conventions of all kernels.
 *
 * Values are NHWC, batch 1, with channels padded to a multiple of 4; padding channels hold zeros.
 * Buffers are apart unless a kernel says otherwise. Sizes are those of the padded value. Nothing here
 * checks anything: the loader has checked every call of a plan before the first runs.
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

/** What quantized activations are combined with (XOR): 0x80808080 where they have no sign, or 0. */
extern s32 activation_flip;

enum { activation_none = 0, activation_relu = 1, activation_prelu = 2 };

/** The slope of a PReLU less 1 is read for PReLU alone: x + (slope - 1) * min(x, 0). */
INLINE f32x4 activate(f32x4 x, s32 activation, const f32 *slope_less_one, s32 channel) {
  const f32x4 zero = splat_f32(0);
  if (activation == activation_none) return x;
  if (activation == activation_relu) return greatest(x, zero);
  return x + least(x, zero) * load_f32(slope_less_one + channel);
}

/**
 * round(x / scale), ties to even, plus zero_point - 128, limited to 8 bits with sign. Adding 1.5 * 2^23
 * leaves the integer in the low bits of the sum; this holds for |x / scale| < 2^22.
 */
typedef struct {
  f32x4 inverse_scale;
  i32x4 offset;
} Quantizer;

INLINE Quantizer make_quantizer(f32 inverse_scale, s32 zero_point) {
  const s32 magic_bits = 0x4b400000;
  return (Quantizer){splat_f32(inverse_scale), splat_i32(zero_point - 128 - magic_bits)};
}

/** Not limited yet: narrowing does that. */
INLINE i32x4 quantize(f32x4 x, const Quantizer *q) {
  return (i32x4)(x * q->inverse_scale + splat_f32(12582912.0f)) + q->offset;
}

/** Four vectors of four channels, of four pixels one `pitch` apart. */
INLINE void store_quantized(s8 *to, s32 pitch, const f32x4 *values, const Quantizer *q) {
  i32x4 signs = splat_i32(activation_flip);
  i8x16 bytes = narrow_to_i8(quantize(values[0], q), quantize(values[1], q), quantize(values[2], q),
                             quantize(values[3], q)) ^ (i8x16)signs;
  store_lane(to, bytes, 0), store_lane(to + pitch, bytes, 1);
  store_lane(to + 2 * pitch, bytes, 2), store_lane(to + 3 * pitch, bytes, 3);
}

#endif
