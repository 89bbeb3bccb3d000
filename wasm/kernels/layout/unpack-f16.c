/** Expands a plan's constants, as its file stores them, into the form that the kernels read. */
#include "../../include/kernels.h"

/** Widens half floats exactly; infinities and NaN do not occur. */
KERNEL(widen)
(const u16 *halves, f32 *output, s32 count) {
  for (s32 i = 0; i < count; i++) {
    /*
     * The exponent, moved into place, is too small by 112; the product with 2^112 corrects that, for subnormals too.
     */
    union { u32 bits; f32 value; } half = {(u32)(halves[i] & 0x7fff) << 13}, scale = {(127 + 112) << 23};
    half.value *= scale.value;
    half.bits |= (u32)(halves[i] & 0x8000) << 16;
    output[i] = half.value;
  }
}

/**
 * Copies units to the places where a bitmap has ones, lowest bit first, and puts zeros elsewhere. No bitmap makes it
 * write outside: bits beyond the last unit are ignored.
 *
 * @param bitmap [ceil(count / 32)]
 * @param units non-zero units, with room to read `count`
 * @param output [count]
 * @returns number of units read
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
