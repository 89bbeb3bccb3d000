/**
 * The inverse DCT of libjpeg's "islow", and its shortened ones for blocks of 4 and 2 samples: the same integers,
 * two passes with 13 bits of fraction in the constants and 2 kept in between.
 *
 * @param block dequantized coefficients in natural order
 * @param to the block's first sample, in a plane of `pitch` bytes a row
 */
#ifndef SAMEFACE_JPEG_IDCT_H
#define SAMEFACE_JPEG_IDCT_H

#include "jpeg.h"

/**
 * Writes a block's samples. `size` is 1, 2, 4 or 8; `last` is the zigzag index of the last coefficient that may not
 * be 0.
 */
void show_block(const s16 *block, s32 last, s32 size, u8 *to, s32 pitch);

#endif
