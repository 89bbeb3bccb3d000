/**
 * Activations as codes of 8 bits, with a scale and a zero point for each channel. A coarse code says which step
 * a value is nearest to; the first channels of a value may have a fine code too, which says how far from the
 * middle of that step it lies:
 *
 *                               |<----- scale ----->|
 *   coarse          | c - 1     |         c         |     c + 1 |      0..255 over the channel's range
 *   value         --+-----------+---------+----x----+-----------+--
 *   fine                      -128        0    f   127                 steps of scale / 256
 *
 *   c = round(x / scale), ties to even, + zero_point, limited to 0..255
 *   f = round(256 * (x / scale - round(x / scale))), limited to -128..127
 *   x = scale * (c - zero_point + f / 256)
 *
 * The product of the fine codes and the weights, divided by 256, is added to that of the coarse codes and the same
 * weights. Codes are stored less 128 or as they are, depending on whether the processor's product takes signed bytes.
 */
#ifndef SAMEFACE_CODES_H
#define SAMEFACE_CODES_H

#include "kernels.h"

enum { fine_steps = 256 };

/** Addresses for the codes of a step's result; `coarse` is 0 for a step without codes. */
typedef struct {
  s8 *coarse, *fine;
  const f32 *inverse_scale;
  const s32 *zero_point;
  s32 fine_channels;
} Codes;

/** Quantization of four channels. */
typedef struct {
  f32x4 inverse_scale;
  i32x4 zero_point;
} Quantizer;

INLINE Quantizer load_quantizer(const Codes *codes, s32 channel) {
  return (Quantizer){load_f32(codes->inverse_scale + channel), load_i32(codes->zero_point + channel)};
}

/* Adding 1.5 * 2^23 leaves the integer in the low bits of the sum, for values below 2^22. */
#define ROUNDER splat_f32(12582912.0f)
enum { rounder_bits = 0x4b400000 };

/** Computes codes less 128, before they are limited: narrowing limits them. */
INLINE i32x4 quantize(f32x4 x, const Quantizer *q) {
  return (i32x4)(x * q->inverse_scale + ROUNDER) + (q->zero_point - splat_i32(rounder_bits + 128));
}

/** Computes fine codes, before they are limited. Beyond the range of the coarse codes they saturate. */
INLINE i32x4 quantize_rest(f32x4 x, const Quantizer *q) {
  const f32x4 zero_point = __builtin_convertvector(q->zero_point, f32x4);
  const f32x4 steps = least(greatest(x * q->inverse_scale, splat_f32(-0.498f) - zero_point), splat_f32(255.498f) - zero_point);
  const f32x4 rest = steps - ((steps + ROUNDER) - ROUNDER);
  return (i32x4)(rest * splat_f32(fine_steps) + ROUNDER) - splat_i32(rounder_bits);
}

/** Stores vectors a and b, of eight channels of a pixel, and c and d, of the next pixel, `pitch` away. */
INLINE void store_eights(s8 *to, s32 pitch, i32x4 a, i32x4 b, i32x4 c, i32x4 d) {
  const i8x16 bytes = narrow_to_i8(a, b, c, d) ^ (i8x16)splat_i32(activation_flip);
  store_half(to, bytes, 0), store_half(to + pitch, bytes, 1);
}

/** Stores four vectors of four channels, of four pixels one `pitch` apart. */
INLINE void store_fours(s8 *to, s32 pitch, i32x4 a, i32x4 b, i32x4 c, i32x4 d) {
  const i8x16 bytes = narrow_to_i8(a, b, c, d) ^ (i8x16)splat_i32(activation_flip);
  store_lane(to, bytes, 0), store_lane(to + pitch, bytes, 1);
  store_lane(to + 2 * pitch, bytes, 2), store_lane(to + 3 * pitch, bytes, 3);
}

#endif
