/** A matrix by a vector: fully connected layers. */
#include "../include/kernels.h"

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
