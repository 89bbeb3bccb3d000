/**
 * 1x1 convolution of 8-bit activations by 8-bit weights, in tiles of 6 or 4 pixels by 8 channels.
 *
 * The relaxed dot product of bytes leaves two things to the processor: whether its second operand is signed, and
 * whether sums of two products saturate 16 bits. Here the second operand is the activations, stored as the processor
 * reads them (`products` finds out, once), and two neighbouring weights of one sign sum up to at most 128: 255 * 128
 * and 2 * 127 * 128 are below 2^15, so nothing saturates. So every processor gives the same bits, which are also
 * those of the products of 16 bits that are used where there is no relaxed dot product.
 */
#include "../include/codes.h"

typedef struct {
  const s8 *input, *fine, *weights;
  const s32 *weight_sums;
  const f32 *scale, *bias, *slope, *residual;
  f32 *output;
  Codes codes;
  s32 pixels, channels, depth, fine_depth, activation;
  /** Distances in floats to the next pixel, and to the next four channels, of `residual` and `output`. */
  s32 pixel_pitch, block_pitch;
} Convolution;

enum { most_pixels = 6 };

/** Finishes a tile. @param sums, fine [pixels][2 times 4 channels] */
INLINE void finish_tile(const Convolution *c, const i32x4 *sums, const i32x4 *fine, s32 pixel, s32 channel,
                        s32 pixels) {
  f32x4 values[2 * most_pixels];
  for (s32 half = 0; half < 2; half++) {
    const s32 first = channel + 4 * half;
    const f32x4 scale = load_f32(c->scale + first), bias = load_f32(c->bias + first);
    const f32x4 fine_scale = scale * splat_f32(1.0f / fine_steps);
    f32x4 *row = values + half * most_pixels;
    const s32 start = pixel * c->pixel_pitch + (first >> 2) * c->block_pitch;
    /* Stored codes are off by 128: coarse codes where the product takes signed bytes, fine codes elsewhere. */
    const s32 *weight_sums = c->weight_sums + first;
    const i32x4 offset = activation_flip ? splat_i32(0) : load_i32(weight_sums) * splat_i32(128);
    for (s32 p = 0; p < pixels; p++)
      row[p] = __builtin_convertvector(sums[2 * p + half] + offset, f32x4) * scale;
    if (c->fine_depth) {
      const i32x4 given = load_i32(weight_sums + c->channels) * splat_i32(128);
      const i32x4 fine_offset = activation_flip ? given : splat_i32(0);
      for (s32 p = 0; p < pixels; p++)
        row[p] += __builtin_convertvector(fine[2 * p + half] - fine_offset, f32x4) * fine_scale;
    }
    for (s32 p = 0; p < pixels; p++) row[p] += bias;
    if (c->residual)
      for (s32 p = 0; p < pixels; p++) row[p] += load_f32(c->residual + start + p * c->pixel_pitch);
    for (s32 p = 0; p < pixels; p++) row[p] = activate(row[p], c->activation, c->slope, first);
    if (c->output)
      for (s32 p = 0; p < pixels; p++) store_f32(c->output + start + p * c->pixel_pitch, row[p]);
  }
  if (!c->codes.coarse) return;
  const Quantizer low = load_quantizer(&c->codes, channel), high = load_quantizer(&c->codes, channel + 4);
  const s32 is_fine = channel < c->codes.fine_channels;
  s8 *coarse = c->codes.coarse + pixel * c->channels + channel;
  s8 *finer = c->codes.fine + pixel * c->codes.fine_channels + channel;
  for (s32 p = 0; p < pixels; p += 2) {
    const f32x4 *a = values + p, *b = values + most_pixels + p;
    store_eights(coarse + p * c->channels, c->channels, quantize(a[0], &low), quantize(b[0], &high),
                 quantize(a[1], &low), quantize(b[1], &high));
    if (is_fine)
      store_eights(finer + p * c->codes.fine_channels, c->codes.fine_channels, quantize_rest(a[0], &low),
                   quantize_rest(b[0], &high), quantize_rest(a[1], &low), quantize_rest(b[1], &high));
  }
}

enum { form_wide, form_pairs, form_whole };

#ifdef __wasm_relaxed_simd__
#define STEP(dot, a, p)                                                                  \
  x = splat_bytes(input + (p) * pitch + k);                                              \
  a##0 = dot(w0, x, a##0), a##1 = dot(w1, x, a##1);

/** The sums are separate variables, since those of an array would not stay in registers. */
INLINE void multiply_pairs(const s8 *input, s32 pitch, const s8 *weights, s32 depth, i32x4 *sums) {
  i32x4 a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0}, c0 = {0}, c1 = {0}, d0 = {0}, d1 = {0};
  /* Two turns at once are faster where each access's bounds are checked; more do not fit the registers. */
#pragma clang loop unroll_count(2)
  for (s32 k = 0; k < depth; k += 4, weights += 32) {
    const i8x16 w0 = load_i8(weights), w1 = load_i8(weights + 16);
    i8x16 x;
    STEP(dot_pairs_add, a, 0) STEP(dot_pairs_add, b, 1) STEP(dot_pairs_add, c, 2) STEP(dot_pairs_add, d, 3)
  }
  sums[0] = a0, sums[1] = a1, sums[2] = b0, sums[3] = b1;
  sums[4] = c0, sums[5] = c1, sums[6] = d0, sums[7] = d1;
}

INLINE void multiply_whole(const s8 *input, s32 pitch, const s8 *weights, s32 depth, i32x4 *sums) {
  i32x4 a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0}, c0 = {0}, c1 = {0};
  i32x4 d0 = {0}, d1 = {0}, e0 = {0}, e1 = {0}, f0 = {0}, f1 = {0};
  for (s32 k = 0; k < depth; k += 4, weights += 32) {
    const i8x16 w0 = load_i8(weights), w1 = load_i8(weights + 16);
    i8x16 x;
    STEP(dot_add, a, 0) STEP(dot_add, b, 1) STEP(dot_add, c, 2)
    STEP(dot_add, d, 3) STEP(dot_add, e, 4) STEP(dot_add, f, 5)
  }
  sums[0] = a0, sums[1] = a1, sums[2] = b0, sums[3] = b1, sums[4] = c0, sums[5] = c1;
  sums[6] = d0, sums[7] = d1, sums[8] = e0, sums[9] = e1, sums[10] = f0, sums[11] = f1;
}
#endif

/** Multiplies in 16 bits: each vector holds two channels, whose pairs of sums are joined at the end. */
INLINE void multiply_wide(const s8 *input, s32 pitch, const s8 *weights, s32 depth, i32x4 *sums) {
  for (s32 p = 0; p < 4; p++) {
    i32x4 a = {0}, b = {0}, c = {0}, d = {0};
    for (s32 k = 0; k < depth; k += 4) {
      i8x16 w0 = load_i8(weights + 8 * k), w1 = load_i8(weights + 8 * k + 16);
      i16x8 x = extend_low_i8(splat_bytes(input + p * pitch + k));
      a += dot_i16(extend_low_i8(w0), x), b += dot_i16(extend_high_i8(w0), x);
      c += dot_i16(extend_low_i8(w1), x), d += dot_i16(extend_high_i8(w1), x);
    }
    sums[2 * p] = __builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7);
    sums[2 * p + 1] = __builtin_shufflevector(c, d, 0, 2, 4, 6) + __builtin_shufflevector(c, d, 1, 3, 5, 7);
  }
}

/**
 * Sums the products of a tile.
 *
 * @param pitch bytes from a pixel of `input` to the next
 */
INLINE void multiply(s32 form, const s8 *input, s32 pitch, const s8 *weights, s32 depth, i32x4 *sums) {
#ifdef __wasm_relaxed_simd__
  if (form == form_whole) multiply_whole(input, pitch, weights, depth, sums);
  if (form == form_pairs) multiply_pairs(input, pitch, weights, depth, sums);
#endif
  if (form == form_wide) multiply_wide(input, pitch, weights, depth, sums);
}

#ifdef __wasm_relaxed_simd__
/** Computes the relaxed products of four equal pairs: lane 0 of the dot product, and of its halves. */
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
 * Finds out whether this processor reads the second operand as signed, and whether it has the whole dot product as
 * one instruction. Returns 0 when the relaxed products must not be used.
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

/** Number of pixels whose activations stay in the first cache while all channels are computed. */
enum { block_pixels = 60 };

/** Sums of a tile's fine products are kept in memory: the other sums need the registers. */
static i32x4 fine_sums[2 * most_pixels];
INLINE void in_memory(void) { __asm__ volatile("" ::: "memory"); }

INLINE void convolve(const Convolution *c, s32 form, s32 tile) {
  for (s32 block = 0; block < c->pixels; block += block_pixels) {
    const s32 end = block + block_pixels < c->pixels ? block + block_pixels : c->pixels;
    for (s32 channel = 0; channel < c->channels; channel += 8) {
      const s8 *weights = c->weights + channel * c->depth;
      for (s32 pixel = block; pixel < end; pixel += tile) {
        /* The last tile may begin early. */
        const s32 from = pixel + tile <= c->pixels ? pixel : c->pixels - tile;
        i32x4 sums[2 * most_pixels];
        if (c->fine_depth) {
          multiply(form, c->fine + from * c->fine_depth, c->fine_depth, weights, c->fine_depth, fine_sums);
          in_memory();
        }
        multiply(form, c->input + from * c->depth, c->depth, weights, c->depth, sums);
        finish_tile(c, sums, fine_sums, from, channel, tile);
      }
    }
  }
}

#define ARGUMENTS                                                                                              \
  const s8 *input, const s8 *fine, const s8 *weights, const s32 *weight_sums, const f32 *scale, const f32 *bias, \
      const f32 *slope, const f32 *residual, f32 *output, s8 *quantized, s8 *quantized_fine,                   \
      const f32 *inverse_scale, const s32 *zero_point, s32 pixels, s32 channels, s32 depth, s32 fine_depth,    \
      s32 fine_channels, s32 activation, s32 is_blocked

#define CONVOLVE(form, tile)                                                                               \
  const Convolution c = {input, fine, weights, weight_sums, scale, bias, slope, residual, output,          \
                         {quantized, quantized_fine, inverse_scale, zero_point, fine_channels},            \
                         pixels, channels, depth, fine_depth, activation, is_blocked ? 4 : channels,       \
                         is_blocked ? 4 * pixels : 4};                                                     \
  convolve(&c, form, tile);

/**
 * @param input codes [pixels][depth]; at least 6 pixels, depth in fours
 * @param fine codes of the first `fine_depth` channels, [pixels][fine_depth], or 0 with `fine_depth` 0
 * @param weights packed [channels / 8][depth / 4][8][4]; channels in eights
 * @param weight_sums [2][channels]: of all weights of a channel, and of those of fine inputs
 * @param scale, bias, slope [channels]; zero points of the input are part of the bias
 * @param residual as `output`, or 0; added before the activation
 * @param output [pixels][channels], or blocked, or 0
 * @param quantized, quantized_fine codes of the result, or 0
 * @param inverse_scale, zero_point [channels], of these codes
 */
KERNEL(pointwiseWide)(ARGUMENTS) { CONVOLVE(form_wide, 4) }

#ifdef __wasm_relaxed_simd__
/** Computes the same, where `products` is not 0. Larger tiles do not fit the registers. */
KERNEL(pointwisePairs)(ARGUMENTS) { CONVOLVE(form_pairs, 4) }

/** Computes the same, faster, where `products` has `products_whole`. */
KERNEL(pointwiseWhole)(ARGUMENTS) { CONVOLVE(form_whole, 6) }
#endif
