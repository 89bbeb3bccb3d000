#include "inflate.h"

#include "codes.h"

/** Copies up to `count` bytes that follow of the stream, and says how many; 0 at its end. */
#ifdef __wasm__
__attribute__((import_module("file"), import_name("read")))
#endif
extern u32 readData(u8 *to, u32 count);

enum {
  window_bytes = 1 << 15,
  longest_match = 258,
  /** Two literals, the longest match, and a vector that reaches beyond it. */
  margin_bytes = 2 + longest_match + 16,
  full_bytes = window_bytes + BLOCK_BYTES,
  /** One round of the fast loop loads eight bytes twice. */
  round_bytes = 16,
  /** Largest sums of bytes that Adler-32 keeps in 32 bits without a remainder, RFC 1950. */
  adler_run = 5552,
  adler_prime = 65521,
};

typedef enum { at_header, at_block, in_stored, in_codes, at_checksum, at_end } State;

static u8 piece[PIECE_BYTES];
static const u8 *in, *in_end;
static s32 is_last_piece;
static u64 bits;
static u32 bit_count;

/** The last 32 KiB that were unfolded, and what follows them. */
static u8 out[full_bytes + margin_bytes];
static u32 taken, made;
static u32 adler_low, adler_high;

static State state;
static s32 is_final;
static u32 stored_left, blocks_left;

void begin_inflate(u32 most_blocks) {
  in = in_end = piece;
  is_last_piece = 0;
  bits = 0, bit_count = 0;
  taken = made = 0;
  adler_low = 1, adler_high = 0;
  state = at_header;
  is_final = 0;
  blocks_left = most_blocks;
}

/** Moves what is left of the piece to its front and fills it up. */
static void fetch(void) {
  const u32 rest = (u32)(in_end - in);
  move_bytes(piece, in, rest);
  in = piece, in_end = piece + rest;
  while (!is_last_piece && in_end - in < round_bytes) {
    const u32 room = (u32)(PIECE_BYTES - (in_end - piece)), count = readData((u8 *)in_end, room);
    if (count == 0 || count > room) is_last_piece = 1;
    else in_end += count;
  }
}

/** Fills up to 56 bits or more by loading eight bytes. Bits beyond `bit_count` are those that follow. */
INLINE void refill_fast(void) {
  bits |= load_u64(in) << bit_count;
  in += (63 - bit_count) >> 3;
  bit_count |= 56;
}

/** Fills up to `count` of 0 to 32 bits or more; false where the stream has no more. */
static s32 need(u32 count) {
  if (bit_count >= count) return 1;
  if (in_end - in < round_bytes && !is_last_piece) fetch();
  bits &= ((u64)1 << bit_count) - 1;
  for (; bit_count < 56 && in < in_end; bit_count += 8) bits |= (u64)*in++ << bit_count;
  return bit_count >= count;
}

INLINE u32 peek(u32 count) { return (u32)bits & (((u32)1 << count) - 1); }
INLINE void drop(u32 count) { bits >>= count, bit_count -= count; }
INLINE u32 take_bits(u32 count) {
  const u32 value = peek(count);
  drop(count);
  return value;
}

static s32 read_header(void) {
  if (!need(16)) return status_missing;
  const u32 method = take_bits(8), flags = take_bits(8);
  const s32 is_deflate = (method & 15) == 8 && method >> 4 <= 7;
  if (!is_deflate || (method << 8 | flags) % 31 != 0 || (flags & 0x20) != 0) return status_damaged;
  state = at_block;
  return status_ok;
}

/** RFC 1951, 3.2.7. */
static s32 read_tables(void) {
  static const u8 order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  static u8 lengths[most_literals + most_distances];
  if (!need(14)) return status_missing;
  const u32 literals = take_bits(5) + 257, distances = take_bits(5) + 1, meta = take_bits(4) + 4;
  if (literals > 286 || distances > 30) return status_damaged;
  clear_bytes(lengths, 19);
  for (u32 i = 0; i < meta; i++) {
    if (!need(3)) return status_missing;
    lengths[order[i]] = (u8)take_bits(3);
  }
  if (!make_length_codes(lengths)) return status_damaged;
  for (u32 i = 0, previous = 0; i < literals + distances;) {
    // Seven bits of a code and seven of a count; a stream may end with fewer.
    need(14);
    const u32 entry = length_codes.entries[peek(length_codes.bits)], used = entry & code_bits_mask;
    if (entry & special_entry) return bit_count < length_codes.bits ? status_missing : status_damaged;
    const u32 symbol = entry >> value_shift & 31;
    u32 extra = 0, repeat = 1, value = symbol;
    if (symbol >= 16) {
      extra = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
      repeat = symbol == 18 ? 11 : 3;
      value = symbol == 16 ? previous : 0;
      if (symbol == 16 && i == 0) return status_damaged;
    }
    if (bit_count < used + extra) return status_missing;
    drop(used);
    repeat += take_bits(extra);
    if (repeat > literals + distances - i) return status_damaged;
    for (; repeat > 0; repeat--) lengths[i++] = (u8)value;
    previous = value;
  }
  if (lengths[256] == 0) return status_damaged;
  return make_codes(lengths, literals, lengths + literals, distances) ? status_ok : status_damaged;
}

static s32 read_block_header(void) {
  if (is_final) {
    state = at_checksum;
    return status_ok;
  }
  if (blocks_left-- == 0) return status_damaged;
  if (!need(3)) return status_missing;
  is_final = (s32)take_bits(1);
  const u32 kind = take_bits(2);
  if (kind == 3) return status_damaged;
  if (kind == 0) {
    drop(bit_count & 7);
    if (!need(32)) return status_missing;
    stored_left = take_bits(16);
    if (take_bits(16) != (stored_left ^ 0xffff)) return status_damaged;
    state = in_stored;
    return status_ok;
  }
  state = in_codes;
  if (kind == 2) return read_tables();
  make_fixed_codes();
  return status_ok;
}

static s32 copy_stored(void) {
  while (stored_left > 0 && made < full_bytes) {
    if (bit_count >= 8) {
      out[made++] = (u8)take_bits(8);
      stored_left--;
      continue;
    }
    // All bits are whole bytes of the piece here, and those that were loaded ahead are forgotten.
    bits = 0, bit_count = 0;
    if (in == in_end) fetch();
    if (in == in_end) return status_missing;
    const u32 count = least_u32(least_u32(stored_left, full_bytes - made), (u32)(in_end - in));
    copy_bytes(out + made, in, count);
    in += count, made += count, stored_left -= count;
  }
  if (stored_left == 0) state = at_block;
  return status_ok;
}

/** Copies a match; bytes after it, up to the margin, are anything. */
INLINE void copy_match(u32 length, u32 distance) {
  u8 *to = out + made;
  const u8 *from = to - distance;
  made += length;
  const u8 *end = out + made;
  if (distance >= 16) {
    for (; to < end; to += 16, from += 16) store_u8x16(to, load_u8x16(from));
  } else if (distance >= 8) {
    for (; to < end; to += 8, from += 8) store_u8x8(to, load_u8x8(from));
  } else {
    while (to < end) *to++ = *from++;
  }
}

INLINE u32 find_entry(const Codes *codes) {
  const u32 entry = codes->entries[bits & codes->mask];
  if (!(entry & table_entry)) return entry;
  const u32 more = (u32)(bits >> codes->bits) & (((u32)1 << (entry >> 8 & 15)) - 1);
  return codes->entries[(entry >> value_shift & 0xffff) + more];
}

/** Base and extra bits of a length or a distance; the bits are there. */
INLINE u32 take_value(u32 entry) {
  const u32 used = entry & code_bits_mask, extra = entry >> 8 & 15;
  const u32 value = (entry >> value_shift & 0xffff) + ((u32)(bits >> used) & (((u32)1 << extra) - 1));
  drop(used + extra);
  return value;
}

/** Rounds of up to three symbols, as long as input and room suffice for any. */
static s32 unfold_fast(void) {
  while (made < full_bytes && in_end - in >= round_bytes) {
    refill_fast();
    u32 entry = find_entry(&literal_codes);
    if (entry & literal_entry) {
      drop(entry & code_bits_mask);
      out[made++] = (u8)(entry >> 8);
      entry = find_entry(&literal_codes);
      if (entry & literal_entry) {
        drop(entry & code_bits_mask);
        out[made++] = (u8)(entry >> 8);
        entry = find_entry(&literal_codes);
        if (entry & literal_entry) {
          drop(entry & code_bits_mask);
          out[made++] = (u8)(entry >> 8);
          continue;
        }
      }
      refill_fast();
    }
    if (entry & special_entry) {
      if (!(entry & end_entry)) return status_damaged;
      drop(entry & code_bits_mask);
      state = at_block;
      return status_ok;
    }
    const u32 length = take_value(entry);
    const u32 far = find_entry(&distance_codes);
    if (far & special_entry) return status_damaged;
    const u32 distance = take_value(far);
    if (distance > made) return status_damaged;
    copy_match(length, distance);
  }
  return status_ok;
}

/** One symbol at the stream's end, where every bit has to be counted. */
static s32 unfold_carefully(void) {
  need(15 + 5);
  const u32 entry = find_entry(&literal_codes), used = entry & code_bits_mask;
  if (entry & literal_entry) {
    if (bit_count < used) return status_missing;
    drop(used);
    out[made++] = (u8)(entry >> 8);
    return status_ok;
  }
  if (entry & special_entry) {
    if (bit_count < (entry & end_entry ? used : 15)) return status_missing;
    if (!(entry & end_entry)) return status_damaged;
    drop(used);
    state = at_block;
    return status_ok;
  }
  if (bit_count < used + (entry >> 8 & 15)) return status_missing;
  const u32 length = take_value(entry);
  need(15 + 13);
  const u32 far = find_entry(&distance_codes);
  if (far & special_entry) return bit_count < 15 ? status_missing : status_damaged;
  if (bit_count < (far & code_bits_mask) + (far >> 8 & 15)) return status_missing;
  const u32 distance = take_value(far);
  if (distance > made) return status_damaged;
  copy_match(length, distance);
  return status_ok;
}

static s32 unfold(void) {
  if (in_end - in < round_bytes && !is_last_piece) fetch();
  return in_end - in >= round_bytes ? unfold_fast() : unfold_carefully();
}

static s32 check_sum(void) {
  drop(bit_count & 7);
  if (!need(32)) return status_missing;
  u32 sum = 0;
  for (s32 i = 0; i < 4; i++) sum = sum << 8 | take_bits(8);
  state = at_end;
  return sum == (adler_high << 16 | adler_low) ? status_ok : status_damaged;
}

/** Adler-32 of what was unfolded, RFC 1950, 16 bytes at a time: the sum of sums weighs each byte by its place. */
static void add_to_sum(const u8 *bytes, u32 count) {
  static const u8 weights[16] = {16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
  const i16x8 low_weights = load_words(weights), high_weights = load_words(weights + 8);
  while (count > 0) {
    const u32 run = least_u32(count, adler_run);
    u32 at = 0, before = 0;
    i32x4 sums = {0}, weighed = {0};
    for (; at + 16 <= run; at += 16) {
      const i16x8 low = load_words(bytes + at), high = load_words(bytes + at + 8);
      weighed += dot_i16(low, low_weights) + dot_i16(high, high_weights) + (sums << 4);
      sums += dot_i16(low + high, (i16x8){1, 1, 1, 1, 1, 1, 1, 1});
    }
    before = at;
    adler_high += before * adler_low + ((u32)weighed[0] + (u32)weighed[1] + (u32)weighed[2] + (u32)weighed[3]);
    adler_low += (u32)(sums[0] + sums[1] + sums[2] + sums[3]);
    for (; at < run; at++) adler_low += bytes[at], adler_high += adler_low;
    adler_low %= adler_prime, adler_high %= adler_prime;
    bytes += run, count -= run;
  }
}

/** Unfolds until the block is full, or there is no more: every byte before was taken. */
static s32 unfold_block(void) {
  if (made > window_bytes) {
    move_bytes(out, out + made - window_bytes, window_bytes);
    made = window_bytes;
  }
  taken = made;
  s32 status = status_ok;
  while (status == status_ok && made < full_bytes && state != at_checksum && state != at_end) {
    if (state == at_header) status = read_header();
    else if (state == at_block) status = read_block_header();
    else if (state == in_stored) status = copy_stored();
    else status = unfold();
  }
  add_to_sum(out + taken, made - taken);
  return status;
}

s32 inflate_bytes(u8 *to, u32 count, u32 *copied) {
  s32 status = status_ok;
  u32 done = 0;
  while (1) {
    const u32 part = least_u32(count - done, made - taken);
    copy_bytes(to + done, out + taken, part);
    done += part, taken += part;
    if (done == count) status = status_ok;
    if (done == count || status != status_ok) break;
    if (state == at_checksum || state == at_end) {
      status = status_missing;
      break;
    }
    status = unfold_block();
  }
  *copied = done;
  return status;
}

s32 finish_inflate(void) {
  if (taken == made && state != at_checksum && state != at_end) {
    const s32 status = unfold_block();
    if (status == status_damaged) return made > taken ? status_ok : status;
    if (status == status_missing) return status_ok;
  }
  if (state != at_checksum || made > taken) return status_ok;
  return check_sum() == status_damaged ? status_damaged : status_ok;
}
