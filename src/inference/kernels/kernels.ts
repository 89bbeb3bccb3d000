/**
 * The kernels of `wasm/kernels`: the one place that says what each takes, reads and writes.
 *
 * The plan compiler writes steps by this table, and the loader admits no step that breaks it. The prototypes
 * that the C sources are compiled against and the calls of the native program (`wasm/native.c`) are written
 * from it by `wasm/signatures.ts`.
 */
import { constant, type Kernel, optional, reads, type Sizes, sizes, writes } from "./parameters.ts";

const inFours = (channels: number) => channels > 0 && channels % 4 === 0;
const inEights = (channels: number) => Math.ceil(channels / 8) * 8;
const isActivation = (activation: number) => activation <= 2;
const isShort = (most: number) => most > 0 && most < 32_768;
const isFlag = (flag: number) => flag <= 1;

const channels = (s: Sizes) => s.channels;
const eights = (s: Sizes) => inEights(s.channels);
const inputPixels = (s: Sizes) => s.height * s.width;
const outputPixels = (s: Sizes) => s.outputHeight * s.outputWidth;

/** Number of pairs of shorts in a row of a window. */
const pairs = (s: Sizes) => Math.ceil((s.kernelWidth * s.depth) / 2);

/** Room for the row between the two convolutions of `separable`: `most_between` in wasm/kernels/separable-s16.c. */
const mostBetween = 4096;

/** Condition on a convolution whose windows all lie inside. */
const isConvolution = (s: Sizes) =>
  inFours(s.channels) &&
  s.residualChannels % 4 === 0 &&
  s.residualChannels <= s.channels &&
  s.outputWidth > 0 &&
  s.outputHeight > 0 &&
  s.outputWidth * s.outputHeight >= 4 &&
  s.depth > 0 &&
  s.kernelHeight > 0 &&
  s.kernelWidth > 0 &&
  s.stride > 0 &&
  (s.outputWidth - 1) * s.stride + s.kernelWidth <= s.inputWidth &&
  isFlag(s.isBlocked) &&
  isActivation(s.activation);

/**
 * Condition on 3 x 3 windows in tiles of four columns: the middle of every window lies inside, and at most its last row
 * and column beyond.
 */
const isWindowed = (s: Sizes) =>
  (s.stride === 1 || s.stride === 2) &&
  isFlag(s.top) &&
  isFlag(s.left) &&
  s.outputHeight > 0 &&
  s.outputWidth >= 4 &&
  (s.outputHeight - 1) * s.stride - s.top + 2 <= s.height &&
  (s.outputWidth - 1) * s.stride - s.left + 2 <= s.width;

/**
 * Coarse and fine codes of a result of so many pixels (`wasm/include/codes.h`), and the parameters that make them.
 */
const codes = (pixels: (s: Sizes) => number) => ({
  coarse: writes("quantized", "s8", (s) => pixels(s) * s.channels),
  fine: optional(writes("quantizedFine", "s8", (s) => pixels(s) * s.fineChannels)),
  inverseScale: constant("inverseScale", "f32", channels),
  zeroPoint: constant("zeroPoint", "s32", channels),
});
const gemmCodes = codes((s) => s.pixels);
const depthwiseCodes = codes(outputPixels);

/** Kernels that a plan calls, by their names in the plan. */
export const kernels = {
  interleave: {
    parameters: [
      reads("input", "f32", (s) => 3 * s.height * s.width),
      writes("output", "f32", (s) => 3 * (s.top + s.height + s.bottom) * (s.left + s.width + s.right)),
      ...sizes("height", "width", "top", "left", "bottom", "right"),
    ],
    holds: (s) => s.height > 0 && s.width > 0,
  },
  interleaveShorts: {
    parameters: [
      reads("input", "f32", (s) => 3 * s.height * s.width),
      writes("output", "s16", (s) => 3 * ((s.top + s.height + s.bottom) * (s.left + s.width + s.right) + 1)),
      writes("scale", "f32", () => 1),
      ...sizes("height", "width", "top", "left", "bottom", "right", "mostShort"),
    ],
    holds: (s) => s.height > 0 && s.width > 0 && isShort(s.mostShort),
  },
  shorten: {
    parameters: [
      reads("input", "f32", (s) => s.pixels * s.channels),
      writes("output", "s16", (s) => s.pixels * s.channels),
      writes("scale", "f32", () => 1),
      ...sizes("pixels", "channels", "mostShort"),
    ],
    holds: (s) => s.pixels > 0 && inFours(s.channels) && isShort(s.mostShort),
  },
  convolutionShorts: {
    parameters: [
      reads("input", "s16", (s) => {
        const inputHeight = (s.outputHeight - 1) * s.stride + s.kernelHeight;
        const isOdd = (s.kernelWidth * s.depth) % 2;
        return inputHeight * s.inputWidth * s.depth + isOdd;
      }),
      reads("inputScale", "f32", () => 1),
      constant("weights", "s16", (s) => 2 * eights(s) * s.kernelHeight * pairs(s)),
      constant("weightScale", "f32", eights),
      constant("bias", "f32", eights),
      optional(constant("slope", "f32", eights)),
      optional(reads("residual", "f32", (s) => outputPixels(s) * s.residualChannels)),
      writes("output", "f32", (s) => outputPixels(s) * s.channels),
      ...sizes("inputWidth", "depth", "outputWidth", "outputHeight", "channels", "kernelHeight"),
      ...sizes("kernelWidth", "stride", "activation", "residualChannels", "isBlocked"),
    ],
    holds: isConvolution,
  },
  convolutionShortsPooled: {
    parameters: [
      reads("input", "s16", (s) => {
        const isOdd = (s.kernelWidth * s.depth) % 2;
        return (2 * s.outputHeight + s.kernelHeight - 1) * s.inputWidth * s.depth + isOdd;
      }),
      reads("inputScale", "f32", () => 1),
      constant("weights", "s16", (s) => 2 * eights(s) * s.kernelHeight * pairs(s)),
      constant("weightScale", "f32", eights),
      constant("bias", "f32", eights),
      optional(constant("slope", "f32", eights)),
      writes("output", "f32", (s) => outputPixels(s) * s.channels),
      ...sizes("inputWidth", "depth", "outputWidth", "outputHeight", "channels", "kernelHeight"),
      ...sizes("kernelWidth", "activation"),
    ],
    holds: (s) =>
      inFours(s.channels) &&
      s.outputWidth > 0 &&
      s.outputHeight > 0 &&
      s.depth > 0 &&
      s.kernelHeight > 0 &&
      s.kernelWidth > 0 &&
      2 * s.outputWidth + s.kernelWidth - 1 <= s.inputWidth &&
      isActivation(s.activation),
  },
  separable: {
    parameters: [
      reads("input", "f32", (s) => inputPixels(s) * s.depth),
      constant("depthWeights", "f32", (s) => 9 * s.depth),
      constant("depthBias", "f32", (s) => s.depth),
      constant("weights", "s16", (s) => eights(s) * s.depth),
      constant("weightScale", "f32", eights),
      constant("bias", "f32", eights),
      optional(constant("slope", "f32", eights)),
      optional(reads("residual", "f32", (s) => outputPixels(s) * s.residualChannels)),
      writes("output", "f32", (s) => outputPixels(s) * s.channels),
      ...sizes("height", "width", "depth", "outputHeight", "outputWidth", "stride", "top", "left"),
      ...sizes("channels", "activation", "residualChannels", "mostShort"),
    ],
    holds: (s) =>
      inFours(s.channels) &&
      inFours(s.depth) &&
      s.outputWidth * s.depth <= mostBetween &&
      s.residualChannels % 4 === 0 &&
      s.residualChannels <= s.channels &&
      isWindowed(s) &&
      isShort(s.mostShort) &&
      isActivation(s.activation),
  },
  convolution: {
    parameters: [
      reads("input", "f32", (s) => {
        const inputHeight = (s.outputHeight - 1) * s.stride + s.kernelHeight;
        return inputHeight * s.inputWidth * s.depth;
      }),
      constant("weights", "f32", (s) => eights(s) * s.kernelHeight * s.kernelWidth * s.depth),
      constant("bias", "f32", eights),
      optional(constant("slope", "f32", eights)),
      optional(reads("residual", "f32", (s) => outputPixels(s) * s.residualChannels)),
      writes("output", "f32", (s) => outputPixels(s) * s.channels),
      ...sizes("inputWidth", "depth", "outputWidth", "outputHeight", "channels", "kernelHeight"),
      ...sizes("kernelWidth", "stride", "activation", "residualChannels", "isBlocked"),
    ],
    holds: isConvolution,
  },
  pointwise: {
    forms: ["pointwiseWide", "pointwisePairs", "pointwiseWhole"],
    parameters: [
      reads("input", "s8", (s) => s.pixels * s.depth),
      optional(reads("fine", "s8", (s) => s.pixels * s.fineDepth)),
      constant("weights", "s8", (s) => s.channels * s.depth),
      constant("weightSums", "s32", (s) => 2 * s.channels),
      constant("scale", "f32", channels),
      constant("bias", "f32", channels),
      optional(constant("slope", "f32", channels)),
      optional(reads("residual", "f32", (s) => s.pixels * s.channels)),
      optional(writes("output", "f32", (s) => s.pixels * s.channels)),
      optional(gemmCodes.coarse),
      gemmCodes.fine,
      optional(gemmCodes.inverseScale),
      optional(gemmCodes.zeroPoint),
      ...sizes("pixels", "channels", "depth", "fineDepth", "fineChannels", "activation", "isBlocked"),
    ],
    // Sums of 32 bits hold 2^31 / (127 * 128) products: more than the largest size.
    holds: (s) =>
      s.pixels >= 6 &&
      s.channels > 0 &&
      s.channels % 8 === 0 &&
      inFours(s.depth) &&
      s.fineDepth % 4 === 0 &&
      s.fineDepth <= s.depth &&
      s.fineChannels % 8 === 0 &&
      s.fineChannels <= s.channels &&
      isFlag(s.isBlocked) &&
      isActivation(s.activation),
  },
  depthwise: {
    parameters: [
      reads("input", "f32", (s) => inputPixels(s) * s.channels),
      constant("weights", "f32", (s) => s.kernel * s.kernel * s.channels),
      constant("bias", "f32", channels),
      optional(constant("slope", "f32", channels)),
      writes("output", "f32", (s) => outputPixels(s) * s.channels),
      ...sizes("height", "width", "channels", "outputHeight", "outputWidth", "kernel", "stride"),
      ...sizes("top", "left", "activation"),
    ],
    holds: (s) => inFours(s.channels) && s.kernel > 0 && s.stride > 0 && isActivation(s.activation),
  },
  depthwiseBlocked: {
    parameters: [
      reads("input", "f32", (s) => inputPixels(s) * s.channels),
      constant("weights", "f32", (s) => 9 * s.channels),
      constant("bias", "f32", channels),
      optional(constant("slope", "f32", channels)),
      depthwiseCodes.coarse,
      depthwiseCodes.fine,
      depthwiseCodes.inverseScale,
      depthwiseCodes.zeroPoint,
      ...sizes("height", "width", "channels", "outputHeight", "outputWidth", "stride"),
      ...sizes("top", "left", "fineChannels", "activation"),
    ],
    holds: (s) =>
      inFours(s.channels) &&
      s.fineChannels % 4 === 0 &&
      s.fineChannels <= s.channels &&
      isWindowed(s) &&
      isActivation(s.activation),
  },
  maxPool: {
    parameters: [
      reads("input", "f32", (s) => inputPixels(s) * s.channels),
      writes("output", "f32", (s) => outputPixels(s) * s.channels),
      ...sizes("height", "width", "channels", "outputHeight", "outputWidth", "kernel", "stride"),
    ],
    holds: (s) =>
      inFours(s.channels) &&
      (s.outputHeight - 1) * s.stride < s.height &&
      (s.outputWidth - 1) * s.stride < s.width,
  },
  upsampleAdd: {
    parameters: [
      reads("input", "f32", (s) => inputPixels(s) * s.channels),
      reads("other", "f32", (s) => 4 * inputPixels(s) * s.channels),
      writes("output", "f32", (s) => 4 * inputPixels(s) * s.channels),
      ...sizes("height", "width", "channels"),
    ],
    holds: (s) => inFours(s.channels) && s.height > 0 && s.width > 0,
  },
  fullyConnected: {
    parameters: [
      reads("input", "f32", (s) => s.depth),
      constant("weights", "f32", (s) => eights(s) * s.depth),
      constant("bias", "f32", eights),
      optional(constant("slope", "f32", eights)),
      optional(reads("residual", "f32", eights)),
      writes("output", "f32", eights),
      ...sizes("depth", "channels", "activation"),
    ],
    holds: (s) => isActivation(s.activation),
  },
  softmax: {
    parameters: [
      reads("input", "f32", (s) => s.count),
      writes("output", "f32", (s) => s.count),
      ...sizes("count"),
    ],
    holds: (s) => s.count > 0,
  },
  gate: {
    parameters: [
      reads("input", "f32", (s) => s.pixels * s.channels),
      reads("gates", "f32", channels),
      reads("residual", "f32", (s) => s.pixels * s.channels),
      optional(writes("output", "f32", (s) => s.pixels * s.channels)),
      optional(gemmCodes.coarse),
      gemmCodes.fine,
      optional(gemmCodes.inverseScale),
      optional(gemmCodes.zeroPoint),
      ...sizes("pixels", "channels", "fineChannels"),
    ],
    holds: (s) =>
      s.pixels >= 2 &&
      s.channels > 0 &&
      s.channels % 8 === 0 &&
      s.fineChannels % 8 === 0 &&
      s.fineChannels <= s.channels,
  },
  compact: {
    parameters: [
      reads("input", "f32", (s) => s.pixels * s.pitch),
      writes("output", "f32", (s) => s.pixels * s.channels),
      ...sizes("pixels", "pitch", "channels"),
    ],
    holds: (s) => s.channels <= s.pitch,
  },
  depthToSpace: {
    parameters: [
      reads("input", "f32", (s) => 4 * inputPixels(s) * s.channels),
      writes("output", "f32", (s) => 4 * inputPixels(s) * s.channels),
      ...sizes("height", "width", "channels"),
    ],
    holds: () => true,
  },
} as const satisfies Record<string, Kernel>;

export type KernelName = keyof typeof kernels;

/** Kernels that no plan calls: the scan of a gallery, and the placing of a plan's constants. */
export const helpers = {
  scan: {
    parameters: [
      reads("probe", "s16", (s) => s.stride),
      reads("codes", "s8", (s) => s.count * s.stride),
      writes("dots", "s32", (s) => s.count),
      ...sizes("stride", "count"),
    ],
    holds: (s) => s.stride > 0 && s.stride % 16 === 0,
  },
  widen: {
    parameters: [
      reads("halves", "u16", (s) => s.count),
      writes("output", "f32", (s) => s.count),
      ...sizes("count"),
    ],
    holds: () => true,
  },
  scatterBytes: scatter("u8"),
  scatterHalves: scatter("u16"),
} as const satisfies Record<string, Kernel>;

export type HelperName = keyof typeof helpers;

/** Returns the number of units that it has read: the number of bits set in the bitmap. */
function scatter(unit: "u8" | "u16"): Kernel {
  return {
    parameters: [
      reads("bitmap", "u32", (s) => Math.ceil(s.count / 32)),
      reads("units", unit, (s) => s.count),
      writes("output", unit, (s) => s.count),
      ...sizes("count"),
    ],
    holds: () => true,
    returns: "s32",
  };
}

/** Activation and slope, output and pointers hang together: PReLU needs a slope. */
export const activations = { none: 0, relu: 1, prelu: 2 } as const;
