#include "idct.h"

enum { fraction_bits = 13, kept_bits = 2 };

/** Eight columns in two halves of four. */
typedef struct {
  i32x4 low, high;
} Wide;

INLINE Wide products(i16x8 a, i16x8 b, i16x8 constants) {
  return (Wide){dot_i16(interleave_low_i16(a, b), constants), dot_i16(interleave_high_i16(a, b), constants)};
}
INLINE Wide sum(Wide a, Wide b) { return (Wide){a.low + b.low, a.high + b.high}; }
INLINE Wide difference(Wide a, Wide b) { return (Wide){a.low - b.low, a.high - b.high}; }
/** Computes x << bits, of 16 bits each. */
INLINE Wide raised(i16x8 x, s32 bits) {
  const i16x8 zero = {0};
  return (Wide){(i32x4)interleave_low_i16(zero, x) >> (16 - bits), (i32x4)interleave_high_i16(zero, x) >> (16 - bits)};
}
/** Shifts down and rounds to the nearest, halves upwards. */
INLINE i16x8 lowered(Wide x, s32 bits) {
  const i32x4 half = splat_i32(1 << (bits - 1));
  return narrow_to_i16((x.low + half) >> bits, (x.high + half) >> bits);
}

/** Runs one pass over columns: rows in, rows out. */
INLINE void pass_8(i16x8 r[8], s32 bits) {
  const Wide two = products(r[2], r[6], pair_i16(4433, 4433 - 15137));
  const Wide three = products(r[2], r[6], pair_i16(4433 + 6270, 4433));
  const Wide zero = raised(r[0] + r[4], fraction_bits), one = raised(r[0] - r[4], fraction_bits);
  const Wide even[4] = {sum(zero, three), sum(one, two), difference(one, two), difference(zero, three)};

  const i16x8 z3 = r[7] + r[3], z4 = r[5] + r[1];
  const Wide y3 = products(z3, z4, pair_i16(9633 - 16069, 9633));
  const Wide y4 = products(z3, z4, pair_i16(9633, 9633 - 3196));
  const Wide odd[4] = {
      sum(products(r[7], r[1], pair_i16(-7373, 12299 - 7373)), y4),
      sum(products(r[5], r[3], pair_i16(-20995, 25172 - 20995)), y3),
      sum(products(r[5], r[3], pair_i16(16819 - 20995, -20995)), y4),
      sum(products(r[7], r[1], pair_i16(2446 - 7373, -7373)), y3),
  };
  for (s32 i = 0; i < 4; i++) {
    r[i] = lowered(sum(even[i], odd[i]), bits);
    r[7 - i] = lowered(difference(even[i], odd[i]), bits);
  }
}

/** Makes 4 rows of 8, for eight columns; the row of index 4 counts for nothing. */
INLINE void pass_4(const i16x8 r[8], i16x8 out[4], s32 bits) {
  const Wide zero = raised(r[0], fraction_bits + 1);
  const Wide two = products(r[2], r[6], pair_i16(15137, -6270));
  const Wide a = sum(products(r[7], r[5], pair_i16(-1730, 11893)), products(r[3], r[1], pair_i16(-17799, 8697)));
  const Wide b = sum(products(r[7], r[5], pair_i16(-4176, -4926)), products(r[3], r[1], pair_i16(7373, 20995)));
  out[0] = lowered(sum(sum(zero, two), b), bits);
  out[3] = lowered(difference(sum(zero, two), b), bits);
  out[1] = lowered(sum(difference(zero, two), a), bits);
  out[2] = lowered(difference(difference(zero, two), a), bits);
}

INLINE void pass_2(const i16x8 r[8], i16x8 out[2], s32 bits) {
  const Wide zero = raised(r[0], fraction_bits + 2);
  const Wide a = sum(products(r[7], r[5], pair_i16(-5906, 6967)), products(r[3], r[1], pair_i16(-10426, 29692)));
  out[0] = lowered(sum(zero, a), bits);
  out[1] = lowered(difference(zero, a), bits);
}

INLINE void transpose(i16x8 r[8]) {
  i16x8 a[8], b[8];
  for (s32 i = 0; i < 4; i++) {
    a[2 * i] = interleave_low_i16(r[i], r[i + 4]);
    a[2 * i + 1] = interleave_high_i16(r[i], r[i + 4]);
  }
  for (s32 i = 0; i < 4; i++) {
    b[2 * i] = interleave_low_i16(a[i], a[i + 4]);
    b[2 * i + 1] = interleave_high_i16(a[i], a[i + 4]);
  }
  for (s32 i = 0; i < 4; i++) {
    r[2 * i] = interleave_low_i16(b[i], b[i + 4]);
    r[2 * i + 1] = interleave_high_i16(b[i], b[i + 4]);
  }
}

static void show_8(const s16 *block, u8 *to, s32 pitch) {
  i16x8 r[8];
  for (s32 i = 0; i < 8; i++) r[i] = load_i16(block + 8 * i);
  pass_8(r, fraction_bits - kept_bits);
  transpose(r);
  pass_8(r, fraction_bits + kept_bits + 3);
  transpose(r);
  for (s32 i = 0; i < 8; i += 2) {
    // The exclusive or adds 128 to signed bytes.
    const i8x16 x = (i8x16)narrow_to_s8(r[i], r[i + 1]) ^ (i8x16)splat_i32((s32)0x80808080);
    store_half(to + i * pitch, x, 0);
    store_half(to + (i + 1) * pitch, x, 1);
  }
}

static void show_4(const s16 *block, u8 *to, s32 pitch) {
  i16x8 r[8], out[4];
  for (s32 i = 0; i < 8; i++) r[i] = load_i16(block + 8 * i);
  pass_4(r, out, fraction_bits - kept_bits + 1);
  for (s32 i = 0; i < 8; i++) r[i] = i < 4 ? out[i] : splat_i16(0);
  transpose(r);
  pass_4(r, out, fraction_bits + kept_bits + 3 + 1);
  // Columns to rows: of each pair of columns, then of both pairs.
  const i16x8 a = interleave_low_i16(out[0], out[2]), b = interleave_low_i16(out[1], out[3]);
  const i32x4 x = (i32x4)narrow_to_s8(interleave_low_i16(a, b), interleave_high_i16(a, b)) ^ splat_i32((s32)0x80808080);
  for (s32 i = 0; i < 4; i++) *(s32_unaligned *)(to + i * pitch) = x[i];
}

static void show_2(const s16 *block, u8 *to, s32 pitch) {
  i16x8 r[8], out[2];
  for (s32 i = 0; i < 8; i++) r[i] = load_i16(block + 8 * i);
  pass_2(r, out, fraction_bits - kept_bits + 2);
  for (s32 i = 0; i < 8; i++) r[i] = i < 2 ? out[i] : splat_i16(0);
  transpose(r);
  pass_2(r, out, fraction_bits + kept_bits + 3 + 2);
  for (s32 i = 0; i < 2; i++)
    for (s32 j = 0; j < 2; j++) to[i * pitch + j] = limit_to_u8(out[j][i] + 128);
}

void show_block(const s16 *block, s32 last, s32 size, u8 *to, s32 pitch) {
  if (size == 1) {
    to[0] = limit_to_u8(((block[0] + 4) >> 3) + 128);
  } else if (last == 0) {
    // A block with DC alone has one value in both passes.
    const u8 value = limit_to_u8(((block[0] * (1 << kept_bits) + 16) >> 5) + 128);
    for (s32 i = 0; i < size; i++) fill_bytes(to + i * pitch, value, (u32)size);
  } else if (size == 8) {
    show_8(block, to, pitch);
  } else if (size == 4) {
    show_4(block, to, pitch);
  } else {
    show_2(block, to, pitch);
  }
}
