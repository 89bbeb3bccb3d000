#include "reader.h"

#include "filters.h"
#include "inflate.h"
#include "../readers/memory.h"

enum {
  /** Rows whose bytes a sum of 16 bits holds. */
  most_summed = 257,
  /** Blocks that any stream may have. */
  least_blocks = 4096,
  /** Bytes of a raster's rows that are handed over at a time. */
  pixel_bytes = 1 << 16,
};

static Request request;
static u8 *raw, *line, *above, *rgb, *pixels;
/** Sums over rows, by column and colour, of the part's columns at full size. */
static u16 *columns;
static u32 summed;
/** Sums of boxes: a row of the part, or all of it where passes arrive out of order. */
static u32 *boxes;
/** Next row of the photo to read, and of the part to write; rows that the last call made. */
static u32 next_row, next_out, made_rows;

/** Adam7, PNG 8.1: where passes begin and how far apart their pixels lie. */
static const struct {
  u8 x, y, dx, dy;
} passes[7] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

EXPORT(pngRequest) Request *pngRequest(void) { return &request; }
EXPORT(pngPixels) const u8 *pngPixels(void) { return pixels; }
EXPORT(pngMadeRows) u32 pngMadeRows(void) { return made_rows; }

static u32 bits_per_pixel(void) { return request.format.channels * request.format.depth; }
static u32 line_bytes(u32 width) { return (u32)(((u64)width * bits_per_pixel() + 7) >> 3); }
static u32 out_width(void) { return request.right - request.left; }
/** Columns and rows at full size that the part shows. */
static u32 first_column(void) { return request.left * request.factor; }
static u32 end_column(void) { return (u32)((u64)request.right * request.factor < request.width ? request.right * request.factor : request.width); }
static u32 first_row(void) { return request.top * request.factor; }
static u32 end_row(void) { return (u32)((u64)request.bottom * request.factor < request.height ? request.bottom * request.factor : request.height); }

/** Returns the number of rows that are worth a call: one where rows are long. */
static u32 rows_at_a_time(void) {
  const u32 rows = pixel_bytes / 4 / out_width();
  return rows == 0 ? 1 : rows < request.bottom - request.top ? rows : request.bottom - request.top;
}
EXPORT(pngOpen) s32 pngOpen(void) {
  release_memory(0);
  const u32 bytes = line_bytes(request.width), shown = end_column() - first_column();
  const u32 rows = request.is_interlaced ? request.bottom - request.top : 1;
  const u64 box_bytes = (u64)rows * out_width() * 3 * sizeof(u32);
  // Encoders put thousands of bytes into a block, or a few blocks into each row.
  begin_inflate((u32)(least_blocks + 8 * (u64)request.height + (u64)bytes * request.height / 256));
  raw = take_memory((u64)1 + bytes + line_slack);
  line = take_memory((u64)bytes + line_slack);
  above = take_memory((u64)bytes + line_slack);
  rgb = take_memory((u64)3 * request.width + line_slack);
  columns = take_memory(sizeof(u16) * ((u64)3 * shown + line_slack));
  boxes = take_memory(box_bytes);
  pixels = take_memory((u64)4 * out_width() * rows_at_a_time());
  if (!raw || !line || !above || !rgb || !columns || !boxes || !pixels) return status_no_memory;
  clear_bytes(above, bytes + line_slack);
  clear_bytes(columns, sizeof(u16) * 3 * shown);
  clear_bytes(boxes, (u32)box_bytes);
  summed = next_row = next_out = 0;
  return status_ok;
}

/** The next line of a row or pass of `width` pixels, its filter undone, in `above`. */
static s32 read_line(u32 width) {
  const u32 bytes = line_bytes(width), bits = bits_per_pixel();
  u32 copied;
  const s32 status = inflate_bytes(raw, 1 + bytes, &copied);
  if (status != status_ok) return status;
  if (!undo_filter(raw[0], raw + 1, above, line, bytes, bits < 8 ? 1 : bits >> 3)) return status_damaged;
  u8 *last = above;
  above = line, line = last;
  return status_ok;
}

/** Adds the summed rows to the boxes' sums. */
static void add_columns(void) {
  const u32 factor = request.factor, count = end_column() - first_column();
  const u16 *column = columns;
  for (u32 box = 0, x = 0; x < count; box++) {
    const u32 end = least_u32(x + factor, count);
    u32 red = 0, green = 0, blue = 0;
    for (; x < end; x++, column += 3) red += column[0], green += column[1], blue += column[2];
    boxes[3 * box] += red, boxes[3 * box + 1] += green, boxes[3 * box + 2] += blue;
  }
  clear_bytes(columns, sizeof(u16) * 3 * count);
  summed = 0;
}

static void add_row(const u8 *from, u32 count) {
  if (summed == most_summed) add_columns();
  u32 i = 0;
  for (; i + 8 <= 3 * count; i += 8) {
    u16x8_unaligned *sum = (u16x8_unaligned *)(columns + i);
    *sum += __builtin_convertvector(load_u8x8(from + i), u16x8);
  }
  for (; i < 3 * count; i++) columns[i] = (u16)(columns[i] + from[i]);
  summed++;
}

static u32 least_side(u32 at, u32 full) {
  const u64 end = (u64)(at + 1) * request.factor;
  return end <= full ? request.factor : full - at * request.factor;
}

/** Means of a row of boxes, row `row` of the whole raster, rounded. */
static void write_means(u32 row, const u32 *sums, u8 *to) {
  const u32 rows = least_side(row, request.height);
  for (u32 i = 0; i < out_width(); i++, sums += 3, to += 4) {
    const double scale = 1.0 / ((double)rows * least_side(request.left + i, request.width));
    for (u32 c = 0; c < 3; c++) to[c] = (u8)(sums[c] * scale + 0.5);
    to[3] = 255;
  }
}

static void write_opaque(const u8 *from, u32 count, u8 *to) {
  for (u32 i = 0; i < count; i++, from += 3, to += 4) to[0] = from[0], to[1] = from[1], to[2] = from[2], to[3] = 255;
}

/** The next row of the raster, from rows that arrive in their order. */
static s32 make_row(u8 *to) {
  const u32 first = first_column(), end = end_column();
  const u32 row = request.top + next_out, from = row * request.factor, until = from + least_side(row, request.height);
  for (; next_row < until; next_row++) {
    const s32 status = read_line(request.width);
    if (status != status_ok) return status;
    if (next_row < from) continue;
    const u8 *shown = read_pixels(&request.format, above, first, end, rgb);
    if (request.factor == 1) write_opaque(shown, end - first, to);
    else add_row(shown, end - first);
  }
  if (request.factor == 1) return status_ok;
  add_columns();
  write_means(row, boxes, to);
  clear_bytes(boxes, sizeof(u32) * 3 * out_width());
  return status_ok;
}

/** Adds a row of a pass to the boxes that its pixels lie in. */
static void scatter(const u8 *from, u32 x, u32 dx, u32 y, u32 count) {
  const u32 factor = request.factor, first = first_column(), end = end_column();
  const u32 skipped = first > x ? divide_up(first - x, dx) : 0;
  x += skipped * dx, from += 3 * skipped;
  u32 column = x / factor, next = (column + 1) * factor;
  u32 *row = boxes + (u64)(y / factor - request.top) * out_width() * 3;
  for (u32 i = skipped; i < count && x < end; i++, x += dx, from += 3) {
    for (; x >= next; next += factor) column++;
    u32 *box = row + 3 * (column - request.left);
    box[0] += from[0], box[1] += from[1], box[2] += from[2];
  }
}

static s32 read_passes(void) {
  for (u32 i = 0; i < 7; i++) {
    const u32 x = passes[i].x, y = passes[i].y, dx = passes[i].dx, dy = passes[i].dy;
    if (x >= request.width || y >= request.height) continue;
    const u32 width = divide_up(request.width - x, dx);
    clear_bytes(above, line_bytes(width) + line_slack);
    for (u32 row = y; row < request.height; row += dy) {
      const s32 status = read_line(width);
      if (status != status_ok) return status;
      if (row >= first_row() && row < end_row())
        scatter(read_pixels(&request.format, above, 0, width, rgb), x, dx, row, width);
    }
  }
  return status_ok;
}

static s32 is_complete(void) { return request.is_interlaced || request.bottom * (u64)request.factor >= request.height; }

EXPORT(pngRows) s32 pngRows(void) {
  if (request.is_interlaced && next_out == 0) {
    const s32 status = read_passes();
    if (status != status_ok) return status;
  }
  const u32 height = request.bottom - request.top;
  for (made_rows = 0; made_rows < rows_at_a_time() && next_out < height; made_rows++, next_out++) {
    u8 *to = pixels + (u64)4 * out_width() * made_rows;
    if (request.is_interlaced) {
      write_means(request.top + next_out, boxes + (u64)next_out * out_width() * 3, to);
      continue;
    }
    const s32 status = make_row(to);
    if (status != status_ok) return status;
  }
  return next_out == height && is_complete() ? finish_inflate() : status_ok;
}
