/** Depthwise convolution in float32, with a window of any size. */
#include "../include/kernels.h"

/** Part of a window that lies inside the input. */
typedef struct {
  s32 first_row, last_row, first_column, last_column;
} Inside;

/** Computes one pixel with any window, summing row by row, then column by column. */
INLINE f32x4 one(const f32 *corner, const f32 *weights, f32x4 sum, s32 row, s32 channels, s32 kernel, Inside in) {
  for (s32 y = in.first_row; y < in.last_row; y++)
    for (s32 x = in.first_column; x < in.last_column; x++)
      sum += load_f32(corner + y * row + x * channels) * load_f32(weights + (y * kernel + x) * channels);
  return sum;
}

/** Computes four neighbours in a row, 3 x 3, stride 1, with all columns inside: each input is read once. */
INLINE void four_at_1(const f32 *corner, const f32 *weights, s32 row, s32 channels, Inside in, f32x4 *sums) {
  f32x4 a = sums[0], b = a, c = a, d = a;
  corner += in.first_row * row, weights += in.first_row * 3 * channels;
  for (s32 y = in.first_row; y < in.last_row; y++, corner += row, weights += 3 * channels) {
    f32x4 w0 = load_f32(weights), w1 = load_f32(weights + channels), w2 = load_f32(weights + 2 * channels);
    f32x4 x = load_f32(corner);
    a += x * w0;
    x = load_f32(corner + channels);
    a += x * w1, b += x * w0;
    x = load_f32(corner + 2 * channels);
    a += x * w2, b += x * w1, c += x * w0;
    x = load_f32(corner + 3 * channels);
    b += x * w2, c += x * w1, d += x * w0;
    x = load_f32(corner + 4 * channels);
    c += x * w2, d += x * w1;
    x = load_f32(corner + 5 * channels);
    d += x * w2;
  }
  sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
}

/** Computes the same at stride 2. */
INLINE void four_at_2(const f32 *corner, const f32 *weights, s32 row, s32 channels, Inside in, f32x4 *sums) {
  f32x4 a = sums[0], b = a, c = a, d = a;
  corner += in.first_row * row, weights += in.first_row * 3 * channels;
  for (s32 y = in.first_row; y < in.last_row; y++, corner += row, weights += 3 * channels) {
    f32x4 w0 = load_f32(weights), w1 = load_f32(weights + channels), w2 = load_f32(weights + 2 * channels);
    a += load_f32(corner) * w0;
    a += load_f32(corner + channels) * w1;
    f32x4 x = load_f32(corner + 2 * channels);
    a += x * w2, b += x * w0;
    b += load_f32(corner + 3 * channels) * w1;
    x = load_f32(corner + 4 * channels);
    b += x * w2, c += x * w0;
    c += load_f32(corner + 5 * channels) * w1;
    x = load_f32(corner + 6 * channels);
    c += x * w2, d += x * w0;
    d += load_f32(corner + 7 * channels) * w1;
    d += load_f32(corner + 8 * channels) * w2;
  }
  sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d;
}

INLINE s32 smaller(s32 a, s32 b) { return a < b ? a : b; }
INLINE s32 larger(s32 a, s32 b) { return a < b ? b : a; }

/**
 * @param input [height][width][channels]
 * @param weights [kernel][kernel][channels]
 * @param bias, slope [channels]
 * @param output [output_height][output_width][channels]
 * @param top, left padding, which counts as 0
 */
KERNEL(depthwise)
(const f32 *input, const f32 *weights, const f32 *bias, const f32 *slope, f32 *output, s32 height, s32 width,
 s32 channels, s32 output_height, s32 output_width, s32 kernel, s32 stride, s32 top, s32 left, s32 activation) {
  const s32 row = width * channels;
  const s32 in_fours = kernel == 3 && (stride == 1 || stride == 2);
  for (s32 v = 0; v < output_height; v++) {
    const s32 y = v * stride - top;
    Inside in = {larger(0, -y), smaller(kernel, height - y), 0, 3};
    for (s32 u = 0, next; u < output_width; u = next) {
      s32 x = u * stride - left, from = u;
      s32 is_tile = in_fours && x >= 0 && x + 3 <= width;
      if (is_tile) {
        /* A tile that would reach beyond the input begins earlier, if it can. */
        const s32 last = smaller(output_width, (width + left - 3) / stride + 1);
        next = smaller(u + 4, last);
        from = next - 4;
        x = from * stride - left;
        is_tile = from >= 0 && x >= 0;
      }
      if (!is_tile) {
        from = u, next = u + 1, x = u * stride - left;
        in.first_column = larger(0, -x), in.last_column = smaller(kernel, width - x);
      }
      f32 *to = output + (v * output_width + from) * channels;
      const f32 *corner = input + y * row + x * channels;
      for (s32 channel = 0; channel < channels; channel += 4, to += 4) {
        f32x4 sums[4] = {load_f32(bias + channel)};
        if (!is_tile) {
          const f32x4 sum = one(corner + channel, weights + channel, sums[0], row, channels, kernel, in);
          store_f32(to, activate(sum, activation, slope, channel));
          continue;
        }
        if (stride == 1) four_at_1(corner + channel, weights + channel, row, channels, in, sums);
        else four_at_2(corner + channel, weights + channel, row, channels, in, sums);
        for (s32 i = 0; i < 4; i++) store_f32(to + i * channels, activate(sums[i], activation, slope, channel));
      }
    }
  }
}
