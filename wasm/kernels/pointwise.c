/**
 * 1x1 convolution of 8-bit activations by 8-bit weights: tiles of 4 pixels by 8 channels.
 *
 * The relaxed dot product of bytes leaves two things open: whether its second operand has a sign, and
 * whether sums of two products saturate 16 bits. Here the second operand is the activations, stored as the
 * processor counts them (`products` finds out, once), and two neighbouring weights of one sign sum up to 128
 * at most: 255 * 128 and 2 * 127 * 128 are below 2^15. So every processor gives the same bits, which are also
 * those of the products of 16 bits that serve where there is no relaxed dot product.
 */
#include "kernels.h"

typedef struct {
  const s32 *correction;
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
    const i32x4 correction = load_i32(e->correction + channel);
    const f32x4 scale = load_f32(e->scale + channel), bias = load_f32(e->bias + channel);
    f32x4 values[4];
    s32 index = pixel * e->channels + channel;
    for (s32 p = 0; p < 4; p++)
      values[p] = __builtin_convertvector(sums[2 * p + half] + correction, f32x4) * scale + bias;
    if (e->residual)
      for (s32 p = 0; p < 4; p++) values[p] += load_f32(e->residual + index + p * e->channels);
    for (s32 p = 0; p < 4; p++) values[p] = activate(values[p], e->activation, e->slope, channel);
    if (e->output)
      for (s32 p = 0; p < 4; p++) store_f32(e->output + index + p * e->channels, values[p]);
    if (e->quantized) store_quantized(e->quantized + index, e->channels, values, &e->quantizer);
  }
}

#ifdef __wasm_relaxed_simd__
#define TILE(dot)                                                                            \
  i32x4 a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0}, c0 = {0}, c1 = {0}, d0 = {0}, d1 = {0};      \
  for (s32 k = 0; k < depth; k += 4, weights += 32) {                                        \
    i8x16 w0 = load_i8(weights), w1 = load_i8(weights + 16);                                 \
    i8x16 x = splat_bytes(input + k);                                                        \
    a0 = dot(w0, x, a0), a1 = dot(w1, x, a1);                                                \
    x = splat_bytes(input + depth + k);                                                      \
    b0 = dot(w0, x, b0), b1 = dot(w1, x, b1);                                                \
    x = splat_bytes(input + 2 * depth + k);                                                  \
    c0 = dot(w0, x, c0), c1 = dot(w1, x, c1);                                                \
    x = splat_bytes(input + 3 * depth + k);                                                  \
    d0 = dot(w0, x, d0), d1 = dot(w1, x, d1);                                                \
  }                                                                                          \
  sums[0] = a0, sums[1] = a1, sums[2] = b0, sums[3] = b1;                                    \
  sums[4] = c0, sums[5] = c1, sums[6] = d0, sums[7] = d1;

INLINE void multiply_pairs(const s8 *input, const s8 *weights, s32 depth, i32x4 *sums) { TILE(dot_pairs_add) }

INLINE void multiply_whole(const s8 *input, const s8 *weights, s32 depth, i32x4 *sums) { TILE(dot_add) }

/** What the relaxed products make of four equal pairs: lane 0 of the dot product, and of its halves. */
static s32 product_of_pairs(s32 weight, s32 activation) {
  volatile s32 w = weight * 0x01010101, x = activation * 0x01010101;
  return dot_pairs_add((i8x16)splat_i32(w), (i8x16)splat_i32(x), splat_i32(0))[0];
}
static s32 product_whole(s32 weight, s32 activation) {
  volatile s32 w = weight * 0x01010101, x = activation * 0x01010101;
  return dot_add((i8x16)splat_i32(w), (i8x16)splat_i32(x), splat_i32(0))[0];
}

enum { products_unsigned = 1, products_signed = 2, products_whole = 4 };

/**
 * How this processor counts the second operand, and whether it has the whole dot product as one instruction;
 * 0 where the relaxed products are not to be used.
 */
__attribute__((export_name("products"))) s32 products(void) {
  const s32 negative = 0xc0, least = 0x81;
  if (product_of_pairs(64, 255) == 65280 && product_of_pairs(negative, 255) == -65280 &&
      product_of_pairs(50, 200) == 40000 && product_whole(64, 255) == 65280 &&
      product_whole(negative, 255) == -65280)
    return products_unsigned | (product_whole(127, 255) == 129540 ? products_whole : 0);
  if (product_of_pairs(127, 0x80) == -65024 && product_of_pairs(least, 0x80) == 65024 &&
      product_of_pairs(50, 200) == -11200 && product_whole(127, 0x80) == -65024 &&
      product_whole(least, 0x80) == 65024)
    return products_signed | products_whole;
  return 0;
}
#endif

/** Products of 16 bits: each vector holds two channels, whose sums of pairs are joined at the end. */
INLINE void multiply_wide(const s8 *input, const s8 *weights, s32 depth, i32x4 *sums) {
  for (s32 p = 0; p < 4; p++) {
    i32x4 a = {0}, b = {0}, c = {0}, d = {0};
    for (s32 k = 0; k < depth; k += 4) {
      i8x16 w0 = load_i8(weights + 8 * k), w1 = load_i8(weights + 8 * k + 16);
      i16x8 x = extend_low_i8(splat_bytes(input + p * depth + k));
      a += dot_i16(extend_low_i8(w0), x), b += dot_i16(extend_high_i8(w0), x);
      c += dot_i16(extend_low_i8(w1), x), d += dot_i16(extend_high_i8(w1), x);
    }
    sums[2 * p] = __builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7);
    sums[2 * p + 1] = __builtin_shufflevector(c, d, 0, 2, 4, 6) + __builtin_shufflevector(c, d, 1, 3, 5, 7);
  }
}

/** Pixels whose activations stay in the first cache while all channels pass. */
enum { block_pixels = 64 };

#define ARGUMENTS                                                                                             \
  const s8 *input, const s8 *weights, const s32 *correction, const f32 *scale, const f32 *bias,               \
      const f32 *slope, const f32 *residual, f32 *output, s8 *quantized, s32 pixels, s32 channels, s32 depth, \
      s32 activation, f32 inverse_scale, s32 zero_point

#define CONVOLVE(multiply)                                                                            \
  const Epilogue e = {correction + (activation_flip ? channels : 0), scale, bias, slope, residual,    \
                      activation, output, quantized, make_quantizer(inverse_scale, zero_point), channels}; \
  for (s32 block = 0; block < pixels; block += block_pixels) {                                        \
    const s32 end = block + block_pixels < pixels ? block + block_pixels : pixels;                    \
    for (s32 channel = 0; channel < channels; channel += 8)                                           \
      for (s32 pixel = block; pixel < end; pixel += 4) {                                              \
        /* The last tile may begin early. */                                                          \
        const s32 from = pixel + 4 <= pixels ? pixel : pixels - 4;                                    \
        i32x4 sums[8];                                                                                \
        multiply(input + from * depth, weights + channel * depth, depth, sums);                       \
        finish_tile(&e, sums, from, channel);                                                         \
      }                                                                                               \
  }

/**
 * @param input [pixels][depth], less 128 unless activations have no sign; at least 4 pixels, depth in fours
 * @param weights packed [channels / 8][depth / 4][8][4]; channels in eights
 * @param correction [2][channels] added to the sums of products: for activations less 128, and as they are
 * @param scale, bias, slope [channels]
 * @param residual [pixels][channels] or 0; added before the activation
 * @param output [pixels][channels] or 0
 * @param quantized [pixels][channels] or 0, by `inverse_scale` and `zero_point`
 */
KERNEL(pointwiseWide)(ARGUMENTS) { CONVOLVE(multiply_wide) }

#ifdef __wasm_relaxed_simd__
/** The same function, where `products` is not 0. */
KERNEL(pointwisePairs)(ARGUMENTS) { CONVOLVE(multiply_pairs) }

/** The same function, faster where `products` has `products_whole`. */
KERNEL(pointwiseWhole)(ARGUMENTS) { CONVOLVE(multiply_whole) }
#endif
