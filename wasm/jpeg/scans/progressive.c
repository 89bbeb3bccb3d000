/**
 * Reads progressive scans (T.81 G). An overview keeps DC alone. At full detail every scan is read down to the
 * region's last row. Refinements depend on which coefficients of a block are not 0, so a bit for each is kept of all
 * blocks, and the coefficients themselves only of the blocks shown.
 */
#include "../idct.h"
#include "scans.h"

/** Reads one block of a scan from bit `at` on. Returns the bit behind it. */
typedef u32 (*ReadBlock)(Cursor *cursor, const ScanJob *job, s32 part, Component *c, s32 x, s32 y, u32 at);

/** Calls `read` for each block of a scan, down to MCU row `bottom`. */
INLINE s32 each_block(const ScanJob *job, s32 bottom, ReadBlock read) {
  const Scan *scan = job->scan;
  Frame *frame = &job->walk->frame;
  const s32 alone = scan->count == 1;
  Cursor cursor;
  begin_cursor(&cursor, job->walk->source, scan, job->window);
  for (s32 row = 0; row < bottom; row++)
    for (s32 column = 0; column < scan->wide; column++) {
      if (cursor.restart_interval != 0) {
        if (cursor.until_restart == 0) pass_restart(&cursor);
        cursor.until_restart--;
      }
      if (__builtin_expect(cursor.is_exhausted, 0)) {
        if (cursor.restart_interval == 0) return end_of_scan(job, &cursor);
        continue;
      }
      prepare_mcu(&cursor);
      u32 at = cursor.at;
      for (s32 i = 0; i < scan->count; i++) {
        Component *c = &frame->components[scan->components[i]];
        const s32 wide = alone ? 1 : c->horizontal, high = alone ? 1 : c->vertical;
        for (s32 v = 0; v < high; v++)
          for (s32 h = 0; h < wide; h++) {
            at = read(&cursor, job, i, c, column * wide + h, row * high + v, at);
            if (__builtin_expect(at > cursor.bits, 0)) at = limit_bit(&cursor, at);
          }
      }
      cursor.at = at;
    }
  return end_of_scan(job, &cursor);
}

/** Reads the next DC, or the bit that refines it. */
INLINE u32 next_dc(Cursor *cursor, const ScanJob *job, s32 part, s16 *dc, u32 at) {
  const Scan *scan = job->scan;
  const u64 bits = peek(cursor->top, at);
  if (scan->high != 0) {
    *dc = (s16)(*dc | (s32)(bits >> 63) << scan->low);
    return at + 1;
  }
  const HuffmanTable *table = &job->walk->dc[scan->dc_tables[part]];
  u32 used;
  const s32 value = read_difference(table, bits, &used);
  cursor->predictors[part] = (s16)(cursor->predictors[part] + value);
  *dc = (s16)((u32)cursor->predictors[part] << scan->low);
  return at + used;
}

static inline u32 read_dc_block(Cursor *cursor, const ScanJob *job, s32 part, Component *c, s32 x, s32 y, u32 at) {
  return next_dc(cursor, job, part, &c->dc[y * c->padded_wide + x], at);
}

s32 read_dc(const ScanJob *job) {
  if (prepare_scan(job->walk, job->scan, kind_ac_symbols) != status_ok) return status_damaged;
  return each_block(job, job->scan->height, read_dc_block);
}

/** Coefficients of a block; null where the block is not shown. */
INLINE s16 *coefficients_of(const Component *c, s32 x, s32 y) {
  const Rectangle b = c->blocks;
  if (x < b.left || x >= b.right || y < b.top || y >= b.bottom) return 0;
  return c->coefficients + 64 * ((y - b.top) * (b.right - b.left) + x - b.left);
}

static inline u32 read_dc_shown(Cursor *cursor, const ScanJob *job, s32 part, Component *c, s32 x, s32 y, u32 at) {
  s16 unused = 0, *coefficients = coefficients_of(c, x, y);
  return next_dc(cursor, job, part, coefficients ? coefficients : &unused, at);
}

INLINE u64 bit_of(u32 k) { return 1ull << (k < 63 ? k : 63); }

/** Computes 2^run plus the number in the next `run` bits. */
INLINE u32 read_run(u64 bits, u32 run) { return (1u << run) + (u32)((bits >> 1) >> (63 - run)); }

/** Reads a first scan of AC, T.81 G.1.2.2. */
static inline u32 read_ac_first(Cursor *cursor, const ScanJob *job, s32 part, Component *c, s32 x, s32 y, u32 at) {
  const Scan *scan = job->scan;
  if (cursor->eob_run > 0) {
    cursor->eob_run--;
    return at;
  }
  const HuffmanTable *table = &job->walk->ac[scan->ac_tables[part]];
  s16 *coefficients = coefficients_of(c, x, y);
  u64 nonzero = 0;
  for (u32 k = (u32)scan->first; k <= (u32)scan->last; k++) {
    u64 bits = peek(cursor->top, at);
    u32 length;
    const u32 symbol = read_symbol(table, bits, &length), run = symbol >> 4, size = symbol & 15;
    bits <<= length, at += length;
    if (size != 0) {
      k += run;
      const s32 value = extend(bits, size);
      at += size;
      nonzero |= bit_of(k);
      if (coefficients) coefficients[natural_order[k]] = (s16)((u32)value << scan->low);
    } else if (run == 15) {
      k += 15;
    } else {
      at += run;
      cursor->eob_run = read_run(bits, run) - 1;
      break;
    }
  }
  c->nonzero[y * c->padded_wide + x] |= nonzero;
  return at;
}

/**
 * Reads a refinement bit of a coefficient that is not 0. The bit moves it away from 0, unless it has that bit
 * already.
 */
INLINE void correct(s16 *coefficient, s32 low) {
  const s32 value = *coefficient, bit = 1 << low;
  if ((value & bit) == 0) *coefficient = (s16)(value >= 0 ? value + bit : value - bit);
}

/** Reads a refining scan of AC, T.81 G.1.2.3. */
static inline u32 read_ac_next(Cursor *cursor, const ScanJob *job, s32 part, Component *c, s32 x, s32 y, u32 at) {
  const Scan *scan = job->scan;
  const HuffmanTable *table = &job->walk->ac[scan->ac_tables[part]];
  s16 *coefficients = coefficients_of(c, x, y);
  u64 *kept = &c->nonzero[y * c->padded_wide + x], added = 0;
  const u64 nonzero = *kept;
  const u32 last = (u32)scan->last;
  u32 k = (u32)scan->first;
  if (cursor->eob_run == 0) {
    for (; k <= last; k++) {
      u64 bits = peek(cursor->top, at);
      u32 length;
      const u32 symbol = read_symbol(table, bits, &length), size = symbol & 15;
      u32 run = symbol >> 4;
      bits <<= length, at += length;
      s32 value = 0;
      if (size != 0) {
        value = bits >> 63 ? 1 : -1;
        at++;
      } else if (run != 15) {
        at += run;
        cursor->eob_run = read_run(bits, run);
        break;
      }
      for (; k <= last; k++) {
        if (nonzero >> k & 1) {
          const u64 correction = peek(cursor->top, at++) >> 63;
          if (correction && coefficients) correct(&coefficients[natural_order[k]], scan->low);
        } else if (run-- == 0) {
          break;
        }
      }
      if (value != 0) {
        added |= bit_of(k);
        if (coefficients) coefficients[natural_order[k]] = (s16)(value * (1 << scan->low));
      }
    }
  }
  if (cursor->eob_run > 0) {
    for (u64 rest = k <= last ? nonzero >> k : 0; k <= last && rest != 0; k++, rest >>= 1)
      if (rest & 1) {
        const u64 correction = peek(cursor->top, at++) >> 63;
        if (correction && coefficients) correct(&coefficients[natural_order[k]], scan->low);
      }
    cursor->eob_run--;
  }
  *kept = nonzero | added;
  return at;
}

s32 read_coefficients(const ScanJob *job) {
  const Scan *scan = job->scan;
  if (prepare_scan(job->walk, scan, kind_ac_symbols) != status_ok) return status_damaged;
  s32 bottom = job->region.bottom;
  if (scan->count == 1) bottom *= job->walk->frame.components[scan->components[0]].vertical;
  bottom = least_s32(bottom, scan->height);
  if (scan->first == 0) return each_block(job, bottom, read_dc_shown);
  return each_block(job, bottom, scan->high == 0 ? read_ac_first : read_ac_next);
}

static void show_component(Component *c) {
  _Alignas(16) s16 block[64];
  const Rectangle b = c->blocks;
  const s16 *from = c->coefficients;
  for (s32 y = b.top; y < b.bottom; y++)
    for (s32 x = b.left; x < b.right; x++, from += 64) {
      i16x8 rest = load_i16(from) & (i16x8){0, -1, -1, -1, -1, -1, -1, -1};
      for (s32 i = 0; i < 64; i += 8) {
        const i16x8 row = load_i16(from + i);
        if (i > 0) rest |= row;
        store_i16(block + i, row * load_i16(c->quant + i));
      }
      const i32x4 any = (i32x4)rest;
      u8 *to = c->plane + (y - b.top) * c->size * c->pitch + (x - b.left) * c->size;
      show_block(block, (any[0] | any[1] | any[2] | any[3]) != 0, c->size, to, c->pitch);
    }
}

void show_coefficients(Frame *frame) {
  for (s32 i = 0; i < frame->count; i++) show_component(&frame->components[i]);
}
