/** A plan's constants, as its file stores them, to what the kernels read. */
#include "../include/kernels.h"

/** Half floats to floats, exactly; infinities and NaN do not occur. */
KERNEL(widen)
(const u16 *halves, f32 *output, s32 count) {
  for (s32 i = 0; i < count; i++) {
    /* The exponent is 112 too small once moved into place; the product with 2^112 mends subnormals too. */
    union { u32 bits; f32 value; } half = {(u32)(halves[i] & 0x7fff) << 13}, scale = {(127 + 112) << 23};
    half.value *= scale.value;
    half.bits |= (u32)(halves[i] & 0x8000) << 16;
    output[i] = half.value;
  }
}

/**
 * Units to where a bitmap has ones, lowest bit first, and zeros elsewhere. Stays inside whatever the bitmap
 * holds, for bits beyond the last unit count for nothing.
 *
 * @param bitmap [ceil(count / 32)]
 * @param units those that are not zero, with room to read `count`
 * @param output [count]
 * @returns how many units were read
 */
#define SCATTER(name, unit)                                                               \
  EXPORT(name) s32 name(const u32 *bitmap, const unit *units, unit *output, s32 count) {  \
    const unit *next = units;                                                             \
    for (s32 i = 0; i < count; i++) output[i] = 0;                                        \
    for (s32 first = 0; first < count; first += 32, bitmap++) {                           \
      const s32 left = count - first;                                                     \
      u32 bits = left < 32 ? *bitmap & ((1u << left) - 1) : *bitmap;                      \
      for (; bits; bits &= bits - 1) output[first + __builtin_ctz(bits)] = *next++;       \
    }                                                                                     \
    return (s32)(next - units);                                                           \
  }

SCATTER(scatterBytes, u8)
SCATTER(scatterHalves, u16)
