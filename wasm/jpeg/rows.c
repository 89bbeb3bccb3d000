#include "rows.h"

/** Index in the plane of column 0 of the whole photo's row `row`; column 0 itself may be outside of the plane. */
INLINE s32 row_index(const Component *c, s32 row) {
  const s32 top = c->blocks.top * c->size, bottom = least_s32(c->blocks.bottom * c->size, c->samples_high);
  row = least_s32(greatest_s32(row, top), bottom - 1);
  return (row - top) * c->pitch - c->blocks.left * c->size;
}

/** Columns of the plane that hold samples of the photo. */
INLINE s32 first_column(const Component *c) { return c->blocks.left * c->size; }
INLINE s32 last_column(const Component *c) { return least_s32(c->blocks.right * c->size, c->samples_wide) - 1; }

/**
 * Doubles the width: each sample gives two, of three parts of its own and one part of its neighbour's on that side.
 * With two rows, three parts of the nearer and one part of the farther are added first; `far` is negative where there
 * is one row.
 */
INLINE const u8 *widen(const Component *c, s32 near, s32 far, s32 is_flat, Rectangle pixels, s16 *sums, u8 *line) {
  const s32 begin = pixels.left >> 1, end = ((pixels.right - 1) >> 1) + 1;
  const s32 first = greatest_s32(begin - 1, first_column(c)), last = least_s32(end, last_column(c));
  // Column 0 would lie at this index; `begin` is aligned.
  const s32 zero = 8 - begin;
  for (s32 x = first; x <= last; x += 16) {
    const u8x16 a = load_u8x16(c->plane + (near + x));
    i16x8 low = widen_low_u8(a), high = widen_high_u8(a);
    if (!is_flat) {
      const u8x16 b = load_u8x16(c->plane + (far + x));
      low = low * splat_i16(3) + widen_low_u8(b), high = high * splat_i16(3) + widen_high_u8(b);
    }
    store_i16(sums + (zero + x), low), store_i16(sums + (zero + x + 8), high);
  }
  for (s32 x = begin - 1; x < first; x++) sums[zero + x] = sums[zero + first];
  for (s32 x = last + 1; x <= end; x++) sums[zero + x] = sums[zero + last];
  const s32 bits = is_flat ? 2 : 4;
  const i16x8 before = splat_i16(is_flat ? 1 : 8), behind = splat_i16(is_flat ? 2 : 7);
  for (s32 x = begin; x < end; x += 8) {
    const i16x8 own = load_i16(sums + (zero + x)) * splat_i16(3);
    const i16x8 even = (own + load_i16(sums + (zero + x - 1)) + before) >> bits;
    const i16x8 odd = (own + load_i16(sums + (zero + x + 1)) + behind) >> bits;
    store_u8x16(line + 2 * (x - begin), (u8x16)(even | odd << 8));
  }
  return line + (pixels.left - 2 * begin);
}

/** Doubles the height: three parts of the nearer row and one of the farther. */
static const u8 *heighten(const Component *c, s32 near, s32 far, s32 is_upper, Rectangle pixels, u8 *line) {
  for (s32 x = pixels.left; x < pixels.right; x++)
    line[x - pixels.left] = (u8)((3 * c->plane[near + x] + c->plane[far + x] + (is_upper ? 1 : 2)) >> 2);
  return line;
}

/**
 * Samples of a component in row `y`, one for each pixel. Samples that cannot be filtered are repeated, as in libjpeg.
 */
static const u8 *component_row(const View *view, s32 index, s32 y) {
  const Frame *f = view->frame;
  const Component *c = &f->components[index];
  const Rectangle pixels = view->pixels;
  u8 *line = view->lines[index];
  const s32 across = f->horizontal * view->eighths, own_across = c->horizontal * c->size;
  const s32 down = f->vertical * view->eighths, own_down = c->vertical * c->size;
  const s32 is_twice = across == 2 * own_across && c->samples_wide > 2;
  if (across == own_across && down == own_down) return c->plane + (row_index(c, y) + pixels.left);
  if (down == 2 * own_down && (across == own_across || is_twice)) {
    const s32 is_upper = y % 2 == 0, row = y / 2;
    const s32 near = row_index(c, row), far = row_index(c, is_upper ? row - 1 : row + 1);
    if (is_twice) return widen(c, near, far, 0, pixels, view->sums, line);
    return heighten(c, near, far, is_upper, pixels, line);
  }
  if (is_twice && down == own_down) return widen(c, row_index(c, y), 0, 1, pixels, view->sums, line);
  const s32 from = row_index(c, (s32)((u32)y * (u32)own_down / (u32)down)), last = last_column(c);
  for (s32 x = pixels.left; x < pixels.right; x++)
    line[x - pixels.left] = c->plane[from + least_s32((s32)((u32)x * (u32)own_across / (u32)across), last)];
  return line;
}

/** Stores 16 pixels of one byte a channel as 64 bytes. */
INLINE void store_rgba(u8 *to, u8x16 red, u8x16 green, u8x16 blue) {
  const u8x16 full = (u8x16)splat_i32(-1);
#define LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
  const i16x8 rg[2] = {(i16x8)LOW(red, green), (i16x8)HIGH(red, green)};
  const i16x8 ba[2] = {(i16x8)LOW(blue, full), (i16x8)HIGH(blue, full)};
  for (s32 i = 0; i < 2; i++) {
    store_i16(to + 32 * i, interleave_low_i16(rg[i], ba[i]));
    store_i16(to + 32 * i + 16, interleave_high_i16(rg[i], ba[i]));
  }
#undef LOW
#undef HIGH
}

/** Computes (a * first + b * second) / 2^16, rounded down, of 16 bits each. */
INLINE i16x8 weighed(i16x8 a, i16x8 b, s16 first, s16 second) {
  const i16x8 weights = pair_i16(first, second);
  return narrow_to_i16(dot_i16(interleave_low_i16(a, b), weights) >> 16,
                       dot_i16(interleave_high_i16(a, b), weights) >> 16);
}

typedef struct {
  i16x8 red, green, blue;
} Light;

/**
 * With Cb and Cr less 128, and constants of 16 bits of fraction rounded as libjpeg's are:
 *
 *   R = Y + (91881 Cr + 2^15) / 2^16                = Y + Cr + (26345 Cr + 2 * 2^14) / 2^16
 *   G = Y + (-22554 Cb - 46802 Cr + 2^15) / 2^16    = Y - Cr + (-22554 Cb + 18734 Cr + 2^15) / 2^16
 *   B = Y + (116130 Cb + 2^15) / 2^16               = Y + 2 Cb + (-14942 Cb + 2 * 2^14) / 2^16
 */
INLINE Light light_of(i16x8 y, i16x8 cb, i16x8 cr) {
  const i16x8 middle = splat_i16(128), two = splat_i16(2);
  cb -= middle, cr -= middle;
  const i16x8 weights = pair_i16(-22554, 18734);
  const i32x4 half = splat_i32(1 << 15);
  const i16x8 green = narrow_to_i16((dot_i16(interleave_low_i16(cb, cr), weights) + half) >> 16,
                                    (dot_i16(interleave_high_i16(cb, cr), weights) + half) >> 16);
  return (Light){y + cr + weighed(cr, two, 26345, 1 << 14), y - cr + green,
                 y + cb + cb + weighed(cb, two, -14942, 1 << 14)};
}

INLINE void show_ycc(const u8 *luma, const u8 *blue, const u8 *red, s32 width, u8 *to) {
  for (s32 x = 0; x < width; x += 16) {
    const u8x16 y = load_u8x16(luma + x), cb = load_u8x16(blue + x), cr = load_u8x16(red + x);
    const Light low = light_of(widen_low_u8(y), widen_low_u8(cb), widen_low_u8(cr));
    const Light high = light_of(widen_high_u8(y), widen_high_u8(cb), widen_high_u8(cr));
    store_rgba(to + 4 * x, narrow_to_u8(low.red, high.red), narrow_to_u8(low.green, high.green),
               narrow_to_u8(low.blue, high.blue));
  }
}

/**
 * Writes R, G, B from inks. Adobe stores inks as 255 for none, and so they are read with or without its marker. Each
 * channel is the light that its ink leaves times the light that black leaves.
 */
static void show_inks(const u8 *const lines[], s32 width, s32 is_ycck, u8 *to) {
  for (s32 x = 0; x < width; x++, to += 4) {
    s32 light[3] = {lines[0][x], lines[1][x], lines[2][x]};
    const s32 black = lines[3][x];
    if (is_ycck) {
      const s32 y = light[0], cb = light[1] - 128, cr = light[2] - 128;
      light[0] = 255 - limit_to_u8(y + ((91881 * cr + (1 << 15)) >> 16));
      light[1] = 255 - limit_to_u8(y + ((-22554 * cb - 46802 * cr + (1 << 15)) >> 16));
      light[2] = 255 - limit_to_u8(y + ((116130 * cb + (1 << 15)) >> 16));
    }
    for (s32 i = 0; i < 3; i++) to[i] = (u8)((light[i] * black + 127) / 255);
    to[3] = 255;
  }
}

void show_row(const View *view, s32 y, u8 *rgba) {
  const s32 width = view->pixels.right - view->pixels.left;
  const s32 count = view->colour == colour_grey ? 1 : view->frame->count;
  const u8 *lines[most_components] = {0};
  for (s32 i = 0; i < count; i++) lines[i] = component_row(view, i, view->pixels.top + y);
  if (view->colour == colour_ycc) {
    show_ycc(lines[0], lines[1], lines[2], width, rgba);
  } else if (view->colour == colour_cmyk || view->colour == colour_ycck) {
    show_inks(lines, width, view->colour == colour_ycck, rgba);
  } else {
    const s32 is_grey = view->colour == colour_grey;
    for (s32 x = 0; x < width; x += 16) {
      const u8x16 first = load_u8x16(lines[0] + x);
      store_rgba(rgba + 4 * x, first, is_grey ? first : load_u8x16(lines[1] + x), is_grey ? first : load_u8x16(lines[2] + x));
    }
  }
}
