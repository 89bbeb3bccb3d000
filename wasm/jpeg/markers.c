#include "markers.h"

const u8 natural_order[64 + 16] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,
    6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31,
    39, 46, 53, 60, 61, 54, 47, 55, 62, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63};

u32 next_marker(Source *source, u32 *at, u32 *start) {
  u32 i = *at, is_behind_ff = 0;
  for (;;) {
    u32 count, k = 0;
    const u8 *from = look_from(source, i, &count);
    if (count == 0) {
      *at = *start = source->length;
      return marker_eoi;
    }
    while (k < count) {
      if (is_behind_ff) {
        const u8 code = from[k++];
        if (code == 0xff) continue;
        if (code != 0) {
          *at = i + k;
          return code;
        }
        is_behind_ff = 0;
        continue;
      }
      while (count - k >= 16) {
        const u32 found = find_ff(load_u8x16(from + k));
        if (found != 0) {
          k += (u32)__builtin_ctz(found);
          break;
        }
        k += 16;
      }
      while (k < count && from[k] != 0xff) k++;
      if (k == count) break;
      *start = i + k++, is_behind_ff = 1;
    }
    i += count;
  }
}

void begin_walk(Walk *w, Source *source) {
  w->source = source, w->at = 0;
  w->has_frame = 0, w->scans = 0, w->restart_interval = 0;
  w->has_jfif = 0, w->adobe_transform = -1;
  for (s32 i = 0; i < table_count; i++) w->has_quant[i] = w->dc[i].is_defined = w->ac[i].is_defined = 0;
}

static u32 read_u16(const u8 *at) { return (u32)at[0] << 8 | at[1]; }

static s32 read_frame(Walk *w, u32 code, const u8 *s, u32 length) {
  if (code > 0xc2) return status_unsupported;
  if (w->has_frame || length < 6) return status_damaged;
  Frame *f = &w->frame;
  if (s[0] != 8) return status_unsupported;
  f->progressive = code == 0xc2;
  f->height = (s32)read_u16(s + 1), f->width = (s32)read_u16(s + 3), f->count = s[5];
  if (f->height == 0 || f->width == 0) return status_damaged;
  if (f->count < 1 || f->count > most_components) return status_unsupported;
  if (length != 6 + 3 * (u32)f->count) return status_damaged;
  f->horizontal = f->vertical = 1;
  for (s32 i = 0; i < f->count; i++) {
    Component *c = &f->components[i];
    const u8 *from = s + 6 + 3 * i;
    c->id = from[0], c->horizontal = from[1] >> 4, c->vertical = from[1] & 15, c->quant_table = from[2];
    c->has_quant = c->is_coded = 0;
    if (c->horizontal < 1 || c->horizontal > 4 || c->vertical < 1 || c->vertical > 4) return status_damaged;
    f->horizontal = greatest_s32(f->horizontal, c->horizontal);
    f->vertical = greatest_s32(f->vertical, c->vertical);
  }
  f->mcus_wide = divide_up(f->width, 8 * f->horizontal);
  f->mcus_high = divide_up(f->height, 8 * f->vertical);
  for (s32 i = 0; i < f->count; i++) {
    Component *c = &f->components[i];
    c->blocks_wide = divide_up(f->width * c->horizontal, 8 * f->horizontal);
    c->blocks_high = divide_up(f->height * c->vertical, 8 * f->vertical);
    c->padded_wide = f->mcus_wide * c->horizontal;
    c->padded_high = f->mcus_high * c->vertical;
  }
  w->has_frame = 1;
  return status_ok;
}

static s32 read_quant_tables(Walk *w, const u8 *s, u32 length) {
  while (length > 0) {
    const u32 index = s[0] & 15, bytes = s[0] >> 4 != 0 ? 2 : 1;
    if (index >= table_count || length < 1 + 64 * bytes) return status_damaged;
    for (u32 k = 0; k < 64; k++)
      w->quant[index][natural_order[k]] = (u16)(bytes == 2 ? read_u16(s + 1 + 2 * k) : s[1 + k]);
    w->has_quant[index] = 1;
    s += 1 + 64 * bytes, length -= 1 + 64 * bytes;
  }
  return status_ok;
}

static s32 read_huffman_tables(Walk *w, const u8 *s, u32 length) {
  while (length > 0) {
    if (length < 17) return status_damaged;
    const u32 index = s[0] & 0xef;
    u32 count = 0;
    for (u32 i = 1; i <= longest_code; i++) count += s[i];
    if (index >= table_count || count > 256 || length < 17 + count) return status_damaged;
    HuffmanTable *t = s[0] & 0x10 ? &w->ac[index] : &w->dc[index];
    // Looks stay valid as long as the table is the same, from one photo to the next too.
    u32 changed = 0;
    for (u32 i = 1; i <= longest_code; i++) changed |= t->counts[i] ^ s[i], t->counts[i] = s[i];
    for (u32 i = 0; i < 256; i++) {
      const u8 symbol = i < count ? s[17 + i] : 0;
      changed |= t->symbols[i] ^ symbol, t->symbols[i] = symbol;
    }
    if (changed) t->has_codes = 0;
    t->is_defined = 1;
    s += 17 + count, length -= 17 + count;
  }
  return status_ok;
}

/**
 * Reads a scan's header, T.81 B.2.3 and G.1.1.1.1. The last four parameters of a sequential scan mean nothing, and
 * are not checked.
 */
static s32 read_scan(Walk *w, Scan *scan, const u8 *s, u32 length) {
  Frame *f = &w->frame;
  if (!w->has_frame || length < 1) return status_damaged;
  scan->count = s[0];
  if (scan->count < 1 || scan->count > f->count || length != 4 + 2 * (u32)scan->count) return status_damaged;
  s32 blocks = 0;
  for (s32 i = 0; i < scan->count; i++) {
    s32 index = 0;
    while (index < f->count && f->components[index].id != s[1 + 2 * i]) index++;
    if (index == f->count) return status_damaged;
    for (s32 j = 0; j < i; j++)
      if (scan->components[j] == index) return status_damaged;
    scan->components[i] = (u8)index;
    scan->dc_tables[i] = s[2 + 2 * i] >> 4, scan->ac_tables[i] = s[2 + 2 * i] & 15;
    blocks += f->components[index].horizontal * f->components[index].vertical;
  }
  const u8 *last = s + 1 + 2 * scan->count;
  scan->first = last[0], scan->last = last[1], scan->high = last[2] >> 4, scan->low = last[2] & 15;
  if (f->progressive) {
    if (scan->first == 0 ? scan->last != 0 : scan->first > scan->last || scan->last > 63 || scan->count != 1)
      return status_damaged;
    if (scan->low > 13 || (scan->high != 0 && scan->low != scan->high - 1)) return status_damaged;
  }
  if (scan->count > 1) {
    if (blocks > most_blocks_in_mcu) return status_damaged;
    scan->wide = f->mcus_wide, scan->height = f->mcus_high;
  } else {
    scan->wide = f->components[scan->components[0]].blocks_wide;
    scan->height = f->components[scan->components[0]].blocks_high;
  }
  for (s32 i = 0; i < scan->count; i++) {
    Component *c = &f->components[scan->components[i]];
    if (!c->has_quant) {
      if (c->quant_table >= table_count || !w->has_quant[c->quant_table]) return status_damaged;
      for (s32 k = 0; k < 64; k++) c->quant[k] = w->quant[c->quant_table][k];
      c->has_quant = 1;
    }
    // A refinement adds to coefficients that exist.
    if (!f->progressive || scan->first == 0) c->is_coded = 1;
  }
  scan->restart_interval = w->restart_interval;
  scan->start = w->at;
  return status_ok;
}

static s32 starts_with(const u8 *s, u32 length, const char *text, u32 count) {
  if (length < count) return 0;
  for (u32 i = 0; i < count; i++)
    if (s[i] != (u8)text[i]) return 0;
  return 1;
}

static s32 walk(Walk *w, Scan *scan) {
  for (;;) {
    u32 start = 0;
    const u32 code = next_marker(w->source, &w->at, &start), size = w->source->length;
    if (code == marker_eoi) return status_end;
    if (code < 0xc0 || (code >= marker_rst0 && code <= marker_soi)) continue;
    if (size - w->at < 2) return status_end;
    const u32 length = read_u16(look_at(w->source, w->at, 2));
    if (length < 2) return status_damaged;
    if (size - w->at < length) return status_end;
    const u8 *s = look_at(w->source, w->at, length) + 2;
    w->at += length;
    s32 status = status_ok;
    if (code == marker_sos) {
      if (++w->scans > most_scans) return status_damaged;
      if (scan != 0) return read_scan(w, scan, s, length - 2);
      return status_damaged;
    }
    if (code == 0xc4) status = read_huffman_tables(w, s, length - 2);
    else if (code == 0xdb) status = read_quant_tables(w, s, length - 2);
    else if (code == 0xdd) {
      if (length != 4) return status_damaged;
      w->restart_interval = read_u16(s);
    } else if (code == 0xe0) {
      if (length >= 16 && starts_with(s, length - 2, "JFIF", 5)) w->has_jfif = 1;
    } else if (code == 0xee) {
      if (length >= 14 && starts_with(s, length - 2, "Adobe", 5)) w->adobe_transform = s[11];
    } else if (code >= 0xc0 && code <= 0xcf && code != 0xc8 && code != 0xcc) {
      status = read_frame(w, code, s, length - 2);
      if (status == status_ok && scan == 0) return status_ok;
    }
    if (status != status_ok) return status;
  }
}

s32 walk_to_frame(Walk *w) { return walk(w, 0); }

s32 walk_to_scan(Walk *w, Scan *scan) { return walk(w, scan); }
