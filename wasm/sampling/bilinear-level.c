/**
 * Bilinear samples along the raster's own axes, and their mean. The mean of a level grid of samples is a weighted mean of
 * columns, then of rows: each pixel is read once for every output column that it counts in, and not once for every
 * sample.
 */
#include "sampling.h"

/** Coordinate of the raster along one of the output: slope * output + shift, over `size` px. */
typedef struct { f64 slope, shift; s32 size; } Axis;

/** Weights of the raster's pixels along an axis in each output pixel: a run of `count` of them. */
typedef struct {
  s32 count;
  /** Each run's first pixel. */
  s32 *first;
  /** [output pixels][count]; samples outside the raster have none. */
  f64 *weights;
} Runs;

/** Both axes of a request: of the raster's rows across, and down. */
typedef struct { Axis across, down; s32 outputs, lines; } Axes;

static Axes axes_of(const Request *q) {
  if (is_swapped(q))
    return (Axes){{q->b, q->tx, q->raster_width}, {q->c, q->ty, q->raster_height}, q->height, q->width};
  return (Axes){{q->a, q->tx, q->raster_width}, {q->d, q->ty, q->raster_height}, q->width, q->height};
}

static s32 run_length(Axis axis, s32 samples) {
  const f64 span = (axis.slope < 0 ? -axis.slope : axis.slope) * (1 - 1.0 / samples);
  return (s32)smaller(axis.size, larger(3, __builtin_ceil(span) + 2));
}

u32 bilinear_level_scratch(void) {
  const Axes axes = axes_of(&request);
  const u32 across = (u32)run_length(axes.across, request.samples), down = (u32)run_length(axes.down, request.samples);
  const u32 outputs = (u32)axes.outputs, lines = (u32)axes.lines;
  return 8 * (outputs * (1 + across) + lines * (1 + down) + down + 1 + 4 * down * outputs);
}

static f64 *take(f64 **scratch, s32 count) {
  f64 *taken = *scratch;
  *scratch += count;
  return taken;
}

static Runs runs_of(Axis axis, s32 outputs, s32 samples, f64 **scratch) {
  const f64 step = 1.0 / samples;
  const s32 count = run_length(axis, samples);
  Runs runs = {count, (s32 *)take(scratch, outputs), take(scratch, outputs * count)};
  for (s32 output = 0; output < outputs; output++) {
    /* Pixel centres of the raster lie at +0.5. */
    const f64 begin = axis.slope * (output + 0.5 * step) + axis.shift - 0.5;
    const f64 end = axis.slope * (output + (1 - 0.5 * step)) + axis.shift - 0.5;
    const f64 start = larger(0, smaller(axis.size - count, __builtin_floor(smaller(begin, end))));
    f64 *weights = runs.weights + output * count;
    runs.first[output] = (s32)start;
    for (s32 k = 0; k < count; k++) weights[k] = 0;
    for (s32 i = 0; i < samples; i++) {
      const f64 place = axis.slope * (output + (i + 0.5) * step) + axis.shift - 0.5;
      if (!(place >= -0.5 && place <= axis.size - 0.5)) continue;
      const f64 inside = smaller(larger(place, 0), axis.size - 1);
      const f64 pixel = larger(0, smaller(__builtin_floor(inside), axis.size - 2));
      const s32 at = (s32)(pixel - start);
      weights[at] += 1 - (inside - pixel);
      if (axis.size > 1) weights[at + 1] += inside - pixel;
    }
  }
  return runs;
}

/** Writes the weighted sums of a row of the part for the outputs from `begin` to `end`. */
static void means_across(const Pixel *line, Runs runs, s32 left, s32 begin, s32 end, Rgb *means) {
  for (s32 output = begin; output < end; output++) {
    const Pixel *at = line + (runs.first[output] - left);
    const f64 *weights = runs.weights + output * runs.count;
    Rgb sum = {splat_f64(0), splat_f64(0)};
    for (s32 k = 0; k < runs.count; k++) sum = plus(sum, times(rgb_of(at + k), weights[k]));
    means[output] = sum;
  }
}

void bilinear_level(const Pixel *part, f32 *out, f64 *scratch) {
  const Request q = request;
  const Axes axes = axes_of(&q);
  const s32 outputs = axes.outputs, swapped = is_swapped(&q);
  const Runs across = runs_of(axes.across, outputs, q.samples, &scratch);
  const Runs down = runs_of(axes.down, axes.lines, q.samples, &scratch);
  const s32 count = down.count;
  /* Lines of the output that follow each other share rows of the raster, whose means across are kept. */
  s32 *kept = (s32 *)take(&scratch, count);
  Rgb *means = rgb_behind(scratch);
  for (s32 k = 0; k < count; k++) kept[k] = -1;
  const s32 begin = swapped ? q.from : 0, end = swapped ? q.to : outputs;
  for (s32 line = swapped ? 0 : q.from; line < (swapped ? q.width : q.to); line++) {
    const f64 *weights = down.weights + line * count;
    const s32 first = down.first[line];
    for (s32 k = 0; k < count; k++) {
      const s32 row = first + k, slot = row % count;
      if (kept[slot] == row || weights[k] == 0) continue;
      means_across(part + (row - q.top) * q.part_width, across, q.left, begin, end, means + slot * outputs);
      kept[slot] = row;
    }
    for (s32 output = begin; output < end; output++) {
      Rgb sum = {splat_f64(0), splat_f64(0)};
      /* Rows are added up two at a time. One without weight counts for nothing, and its slot may hold another. */
      for (s32 k = 0; k < count; k += 2) {
        Rgb pair = {splat_f64(0), splat_f64(0)};
        for (s32 i = k; i < k + 2 && i < count; i++)
          if (weights[i] != 0) pair = plus(pair, times(means[(first + i) % count * outputs + output], weights[i]));
        sum = plus(sum, pair);
      }
      if (swapped) write_pixel(&q, out, output, line, sum.rg[0], sum.rg[1], sum.b[0]);
      else write_pixel(&q, out, line, output, sum.rg[0], sum.rg[1], sum.b[0]);
    }
  }
}
