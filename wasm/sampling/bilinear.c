/** Bilinear samples along any map, and their mean. */
#include "sampling.h"

void bilinear(const Pixel *part, f32 *out) {
  const Request q = request;
  const s32 n = q.samples;
  const f64 step = 1.0 / n;
  const f64 last_x = q.raster_width - 1, last_y = q.raster_height - 1;
  /* A raster of one column or row has no neighbours, and its samples have no distance from it. */
  const s32 right = q.raster_width > 1, below = q.raster_height > 1 ? q.part_width : 0;
  for (s32 row = q.from; row < q.to; row++)
    for (s32 column = 0; column < q.width; column++) {
      Rgb sum = {splat_f64(0), splat_f64(0)};
      for (s32 j = 0; j < n; j++) {
        const f64 v = row + (j + 0.5) * step, bv = q.b * v, dv = q.d * v;
        for (s32 i = 0; i < n; i++) {
          const f64 u = column + (i + 0.5) * step;
          /* Pixel centres of the raster lie at +0.5. */
          f64 x = q.a * u + bv + q.tx - 0.5, y = q.c * u + dv + q.ty - 0.5;
          s32 x0, y0;
          if (x >= 0 && y >= 0 && x < last_x && y < last_y) {
            x0 = (s32)x, y0 = (s32)y;
          } else {
            if (!(x >= -0.5 && y >= -0.5 && x <= last_x + 0.5 && y <= last_y + 0.5)) continue;
            /* Beyond the last centre a sample lies at distance 1 from the last pixel but one: every neighbour exists. */
            x = smaller(larger(x, 0), last_x), y = smaller(larger(y, 0), last_y);
            x0 = (s32)larger(0, smaller((s32)x, last_x - 1)), y0 = (s32)larger(0, smaller((s32)y, last_y - 1));
          }
          const f64 fx = x - x0, fy = y - y0;
          const f64 w11 = fx * fy, w01 = fx - w11, w10 = fy - w11, w00 = 1 - fx - w10;
          const Pixel *at = part + (y0 - q.top) * q.part_width + (x0 - q.left);
          const Rgb above = plus(times(rgb_of(at), w00), times(rgb_of(at + right), w01));
          const Rgb more = plus(above, times(rgb_of(at + below), w10));
          sum = plus(sum, plus(more, times(rgb_of(at + below + right), w11)));
        }
      }
      write_pixel(&q, out, row, column, sum.rg[0], sum.rg[1], sum.b[0]);
    }
}
