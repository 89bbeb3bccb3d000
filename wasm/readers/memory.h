/** Memory that grows and is given up as a whole: pages of WebAssembly, or buffers of their own under sanitizers. */
#ifndef SAMEFACE_READERS_MEMORY_H
#define SAMEFACE_READERS_MEMORY_H

#include "bytes.h"

/** Takes a multiple of 16 bytes, not cleared; null where there is no more. */
void *take_memory(u64 bytes);
/** Gives up what was taken after `mark`. */
u32 mark_memory(void);
void release_memory(u32 mark);

#endif
