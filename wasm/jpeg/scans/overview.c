/** Reads an overview, the DC alone. Symbols between two DC codes are passed several at a time. */
#include "scans.h"

s32 prepare_scan(Walk *w, const Scan *scan, TableKind ac_kind) {
  const s32 progressive = w->frame.progressive;
  for (s32 i = 0; i < scan->count; i++) {
    const u32 dc = scan->dc_tables[i], ac = scan->ac_tables[i];
    const s32 needs_dc = !progressive || (scan->first == 0 && scan->high == 0);
    const s32 needs_ac = !progressive || scan->first != 0;
    if ((needs_dc && dc >= table_count) || (needs_ac && ac >= table_count)) return status_damaged;
    if (!progressive && dc < 2 && !w->dc[dc].is_defined) set_standard_table(&w->dc[dc], 0, (s32)dc);
    if (!progressive && ac < 2 && !w->ac[ac].is_defined) set_standard_table(&w->ac[ac], 1, (s32)ac);
    if (needs_dc && !prepare_table(&w->dc[dc], kind_dc)) return status_damaged;
    if (needs_ac && !prepare_table(&w->ac[ac], ac_kind)) return status_damaged;
  }
  return status_ok;
}

void make_scan_looks(const ScanJob *job, BlockLooks *looks) {
  const Scan *scan = job->scan;
  Walk *walk = job->walk;
  looks->count = 0;
  for (s32 i = 0; i < scan->count; i++) {
    const Component *c = &walk->frame.components[scan->components[i]];
    const s32 blocks = scan->count == 1 ? 1 : c->horizontal * c->vertical;
    for (s32 j = 0; j < blocks; j++, looks->count++) {
      looks->dc[looks->count] = &walk->dc[scan->dc_tables[i]];
      looks->ac[looks->count] = &walk->ac[scan->ac_tables[i]];
    }
  }
  make_looks(looks);
}

/** Component's blocks of an MCU, and the places of their means in the first MCU of a row. */
typedef struct {
  const HuffmanTable *dc;
  u8 *to[most_blocks_in_mcu];
  /** Number of blocks, and the step to the places in the next MCU. */
  s32 count, step;
  u16 quant;
} MeanPart;

/** Lists the scan's parts at the start of row `row`, in their order. */
static void parts_of(const ScanJob *job, s32 row, MeanPart *parts) {
  const Scan *scan = job->scan;
  Walk *walk = job->walk;
  for (s32 i = 0; i < scan->count; i++) {
    const Component *c = &walk->frame.components[scan->components[i]];
    const s32 wide = scan->count == 1 ? 1 : c->horizontal, high = scan->count == 1 ? 1 : c->vertical;
    MeanPart *part = &parts[i];
    part->dc = &walk->dc[scan->dc_tables[i]], part->quant = c->quant[0];
    part->count = wide * high, part->step = wide;
    for (s32 j = 0; j < part->count; j++) part->to[j] = c->plane + (row * high + j / wide) * c->pitch + j % wide;
  }
}

/** Reads the means of one MCU. */
static void read_mcu(Cursor *cursor, const MeanPart *parts, s32 count, s32 column, const BlockLooks *looks) {
  u32 at = cursor->at, block = 0;
  for (s32 i = 0; i < count; i++) {
    const MeanPart *part = &parts[i];
    s16 dc = cursor->predictors[i];
    for (s32 j = 0; j < part->count; j++) {
      u32 used;
      dc = (s16)(dc + read_difference(part->dc, peek(cursor->top, at), &used));
      part->to[j][column * part->step] = mean_of(dc, part->quant);
      at = limit_bit(cursor, pass_block(looks, cursor->top, block++, at));
    }
    cursor->predictors[i] = dc;
  }
  cursor->at = at;
}

/** Reads the means of `mcus` MCUs, at most `place_spacing`, of which each block begins at the end of the one before. */
static void read_ahead(Cursor *cursor, const MeanPart *parts, s32 count, s32 column, s32 mcus, s32 in_mcu,
                       const u32 *ends) {
  s16 differences[place_spacing * most_blocks_in_mcu];
  const s32 blocks = mcus * in_mcu;
  s32 first = 0;
  for (s32 i = 0; i < count; i++)
    for (s32 j = 0; j < parts[i].count; j++, first++)
      for (s32 block = first; block < blocks; block += in_mcu) {
        u32 used;
        differences[block] = (s16)read_difference(parts[i].dc, peek(cursor->top, bit_of_mark(ends[block - 1])), &used);
      }
  const s16 *difference = differences;
  for (s32 i = 0; i < count; difference += parts[i++].count) {
    const MeanPart *part = &parts[i];
    s16 dc = cursor->predictors[i];
    for (s32 mcu = 0; mcu < mcus; mcu++)
      for (s32 j = 0; j < part->count; j++) {
        dc = (s16)(dc + difference[mcu * in_mcu + j]);
        part->to[j][(column + mcu) * part->step] = mean_of(dc, part->quant);
      }
    cursor->predictors[i] = dc;
  }
  cursor->at = bit_of_mark(ends[blocks - 1]);
}

static void clear_mcu(const MeanPart *parts, s32 count, s32 column) {
  for (s32 i = 0; i < count; i++)
    for (s32 j = 0; j < parts[i].count; j++) parts[i].to[j][column * parts[i].step] = 128;
}

s32 read_means(const ScanJob *job) {
  const Scan *scan = job->scan;
  if (prepare_scan(job->walk, scan, kind_ac_symbols) != status_ok) return status_damaged;
  MeanPart parts[most_components];
  BlockLooks looks;
  make_scan_looks(job, &looks);
  Ahead ahead = {.room = job->ahead};
  Cursor cursor;
  begin_cursor(&cursor, job->walk->source, scan, job->window);
  for (s32 row = 0; row < scan->height; row++) {
    Place *note = job->note ? job->note->places + row * job->note->in_row : 0;
    parts_of(job, row, parts);
    for (s32 column = 0, mcus = 1; column < scan->wide; column += mcus) {
      mcus = 1;
      if (cursor.restart_interval != 0) {
        if (cursor.until_restart == 0) pass_restart(&cursor), begin_ahead(&ahead);
        cursor.until_restart--;
      }
      if (note && column % place_spacing == 0) {
        *note = note_place(&cursor);
        // The place is taken before the MCU, and its count behind.
        note->state += cursor.restart_interval != 0, note++;
      }
      if (__builtin_expect(cursor.is_exhausted, 0)) {
        // Without restarts nothing that could be shown follows.
        if (cursor.restart_interval == 0) return end_of_scan(job, &cursor);
        clear_mcu(parts, scan->count, column);
        continue;
      }
      s32 most = least_s32(scan->wide - column, place_spacing - column % place_spacing);
      if (cursor.restart_interval != 0) most = least_s32(most, (s32)cursor.until_restart + 1);
      const u32 *ends = next_ends(&ahead, &looks, &cursor, most, &mcus);
      if (ends != 0) {
        read_ahead(&cursor, parts, scan->count, column, mcus, looks.count, ends);
        if (cursor.restart_interval != 0) cursor.until_restart -= (u32)mcus - 1;
      } else {
        prepare_mcu(&cursor);
        read_mcu(&cursor, parts, scan->count, column, &looks);
      }
    }
  }
  return end_of_scan(job, &cursor);
}

void show_means(Frame *frame) {
  for (s32 i = 0; i < frame->count; i++) {
    const Component *c = &frame->components[i];
    for (s32 y = 0; y < c->padded_high; y++)
      for (s32 x = 0; x < c->padded_wide; x++)
        c->plane[y * c->pitch + x] = mean_of(c->dc[y * c->padded_wide + x], c->quant[0]);
  }
}
