/**
 * 1x1 convolution of 8-bit activations by 7-bit weights: tiles of 4 pixels by 8 channels.
 *
 * `i32x4.relaxed_dot_i8x16_i7x16_add` leaves open how a second operand with its top bit set counts, and
 * whether the sum of two products saturates 16 bits. With weights of 0..127 neither happens: twice
 * 127 * 128 is below 2^15. So every processor, and the build without the instruction, gives the same bits.
 *
 * Weights are stored 64 too large, and 64 times a pixel's sum of activations is taken off again.
 */
#include "kernels.h"

typedef struct {
  const f32 *scale, *bias, *slope, *residual;
  s32 activation;
  f32 *output;
  s8 *quantized;
  Quantizer quantizer;
  s32 channels;
} Epilogue;

/** A tile's sums, [4 pixels][2 times 4 channels], to where they go. */
INLINE void finish_tile(const Epilogue *e, const i32x4 *sums, s32 pixel, s32 channel) {
  for (s32 half = 0; half < 2; half++, channel += 4) {
    const f32x4 scale = load_f32(e->scale + channel), bias = load_f32(e->bias + channel);
    f32x4 values[4];
    s32 index = pixel * e->channels + channel;
    for (s32 p = 0; p < 4; p++) values[p] = __builtin_convertvector(sums[2 * p + half], f32x4) * scale + bias;
    if (e->residual)
      for (s32 p = 0; p < 4; p++) values[p] += load_f32(e->residual + index + p * e->channels);
    for (s32 p = 0; p < 4; p++) values[p] = activate(values[p], e->activation, e->slope, channel);
    if (e->output)
      for (s32 p = 0; p < 4; p++) store_f32(e->output + index + p * e->channels, values[p]);
    if (e->quantized) store_quantized(e->quantized + index, e->channels, values, &e->quantizer);
  }
}

#ifdef __wasm_relaxed_simd__
/** @param offsets [4] what each pixel's sums start from */
#define TILE(dot)                                                                                     \
  i32x4 a0 = splat_i32(offsets[0]), b0 = splat_i32(offsets[1]), c0 = splat_i32(offsets[2]);           \
  i32x4 d0 = splat_i32(offsets[3]), a1 = a0, b1 = b0, c1 = c0, d1 = d0;                               \
  for (s32 k = 0; k < depth; k += 4, weights += 32) {                                                 \
    i8x16 w0 = load_i8(weights), w1 = load_i8(weights + 16);                                          \
    i8x16 x = splat_bytes(input + k);                                                                 \
    a0 = dot(x, w0, a0), a1 = dot(x, w1, a1);                                                         \
    x = splat_bytes(input + depth + k);                                                               \
    b0 = dot(x, w0, b0), b1 = dot(x, w1, b1);                                                         \
    x = splat_bytes(input + 2 * depth + k);                                                           \
    c0 = dot(x, w0, c0), c1 = dot(x, w1, c1);                                                         \
    x = splat_bytes(input + 3 * depth + k);                                                           \
    d0 = dot(x, w0, d0), d1 = dot(x, w1, d1);                                                         \
  }                                                                                                   \
  sums[0] = a0, sums[1] = a1, sums[2] = b0, sums[3] = b1;                                             \
  sums[4] = c0, sums[5] = c1, sums[6] = d0, sums[7] = d1;

INLINE void multiply_pairs(const s8 *input, const s8 *weights, const s32 *offsets, s32 depth, i32x4 *sums) {
  TILE(dot_pairs_add)
}

INLINE void multiply_whole(const s8 *input, const s8 *weights, const s32 *offsets, s32 depth, i32x4 *sums) {
  TILE(dot_add)
}
#else
/** Products of 16 bits: each vector holds two channels, whose sums of pairs are joined at the end. */
INLINE void multiply_pairs(const s8 *input, const s8 *weights, const s32 *offsets, s32 depth, i32x4 *sums) {
  for (s32 p = 0; p < 4; p++) {
    i32x4 a = {0}, b = {0}, c = {0}, d = {0};
    for (s32 k = 0; k < depth; k += 4) {
      i8x16 w0 = load_i8(weights + 8 * k), w1 = load_i8(weights + 8 * k + 16);
      i16x8 x = extend_low_i8(splat_bytes(input + p * depth + k));
      a += dot_i16(extend_low_i8(w0), x), b += dot_i16(extend_high_i8(w0), x);
      c += dot_i16(extend_low_i8(w1), x), d += dot_i16(extend_high_i8(w1), x);
    }
    sums[2 * p] = splat_i32(offsets[p]) + __builtin_shufflevector(a, b, 0, 2, 4, 6) +
                  __builtin_shufflevector(a, b, 1, 3, 5, 7);
    sums[2 * p + 1] = splat_i32(offsets[p]) + __builtin_shufflevector(c, d, 0, 2, 4, 6) +
                      __builtin_shufflevector(c, d, 1, 3, 5, 7);
  }
}
#define multiply_whole multiply_pairs
#endif

/** Minus 64 times the sum of a pixel's activations. */
INLINE s32 offset_of(const s8 *pixel, s32 depth) {
  const i16x8 ones = {1, 1, 1, 1, 1, 1, 1, 1};
  i32x4 sum = {0};
  for (s32 k = 0; k < depth; k += 16) {
    i8x16 x = load_i8(pixel + k);
    sum += dot_i16(extend_low_i8(x) + extend_high_i8(x), ones);
  }
  return -64 * (sum[0] + sum[1] + sum[2] + sum[3]);
}

/** Pixels whose activations stay in the first cache while all channels pass. */
enum { block_pixels = 64 };

#define CONVOLVE(multiply)                                                                        \
  const Epilogue e = {scale, bias, slope, residual, activation, output, quantized,    \
                      make_quantizer(inverse_scale, zero_point), channels};                       \
  for (s32 block = 0; block < pixels; block += block_pixels) {                                    \
    /* The last block may begin early: its tiles are of four. */                                  \
    const s32 end = block + block_pixels < pixels ? block + block_pixels : pixels;                \
    const s32 start = end - block < 4 ? pixels - 4 : block;                                       \
    s32 offsets[block_pixels];                                                                    \
    for (s32 pixel = start; pixel < end; pixel++)                                                 \
      offsets[pixel - start] = offset_of(input + pixel * depth, depth);                           \
    for (s32 channel = 0; channel < channels; channel += 8)                                       \
      for (s32 pixel = start; pixel < end; pixel += 4) {                                          \
        const s32 from = pixel + 4 <= end ? pixel : end - 4;                                      \
        i32x4 sums[8];                                                                            \
        multiply(input + from * depth, weights + channel * depth, offsets + (from - start), depth, sums);\
        finish_tile(&e, sums, from, channel);                                                     \
      }                                                                                           \
  }

/**
 * @param input [pixels][depth], 128 less than stored in the model; at least 4 pixels, depth in sixteens
 * @param weights packed [channels / 8][depth / 4][8][4] in 0..127; channels in eights
 * @param scale, bias, slope [channels]; the bias makes up for the 128
 * @param residual [pixels][channels] or 0; added before the activation
 * @param output [pixels][channels] or 0
 * @param quantized [pixels][channels] or 0, by `inverse_scale` and `zero_point`
 */
KERNEL(pointwisePairs)
(const s8 *input, const s8 *weights, const f32 *scale, const f32 *bias, const f32 *slope,
 const f32 *residual, f32 *output, s8 *quantized, s32 pixels, s32 channels, s32 depth, s32 activation,
 f32 inverse_scale, s32 zero_point) {
  CONVOLVE(multiply_pairs)
}

/** The same function, for processors on which the whole dot product is one instruction. */
KERNEL(pointwiseWhole)
(const s8 *input, const s8 *weights, const f32 *scale, const f32 *bias, const f32 *slope,
 const f32 *residual, f32 *output, s8 *quantized, s32 pixels, s32 channels, s32 depth, s32 activation,
 f32 inverse_scale, s32 zero_point) {
  CONVOLVE(multiply_whole)
}
