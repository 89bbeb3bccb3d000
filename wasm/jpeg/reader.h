/**
 * The reader's calls, in their order for a photo:
 *
 *   jpegOpen    takes the file's length, reads up to the frame and fills the report
 *   jpegNotes   room for the notes of an earlier decode of the same file, which the caller fills; or none
 *   jpegDecode  makes planes of a part of the photo at a scale, and notes where in the file its parts lie
 *   jpegRows    pixels of some rows, as often as wanted
 *
 * While it opens and decodes it calls `readFile` (source.c) for pieces of the file, which stays the caller's.
 * Addresses are good until the next call but `jpegRows`, and none is where memory has run out.
 */
#ifndef SAMEFACE_JPEG_READER_H
#define SAMEFACE_JPEG_READER_H

#include "rows.h"

typedef struct {
  /** Size of the frame, px. */
  s32 width, height;
  s32 components, is_progressive;
  u8 *notes;
  /** Length of the notes that the last decode made, or 0. */
  u32 note_bytes;
} Report;

/** Samples of a component, in the rectangle from (left, top) to (right, bottom) of the whole photo's samples. */
typedef struct {
  const u8 *samples;
  s32 pitch, left, top, right, bottom;
} Plane;

s32 jpegOpen(u32 bytes);
u8 *jpegNotes(u32 bytes);
/** Decodes a rectangle in pixels of the scale n/8: `eighths` is 1, 2, 4 or 8. */
s32 jpegDecode(s32 eighths, s32 left, s32 top, s32 right, s32 bottom);
/** Samples of a component before conversion to colours, or null; for tests. */
const Plane *jpegPlane(s32 index);
/** RGBA of `count` rows from row `top` of the rectangle on. */
u8 *jpegRows(s32 top, s32 count);
const Report *jpegReport(void);

#endif
