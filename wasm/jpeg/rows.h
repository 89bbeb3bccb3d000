/**
 * Rows of pixels from the planes: chroma brought to the size of luma as libjpeg's "fancy" upsampling does, a
 * triangle filter, and colours to R, G, B.
 */
#ifndef SAMEFACE_JPEG_ROWS_H
#define SAMEFACE_JPEG_ROWS_H

#include "jpeg.h"

typedef enum { colour_grey, colour_ycc, colour_rgb, colour_cmyk, colour_ycck } Colour;

typedef struct {
  const Frame *frame;
  /** Scale in eighths: 1, 2, 4 or 8. */
  s32 eighths;
  Colour colour;
  /** Rectangle that is shown, in pixels of the whole photo at this scale. */
  Rectangle pixels;
  /** Room for `line_room` bytes of each component, and for `line_room` sums of 16 bits. */
  u8 *lines[most_components];
  s16 *sums;
} View;

INLINE u32 line_room(s32 width) { return (u32)width + 64; }

/** Writes row `y` of the view as R, G, B, 255, and up to 60 bytes beyond it. */
void show_row(const View *view, s32 y, u8 *rgba);

#endif
