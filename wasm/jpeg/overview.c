/** The overview: DC alone. What lies between two DC codes is passed several symbols at a time. */
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

/** The bit behind a block that begins at `at`. */
INLINE u32 pass_block(const u64 *words, u32 at, const HuffmanTable *dc, const HuffmanTable *ac, s32 *difference) {
  u64 bits = peek(words, at);
  u32 used = 0, passed = 1;
  const s32 value = dc->values[bits >> (64 - look_bits)];
  if (__builtin_expect(value != 0, 1)) {
    used = (u32)value & 255;
    *difference = value >> 8;
  } else {
    const u32 size = read_symbol(dc, bits, &used);
    *difference = extend(bits << used, size);
    used += size;
  }
  bits <<= used;
  for (;;) {
    if (used > 64 - look_bits) {
      at += used, used = 0;
      bits = peek(words, at);
    }
    const u32 skip = ac->skips[bits >> (64 - look_bits)], ended = skip >> 11;
    const u32 then = passed + (skip >> 4 & 127);
    if (__builtin_expect(skip != 0 && then + ended <= 64, 1)) {
      const u32 more = skip & 15;
      bits <<= more, used += more, passed = then;
      if (ended | (passed == 64)) return at + used;
      continue;
    }
    at += used;
    bits = peek(words, at);
    const u32 symbol = read_symbol(ac, bits, &used), size = symbol & 15;
    if (size == 0 && symbol != 0xf0) return at + used;
    used += size;
    bits <<= used;
    passed += size != 0 ? (symbol >> 4) + 1 : 16;
    if (passed >= 64) return at + used;
  }
}

typedef struct {
  const HuffmanTable *dc, *ac;
  u8 *plane;
  s32 pitch, wide, high;
  u16 quant;
} MeanPart;

s32 read_means(const ScanJob *job) {
  const Scan *scan = job->scan;
  Walk *walk = job->walk;
  if (prepare_scan(walk, scan, kind_ac_skips) != status_ok) return status_damaged;
  MeanPart parts[most_components];
  for (s32 i = 0; i < scan->count; i++) {
    const Component *c = &walk->frame.components[scan->components[i]];
    const s32 alone = scan->count == 1;
    parts[i] = (MeanPart){.dc = &walk->dc[scan->dc_tables[i]], .ac = &walk->ac[scan->ac_tables[i]]};
    parts[i].plane = c->plane, parts[i].pitch = c->pitch, parts[i].quant = c->quant[0];
    parts[i].wide = alone ? 1 : c->horizontal, parts[i].high = alone ? 1 : c->vertical;
  }
  Cursor cursor;
  begin_cursor(&cursor, walk, scan, job->words);
  for (s32 row = 0; row < scan->height; row++) {
    Place *note = job->note ? job->note->places + row * job->note->in_row : 0;
    for (s32 column = 0; column < scan->wide; column++) {
      if (cursor.restart_interval != 0) {
        if (cursor.until_restart == 0) pass_restart(&cursor);
        cursor.until_restart--;
      }
      if (note && column % place_spacing == 0) {
        *note = note_place(&cursor);
        // The place is before the MCU, its count behind.
        note->state += cursor.restart_interval != 0, note++;
      }
      // Once it stays so, nothing follows that could be shown.
      if (__builtin_expect(cursor.is_exhausted, 0)) {
        if (cursor.restart_interval == 0) return end_of_scan(job, &cursor);
        for (s32 i = 0; i < scan->count; i++)
          for (s32 y = 0; y < parts[i].high; y++)
            fill_bytes(parts[i].plane + (row * parts[i].high + y) * parts[i].pitch + column * parts[i].wide, 128,
                       (u32)parts[i].wide);
        continue;
      }
      u32 at = cursor.at;
      for (s32 i = 0; i < scan->count; i++) {
        const MeanPart *p = &parts[i];
        s16 predictor = cursor.predictors[i];
        u8 *to = p->plane + row * p->high * p->pitch + column * p->wide;
        for (s32 y = 0; y < p->high; y++, to += p->pitch)
          for (s32 x = 0; x < p->wide; x++) {
            s32 difference;
            at = pass_block(cursor.words, at, p->dc, p->ac, &difference);
            if (__builtin_expect(at > cursor.bits, 0)) at = limit_bit(&cursor, at);
            predictor = (s16)(predictor + difference);
            to[x] = mean_of(predictor, p->quant);
          }
        cursor.predictors[i] = predictor;
      }
      cursor.at = at;
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
