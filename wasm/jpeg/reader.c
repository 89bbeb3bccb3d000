#include "reader.h"
#include "../readers/memory.h"
#include "scans/scans.h"

/** Head of the notes: the number of the first place of each scan, or `no_places`. */
typedef struct {
  u32 first[most_indexed_scans];
} NoteHead;

enum { no_places = 0xffffffffu, longest_file = 1 << 28, most_plane_bytes = 1 << 29 };

static Walk walk;
static View view;
static Report report;
static Plane plane;
static Source source;
static s32 is_open;
static u32 after_notes, after_planes;
static u8 *known_notes;
static u32 known_bytes;
static s32 is_decoded;

EXPORT(jpegReport) const Report *jpegReport(void) { return &report; }

EXPORT(jpegOpen) s32 jpegOpen(u32 bytes) {
  is_open = is_decoded = 0, known_bytes = 0;
  release_memory(0);
  report = (Report){0};
  if (bytes > longest_file) return status_no_memory;
  begin_source(&source, bytes);
  begin_walk(&walk, &source);
  const s32 status = walk_to_frame(&walk);
  if (status != status_ok) return status == status_end ? status_damaged : status;
  report.width = walk.frame.width, report.height = walk.frame.height;
  report.components = walk.frame.count, report.is_progressive = walk.frame.progressive;
  is_open = 1;
  return status_ok;
}

EXPORT(jpegNotes) u8 *jpegNotes(u32 bytes) {
  if (!is_open) return 0;
  release_memory(0);
  is_decoded = 0, known_bytes = 0;
  known_notes = take_memory(bytes);
  after_notes = mark_memory();
  if (known_notes != 0) known_bytes = bytes;
  return known_notes;
}

/** libjpeg's rule (its default_decompress_parms), a fourth channel aside. */
static Colour colour_of(const Walk *w) {
  const Component *c = w->frame.components;
  if (w->frame.count < 3) return colour_grey;
  if (w->frame.count == 4) return w->adobe_transform > 0 ? colour_ycck : colour_cmyk;
  if (w->has_jfif) return colour_ycc;
  if (w->adobe_transform >= 0) return w->adobe_transform == 0 ? colour_rgb : colour_ycc;
  return c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B' ? colour_rgb : colour_ycc;
}

/** MCUs that contain the pixels of a rectangle and their neighbours in chroma. */
static Rectangle mcus_under(Rectangle pixels, const Frame *f, s32 eighths) {
  const s32 wide = f->horizontal * eighths, high = f->vertical * eighths, margin = 4;
  return (Rectangle){
      .left = greatest_s32(0, pixels.left - margin) / wide,
      .top = greatest_s32(0, pixels.top - margin) / high,
      .right = least_s32(f->mcus_wide, divide_up(pixels.right + margin, wide)),
      .bottom = least_s32(f->mcus_high, divide_up(pixels.bottom + margin, high)),
  };
}

/** Side of a block in samples: larger than the scale asks for where that spares upsampling, as in libjpeg. */
static s32 block_size(const Component *c, const Frame *f, s32 eighths) {
  s32 size = eighths;
  while (eighths > 1 && size < 8 && f->horizontal * eighths % (c->horizontal * size * 2) == 0 &&
         f->vertical * eighths % (c->vertical * size * 2) == 0)
    size *= 2;
  return size;
}

/** Takes memory filled with `value`; null where there is no room. */
static void *take_filled(u64 bytes, u8 value) {
  u8 *at = bytes <= most_plane_bytes ? take_memory(bytes) : 0;
  if (at != 0) fill_bytes(at, value, (u32)bytes);
  return at;
}

/** Bytes behind a plane: vectors read up to 15 bytes beyond those that they use. */
enum { plane_slack = 32 };

static s32 make_room(Component *c, Frame *f, Rectangle mcus, s32 eighths) {
  c->size = block_size(c, f, eighths);
  c->samples_wide = divide_up(f->width * c->horizontal * c->size, f->horizontal * 8);
  c->samples_high = divide_up(f->height * c->vertical * c->size, f->vertical * 8);
  c->blocks.left = mcus.left * c->horizontal, c->blocks.right = mcus.right * c->horizontal;
  c->blocks.top = mcus.top * c->vertical, c->blocks.bottom = mcus.bottom * c->vertical;
  const u64 wide = (u64)(c->blocks.right - c->blocks.left), high = (u64)(c->blocks.bottom - c->blocks.top);
  c->pitch = (s32)wide * c->size;
  c->dc = 0, c->coefficients = 0, c->nonzero = 0;
  c->plane = take_filled(wide * high * (u64)(c->size * c->size) + plane_slack, 128);
  if (c->plane == 0) return 0;
  if (!f->progressive) return 1;
  if (eighths == 1) {
    c->dc = take_filled(wide * high * sizeof *c->dc, 0);
    return c->dc != 0;
  }
  c->coefficients = take_filled(wide * high * 64 * sizeof *c->coefficients, 0);
  c->nonzero = take_filled((u64)c->padded_wide * (u64)c->blocks.bottom * sizeof *c->nonzero, 0);
  return c->coefficients != 0 && c->nonzero != 0;
}

/** Number of places of a sequential file, however its components are divided among scans. */
static u64 most_places(const Frame *f) {
  u64 alone = 0;
  for (s32 i = 0; i < f->count; i++) {
    const Component *c = &f->components[i];
    alone += (u64)divide_up(c->blocks_wide, place_spacing) * (u64)c->blocks_high;
  }
  return alone + (u64)divide_up(f->mcus_wide, place_spacing) * (u64)f->mcus_high;
}

/** Finds this scan's places among the known ones; false where they are missing. */
static s32 find_places(const Scan *scan, s32 number, ScanIndex *index) {
  if (number >= most_indexed_scans || known_bytes < sizeof(NoteHead)) return 0;
  const u32 first = ((const NoteHead *)known_notes)->first[number];
  const u32 count = (known_bytes - sizeof(NoteHead)) / sizeof(Place);
  index->in_row = places_in_row(scan);
  const u32 wanted = (u32)index->in_row * (u32)scan->height;
  if (first > count || wanted > count - first) return 0;
  index->places = (Place *)(known_notes + sizeof(NoteHead)) + first;
  return 1;
}

typedef struct {
  NoteHead *head;
  u32 room, used;
} Notebook;

static s32 open_page(Notebook *book, const Scan *scan, s32 number, ScanIndex *index) {
  if (book->head == 0 || number >= most_indexed_scans) return 0;
  index->in_row = places_in_row(scan);
  const u32 wanted = (u32)index->in_row * (u32)scan->height;
  if (wanted > book->room - book->used) return 0;
  index->places = (Place *)(book->head + 1) + book->used;
  book->head->first[number] = book->used;
  book->used += wanted;
  return 1;
}

static s32 all_coded(const Frame *f) {
  for (s32 i = 0; i < f->count; i++)
    if (!f->components[i].is_coded) return 0;
  return 1;
}

/** Reads scan after scan until nothing is missing, or to the end of a progressive file. */
static s32 read_scans(s32 eighths, Rectangle mcus, u8 *window, u32 *ahead, Notebook *book) {
  Frame *f = &walk.frame;
  for (s32 number = 0;; number++) {
    if (!f->progressive && all_coded(f)) return status_ok;
    Scan scan;
    s32 status = walk_to_scan(&walk, &scan);
    if (status == status_end) return all_coded(f) ? status_ok : status_missing;
    if (status != status_ok) return status;
    if (f->progressive && eighths == 1 && scan.first != 0) continue;
    ScanIndex known, note;
    ScanJob job = {.walk = &walk, .scan = &scan, .window = window, .ahead = ahead, .region = mcus, .behind = &walk.at};
    if (!f->progressive && find_places(&scan, number, &known)) job.known = &known;
    else if (!f->progressive && open_page(book, &scan, number, &note)) job.note = &note;
    if (f->progressive) status = eighths == 1 ? read_dc(&job) : read_coefficients(&job);
    else status = eighths == 1 ? read_means(&job) : read_samples(&job);
    if (status != status_ok) return status;
  }
}

static s32 decode(s32 eighths, Rectangle pixels) {
  begin_walk(&walk, &source);
  s32 status = walk_to_frame(&walk);
  if (status != status_ok) return status == status_end ? status_damaged : status;
  Frame *f = &walk.frame;
  const s32 wide = divide_up(f->width * eighths, 8), high = divide_up(f->height * eighths, 8);
  if (pixels.left < 0 || pixels.top < 0 || pixels.left >= pixels.right || pixels.top >= pixels.bottom ||
      pixels.right > wide || pixels.bottom > high)
    return status_damaged;

  const Rectangle whole = {0, 0, f->mcus_wide, f->mcus_high};
  const Rectangle mcus = eighths == 1 ? whole : mcus_under(pixels, f, eighths);
  Notebook book = {0};
  // A caller that reads the whole photo at less than its size may ask for a part later. Places are noted in all rows or
  // in none.
  if (known_bytes == 0 && eighths < 8 && !f->progressive && mcus.bottom == f->mcus_high) {
    const u64 room = most_places(f);
    book.head = take_memory(sizeof(NoteHead) + room * sizeof(Place));
    if (book.head == 0) return status_no_memory;
    book.room = (u32)room;
    for (s32 i = 0; i < most_indexed_scans; i++) book.head->first[i] = no_places;
  }
  view = (View){.frame = f, .eighths = eighths, .pixels = pixels};
  const u32 room = line_room(pixels.right - pixels.left);
  for (s32 i = 0; i < f->count; i++) {
    if (!make_room(&f->components[i], f, mcus, eighths)) return status_no_memory;
    view.lines[i] = take_filled(room, 0);
    if (view.lines[i] == 0) return status_no_memory;
  }
  view.sums = take_filled(room * sizeof *view.sums, 0);
  after_planes = mark_memory();
  u8 *window = take_memory(window_bytes + window_slack);
  u32 *ahead = take_memory(eighths == 1 && !f->progressive ? ahead_bytes : 0);
  if (view.sums == 0 || window == 0 || ahead == 0) return status_no_memory;

  status = read_scans(eighths, mcus, window, ahead, &book);
  if (status != status_ok) return status;
  if (f->progressive && eighths == 1) show_means(f);
  if (f->progressive && eighths > 1) show_coefficients(f);
  view.colour = colour_of(&walk);
  release_memory(after_planes);
  report.notes = (u8 *)book.head;
  report.note_bytes = book.used > 0 ? (u32)(sizeof(NoteHead) + book.used * sizeof(Place)) : 0;
  return status_ok;
}

EXPORT(jpegDecode) s32 jpegDecode(s32 eighths, s32 left, s32 top, s32 right, s32 bottom) {
  if (!is_open) return status_damaged;
  if (eighths != 1 && eighths != 2 && eighths != 4 && eighths != 8) return status_unsupported;
  release_memory(known_bytes == 0 ? 0 : after_notes);
  report.notes = 0, report.note_bytes = 0;
  const s32 status = decode(eighths, (Rectangle){left, top, right, bottom});
  is_decoded = status == status_ok;
  return status;
}

EXPORT(jpegPlane) const Plane *jpegPlane(s32 index) {
  if (!is_decoded || index < 0 || index >= walk.frame.count) return 0;
  const Component *c = &walk.frame.components[index];
  const s32 left = c->blocks.left * c->size, top = c->blocks.top * c->size;
  plane = (Plane){c->plane, c->pitch, left, top, least_s32(c->blocks.right * c->size, c->samples_wide),
                  least_s32(c->blocks.bottom * c->size, c->samples_high)};
  return &plane;
}

EXPORT(jpegRows) u8 *jpegRows(s32 top, s32 count) {
  const s32 width = view.pixels.right - view.pixels.left, height = view.pixels.bottom - view.pixels.top;
  if (!is_decoded || top < 0 || count < 1 || top > height - count) return 0;
  release_memory(after_planes);
  u8 *rows = take_memory((u64)width * 4 * (u64)count + 64);
  for (s32 y = 0; rows != 0 && y < count; y++) show_row(&view, top + y, rows + (u64)y * 4 * (u64)width);
  return rows;
}
