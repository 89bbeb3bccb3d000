/** Parameters of each kernel. Written by wasm/signatures.ts from src/inference/kernels/kernels.ts. */
#ifndef SAMEFACE_SIGNATURES_H
#define SAMEFACE_SIGNATURES_H

void interleave(const f32 *input, f32 *output, s32 height, s32 width, s32 top, s32 left, s32 bottom,
    s32 right);
void interleaveShorts(const f32 *input, s16 *output, f32 *scale, s32 height, s32 width, s32 top, s32 left,
    s32 bottom, s32 right, s32 most_short);
void shorten(const f32 *input, s16 *output, f32 *scale, s32 pixels, s32 channels, s32 most_short);
void convolutionShorts(const s16 *input, const f32 *input_scale, const s16 *weights, const f32 *weight_scale,
    const f32 *bias, const f32 *slope, const f32 *residual, f32 *output, s32 input_width, s32 depth,
    s32 output_width, s32 output_height, s32 channels, s32 kernel_height, s32 kernel_width, s32 stride,
    s32 activation, s32 residual_channels, s32 is_blocked);
void convolutionShortsPooled(const s16 *input, const f32 *input_scale, const s16 *weights,
    const f32 *weight_scale, const f32 *bias, const f32 *slope, f32 *output, s32 input_width, s32 depth,
    s32 output_width, s32 output_height, s32 channels, s32 kernel_height, s32 kernel_width, s32 activation);
void separable(const f32 *input, const f32 *depth_weights, const f32 *depth_bias, const s16 *weights,
    const f32 *weight_scale, const f32 *bias, const f32 *slope, const f32 *residual, f32 *output, s32 height,
    s32 width, s32 depth, s32 output_height, s32 output_width, s32 stride, s32 top, s32 left, s32 channels,
    s32 activation, s32 residual_channels, s32 most_short);
void convolution(const f32 *input, const f32 *weights, const f32 *bias, const f32 *slope, const f32 *residual,
    f32 *output, s32 input_width, s32 depth, s32 output_width, s32 output_height, s32 channels,
    s32 kernel_height, s32 kernel_width, s32 stride, s32 activation, s32 residual_channels, s32 is_blocked);
void pointwiseWide(const s8 *input, const s8 *fine, const s8 *weights, const s32 *weight_sums,
    const f32 *scale, const f32 *bias, const f32 *slope, const f32 *residual, f32 *output, s8 *quantized,
    s8 *quantized_fine, const f32 *inverse_scale, const s32 *zero_point, s32 pixels, s32 channels, s32 depth,
    s32 fine_depth, s32 fine_channels, s32 activation, s32 is_blocked);
void pointwisePairs(const s8 *input, const s8 *fine, const s8 *weights, const s32 *weight_sums,
    const f32 *scale, const f32 *bias, const f32 *slope, const f32 *residual, f32 *output, s8 *quantized,
    s8 *quantized_fine, const f32 *inverse_scale, const s32 *zero_point, s32 pixels, s32 channels, s32 depth,
    s32 fine_depth, s32 fine_channels, s32 activation, s32 is_blocked);
void pointwiseWhole(const s8 *input, const s8 *fine, const s8 *weights, const s32 *weight_sums,
    const f32 *scale, const f32 *bias, const f32 *slope, const f32 *residual, f32 *output, s8 *quantized,
    s8 *quantized_fine, const f32 *inverse_scale, const s32 *zero_point, s32 pixels, s32 channels, s32 depth,
    s32 fine_depth, s32 fine_channels, s32 activation, s32 is_blocked);
void depthwise(const f32 *input, const f32 *weights, const f32 *bias, const f32 *slope, f32 *output,
    s32 height, s32 width, s32 channels, s32 output_height, s32 output_width, s32 kernel, s32 stride, s32 top,
    s32 left, s32 activation);
void depthwiseBlocked(const f32 *input, const f32 *weights, const f32 *bias, const f32 *slope, s8 *quantized,
    s8 *quantized_fine, const f32 *inverse_scale, const s32 *zero_point, s32 height, s32 width, s32 channels,
    s32 output_height, s32 output_width, s32 stride, s32 top, s32 left, s32 fine_channels, s32 activation);
void maxPool(const f32 *input, f32 *output, s32 height, s32 width, s32 channels, s32 output_height,
    s32 output_width, s32 kernel, s32 stride);
void upsampleAdd(const f32 *input, const f32 *other, f32 *output, s32 height, s32 width, s32 channels);
void fullyConnected(const f32 *input, const f32 *weights, const f32 *bias, const f32 *slope,
    const f32 *residual, f32 *output, s32 depth, s32 channels, s32 activation);
void softmax(const f32 *input, f32 *output, s32 count);
void gate(const f32 *input, const f32 *gates, const f32 *residual, f32 *output, s8 *quantized,
    s8 *quantized_fine, const f32 *inverse_scale, const s32 *zero_point, s32 pixels, s32 channels,
    s32 fine_channels);
void compact(const f32 *input, f32 *output, s32 pixels, s32 pitch, s32 channels);
void depthToSpace(const f32 *input, f32 *output, s32 height, s32 width, s32 channels);
void scan(const s16 *probe, const s8 *codes, s32 *dots, s32 stride, s32 count);
void widen(const u16 *halves, f32 *output, s32 count);
s32 scatterBytes(const u32 *bitmap, const u8 *units, u8 *output, s32 count);
s32 scatterHalves(const u32 *bitmap, const u16 *units, u16 *output, s32 count);

#endif
