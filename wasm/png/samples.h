/** From a line's samples to RGB of 8 bits on white. */
#ifndef SAMEFACE_PNG_SAMPLES_H
#define SAMEFACE_PNG_SAMPLES_H

#include "bytes.h"

typedef struct {
  /** Samples of a pixel, 1 to 4: grey or an index, with alpha, RGB, with alpha. Bits of a sample: 1, 2, 4, 8 or 16. */
  u32 channels, depth;
  /** True where pixels with the colour `key` are transparent. */
  u32 has_key;
  u16 key[4];
  /** RGB on white of each index, or of each grey of up to 8 bits. */
  u8 colours[3 * 256];
} Format;

/** Writes RGB of the pixels from `first` up to `end` of a line; returns where they are, which may be the line itself. */
const u8 *read_pixels(const Format *format, const u8 *line, u32 first, u32 end, u8 *rgb);

#endif
