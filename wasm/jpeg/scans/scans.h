/**
 * Readers of scans. Each leaves in `*behind` an offset of the file from which the next marker is found. It ends with
 * `status_missing` where the data is used up before the requested part.
 */
#ifndef SAMEFACE_JPEG_SCANS_H
#define SAMEFACE_JPEG_SCANS_H

#include "lanes.h"

enum { place_spacing = 16, most_indexed_scans = 4 };

/** Index of places: one every `place_spacing` MCUs from the start of each row on, [height][places_in_row]. */
typedef struct {
  Place *places;
  s32 in_row;
} ScanIndex;

typedef struct {
  Walk *walk;
  const Scan *scan;
  /** Room for a cursor: `window_bytes`. */
  u8 *window;
  /** Room for the blocks ahead in an overview: `ahead_bytes`. */
  u32 *ahead;
  /** Index that takes notes of places, or null. */
  ScanIndex *note;
  /** Index of places noted before, or null. */
  const ScanIndex *known;
  /** Rectangle in MCUs of the frame. */
  Rectangle region;
  u32 *behind;
} ScanJob;

INLINE s32 places_in_row(const Scan *scan) { return divide_up(scan->wide, place_spacing); }

/** Makes the tables that the scan needs. */
s32 prepare_scan(Walk *walk, const Scan *scan, TableKind ac_kind);

/** Makes the looks at the blocks of the scan's MCUs, from prepared tables. */
void make_scan_looks(const ScanJob *job, BlockLooks *looks);

/** Reads a sample for each block of a sequential scan: its mean. */
s32 read_means(const ScanJob *job);

/** Reads the samples of the region from a sequential scan. */
s32 read_samples(const ScanJob *job);

/** Reads a progressive scan of DC into `Component.dc`. */
s32 read_dc(const ScanJob *job);

/** Reads the coefficients of the region from any progressive scan. */
s32 read_coefficients(const ScanJob *job);

/** Makes planes of `dc`. */
void show_means(Frame *frame);

/** Makes planes of coefficients. */
void show_coefficients(Frame *frame);

/** Mean of a block, (DC * quantization + 4) / 8 + 128, as libjpeg at 1/8. */
INLINE u8 mean_of(s16 dc, u16 quant) { return limit_to_u8(((dc * (s32)quant + 4) >> 3) + 128); }

/** Returns `status_missing` when the data of a scan that is over was used up too early. */
INLINE s32 end_of_scan(const ScanJob *job, const Cursor *cursor) {
  *job->behind = cursor->is_last ? cursor->marker_start : cursor->next;
  return cursor->is_exhausted ? status_missing : status_ok;
}

#endif
