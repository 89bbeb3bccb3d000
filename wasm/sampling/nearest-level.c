/**
 * Means of nearest pixels along the raster's own axes. The rows that count in a line of the output are added up first,
 * pixel by pixel, and then the columns that count in each of its pixels: few are read more than once.
 */
#include "sampling.h"

static const s32 outside = -1;

/** Writes the pixel's index along an axis of `size` px, from `start` on, or `outside`. */
INLINE s32 index_at(f64 position, s32 size, s32 start) {
  return position >= 0 && position < size ? (s32)position - start : outside;
}

u32 nearest_level_scratch(void) {
  const u32 indices = 4 * (u32)(request.samples * (request.width + request.height));
  return indices + 8 * (u32)(request.part_width + 1);
}

void nearest_level(const Pixel *part, f32 *out, s32 *scratch) {
  const Request q = request;
  const s32 n = q.samples, swapped = is_swapped(&q);
  const f64 step = 1.0 / n;
  s32 *along_u = scratch, *along_v = along_u + q.width * n;
  u16 *sums = (u16 *)(along_v + q.height * n);
  const s32 width = q.raster_width, height = q.raster_height;
  const f64 slope_u = swapped ? q.c : q.a, slope_v = swapped ? q.b : q.d;
  const f64 shift_u = swapped ? q.ty : q.tx, shift_v = swapped ? q.tx : q.ty;
  for (s32 column = 0; column < q.width; column++) {
    /* From one sample to the next a step is added. */
    f64 position = slope_u * (column + 0.5 * step) + shift_u;
    for (s32 i = 0; i < n; i++, position += slope_u * step)
      along_u[column * n + i] = swapped ? index_at(position, height, q.top) : index_at(position, width, q.left);
  }
  for (s32 row = q.from; row < q.to; row++)
    for (s32 j = 0; j < n; j++) {
      const f64 position = slope_v * (row + (j + 0.5) * step) + shift_v;
      along_v[row * n + j] = swapped ? index_at(position, width, q.left) : index_at(position, height, q.top);
    }
  const s32 *along_x = swapped ? along_v : along_u, *along_y = swapped ? along_u : along_v;
  const s32 begin = swapped ? q.from : 0, end = swapped ? q.to : q.width;
  for (s32 line = swapped ? 0 : q.from; line < (swapped ? q.width : q.to); line++) {
    for (s32 i = 0; i < 4 * (q.part_width + 1); i++) sums[i] = 0;
    for (s32 j = 0; j < n; j++) {
      const s32 index = along_y[line * n + j];
      if (index == outside) continue;
      const Pixel *row = part + index * q.part_width;
      for (s32 x = 0; x < q.part_width; x += 2) {
        u16x8_unaligned *sum = (u16x8_unaligned *)(sums + 4 * x);
        *sum += channels_of_two(row + x);
      }
    }
    for (s32 output = begin; output < end; output++) {
      s32 red = 0, green = 0, blue = 0;
      for (s32 i = 0; i < n; i++) {
        const s32 index = along_x[output * n + i];
        if (index == outside) continue;
        const u16 *sum = sums + 4 * index;
        red += sum[0], green += sum[1], blue += sum[2];
      }
      if (swapped) write_pixel(&q, out, output, line, red, green, blue);
      else write_pixel(&q, out, line, output, red, green, blue);
    }
  }
}
