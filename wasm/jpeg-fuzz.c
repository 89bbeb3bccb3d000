/**
 * Feeds mutated JPEG files to the reader under sanitizers, each buffer alone in memory:
 *
 *     jpeg-fuzz count seed file...
 *
 * Every file is mutated in turn. Ends with the number of decodes by status, or where a sanitizer speaks up; prints the
 * seed that it is at where the environment has FUZZ_TRACE.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpeg/reader.h"

enum { most_file_bytes = 8192, most_pixels = 1 << 20 };

static u64 state;
static u32 below(u32 limit) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return (u32)((state >> 33) % limit);
}

typedef struct {
  u8 bytes[most_file_bytes];
  u32 length;
} File;

static File *files;
static u32 file_count;

static u32 anywhere(u32 length) { return length == 0 ? 0 : below(below(3) == 0 && length > 700 ? 700 : length); }

static void insert(File *to, u32 at, const u8 *bytes, u32 count) {
  if (to->length + count > most_file_bytes) count = most_file_bytes - to->length;
  memmove(to->bytes + at + count, to->bytes + at, to->length - at);
  memcpy(to->bytes + at, bytes, count);
  to->length += count;
}

static void mutate(File *f) {
  static const u8 markers[] = {0xc0, 0xc1, 0xc2, 0xc4, 0xd0, 0xd1, 0xd3, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdd, 0xee, 1};
  const u32 at = anywhere(f->length), rest = f->length - at;
  const u32 count = 1 + below(64);
  const File *other = &files[below(file_count)];
  switch (below(9)) {
    case 0:
      for (u32 n = 1 + below(8); n > 0 && f->length > 0; n--) f->bytes[anywhere(f->length)] ^= (u8)(1 << below(8));
      break;
    case 1: f->length = at; break;
    case 2: memset(f->bytes + at, below(2) ? 0xff : (int)below(256), count < rest ? count : rest); break;
    case 3:
      memmove(f->bytes + at, f->bytes + at + (count < rest ? count : rest), rest - (count < rest ? count : rest));
      f->length -= count < rest ? count : rest;
      break;
    case 4: {
      const u32 from = anywhere(other->length), most = other->length - from, piece = 1 + below(600);
      u8 copy[600];
      const u32 size = piece < most ? piece : most;
      memcpy(copy, other->bytes + from, size < 600 ? size : 600);
      insert(f, at, copy, size < 600 ? size : 600);
      break;
    }
    case 5: {
      u8 copy[64];
      memcpy(copy, f->bytes + at, count < rest ? count : rest);
      for (u32 n = 1 + below(8); n > 0; n--) insert(f, at, copy, count < rest ? count : rest);
      break;
    }
    case 6: {
      const u8 marker[4] = {0xff, markers[below(sizeof markers)], 0, (u8)below(20)};
      insert(f, at, marker, below(2) ? 2 : 4);
      break;
    }
    case 7:
      for (u32 i = 0; i + 11 < f->length; i++)
        if (f->bytes[i] == 0xff && f->bytes[i + 1] >= 0xc0 && f->bytes[i + 1] <= 0xc2) {
          f->bytes[i + 5 + 2 * below(2)] = (u8)below(4), f->bytes[i + 6 + 2 * below(2)] = (u8)below(256);
          if (below(2)) f->bytes[i + 11] = (u8)((1 + below(4)) << 4 | (1 + below(4)));
          break;
        }
      break;
    default:
      if (rest > 0) f->bytes[at] = (u8)below(256);
  }
}

/** The file at hand, alone in memory. */
static u8 *file;

void readFile(u32 at, u8 *to, u32 count) { memcpy(to, file + at, count); }

static void run(const File *f, u32 counts[8]) {
  free(file);
  file = malloc(f->length + (f->length == 0));
  memcpy(file, f->bytes, f->length);
  const s32 opened = jpegOpen(f->length);
  if (opened != status_ok) {
    counts[opened]++;
    return;
  }
  const Report *report = jpegReport();
  if ((u64)report->width * (u64)report->height > most_pixels) return;
  const s32 first = 1 << below(4), wide = divide_up(report->width * first, 8), high = divide_up(report->height * first, 8);
  s32 status = jpegDecode(first, 0, 0, wide, high);
  counts[status]++;
  if (status != status_ok) return;
  jpegRows(0, high);
  // The caller keeps the notes of an overview elsewhere, and gives them back, at times damaged.
  const u32 bytes = report->note_bytes;
  u8 *kept = malloc(bytes + 1);
  if (bytes > 0) memcpy(kept, report->notes, bytes);
  if (bytes > 0 && below(4) == 0) kept[below(bytes)] ^= (u8)(1 << below(8));
  u8 *notes = jpegNotes(bytes);
  if (bytes > 0) memcpy(notes, kept, bytes);
  free(kept);
  const s32 then = 1 << below(4), to_wide = divide_up(report->width * then, 8), to_high = divide_up(report->height * then, 8);
  const s32 left = (s32)below((u32)to_wide), top = (s32)below((u32)to_high);
  const s32 right = left + 1 + (s32)below((u32)(to_wide - left)), bottom = top + 1 + (s32)below((u32)(to_high - top));
  status = jpegDecode(then, left, top, right, bottom);
  counts[status]++;
  if (status == status_ok) jpegRows(0, bottom - top);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  const u32 count = (u32)strtoul(argv[1], 0, 10), seed = (u32)strtoul(argv[2], 0, 10);
  files = calloc((size_t)argc, sizeof *files);
  for (int i = 3; i < argc; i++) {
    FILE *in = fopen(argv[i], "rb");
    if (!in) return 2;
    File *f = &files[file_count];
    f->length = (u32)fread(f->bytes, 1, most_file_bytes, in);
    if (f->length < most_file_bytes) file_count++;
    fclose(in);
  }
  if (file_count == 0) return 2;
  const int traced = getenv("FUZZ_TRACE") != 0;
  u32 counts[8] = {0};
  for (u32 i = 0; i < count; i++) {
    state = ((u64)seed + i) * 0x9e3779b97f4a7c15ull;
    if (traced) fprintf(stderr, "%u\n", seed + i);
    static File f;
    f = files[i % file_count];
    for (u32 n = 1 + below(3); n > 0; n--) mutate(&f);
    run(&f, counts);
  }
  jpegOpen(0);
  free(file);
  printf("%u files, seeds %u to %u: ok %u, missing %u, damaged %u, unsupported %u, no memory %u\n", count, seed,
         seed + count - 1, counts[0], counts[1], counts[2], counts[3], counts[4]);
  return 0;
}
