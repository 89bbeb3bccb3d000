#include "samples.h"

/** Nearest whole number to (value * alpha + 255 * (255 - alpha)) / 255. */
INLINE u8 on_white(u32 value, u32 alpha) {
  const u32 product = (255 - value) * alpha + 128;
  return (u8)(255 - ((product + (product >> 8)) >> 8));
}

static void look_up(const Format *format, const u8 *line, u32 first, u32 end, u8 *rgb) {
  const u32 depth = format->depth, mask = (1u << depth) - 1;
  for (u32 x = first; x < end; x++, rgb += 3) {
    const u32 at = x * depth, index = line[at >> 3] >> (8 - depth - (at & 7)) & mask;
    const u8 *colour = format->colours + 3 * index;
    rgb[0] = colour[0], rgb[1] = colour[1], rgb[2] = colour[2];
  }
}

INLINE u32 sample_of(const u8 *pixel, u32 channel, u32 bytes) {
  const u8 *at = pixel + channel * bytes;
  return bytes == 1 ? at[0] : (u32)at[0] << 8 | at[1];
}

INLINE s32 is_key(const Format *format, const u8 *pixel, u32 colours, u32 bytes) {
  for (u32 i = 0; i < colours; i++)
    if (sample_of(pixel, i, bytes) != format->key[i]) return 0;
  return 1;
}

/** The high byte of 16-bit samples blended likewise. */
INLINE u8 on_white_of_16(u32 value, u32 alpha) { return (u8)((65535 - ((65535 - value) * alpha + 32767) / 65535) >> 8); }

/** The first byte of a 16-bit sample is its high one. */
INLINE void read_whole(const Format *format, const u8 *line, u32 first, u32 end, u8 *rgb, u32 channels, u32 bytes, u32 has_key) {
  const u32 step = channels * bytes, green = channels > 2 ? bytes : 0;
  const u8 *pixel = line + first * step;
  for (u32 x = first; x < end; x++, rgb += 3, pixel += step) {
    const u32 has_alpha = channels == 2 || channels == 4;
    if (has_key && is_key(format, pixel, channels, bytes)) {
      rgb[0] = rgb[1] = rgb[2] = 255;
    } else if (!has_alpha) {
      rgb[0] = pixel[0], rgb[1] = pixel[green], rgb[2] = pixel[2 * green];
    } else if (bytes == 1) {
      const u32 alpha = pixel[step - 1];
      rgb[0] = on_white(pixel[0], alpha), rgb[1] = on_white(pixel[green], alpha), rgb[2] = on_white(pixel[2 * green], alpha);
    } else {
      const u32 alpha = sample_of(pixel, channels - 1, 2);
      for (u32 c = 0; c < 3; c++) rgb[c] = on_white_of_16(sample_of(pixel, channels > 2 ? c : 0, 2), alpha);
    }
  }
}

const u8 *read_pixels(const Format *format, const u8 *line, u32 first, u32 end, u8 *rgb) {
  const u32 channels = format->channels, depth = format->depth;
  if (channels == 3 && depth == 8 && !format->has_key) return line + 3 * first;
  if (channels == 1 && depth <= 8) look_up(format, line, first, end, rgb);
  else if (channels == 1) {
    if (format->has_key) read_whole(format, line, first, end, rgb, 1, 2, 1);
    else read_whole(format, line, first, end, rgb, 1, 2, 0);
  } else if (channels == 2) {
    if (depth == 8) read_whole(format, line, first, end, rgb, 2, 1, 0);
    else read_whole(format, line, first, end, rgb, 2, 2, 0);
  } else if (channels == 3) {
    if (depth == 8) read_whole(format, line, first, end, rgb, 3, 1, 1);
    else if (format->has_key) read_whole(format, line, first, end, rgb, 3, 2, 1);
    else read_whole(format, line, first, end, rgb, 3, 2, 0);
  } else {
    if (depth == 8) read_whole(format, line, first, end, rgb, 4, 1, 0);
    else read_whole(format, line, first, end, rgb, 4, 2, 0);
  }
  return rgb;
}
