/**
 * A zlib stream (RFC 1950, RFC 1951) unfolded a block of bytes at a time: the window, the block and the tables are all
 * that it holds, and they are the same for every photo.
 */
#ifndef SAMEFACE_PNG_INFLATE_H
#define SAMEFACE_PNG_INFLATE_H

#include "bytes.h"

#ifndef PIECE_BYTES
#define PIECE_BYTES (1 << 15)
#endif
#ifndef BLOCK_BYTES
#define BLOCK_BYTES (1 << 15)
#endif

/** A stream of more blocks than `most_blocks` is damaged: blocks without bytes cost time, and have no other bound. */
void begin_inflate(u32 most_blocks);

/**
 * Copies the next `count` bytes, or fewer where the stream ends: the number copied is in `copied`, and the status says
 * why there are no more. Bytes before damage or the end are good.
 */
s32 inflate_bytes(u8 *to, u32 count, u32 *copied);

/**
 * Looks at what follows the last byte that was needed. A stream that ends there must have the right checksum, unless
 * the file ends before it; one that goes on is left alone.
 */
s32 finish_inflate(void);

#endif
