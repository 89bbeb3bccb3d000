/**
 * Walks over a file's markers (T.81 B), from one scan to the next: frame, tables, restart interval. The walk checks
 * what libjpeg checks, and skips bytes between markers.
 */
#ifndef SAMEFACE_JPEG_MARKERS_H
#define SAMEFACE_JPEG_MARKERS_H

#include "scans/huffman.h"
#include "source.h"

enum { most_scans = 1000, table_count = 4 };

typedef struct {
  Source *source;
  /** Offset of the walk in the file. */
  u32 at;
  s32 has_frame, scans;
  /** Colours as APP0 and APP14 declare them; -1 where Adobe's APP14 is missing. */
  s32 has_jfif, adobe_transform;
  u32 restart_interval;
  Frame frame;
  u8 has_quant[table_count];
  u16 quant[table_count][64];
  HuffmanTable dc[table_count], ac[table_count];
} Walk;

void begin_walk(Walk *walk, Source *source);

/** Reads up to the frame. Returns `status_ok`, or the status of the failure. */
s32 walk_to_frame(Walk *walk);

/** Reads up to the data of the next scan. Returns `status_ok`, `status_end`, or the status of the failure. */
s32 walk_to_scan(Walk *walk, Scan *scan);

/**
 * Returns the code of the next marker from `*at` on, moves `*at` behind it, and puts its beginning into `*start`. The
 * end of the file counts as an end of image, as in libjpeg.
 */
u32 next_marker(Source *source, u32 *at, u32 *start);

enum { marker_rst0 = 0xd0, marker_rst7 = 0xd7, marker_soi = 0xd8, marker_eoi = 0xd9, marker_sos = 0xda };

#endif
