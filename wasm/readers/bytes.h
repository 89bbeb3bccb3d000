/** Types that the readers of JPEG and PNG share, beyond those of the kernels. */
#ifndef SAMEFACE_READERS_BYTES_H
#define SAMEFACE_READERS_BYTES_H

#include "../include/simd.h"

typedef unsigned long long u64;
typedef u8 u8x16 __attribute__((vector_size(16)));
typedef u16 u16x8 __attribute__((vector_size(16)));
typedef s32 s32_unaligned __attribute__((aligned(1), may_alias));
typedef u32 u32_unaligned __attribute__((aligned(1), may_alias));
typedef u64 u64_unaligned __attribute__((aligned(1), may_alias));
typedef u8x16 u8x16_unaligned __attribute__((aligned(1), may_alias));

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(#name)))
#else
#define EXPORT(name)
#endif

INLINE u8x16 load_u8x16(const void *from) { return *(const u8x16_unaligned *)from; }
INLINE void store_u8x16(void *to, u8x16 value) { *(u8x16_unaligned *)to = value; }

#endif
