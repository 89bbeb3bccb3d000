#include "source.h"

/** Copies `count` bytes of the file from `at` on; the caller provides it. */
#ifdef __wasm__
__attribute__((import_module("file"), import_name("read")))
#endif
extern void readFile(u32 at, u8 *to, u32 count);

void begin_source(Source *source, u32 length) {
  source->length = length;
  source->from = source->to = 0;
}

static void fetch(Source *source, u32 at, u32 least) {
  const u32 wanted = least > piece_bytes ? least : piece_bytes, rest = source->length - at;
  const u32 count = wanted < rest ? wanted : rest;
  source->from = at, source->to = at + count;
  readFile(at, source->bytes, count);
}

const u8 *look_at(Source *source, u32 at, u32 count) {
  if (at < source->from || at > source->to || count > source->to - at) fetch(source, at, count);
  return source->bytes + (at - source->from);
}

const u8 *look_from(Source *source, u32 at, u32 *count) {
  if (at >= source->length) {
    *count = 0;
    return source->bytes;
  }
  if (at < source->from || at >= source->to) fetch(source, at, 1);
  *count = source->to - at;
  return source->bytes + (at - source->from);
}
