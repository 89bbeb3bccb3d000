/** Memory that grows and is given up as a whole: pages of WebAssembly, or buffers of their own under sanitizers. */
#ifndef SAMEFACE_PNG_MEMORY_H
#define SAMEFACE_PNG_MEMORY_H

#include "bytes.h"

/** A multiple of 16; null where there is no more. Not cleared. */
void *take_memory(u64 bytes);
/** Gives up all that was taken. */
void release_memory(void);

#endif
