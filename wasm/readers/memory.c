#include "memory.h"

/** Most bytes. An isolate has 128 MB; tools may have more. */
static const u64 most_bytes = 1ull << 30;

#ifdef __wasm__

extern u8 __heap_base;
static u32 taken;

void *take_memory(u64 bytes) {
  const u32 base = ((u32)(unsigned long)&__heap_base + 15) & ~15u;
  if (bytes > most_bytes - taken) return 0;
  const u32 end = base + taken + (((u32)bytes + 15) & ~15u);
  const u32 pages = (u32)__builtin_wasm_memory_size(0), wanted = (end + 0xffff) >> 16;
  if (wanted > pages && __builtin_wasm_memory_grow(0, wanted - pages) == (unsigned long)-1) return 0;
  u8 *at = (u8 *)(unsigned long)(base + taken);
  taken = end - base;
  return at;
}

u32 mark_memory(void) { return taken; }
void release_memory(u32 mark) { taken = mark; }

#else

#include <stdlib.h>

static void *buffers[256];
static u32 count;

void *take_memory(u64 bytes) {
  if (bytes > most_bytes || count == 256) return 0;
  void *at = malloc(bytes + (bytes == 0));
  if (at != 0) buffers[count++] = at;
  return at;
}

u32 mark_memory(void) { return count; }
void release_memory(u32 mark) {
  while (count > mark) free(buffers[--count]);
}

#endif
