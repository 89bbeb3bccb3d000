/**
 * Bilinear samples along any map, and their mean. A line of samples is first placed, two at a time, then mixed.
 */
#include "sampling.h"

/** Places of a line of samples, in their order; each array has an even length. */
typedef struct {
  /** Output coordinates. */
  f64 *u;
  /** Weights of the pixel up and left of the sample, of the one right of it, the one below, and the one below that. */
  f64 *w00, *w01, *w10, *w11;
  /** Index in the part of the pixel up and left; `outside` adds nothing. */
  s32 *index;
} Places;

static const s32 outside = -1;

static s32 line_length(void) { return (request.width * request.samples + 1) & ~1; }

u32 bilinear_scratch(void) {
  const u32 places = (u32)line_length() * (5 * sizeof(f64) + sizeof(s32));
  return places + 8 + (u32)request.width * sizeof(Rgb);
}

INLINE void weigh(Places at, s32 k, f64x2 right, f64x2 down) {
  const f64x2 w11 = right * down, w01 = right - w11, w10 = down - w11;
  store_f64(at.w11 + k, w11);
  store_f64(at.w01 + k, w01);
  store_f64(at.w10 + k, w10);
  store_f64(at.w00 + k, splat_f64(1) - right - w10);
}

/** Places a line of which all samples have four neighbours. */
static void place_inside(const Request *q, f64 bv, f64 dv, s32 count, Places at) {
  for (s32 k = 0; k < count; k += 2) {
    const f64x2 u = load_f64(at.u + k);
    /* Pixel centres of the raster lie at +0.5. */
    const f64x2 x = splat_f64(q->a) * u + splat_f64(bv) + splat_f64(q->tx) - splat_f64(0.5);
    const f64x2 y = splat_f64(q->c) * u + splat_f64(dv) + splat_f64(q->ty) - splat_f64(0.5);
    const i32x4 column = truncated(x), row = truncated(y);
    weigh(at, k, x - widened(column), y - widened(row));
    store_two(at.index + k, (row - splat_i32(q->top)) * splat_i32(q->part_width) + (column - splat_i32(q->left)));
  }
}

/**
 * Places a line near the border. Beyond the last centre a sample lies at distance 1 from the last pixel but one, so that
 * every neighbour exists.
 */
static void place_anywhere(const Request *q, f64 bv, f64 dv, s32 count, Places at) {
  const f64 last_x = q->raster_width - 1, last_y = q->raster_height - 1;
  for (s32 k = 0; k < count; k++) {
    const f64 x = q->a * at.u[k] + bv + q->tx - 0.5, y = q->c * at.u[k] + dv + q->ty - 0.5;
    at.index[k] = outside;
    if (!(x >= -0.5 && y >= -0.5 && x <= last_x + 0.5 && y <= last_y + 0.5)) continue;
    const f64 inside_x = smaller(larger(x, 0), last_x), inside_y = smaller(larger(y, 0), last_y);
    const s32 column = (s32)larger(0, smaller((s32)inside_x, last_x - 1));
    const s32 row = (s32)larger(0, smaller((s32)inside_y, last_y - 1));
    const f64 right = inside_x - column, down = inside_y - row;
    at.w11[k] = right * down;
    at.w01[k] = right - at.w11[k];
    at.w10[k] = down - at.w11[k];
    at.w00[k] = 1 - right - at.w10[k];
    at.index[k] = (row - q->top) * q->part_width + (column - q->left);
  }
}

/** True when samples of this coordinate have four neighbours; what holds at both ends of a line holds between. */
INLINE s32 has_neighbours(const Request *q, f64 bv, f64 dv, f64 u) {
  const f64 x = q->a * u + bv + q->tx - 0.5, y = q->c * u + dv + q->ty - 0.5;
  return x >= 0 && y >= 0 && x < q->raster_width - 1 && y < q->raster_height - 1;
}

void bilinear(const Pixel *part, f32 *out, f64 *scratch) {
  const Request q = request;
  const s32 n = q.samples, count = line_length();
  const f64 step = 1.0 / n;
  const Places at = {scratch,
                     scratch + count,
                     scratch + 2 * count,
                     scratch + 3 * count,
                     scratch + 4 * count,
                     (s32 *)(scratch + 5 * count)};
  for (s32 column = 0, k = 0; column < q.width; column++)
    for (s32 i = 0; i < n; i++) at.u[k++] = column + (i + 0.5) * step;
  /* A sample that fills up the pair lies where the last one does. */
  at.u[count - 1] = q.width - 1 + (n - 0.5) * step;
  /* Samples of a raster of one row or column have no distance from it: its neighbours count for nothing. */
  const s32 below = q.raster_height > 1 ? q.part_width : 0;
  Rgb *sums = rgb_behind(at.index + count);
  for (s32 row = q.from; row < q.to; row++) {
    for (s32 column = 0; column < q.width; column++) sums[column] = (Rgb){splat_f64(0), splat_f64(0)};
    for (s32 j = 0; j < n; j++) {
      const f64 v = row + (j + 0.5) * step, bv = q.b * v, dv = q.d * v;
      const s32 is_inside = has_neighbours(&q, bv, dv, at.u[0]) && has_neighbours(&q, bv, dv, at.u[count - 1]);
      (is_inside ? place_inside : place_anywhere)(&q, bv, dv, count, at);
      for (s32 column = 0, k = 0; column < q.width; column++) {
        Rgb sum = sums[column];
        for (const s32 end = k + n; k < end; k++) {
          if (at.index[k] == outside) continue;
          const Pixel *pixel = part + at.index[k];
          const u16x8 upper = channels_of_two(pixel), lower = channels_of_two(pixel + below);
          const Rgb above = plus(times(first_of(upper), at.w00[k]), times(second_of(upper), at.w01[k]));
          const Rgb more = plus(above, times(first_of(lower), at.w10[k]));
          sum = plus(sum, plus(more, times(second_of(lower), at.w11[k])));
        }
        sums[column] = sum;
      }
    }
    for (s32 column = 0; column < q.width; column++)
      write_pixel(&q, out, row, column, sums[column].rg[0], sums[column].rg[1], sums[column].b[0]);
  }
}
