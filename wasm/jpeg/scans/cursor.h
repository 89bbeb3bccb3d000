/**
 * Place in a scan's data. The data between two markers is a segment. Its bytes are unstuffed (T.81 B.1.1.5), a chunk
 * at a time, into a window, where zeros follow them. The window holds them from the last to the first: a load of 64
 * bits, whose highest byte is that of the highest address, has them in the order of the data.
 *
 * Restarts and damage are treated as in libjpeg. A segment that ends early gives zeros to the current MCU and nothing
 * to the MCUs behind it until the next restart. A restart marker out of turn is passed over, waited for, or taken.
 */
#ifndef SAMEFACE_JPEG_CURSOR_H
#define SAMEFACE_JPEG_CURSOR_H

#include "../markers.h"

#ifndef CHUNK_BYTES
#define CHUNK_BYTES (1 << 14)
#endif

enum {
  /** Bytes that are unstuffed at a time, more than an MCU has. */
  chunk_bytes = CHUNK_BYTES,
  /** Bits beyond those of any block: 64 symbols of 17 bits at most, with at most 15 bits behind each. */
  most_bits_in_block = 2048,
  most_bits_in_mcu = most_blocks_in_mcu * most_bits_in_block,
  /** Bytes of zeros behind the data, more than one block reads. */
  zeros_behind = 512,
  /** Chunks that the window holds at most, one of them in part. */
  most_chunks = 5,
  /** Bytes of chunks, of the rest of the one before, and of zeros. */
  data_bytes = (most_chunks - 1) * chunk_bytes + most_bits_in_mcu / 8 + 64,
  window_bytes = data_bytes + zeros_behind,
  /** Bytes above the window, which looks may touch. */
  window_slack = 16,
};

/** Beginning of a chunk: its offset in the file and its bit in the window, negative where the window has moved on. */
typedef struct {
  u32 start;
  s32 bit;
} Chunk;

typedef struct {
  Source *source;
  /** Upper end of the window, below which are `window_bytes`. */
  u8 *top;
  /** Chunks of the window in their order; the next one begins at `next` in the file. */
  Chunk chunks[most_chunks];
  s32 chunk_count;
  u32 next;
  /** True when the segment ends here, at `bits`; the marker that ended it, and where that begins and ends. */
  u32 is_last, marker, marker_start, marker_end;
  u32 bits;
  /** Next bit; never beyond `bits`. */
  u32 at;
  s16 predictors[most_components];
  u32 eob_run;
  u32 restart_interval, until_restart, next_restart;
  /** True while the cursor waits before a marker, without data. */
  u32 is_held;
  /** True when the data ended early: MCUs up to the next restart have none. */
  u32 is_exhausted;
} Cursor;

/** State with which reading can go on from an MCU of a sequential scan: a chunk, the bit in it, and the predictors. */
typedef struct {
  u32 start, at;
  s16 predictors[most_components];
  u32 state;
} Place;

void begin_cursor(Cursor *cursor, Source *source, const Scan *scan, u8 *window);
void next_chunk(Cursor *cursor);
/** Adds as many chunks as the window has room for. */
void fill_window(Cursor *cursor);
/** Goes on behind the next restart marker; called before an MCU when there are restarts and `until_restart` is 0. */
void pass_restart(Cursor *cursor);
Place note_place(const Cursor *cursor);
void go_to_place(Cursor *cursor, const Place *place);

/** Brings all of the next MCU into the window, or the segment's end; called before each MCU. */
INLINE void prepare_mcu(Cursor *cursor) {
  if (__builtin_expect(cursor->at + most_bits_in_mcu > cursor->bits, 0) && !cursor->is_last) next_chunk(cursor);
}

/** Bits that one load always has; zeros follow them. */
enum { peeked_bits = 57 };

INLINE u64 peek(const u8 *top, u32 at) { return *(const u64_unaligned *)(top - 8 - (at >> 3)) << (at & 7); }

/** Ends a block at bit `at`, which may be beyond the data. */
INLINE u32 limit_bit(Cursor *cursor, u32 at) {
  if (__builtin_expect(at > cursor->bits, 0)) {
    cursor->is_exhausted = 1;
    return cursor->bits;
  }
  return at;
}

#endif
