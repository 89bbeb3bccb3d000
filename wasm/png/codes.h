/** Tables of deflate's codes: an entry for each value of the next bits. */
#ifndef SAMEFACE_PNG_CODES_H
#define SAMEFACE_PNG_CODES_H

#include "bytes.h"

enum {
  most_literals = 288,
  most_distances = 32,
  literal_bits = 11,
  distance_bits = 8,
  length_bits = 7,
  /** Most entries of a table with tables below it, for 288 and 32 codes of up to 15 bits: libdeflate's ENOUGH. */
  most_literal_entries = 2342,
  most_distance_entries = 402,
};

/**
 * An entry, from its lowest bit: 8 bits, number of bits of the code (those beyond the first table included); then
 * the literal's 8 bits, or 4 bits with the number of extra bits, or of the bits that a table below looks at; and from
 * bit 12 on the base of a length or distance, or the place of the table below.
 */
#define literal_entry 0x80000000u
#define table_entry 0x40000000u
/** The end of a block, or no code at all. */
#define special_entry 0x20000000u
#define end_entry 0x10000000u
enum { code_bits_mask = 255, value_shift = 12 };

typedef struct {
  u32 bits, mask;
  u32 *entries;
} Codes;

extern Codes literal_codes, distance_codes, length_codes;

/** False where lengths describe no code. `lengths` of 19 symbols, in their order. */
s32 make_length_codes(const u8 *lengths);
s32 make_codes(const u8 *literals, u32 literal_count, const u8 *distances, u32 distance_count);
void make_fixed_codes(void);

#endif
