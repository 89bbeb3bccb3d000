/** Numbers and vectors of the PNG reader: portable C that WebAssembly SIMD runs well. */
#ifndef SAMEFACE_PNG_BYTES_H
#define SAMEFACE_PNG_BYTES_H

#include "../readers/bytes.h"

typedef u8 u8x8 __attribute__((vector_size(8)));
typedef u8x8 u8x8_unaligned __attribute__((aligned(1), may_alias));
typedef u16x8 u16x8_unaligned __attribute__((aligned(2), may_alias));

INLINE u32 least_u32(u32 a, u32 b) { return a < b ? a : b; }
INLINE u32 divide_up(u32 a, u32 b) { return a / b + (a % b != 0); }
INLINE u64 load_u64(const void *from) { return *(const u64_unaligned *)from; }
INLINE u8x8 load_u8x8(const void *from) { return *(const u8x8_unaligned *)from; }
INLINE void store_u8x8(void *to, u8x8 value) { *(u8x8_unaligned *)to = value; }
/** Eight bytes as words. */
INLINE i16x8 load_words(const void *from) { return __builtin_convertvector(load_u8x8(from), i16x8); }

/** Copies by one instruction of WebAssembly, or the C library's call. */
INLINE void copy_bytes(void *to, const void *from, u32 count) { __builtin_memcpy(to, from, count); }
INLINE void move_bytes(void *to, const void *from, u32 count) { __builtin_memmove(to, from, count); }
INLINE void clear_bytes(void *to, u32 count) { __builtin_memset(to, 0, count); }

enum {
  status_ok = 0,
  /** The data ends before the rows that were asked for. */
  status_missing = 1,
  /** A code, a length, a filter or a checksum that cannot be. */
  status_damaged = 2,
  status_no_memory = 4,
};

#endif
