/**
 * A place in a scan's data. Between two markers the data is a segment: its bytes are unstuffed once (T.81
 * B.1.1.5) into words of 64 bits, so that any 64 bits are two loads away, and zeros follow it.
 *
 * Restarts and damage are libjpeg's: a segment that ends early gives zeros to the MCU at hand and nothing to
 * those behind it until the next restart; a restart marker out of turn is passed over, waited for, or taken.
 */
#ifndef SAMEFACE_JPEG_CURSOR_H
#define SAMEFACE_JPEG_CURSOR_H

#include "markers.h"

/** Bytes of zeros behind a segment: more than one block reads. */
enum { segment_pad = 512 };

typedef struct {
  const u8 *file;
  u32 length;
  /** Room for `segment_room(length)` bytes. */
  u64 *words;
  /** Where the segment begins; the marker that ended it, and where that begins and ends. */
  u32 start, marker, marker_start, marker_end;
  u32 bits;
  /** The next bit; never beyond `bits`. */
  u32 at;
  s16 predictors[most_components];
  u32 eob_run;
  u32 restart_interval, until_restart, next_restart;
  /** Waits before a marker, without data. */
  u32 is_held;
  /** The data ended early: MCUs up to the next restart have none. */
  u32 is_exhausted;
} Cursor;

/** What suffices to go on from an MCU of a sequential scan. */
typedef struct {
  u32 start, at;
  s16 predictors[most_components];
  u32 state;
} Place;

INLINE u32 segment_room(u32 length) { return (length + 16 + segment_pad + 15) & ~15u; }

void begin_cursor(Cursor *cursor, const Walk *walk, const Scan *scan, u64 *words);
/** To be called before each MCU where there are restarts and `until_restart` is 0. */
void pass_restart(Cursor *cursor);
Place note_place(const Cursor *cursor);
void go_to_place(Cursor *cursor, const Place *place);

/** The 64 bits from `at` on. */
INLINE u64 peek(const u64 *words, u32 at) {
  const u64 *w = words + (at >> 6);
  const u32 shift = at & 63;
  return w[0] << shift | (w[1] >> 1) >> (63 - shift);
}

/** Ends a block at bit `at`, which may be beyond the data. */
INLINE u32 limit_bit(Cursor *cursor, u32 at) {
  if (__builtin_expect(at > cursor->bits, 0)) {
    cursor->is_exhausted = 1;
    return cursor->bits;
  }
  return at;
}

#endif
