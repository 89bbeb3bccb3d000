/** Channel attention (Hu et al. 2018, "Squeeze-and-Excitation Networks"): x * sigmoid(gate) + residual. */
#include "../include/codes.h"
#include "../include/exponential.h"

/** Computes 1 / (1 + e^-x) without an overflow on either side. */
INLINE f32 sigmoid(f32 x) {
  const f32 power = exponential(x < 0 ? x : -x);
  return (x < 0 ? power : 1.0f) / (1.0f + power);
}

INLINE f32x4 sigmoids(const f32 *from) {
  return (f32x4){sigmoid(from[0]), sigmoid(from[1]), sigmoid(from[2]), sigmoid(from[3])};
}

/**
 * @param input, residual [pixels][channels]; channels in eights, at least 2 pixels
 * @param gates [channels], one number for a channel
 * @param output as `input`, or 0
 * @param quantized, quantized_fine codes of the result, or 0
 * @param inverse_scale, zero_point [channels], of these codes
 */
KERNEL(gate)
(const f32 *input, const f32 *gates, const f32 *residual, f32 *output, s8 *quantized, s8 *quantized_fine,
 const f32 *inverse_scale, const s32 *zero_point, s32 pixels, s32 channels, s32 fine_channels) {
  const Codes codes = {quantized, quantized_fine, inverse_scale, zero_point, fine_channels};
  for (s32 channel = 0; channel < channels; channel += 8) {
    const f32x4 low_gate = sigmoids(gates + channel), high_gate = sigmoids(gates + channel + 4);
    for (s32 pixel = 0; pixel < pixels; pixel += 2) {
      /* The last pair may begin early. */
      const s32 first = pixel + 2 <= pixels ? pixel : pixels - 2;
      f32x4 low[2], high[2];
      for (s32 p = 0; p < 2; p++) {
        const s32 at = (first + p) * channels + channel;
        low[p] = load_f32(input + at) * low_gate + load_f32(residual + at);
        high[p] = load_f32(input + at + 4) * high_gate + load_f32(residual + at + 4);
        if (output) store_f32(output + at, low[p]), store_f32(output + at + 4, high[p]);
      }
      if (!quantized) continue;
      const Quantizer a = load_quantizer(&codes, channel), b = load_quantizer(&codes, channel + 4);
      store_eights(quantized + first * channels + channel, channels, quantize(low[0], &a), quantize(high[0], &b),
                   quantize(low[1], &a), quantize(high[1], &b));
      if (channel < fine_channels)
        store_eights(quantized_fine + first * fine_channels + channel, fine_channels, quantize_rest(low[0], &a),
                     quantize_rest(high[0], &b), quantize_rest(low[1], &a), quantize_rest(high[1], &b));
    }
  }
}
