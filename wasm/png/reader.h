/**
 * The reader's calls, in their order for a photo:
 *
 *   pngRequest   where the caller, who has read the file's chunks, says what it wants
 *   pngOpen      begins the decode
 *   pngRows      makes the next few rows of the raster, all of them in their order, and calls `readData` (inflate.c)
 *                for what the image data hold
 *   pngMadeRows, pngPixels   how many rows those are, and where
 */
#ifndef SAMEFACE_PNG_READER_H
#define SAMEFACE_PNG_READER_H

#include "samples.h"

/** A photo, and the part of its raster that is wanted: right and bottom are outside. */
typedef struct {
  /** Size as stored, px. */
  u32 width, height;
  u32 is_interlaced;
  /** A pixel of the raster is the mean of so many pixels a side, fewer at the right and bottom edges. */
  u32 factor;
  u32 left, top, right, bottom;
  Format format;
} Request;

Request *pngRequest(void);
/** A status of bytes.h. */
s32 pngOpen(void);
/** A status; the last call also checks what follows the last row. */
s32 pngRows(void);
u32 pngMadeRows(void);
/** RGBA, good until the next call. */
const u8 *pngPixels(void);

#endif
