/** Filters of a PNG's lines (PNG, third edition, 9). */
#ifndef SAMEFACE_PNG_FILTERS_H
#define SAMEFACE_PNG_FILTERS_H

#include "bytes.h"

/** Bytes that may be read and written beyond a line. */
enum { line_slack = 16 };

/**
 * Undoes filter `type` of `raw`, `count` bytes, into `line`; `above` is the line before it, or zeros. `distance` is that
 * of the pixel before: 1, 2, 3, 4, 6 or 8 bytes. False where the type is not defined.
 */
s32 undo_filter(u32 type, const u8 *raw, const u8 *above, u8 *line, u32 count, u32 distance);

#endif
