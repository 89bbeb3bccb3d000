/**
 * Huffman tables (T.81 C and F.2.2.3), with the results of looks at the next 13 bits.
 *
 * A code that no table has is 17 bits long and stands for symbol 0, as in libjpeg, which reads on after one.
 */
#ifndef SAMEFACE_JPEG_HUFFMAN_H
#define SAMEFACE_JPEG_HUFFMAN_H

#include "../jpeg.h"

enum { look_bits = 13, look_count = 1 << look_bits, longest_code = 16, bad_code_bits = 17 };

typedef enum { kind_dc, kind_ac_values, kind_ac_symbols } TableKind;

typedef struct {
  u8 counts[longest_code + 1], symbols[256];
  /** Flags: the file defined the table; these looks were made of its current codes. */
  u8 is_defined, has_codes, has_differences, has_values;
  /** Number of times that codes were made; another number means that the table has changed. */
  u32 made;
  /** Largest code of each length, -1 where there is none, and the offset from a code to its symbol's index. */
  s32 largest[longest_code + 1], offset[longest_code + 1];
  /** Looks at codes: length << 8 | symbol; 0 where the code is longer, or bad. */
  u16 codes[look_count];
  /**
   * Looks at values. DC: difference << 4 | bits. AC: value << 16 | coefficients passed << 8 | bits, where a value of
   * 0 means that none follows: 16 coefficients for a run of zeros, 64 for the block's end. 0 where more bits are
   * needed. A table is for DC or for AC.
   */
  union {
    s16 differences[look_count];
    s32 values[look_count];
  };
} HuffmanTable;

/** Makes the looks that `kind` needs; false where the table is impossible. */
s32 prepare_table(HuffmanTable *table, TableKind kind);

/** Sets a table of the annex (K.3 to K.6), which files of cameras that record films leave out. */
void set_standard_table(HuffmanTable *table, s32 is_ac, s32 is_chroma);

/** Reads the symbol at the top of `bits`, which has at least 17 bits. */
INLINE u32 read_symbol(const HuffmanTable *table, u64 bits, u32 *length) {
  const u32 code = table->codes[bits >> (64 - look_bits)];
  if (code != 0) {
    *length = code >> 8;
    return code & 255;
  }
  for (u32 l = look_bits + 1; l <= longest_code; l++) {
    const s32 long_code = (s32)(bits >> (64 - l));
    if (long_code > table->largest[l]) continue;
    *length = l;
    return table->symbols[(long_code + table->offset[l]) & 255];
  }
  *length = bad_code_bits;
  return 0;
}

/** Signed number that `size` bits at the top of `bits` stand for, T.81 F.2.2.1; size 0 to 15. */
INLINE s32 extend(u64 bits, u32 size) {
  const s32 raw = (s32)((bits >> 1) >> (63 - size));
  return raw < (1 << size) >> 1 ? raw - (1 << size) + 1 : raw;
}

/** Difference of a DC and, in `used`, the bits of its code: looked up, or read. */
INLINE s32 read_difference(const HuffmanTable *dc, u64 bits, u32 *used) {
  const s32 look = dc->differences[bits >> (64 - look_bits)];
  if (__builtin_expect(look != 0, 1)) {
    *used = (u32)look & 15;
    return look >> 4;
  }
  const u32 size = read_symbol(dc, bits, used);
  const s32 difference = extend(bits << *used, size);
  *used += size;
  return difference;
}

#endif
