/**
 * The file, of which one piece is in memory at a time. The reader's caller hands over the pieces, so that the file
 * itself lies in the caller's memory alone.
 */
#ifndef SAMEFACE_JPEG_SOURCE_H
#define SAMEFACE_JPEG_SOURCE_H

#include "jpeg.h"

#ifndef PIECE_BYTES
#define PIECE_BYTES (1 << 15)
#endif

/** Usual size of a piece, and the longest segment between markers, which is read as a whole. */
enum { piece_bytes = PIECE_BYTES, longest_look = 0xffff };

typedef struct {
  u32 length;
  /** File offsets of the current piece. */
  u32 from, to;
  u8 bytes[longest_look + 1];
} Source;

void begin_source(Source *source, u32 length);

/** Address of `count` bytes from `at` on, at most `longest_look` and all in the file. Good until the next look. */
const u8 *look_at(Source *source, u32 at, u32 count);

/** Address of the bytes from `at` on and, in `count`, their number; 0 at the file's end. Good until the next look. */
const u8 *look_from(Source *source, u32 at, u32 *count);

#endif
