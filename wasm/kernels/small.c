/** What little there is besides convolutions: input, pooling, upsampling, fully connected, softmax. */
#include "kernels.h"

/** Bytes free for weights and values, from here to the end of memory. */
extern u8 __heap_base;

s32 activation_flip = 0;

#ifdef __wasm__
/** Whether quantized activations have no sign from now on, which only the relaxed products need. */
__attribute__((export_name("useUnsigned"))) void use_unsigned(s32 is_unsigned) {
  activation_flip = is_unsigned ? (s32)0x80808080 : 0;
}

__attribute__((export_name("heapBase"))) u32 heap_base(void) { return (u32)&__heap_base; }
#endif

/**
 * Three planes to pixels of 3 channels, inside a border of zeros.
 *
 * @param planes [3][height][width]
 * @param output [top + height + bottom][left + width + right][3]
 */
KERNEL(interleave)
(const f32 *planes, f32 *output, s32 height, s32 width, s32 top, s32 left, s32 bottom, s32 right) {
  const s32 plane = height * width;
  for (s32 y = -top; y < height + bottom; y++)
    for (s32 x = -left; x < width + right; x++, output += 3) {
      const s32 at = y * width + x;
      const s32 inside = y >= 0 && y < height && x >= 0 && x < width;
      output[0] = inside ? planes[at] : 0;
      output[1] = inside ? planes[at + plane] : 0;
      output[2] = inside ? planes[at + 2 * plane] : 0;
    }
}

/** Windows are cut off at the bottom and the right. Every window holds a value. */
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
    /* The centre of output row v lies at v / 2 - 1/4: a quarter before or after an input row. */
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

/**
 * @param input [depth]
 * @param weights packed [ceil(channels / 8)][depth][8]
 * @param bias, slope [ceil(channels / 8) * 8], and `output` likewise
 * @param residual as `output`, or 0; added before the activation
 */
KERNEL(fullyConnected)
(const f32 *input, const f32 *weights, const f32 *bias, const f32 *slope, const f32 *residual, f32 *output, s32 depth,
 s32 channels, s32 activation) {
  for (s32 channel = 0; channel < channels; channel += 8) {
    f32x4 a = load_f32(bias + channel), b = load_f32(bias + channel + 4);
    f32x4 c = splat_f32(0), d = c;
    s32 k = 0;
    for (; k + 2 <= depth; k += 2, weights += 16) {
      f32x4 x = splat_f32(input[k]), y = splat_f32(input[k + 1]);
      a += x * load_f32(weights), b += x * load_f32(weights + 4);
      c += y * load_f32(weights + 8), d += y * load_f32(weights + 12);
    }
    for (; k < depth; k++, weights += 8) {
      f32x4 x = splat_f32(input[k]);
      a += x * load_f32(weights), b += x * load_f32(weights + 4);
    }
    a += c, b += d;
    if (residual) a += load_f32(residual + channel), b += load_f32(residual + channel + 4);
    store_f32(output + channel, activate(a, activation, slope, channel));
    store_f32(output + channel + 4, activate(b, activation, slope, channel + 4));
  }
}

/** The first `channels` of each pixel, one after the other. */
KERNEL(compact)
(const f32 *input, f32 *output, s32 pixels, s32 stride, s32 channels) {
  for (s32 pixel = 0; pixel < pixels; pixel++, input += stride)
    for (s32 channel = 0; channel < channels; channel++) *output++ = input[channel];
}

/** Channels to squares of 2 x 2 pixels, the square's place being the slower part of a channel's index. */
KERNEL(depthToSpace)
(const f32 *input, f32 *output, s32 height, s32 width, s32 channels) {
  for (s32 y = 0; y < 2 * height; y++)
    for (s32 x = 0; x < 2 * width; x++) {
      const f32 *from = input + (y / 2 * width + x / 2) * 4 * channels + (y % 2 * 2 + x % 2) * channels;
      for (s32 channel = 0; channel < channels; channel++) *output++ = from[channel];
    }
}

/** Half floats to floats, exactly; infinities and NaN do not occur. */
KERNEL(widen)
(const u16 *halves, f32 *output, s32 count) {
  for (s32 i = 0; i < count; i++) {
    /* The exponent is 112 too small once moved into place; the product with 2^112 mends subnormals too. */
    union { u32 bits; f32 value; } half = {(u32)(halves[i] & 0x7fff) << 13}, scale = {(127 + 112) << 23};
    half.value *= scale.value;
    half.bits |= (u32)(halves[i] & 0x8000) << 16;
    output[i] = half.value;
  }
}

/**
 * Units to where a bitmap has ones, lowest bit first, and zeros elsewhere. Stays inside whatever the bitmap
 * holds, for bits beyond the last unit count for nothing.
 *
 * @param bitmap [ceil(count / 32)]
 * @param units those that are not zero, with room to read `count`
 * @param output [count]
 * @returns how many units were read
 */
#define SCATTER(name, unit)                                                               \
  EXPORT(name) s32 name(const u32 *bitmap, const unit *units, unit *output, s32 count) {  \
    const unit *next = units;                                                             \
    for (s32 i = 0; i < count; i++) output[i] = 0;                                        \
    for (s32 first = 0; first < count; first += 32, bitmap++) {                           \
      const s32 left = count - first;                                                     \
      u32 bits = left < 32 ? *bitmap & ((1u << left) - 1) : *bitmap;                      \
      for (; bits; bits &= bits - 1) output[first + __builtin_ctz(bits)] = *next++;       \
    }                                                                                     \
    return (s32)(next - units);                                                           \
  }

SCATTER(scatterBytes, u8)
SCATTER(scatterHalves, u16)

/** e^x for x <= 0, within 2 units of the last place; 0 below -87. */
static f32 exponential(f32 x) {
  if (!(x > -87.0f)) return 0;
  const s32 n = (s32)(x * 1.442695041f - 0.5f);
  const f32 r = (x - (f32)n * 0.693359375f) + (f32)n * 2.12194440e-4f;
  const f32 tail = ((((1.9875691500e-4f * r + 1.3981999507e-3f) * r + 8.3334519073e-3f) * r + 4.1665795894e-2f) * r +
                    1.6666665459e-1f) * r + 5.0000001201e-1f;
  union { s32 bits; f32 value; } power = {(n + 127) << 23};
  return (tail * r * r + r + 1.0f) * power.value;
}

KERNEL(softmax)
(const f32 *input, f32 *output, s32 count) {
  f32 most = input[0], sum = 0;
  for (s32 i = 1; i < count; i++) most = input[i] > most ? input[i] : most;
  for (s32 i = 0; i < count; i++) sum += output[i] = exponential(input[i] - most);
  for (s32 i = 0; i < count; i++) output[i] /= sum;
}
