/**
 * Feeds mutated streams to the PNG reader under sanitizers, each buffer alone in memory:
 *
 *     png-fuzz count seed file...
 *
 * A file is six words of 32 bits (width, height, 1 if interlaced, samples of a pixel, bits of a sample, 1 if one
 * colour is transparent) and a zlib stream. Only the stream is mutated, since the words were checked before; the part
 * and the scale that are asked for are drawn. Ends with the number of decodes by status, or where a sanitizer speaks up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "png/reader.h"

enum { most_bytes = 8192, head_bytes = 24 };

static u64 state;
static u32 below(u32 limit) {
  state = state * 6364136223846793005ull + 1442695040888963407ull;
  return (u32)((state >> 33) % limit);
}

typedef struct {
  u32 head[6];
  u8 bytes[most_bytes];
  u32 length;
} File;

static File *files;
static u32 file_count;

/** The stream that is read, in pieces of drawn lengths, and how much of it was. */
static const File *current;
static u32 read_bytes;

extern u32 readData(u8 *to, u32 count);
u32 readData(u8 *to, u32 count) {
  const u32 rest = current->length - read_bytes;
  u32 part = count < rest ? count : rest;
  if (part > 1 && below(2)) part = 1 + below(part);
  memcpy(to, current->bytes + read_bytes, part);
  read_bytes += part;
  return part;
}

static void mutate(File *f) {
  const u32 at = f->length == 0 ? 0 : below(below(3) == 0 && f->length > 100 ? 100 : f->length);
  const u32 rest = f->length - at, drawn = 1 + below(40), count = drawn < rest ? drawn : rest;
  const File *other = &files[below(file_count)];
  switch (below(6)) {
    case 0:
      for (u32 n = 1 + below(6); n > 0 && f->length > 0; n--) f->bytes[below(f->length)] ^= (u8)(1 << below(8));
      break;
    case 1: f->length = at; break;
    case 2: memset(f->bytes + at, below(2) ? 0xff : (int)below(256), count); break;
    case 3:
      memmove(f->bytes + at, f->bytes + at + count, rest - count);
      f->length -= count;
      break;
    case 4: {
      const u32 from = other->length == 0 ? 0 : below(other->length);
      u32 size = other->length - from;
      if (size > most_bytes - at) size = most_bytes - at;
      memcpy(f->bytes + at, other->bytes + from, size);
      f->length = at + size;
      break;
    }
    default: break;
  }
}

static u32 decode(const File *f) {
  Request *request = pngRequest();
  memset(request, 0, sizeof *request);
  request->width = f->head[0], request->height = f->head[1], request->is_interlaced = f->head[2];
  request->format.channels = f->head[3], request->format.depth = f->head[4], request->format.has_key = f->head[5];
  const u32 longest = request->width > request->height ? request->width : request->height;
  request->factor = 1 + below(below(2) ? 4 : longest);
  const u32 right = (request->width - 1) / request->factor + 1, bottom = (request->height - 1) / request->factor + 1;
  request->left = below(2) ? 0 : below(right), request->top = below(2) ? 0 : below(bottom);
  request->right = request->left + 1 + below(right - request->left);
  request->bottom = below(2) ? bottom : request->top + 1 + below(bottom - request->top);
  current = f, read_bytes = 0;
  s32 status = pngOpen();
  u32 sum = 0;
  for (u32 row = request->top; status == status_ok && row < request->bottom; row += pngMadeRows()) {
    status = pngRows();
    const u32 bytes = status == status_ok ? 4 * pngMadeRows() * (request->right - request->left) : 0;
    for (u32 i = 0; i < bytes; i++) sum += pngPixels()[i];
  }
  // The sum is used, so that every pixel is read.
  return sum == 1 ? 8 : (u32)status;
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  file_count = (u32)count - 3;
  files = calloc(file_count, sizeof(File));
  for (u32 i = 0; i < file_count; i++) {
    FILE *file = fopen(arguments[i + 3], "rb");
    if (file == 0 || fread(files[i].head, 1, head_bytes, file) != head_bytes) return 2;
    files[i].length = (u32)fread(files[i].bytes, 1, most_bytes, file);
    fclose(file);
  }
  const u64 inputs = strtoull(arguments[1], 0, 10), first = strtoull(arguments[2], 0, 10);
  u64 ended[9] = {0};
  for (u64 seed = first; seed < first + inputs; seed++) {
    state = seed * 0x9e3779b97f4a7c15ull;
    File mutant = files[below(file_count)];
    for (u32 n = below(4); n > 0; n--) mutate(&mutant);
    ended[decode(&mutant)]++;
  }
  printf("ok %llu, rows missing %llu, damaged %llu\n", ended[status_ok], ended[status_missing], ended[status_damaged]);
  return 0;
}
