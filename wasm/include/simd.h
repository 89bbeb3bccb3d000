/**
 * 128-bit vectors for the kernels: WebAssembly SIMD, or portable C with the same results, in which the kernels run
 * under sanitizers.
 *
 * Floating point is IEEE 754 single precision; a product and a sum always round separately.
 */
#ifndef SAMEFACE_SIMD_H
#define SAMEFACE_SIMD_H

typedef unsigned char u8;
typedef signed char s8;
typedef short s16;
typedef unsigned short u16;
typedef int s32;
typedef unsigned int u32;
typedef float f32;

typedef f32 f32x4 __attribute__((vector_size(16)));
typedef s32 i32x4 __attribute__((vector_size(16)));
typedef s16 i16x8 __attribute__((vector_size(16)));
typedef s8 i8x16 __attribute__((vector_size(16)));

#define INLINE static inline __attribute__((always_inline))

/* Loads and stores need no alignment beyond that of the element. */
typedef f32x4 f32x4_unaligned __attribute__((aligned(4), may_alias));
typedef i32x4 i32x4_unaligned __attribute__((aligned(4), may_alias));
typedef i16x8 i16x8_unaligned __attribute__((aligned(1), may_alias));
typedef i8x16 i8x16_unaligned __attribute__((aligned(1), may_alias));
typedef s32 s32_unaligned __attribute__((aligned(1), may_alias));

INLINE f32x4 load_f32(const f32 *from) { return *(const f32x4_unaligned *)from; }
INLINE void store_f32(f32 *to, f32x4 value) { *(f32x4_unaligned *)to = value; }
INLINE i32x4 load_i32(const s32 *from) { return *(const i32x4_unaligned *)from; }
INLINE void store_i32(s32 *to, i32x4 value) { *(i32x4_unaligned *)to = value; }
INLINE i16x8 load_i16(const void *from) { return *(const i16x8_unaligned *)from; }
INLINE void store_i16(void *to, i16x8 value) { *(i16x8_unaligned *)to = value; }
INLINE i8x16 load_i8(const void *from) { return *(const i8x16_unaligned *)from; }
INLINE f32x4 splat_f32(f32 value) { return (f32x4){value, value, value, value}; }
INLINE i32x4 splat_i32(s32 value) { return (i32x4){value, value, value, value}; }

INLINE i16x8 interleave_low_i16(i16x8 a, i16x8 b) {
  return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** Repeats four bytes four times. */
INLINE i8x16 splat_bytes(const void *from) {
  return (i8x16)splat_i32(*(const s32_unaligned *)from);
}

#ifdef __wasm__
#include <wasm_simd128.h>

/** Computes b < a ? b : a, lane by lane; a NaN in a stays. */
INLINE f32x4 least(f32x4 a, f32x4 b) { return (f32x4)wasm_f32x4_pmin((v128_t)a, (v128_t)b); }
/** Computes a < b ? b : a, lane by lane. */
INLINE f32x4 greatest(f32x4 a, f32x4 b) { return (f32x4)wasm_f32x4_pmax((v128_t)a, (v128_t)b); }

/** Computes the greater of each two lanes. */
INLINE i32x4 greatest_i32(i32x4 a, i32x4 b) { return (i32x4)wasm_i32x4_max((v128_t)a, (v128_t)b); }

/** Sums neighbouring products: a[2i] * b[2i] + a[2i + 1] * b[2i + 1]. */
INLINE i32x4 dot_i16(i16x8 a, i16x8 b) { return (i32x4)wasm_i32x4_dot_i16x8((v128_t)a, (v128_t)b); }
INLINE i16x8 extend_low_i8(i8x16 a) { return (i16x8)wasm_i16x8_extend_low_i8x16((v128_t)a); }
INLINE i16x8 extend_high_i8(i8x16 a) { return (i16x8)wasm_i16x8_extend_high_i8x16((v128_t)a); }

/** Limits each number to -128..127. */
INLINE i8x16 narrow_to_i8(i32x4 a, i32x4 b, i32x4 c, i32x4 d) {
  return (i8x16)wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4((v128_t)a, (v128_t)b),
                                        wasm_i16x8_narrow_i32x4((v128_t)c, (v128_t)d));
}

/** Limits each number to -32768..32767. */
INLINE i16x8 narrow_to_i16(i32x4 a, i32x4 b) { return (i16x8)wasm_i16x8_narrow_i32x4((v128_t)a, (v128_t)b); }

/** Stores one of the four runs of four bytes. */
#define store_lane(to, bytes, lane) wasm_v128_store32_lane((to), (v128_t)(bytes), (lane))
/** Stores one of the two runs of eight bytes. */
#define store_half(to, bytes, half) wasm_v128_store64_lane((to), (v128_t)(bytes), (half))
#else
INLINE f32x4 least(f32x4 a, f32x4 b) {
  for (int i = 0; i < 4; i++) a[i] = b[i] < a[i] ? b[i] : a[i];
  return a;
}
INLINE f32x4 greatest(f32x4 a, f32x4 b) {
  for (int i = 0; i < 4; i++) a[i] = a[i] < b[i] ? b[i] : a[i];
  return a;
}
INLINE i32x4 greatest_i32(i32x4 a, i32x4 b) {
  for (int i = 0; i < 4; i++) a[i] = a[i] < b[i] ? b[i] : a[i];
  return a;
}
INLINE i32x4 dot_i16(i16x8 a, i16x8 b) {
  i32x4 sum;
  for (int i = 0; i < 4; i++) sum[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
  return sum;
}
INLINE i16x8 extend_low_i8(i8x16 a) {
  i16x8 low;
  for (int i = 0; i < 8; i++) low[i] = a[i];
  return low;
}
INLINE i16x8 extend_high_i8(i8x16 a) {
  i16x8 high;
  for (int i = 0; i < 8; i++) high[i] = a[i + 8];
  return high;
}
INLINE s8 nearest_i8(s32 value) { return (s8)(value < -128 ? -128 : value > 127 ? 127 : value); }
INLINE i8x16 narrow_to_i8(i32x4 a, i32x4 b, i32x4 c, i32x4 d) {
  i8x16 bytes;
  for (int i = 0; i < 4; i++) {
    bytes[i] = nearest_i8(a[i]);
    bytes[4 + i] = nearest_i8(b[i]);
    bytes[8 + i] = nearest_i8(c[i]);
    bytes[12 + i] = nearest_i8(d[i]);
  }
  return bytes;
}
INLINE s16 nearest_i16(s32 value) { return (s16)(value < -32768 ? -32768 : value > 32767 ? 32767 : value); }
INLINE i16x8 narrow_to_i16(i32x4 a, i32x4 b) {
  i16x8 shorts;
  for (int i = 0; i < 4; i++) shorts[i] = nearest_i16(a[i]), shorts[4 + i] = nearest_i16(b[i]);
  return shorts;
}
#define store_lane(to, bytes, lane) (*(s32_unaligned *)(to) = ((i32x4)(bytes))[lane])
#define store_half(to, bytes, half) \
  (store_lane(to, bytes, 2 * (half)), store_lane((s8 *)(to) + 4, bytes, 2 * (half) + 1))
#endif

/** Adds sums a[4i..4i+3] * b[4i..4i+3] to c; gemm-s8.c says what the processor decides. */
#if defined(__wasm_relaxed_simd__)
INLINE i32x4 dot_add(i8x16 a, i8x16 b, i32x4 c) {
  return (i32x4)wasm_i32x4_relaxed_dot_i8x16_i7x16_add((v128_t)a, (v128_t)b, (v128_t)c);
}
/**
 * Computes the same in three SSE instructions, where that is faster than `dot_add`, which makes its constant each
 * time.
 */
INLINE i32x4 dot_pairs_add(i8x16 a, i8x16 b, i32x4 c) {
  const i16x8 ones = {1, 1, 1, 1, 1, 1, 1, 1};
  return c + dot_i16((i16x8)wasm_i16x8_relaxed_dot_i8x16_i7x16((v128_t)a, (v128_t)b), ones);
}
#endif

#endif
