/** Exports through which an instance describes itself, and its only state. */
#include "../include/kernels.h"

/** First byte after the kernels' own data: free for constants and values, up to the end of memory. */
extern u8 __heap_base;

s32 activation_flip = 0;

#ifdef __wasm__
/** Sets whether quantized activations are unsigned from here on, which only the relaxed products need. */
__attribute__((export_name("useUnsigned"))) void use_unsigned(s32 is_unsigned) {
  activation_flip = is_unsigned ? (s32)0x80808080 : 0;
}

__attribute__((export_name("heapBase"))) u32 heap_base(void) { return (u32)&__heap_base; }
#endif
