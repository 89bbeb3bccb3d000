/** Vectors that the JPEG reader needs beyond those of the kernels: WebAssembly SIMD, or portable C. */
#ifndef SAMEFACE_JPEG_VECTOR_H
#define SAMEFACE_JPEG_VECTOR_H

#include "../readers/bytes.h"

INLINE i16x8 splat_i16(s16 x) { return (i16x8){x, x, x, x, x, x, x, x}; }
INLINE i16x8 pair_i16(s16 a, s16 b) { return (i16x8){a, b, a, b, a, b, a, b}; }
INLINE i16x8 interleave_high_i16(i16x8 a, i16x8 b) {
  return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

#ifdef __wasm__

INLINE u8x16 narrow_to_u8(i16x8 a, i16x8 b) { return (u8x16)wasm_u8x16_narrow_i16x8((v128_t)a, (v128_t)b); }
/** Narrows to the nearest of -128..127. */
INLINE u8x16 narrow_to_s8(i16x8 a, i16x8 b) { return (u8x16)wasm_i8x16_narrow_i16x8((v128_t)a, (v128_t)b); }
INLINE i16x8 widen_low_u8(u8x16 a) { return (i16x8)wasm_u16x8_extend_low_u8x16((v128_t)a); }
INLINE i16x8 widen_high_u8(u8x16 a) { return (i16x8)wasm_u16x8_extend_high_u8x16((v128_t)a); }
/** Sets a bit for each byte of 0xff, the first in the lowest. */
INLINE u32 find_ff(u8x16 x) { return wasm_i8x16_bitmask(wasm_i8x16_eq((v128_t)x, wasm_i8x16_splat(-1))); }

#else

INLINE u8x16 narrow_to_u8(i16x8 a, i16x8 b) {
  u8x16 r = {0};
  for (s32 i = 0; i < 16; i++) {
    const s32 x = i < 8 ? a[i] : b[i - 8];
    r[i] = (u8)(x < 0 ? 0 : x > 255 ? 255 : x);
  }
  return r;
}
INLINE u8x16 narrow_to_s8(i16x8 a, i16x8 b) {
  u8x16 r = {0};
  for (s32 i = 0; i < 16; i++) {
    const s32 x = i < 8 ? a[i] : b[i - 8];
    r[i] = (u8)(x < -128 ? -128 : x > 127 ? 127 : x);
  }
  return r;
}
INLINE i16x8 widen_low_u8(u8x16 a) {
  i16x8 r = {0};
  for (s32 i = 0; i < 8; i++) r[i] = a[i];
  return r;
}
INLINE i16x8 widen_high_u8(u8x16 a) {
  i16x8 r = {0};
  for (s32 i = 0; i < 8; i++) r[i] = a[i + 8];
  return r;
}
INLINE u32 find_ff(u8x16 x) {
  u32 r = 0;
  for (u32 i = 0; i < 16; i++) r |= (u32)(x[i] == 0xff) << i;
  return r;
}

#endif

INLINE void fill_bytes(void *to, u8 value, u32 count) { __builtin_memset(to, value, count); }

#endif
