#include "filters.h"

INLINE i16x8 absolute(i16x8 x) { return __builtin_elementwise_abs(x); }
INLINE i16x8 smaller(i16x8 a, i16x8 b) { return __builtin_elementwise_min(a, b); }
INLINE i16x8 choose(i16x8 mask, i16x8 yes, i16x8 no) { return (mask & yes) | (~mask & no); }

/** PNG 9.4: the nearest of left, above and upper left to left + above - upper left, in this order. */
INLINE i16x8 predict(i16x8 left, i16x8 up, i16x8 corner) {
  const i16x8 from_corner = up - corner, along = left - corner;
  const i16x8 to_left = absolute(from_corner), to_up = absolute(along), to_corner = absolute(from_corner + along);
  const i16x8 nearest = smaller(to_corner, smaller(to_left, to_up));
  return choose(nearest == to_left, left, choose(nearest == to_up, up, corner));
}

/**
 * Eight bytes from a pixel on go through at once, and those of the next pixels are written again by it: so every
 * distance up to 8 is one loop.
 */
INLINE void undo_along(u32 type, const u8 *raw, const u8 *above, u8 *line, u32 count, u32 distance) {
  i16x8 left = {0}, corner = {0};
  const i16x8 byte = {255, 255, 255, 255, 255, 255, 255, 255};
  for (u32 i = 0; i < count; i += distance) {
    const i16x8 up = load_words(above + i);
    const i16x8 predicted = type == 1 ? left : type == 3 ? (left + up) >> 1 : predict(left, up, corner);
    left = (load_words(raw + i) + predicted) & byte;
    corner = up;
    store_u8x8(line + i, __builtin_convertvector(left, u8x8));
  }
}

#define FOR_DISTANCE(n) \
  case n: \
    if (type == 1) undo_along(1, raw, above, line, count, n); \
    else if (type == 3) undo_along(3, raw, above, line, count, n); \
    else undo_along(4, raw, above, line, count, n); \
    return 1

s32 undo_filter(u32 type, const u8 *raw, const u8 *above, u8 *line, u32 count, u32 distance) {
  if (type > 4) return 0;
  if (type == 0) {
    copy_bytes(line, raw, count);
    return 1;
  }
  if (type == 2) {
    for (u32 i = 0; i < count; i += 16) store_u8x16(line + i, load_u8x16(raw + i) + load_u8x16(above + i));
    return 1;
  }
  switch (distance) {
    FOR_DISTANCE(1);
    FOR_DISTANCE(2);
    FOR_DISTANCE(3);
    FOR_DISTANCE(4);
    FOR_DISTANCE(6);
    FOR_DISTANCE(8);
  }
  return 0;
}
