/** Shrinks a value by taking the greatest pixel, and enlarges one bilinearly. */
#include "../include/kernels.h"

/** Takes the greatest of each window. Windows are cut off at the bottom and the right, but each contains a pixel. */
KERNEL(maxPool)
(const f32 *input, f32 *output, s32 height, s32 width, s32 channels, s32 output_height, s32 output_width,
 s32 kernel, s32 stride) {
  for (s32 v = 0; v < output_height; v++)
    for (s32 u = 0; u < output_width; u++)
      for (s32 channel = 0; channel < channels; channel += 4, output += 4) {
        const f32 *corner = input + (v * stride * width + u * stride) * channels + channel;
        f32x4 most = load_f32(corner);
        for (s32 y = 0; y < kernel && v * stride + y < height; y++)
          for (s32 x = 0; x < kernel && u * stride + x < width; x++)
            most = greatest(most, load_f32(corner + (y * width + x) * channels));
        store_f32(output, most);
      }
}

/** Doubles both sides, bilinear between pixel centres, and adds `other` of the output's size. */
KERNEL(upsampleAdd)
(const f32 *input, const f32 *other, f32 *output, s32 height, s32 width, s32 channels) {
  for (s32 v = 0; v < 2 * height; v++) {
    /* The centre of output row v is at v / 2 - 1/4: a quarter before or after an input row. */
    const s32 above = v % 2 ? v / 2 : v / 2 - 1;
    const f32 *upper = input + (above < 0 ? 0 : above) * width * channels;
    const f32 *lower = input + (above + 1 < height ? above + 1 : height - 1) * width * channels;
    const f32x4 down = splat_f32(v % 2 ? 0.25f : 0.75f), up = splat_f32(v % 2 ? 0.75f : 0.25f);
    for (s32 u = 0; u < 2 * width; u++) {
      const s32 before = u % 2 ? u / 2 : u / 2 - 1;
      const s32 left = (before < 0 ? 0 : before) * channels;
      const s32 right = (before + 1 < width ? before + 1 : width - 1) * channels;
      const f32x4 far = splat_f32(u % 2 ? 0.25f : 0.75f), near = splat_f32(u % 2 ? 0.75f : 0.25f);
      for (s32 channel = 0; channel < channels; channel += 4, other += 4, output += 4) {
        f32x4 high = load_f32(upper + left + channel) * near + load_f32(upper + right + channel) * far;
        f32x4 deep = load_f32(lower + left + channel) * near + load_f32(lower + right + channel) * far;
        store_f32(output, load_f32(other) + (high * up + deep * down));
      }
    }
  }
}
