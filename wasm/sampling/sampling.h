/**
 * Samplers: they fill an input of a network, planes R, G and B, from a part of a raster by an affine map. All arithmetic
 * is float64 in a stated order, so that every processor gives the same bits.
 */
#ifndef SAMEFACE_SAMPLING_H
#define SAMEFACE_SAMPLING_H

#include "../include/simd.h"

typedef double f64;
typedef f64 f64x2 __attribute__((vector_size(16)));
typedef f64x2 f64x2_unaligned __attribute__((aligned(8), may_alias));
typedef u16 u16x8 __attribute__((vector_size(16)));
typedef u16x8 u16x8_unaligned __attribute__((aligned(4), may_alias));

/** A pixel: red, green, blue and alpha, a byte each. */
typedef u32 Pixel;

/** Red and green, then blue and what does not count. */
typedef struct { f64x2 rg, b; } Rgb;

/** Most samples of an output pixel along an axis; as many fit 16 bits: 16 x 16 x 255. */
enum { most_samples = 16 };
/** Fewest samples along an axis at which each is its nearest pixel: their mean is the area's all the same. */
enum { fewest_nearest = 4 };

/**
 * Rows `from` to `to` of an output. `src/image/sampling/sampler.ts` writes it, and sees to it that the part holds every
 * pixel that these rows need.
 */
typedef struct {
  /** Map from output coordinates to the raster's, pixel centres at +0.5: x' = a x + b y + tx, y' = c x + d y + ty. */
  f64 a, b, tx, c, d, ty;
  /** An output is (mean of samples - mean) * scale, by channel. */
  f64 mean[3], scale[3];
  /** Size of the whole raster, px. */
  s32 raster_width, raster_height;
  /** Place of the part in the raster, and its width, px. */
  s32 left, top, part_width;
  /** Size of the whole output. */
  s32 width, height;
  s32 from, to;
  /** Samples of an output pixel along an axis. */
  s32 samples;
} Request;

extern Request request;

/** Samples bilinearly, for any map. */
void bilinear(const Pixel *part, f32 *out, f64 *scratch);
/** Samples bilinearly, for maps whose axes are the raster's or swapped. */
void bilinear_level(const Pixel *part, f32 *out, f64 *scratch);
/** Takes nearest pixels, for any map. */
void nearest(const Pixel *part, f32 *out);
/** Takes nearest pixels, for maps whose axes are the raster's or swapped. */
void nearest_level(const Pixel *part, f32 *out, s32 *scratch);

/** Bytes of scratch that each needs. */
u32 bilinear_scratch(void);
u32 bilinear_level_scratch(void);
u32 nearest_level_scratch(void);

INLINE f64x2 load_f64(const f64 *from) { return *(const f64x2_unaligned *)from; }
INLINE void store_f64(f64 *to, f64x2 value) { *(f64x2_unaligned *)to = value; }
INLINE f64x2 splat_f64(f64 value) { return (f64x2){value, value}; }
INLINE f64 smaller(f64 a, f64 b) { return a < b ? a : b; }
INLINE f64 larger(f64 a, f64 b) { return a > b ? a : b; }

INLINE Rgb plus(Rgb a, Rgb b) { return (Rgb){a.rg + b.rg, a.b + b.b}; }
INLINE Rgb times(Rgb a, f64 weight) { return (Rgb){a.rg * splat_f64(weight), a.b * splat_f64(weight)}; }

/** Returns the next place for `Rgb`, up to 8 bytes after `at`, which is one for f64. */
INLINE Rgb *rgb_behind(void *at) { return (Rgb *)(((unsigned long)at + 15) & ~15ul); }

/** True where the output's axes are the raster's, but swapped. */
INLINE s32 is_swapped(const Request *q) { return q->a == 0 && q->d == 0; }

#ifdef __wasm__
INLINE Rgb rgb_of_words(v128_t words) {
  const v128_t upper = wasm_i32x4_shuffle(words, words, 2, 3, 2, 3);
  return (Rgb){(f64x2)wasm_f64x2_convert_low_i32x4(words), (f64x2)wasm_f64x2_convert_low_i32x4(upper)};
}
INLINE Rgb rgb_of(const Pixel *at) {
  return rgb_of_words(wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(at))));
}
/** Takes one of two pixels' channels. */
INLINE Rgb first_of(u16x8 two) { return rgb_of_words(wasm_u32x4_extend_low_u16x8((v128_t)two)); }
INLINE Rgb second_of(u16x8 two) { return rgb_of_words(wasm_u32x4_extend_high_u16x8((v128_t)two)); }
/** Widens the channels of two pixels. */
INLINE u16x8 channels_of_two(const Pixel *at) { return (u16x8)wasm_u16x8_load8x8(at); }
/** Cuts off what lies behind the point, in the first two lanes. */
INLINE i32x4 truncated(f64x2 x) { return (i32x4)wasm_i32x4_trunc_sat_f64x2_zero((v128_t)x); }
INLINE f64x2 widened(i32x4 x) { return (f64x2)wasm_f64x2_convert_low_i32x4((v128_t)x); }
/** Stores the first two lanes. */
INLINE void store_two(s32 *to, i32x4 x) { wasm_v128_store64_lane(to, (v128_t)x, 0); }
#else
INLINE Rgb rgb_of(const Pixel *at) {
  const u8 *channels = (const u8 *)at;
  return (Rgb){{channels[0], channels[1]}, {channels[2], channels[3]}};
}
INLINE u16x8 channels_of_two(const Pixel *at) {
  const u8 *c = (const u8 *)at;
  return (u16x8){c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]};
}
INLINE Rgb first_of(u16x8 two) { return (Rgb){{two[0], two[1]}, {two[2], two[3]}}; }
INLINE Rgb second_of(u16x8 two) { return (Rgb){{two[4], two[5]}, {two[6], two[7]}}; }
INLINE i32x4 truncated(f64x2 x) { return (i32x4){(s32)x[0], (s32)x[1], 0, 0}; }
INLINE f64x2 widened(i32x4 x) { return (f64x2){x[0], x[1]}; }
INLINE void store_two(s32 *to, i32x4 x) { to[0] = x[0], to[1] = x[1]; }
#endif

/** Writes a pixel's mean, rounded to float32 and then normalised. */
INLINE void write_pixel(const Request *q, f32 *out, s32 row, s32 column, f64 red, f64 green, f64 blue) {
  const f64 inverse = 1.0 / (q->samples * q->samples);
  f32 *at = out + row * q->width + column;
  const s32 plane = q->width * q->height;
  at[0] = (f32)(((f64)(f32)(red * inverse) - q->mean[0]) * q->scale[0]);
  at[plane] = (f32)(((f64)(f32)(green * inverse) - q->mean[1]) * q->scale[1]);
  at[2 * plane] = (f32)(((f64)(f32)(blue * inverse) - q->mean[2]) * q->scale[2]);
}

#endif
