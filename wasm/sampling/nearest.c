/** Means of nearest pixels along any map. Sums are whole numbers. */
#include "sampling.h"

void nearest(const Pixel *part, f32 *out) {
  const Request q = request;
  const s32 n = q.samples;
  const f64 step = 1.0 / n, step_x = q.a * step, step_y = q.c * step;
  for (s32 row = q.from; row < q.to; row++)
    for (s32 column = 0; column < q.width; column++) {
      u32 red_blue = 0, green = 0;
      const f64 u = column + 0.5 * step;
      for (s32 j = 0; j < n; j++) {
        const f64 v = row + (j + 0.5) * step;
        f64 x = q.a * u + q.b * v + q.tx, y = q.c * u + q.d * v + q.ty;
        for (s32 i = 0; i < n; i++, x += step_x, y += step_y) {
          if (!(x >= 0 && y >= 0 && x < q.raster_width && y < q.raster_height)) continue;
          const Pixel pixel = part[((s32)y - q.top) * q.part_width + ((s32)x - q.left)];
          red_blue += pixel & 0xff00ff;
          green += pixel >> 8 & 0xff;
        }
      }
      write_pixel(&q, out, row, column, red_blue & 0xffff, green, red_blue >> 16);
    }
}
