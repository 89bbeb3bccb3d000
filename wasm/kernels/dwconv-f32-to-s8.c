/**
 * Depthwise 3 x 3 convolution of blocked floats with a result in codes, in tiles of four neighbouring pixels of a
 * row.
 *
 * Four channels are computed at a time over the whole value: their weights stay in registers, and neighbours are 16
 * bytes apart, a constant offset of each load.
 */
#include "../include/codes.h"

typedef struct {
  f32x4 a, b, c, d;
} Tile;

/** Adds a row of the window at stride 1. The first and the last column may lie outside, and count as 0. */
INLINE void add_row_at_1(Tile *t, const f32 *at, const f32x4 *w, s32 has_first, s32 has_last) {
  f32x4 x;
  if (has_first) x = load_f32(at - 4), t->a += x * w[0];
  x = load_f32(at), t->a += x * w[1], t->b += x * w[0];
  x = load_f32(at + 4), t->a += x * w[2], t->b += x * w[1], t->c += x * w[0];
  x = load_f32(at + 8), t->b += x * w[2], t->c += x * w[1], t->d += x * w[0];
  x = load_f32(at + 12), t->c += x * w[2], t->d += x * w[1];
  if (has_last) x = load_f32(at + 16), t->d += x * w[2];
}

INLINE void add_row_at_2(Tile *t, const f32 *at, const f32x4 *w, s32 has_first, s32 has_last) {
  f32x4 x;
  if (has_first) x = load_f32(at - 4), t->a += x * w[0];
  x = load_f32(at), t->a += x * w[1];
  x = load_f32(at + 4), t->a += x * w[2], t->b += x * w[0];
  x = load_f32(at + 8), t->b += x * w[1];
  x = load_f32(at + 12), t->b += x * w[2], t->c += x * w[0];
  x = load_f32(at + 16), t->c += x * w[1];
  x = load_f32(at + 20), t->c += x * w[2], t->d += x * w[0];
  x = load_f32(at + 24), t->d += x * w[1];
  if (has_last) x = load_f32(at + 28), t->d += x * w[2];
}

INLINE void add_row(s32 stride, Tile *t, const f32 *at, const f32x4 *w, s32 has_first, s32 has_last) {
  if (stride == 1) add_row_at_1(t, at, w, has_first, has_last);
  else add_row_at_2(t, at, w, has_first, has_last);
}

/**
 * @param input blocked [height][width][channels]
 * @param weights [3][3][channels]
 * @param bias, slope, inverse_scale, zero_point [channels]
 * @param quantized codes [output_height][output_width][channels]; at least 4 columns
 * @param quantized_fine of the first `fine_channels`, or 0
 * @param stride 1 or 2
 * @param top, left padding, 0 or 1, which counts as 0; beyond the other sides one row and column at most
 */
KERNEL(depthwiseBlocked)
(const f32 *input, const f32 *weights, const f32 *bias, const f32 *slope, s8 *quantized, s8 *quantized_fine,
 const f32 *inverse_scale, const s32 *zero_point, s32 height, s32 width, s32 channels, s32 output_height,
 s32 output_width, s32 stride, s32 top, s32 left, s32 fine_channels, s32 activation) {
  const Codes codes = {quantized, quantized_fine, inverse_scale, zero_point, fine_channels};
  for (s32 channel = 0; channel < channels; channel += 4, input += 4 * height * width) {
    f32x4 w[9];
    for (s32 i = 0; i < 9; i++) w[i] = load_f32(weights + i * channels + channel);
    const f32x4 start = load_f32(bias + channel);
    const Quantizer quantizer = load_quantizer(&codes, channel);
    for (s32 v = 0; v < output_height; v++) {
      const s32 y = v * stride - top;
      for (s32 u = 0; u < output_width; u += 4) {
        /* The last tile may begin early. */
        const s32 from = u + 4 <= output_width ? u : output_width - 4;
        const s32 x = from * stride - left;
        const s32 has_first = x >= 0, has_last = x + 3 * stride + 3 <= width;
        const f32 *at = input + (y * width + x + 1) * 4;
        Tile t = {start, start, start, start};
        if (y >= 0) add_row(stride, &t, at, w, has_first, has_last);
        add_row(stride, &t, at + 4 * width, w + 3, has_first, has_last);
        if (y + 3 <= height) add_row(stride, &t, at + 8 * width, w + 6, has_first, has_last);
        const f32x4 a = activate(t.a, activation, slope, channel), b = activate(t.b, activation, slope, channel);
        const f32x4 c = activate(t.c, activation, slope, channel), d = activate(t.d, activation, slope, channel);
        const s32 pixel = v * output_width + from;
        store_fours(quantized + pixel * channels + channel, channels, quantize(a, &quantizer),
                    quantize(b, &quantizer), quantize(c, &quantizer), quantize(d, &quantizer));
        if (channel < fine_channels)
          store_fours(quantized_fine + pixel * fine_channels + channel, fine_channels, quantize_rest(a, &quantizer),
                      quantize_rest(b, &quantizer), quantize_rest(c, &quantizer), quantize_rest(d, &quantizer));
      }
    }
  }
}
