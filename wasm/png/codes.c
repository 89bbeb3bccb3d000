#include "codes.h"

enum { longest_code = 15 };

static u32 literal_entries[most_literal_entries], distance_entries[most_distance_entries], length_entries[1 << length_bits];
Codes literal_codes = {.entries = literal_entries};
Codes distance_codes = {.entries = distance_entries};
Codes length_codes = {.entries = length_entries};

/** RFC 1951, 3.2.5: lengths from symbol 257 on, and distances. */
static const u16 length_bases[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                     31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const u8 length_extras[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const u16 distance_bases[30] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
                                       193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};

typedef enum { of_literals, of_distances, of_lengths } Kind;

static u32 entry_of(Kind kind, u32 symbol, u32 bits) {
  if (kind == of_lengths) return symbol << value_shift | bits;
  if (kind == of_distances) {
    if (symbol >= 30) return special_entry | bits;
    const u32 extra = symbol < 2 ? 0 : (symbol >> 1) - 1;
    return (u32)distance_bases[symbol] << value_shift | extra << 8 | bits;
  }
  if (symbol < 256) return literal_entry | symbol << 8 | bits;
  if (symbol == 256) return special_entry | end_entry | bits;
  if (symbol > 285) return special_entry | bits;
  return (u32)length_bases[symbol - 257] << value_shift | (u32)length_extras[symbol - 257] << 8 | bits;
}

/** The next code of this length, its first bit lowest: RFC 1951, 3.1.1. */
INLINE u32 next_code(u32 code, u32 length) {
  u32 bit = (u32)1 << (length - 1);
  while (code & bit) bit >>= 1;
  return bit == 0 ? 0 : (code & (bit - 1)) + bit;
}

/** Symbols by their codes' lengths. False where too many codes are as short, or some bits are no code's. */
static s32 sort_symbols(const u8 *lengths, u32 symbols, Kind kind, u16 *sorted, u16 *counts) {
  clear_bytes(counts, sizeof(u16) * (longest_code + 1));
  for (u32 i = 0; i < symbols; i++) counts[lengths[i]]++;
  u16 starts[longest_code + 2] = {0};
  s32 left = 1;
  u32 longest = 0;
  for (u32 length = 1; length <= longest_code; length++) {
    left = 2 * left - counts[length];
    if (left < 0) return 0;
    if (counts[length] > 0) longest = length;
    starts[length + 1] = (u16)(starts[length] + counts[length]);
  }
  // A single code of one bit is usual for distances; zlib takes it for literals too.
  if (left > 0 && longest > 0 && (kind == of_lengths || longest != 1)) return 0;
  for (u32 i = 0; i < symbols; i++)
    if (lengths[i] > 0) sorted[starts[lengths[i]]++] = (u16)i;
  return 1;
}

/** Number of bits that a table below must look at, for codes that are left from `length` bits on. */
static u32 bits_below(const u16 *counts, u32 length, u32 above) {
  u32 bits = length - above;
  for (s32 left = 1 << bits; bits + above < longest_code; bits++, left *= 2) {
    left -= counts[bits + above];
    if (left <= 0) break;
  }
  return bits;
}

static s32 make_table(Codes *codes, u32 most_bits, u32 most_entries, const u8 *lengths, u32 symbols, Kind kind) {
  u16 sorted[most_literals], counts[longest_code + 1];
  if (!sort_symbols(lengths, symbols, kind, sorted, counts)) return 0;
  u32 used = symbols - counts[0], longest = longest_code;
  while (longest > 1 && counts[longest] == 0) longest--;
  // A small table for short codes: streams of many blocks must not cost a large one each.
  const u32 bits = least_u32(longest, most_bits);
  codes->bits = bits, codes->mask = ((u32)1 << bits) - 1;
  u32 free = (u32)1 << bits;
  for (u32 i = 0; i < free; i++) codes->entries[i] = special_entry | bits;

  u32 code = 0, below = 0, at = 0, prefix = ~(u32)0;
  for (u32 i = 0; i < used; i++) {
    const u32 symbol = sorted[i], length = lengths[symbol];
    if (length <= bits) {
      const u32 entry = entry_of(kind, symbol, length);
      for (u32 to = code; to <= codes->mask; to += (u32)1 << length) codes->entries[to] = entry;
    } else {
      if ((code & codes->mask) != prefix) {
        prefix = code & codes->mask;
        below = bits_below(counts, length, bits);
        at = free;
        free += (u32)1 << below;
        if (free > most_entries) return 0;
        codes->entries[prefix] = table_entry | at << value_shift | below << 8;
      }
      const u32 entry = entry_of(kind, symbol, length);
      for (u32 to = code >> bits; to < (u32)1 << below; to += (u32)1 << (length - bits)) codes->entries[at + to] = entry;
    }
    counts[length]--;
    code = next_code(code, length);
  }
  return 1;
}

s32 make_length_codes(const u8 *lengths) {
  return make_table(&length_codes, length_bits, 1 << length_bits, lengths, 19, of_lengths);
}

/** True while the tables are those of RFC 1951, 3.2.6. */
static s32 are_fixed;

s32 make_codes(const u8 *literals, u32 literal_count, const u8 *distances, u32 distance_count) {
  are_fixed = 0;
  return make_table(&literal_codes, literal_bits, most_literal_entries, literals, literal_count, of_literals) &&
         make_table(&distance_codes, distance_bits, most_distance_entries, distances, distance_count, of_distances);
}

/** RFC 1951, 3.2.6. Blocks in a row that have these codes share their tables. */
void make_fixed_codes(void) {
  if (are_fixed) return;
  u8 literals[most_literals], distances[most_distances];
  for (u32 i = 0; i < most_literals; i++) literals[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
  for (u32 i = 0; i < most_distances; i++) distances[i] = 5;
  make_codes(literals, most_literals, distances, most_distances);
  are_fixed = 1;
}
