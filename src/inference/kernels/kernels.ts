/**
 * The kernels of `wasm/kernels` as a plan calls them: their parameters in order, and what each reads and
 * writes. The plan compiler writes steps by this table, and the loader admits no step that breaks it.
 */

/** Where a pointer leads: into the plan's constants, or into the arena of values. */
export type Space = "constants" | "values";

export interface Access {
  readonly parameter: string;
  readonly space: Space;
  /** From the pointer on. */
  readonly bytes: number;
  readonly writes: boolean;
}

export interface Kernel {
  /** Pointers may be absent (`null`) where their name ends in "?". */
  readonly parameters: readonly string[];
  readonly accesses: (size: Sizes) => readonly Access[];
  /** What must hold of the sizes besides each being an integer from 0 to 65,536. */
  readonly holds: (size: Sizes) => boolean;
}

export type Sizes = Readonly<Record<string, number>>;

const reads = (parameter: string, bytes: number): Access => ({
  parameter,
  space: "values",
  bytes,
  writes: false,
});
const writes = (parameter: string, bytes: number): Access => ({
  parameter,
  space: "values",
  bytes,
  writes: true,
});
const constant = (parameter: string, bytes: number): Access => ({
  parameter,
  space: "constants",
  bytes,
  writes: false,
});

/** Codes of a result of so many pixels, and how they are made. */
const writesCodes = ({ channels, fineChannels }: Sizes, pixels: number): readonly Access[] => [
  writes("quantized", pixels * channels),
  writes("quantizedFine", pixels * fineChannels),
  constant("inverseScale", 4 * channels),
  constant("zeroPoint", 4 * channels),
];

const inFours = (channels: number) => channels > 0 && channels % 4 === 0;
const inEights = (channels: number) => Math.ceil(channels / 8) * 8;
const isActivation = (activation: number) => activation <= 2;
const isFlag = (flag: number) => flag <= 1;

export const kernels = {
  interleave: {
    parameters: ["input", "output", "height", "width", "top", "left", "bottom", "right"],
    accesses: (s) => [
      reads("input", 12 * s.height * s.width),
      writes("output", 12 * (s.top + s.height + s.bottom) * (s.left + s.width + s.right)),
    ],
    holds: (s) => s.height > 0 && s.width > 0,
  },
  convolution: {
    parameters: [
      "input",
      "weights",
      "bias",
      "slope?",
      "residual?",
      "output",
      "inputWidth",
      "depth",
      "outputWidth",
      "outputHeight",
      "channels",
      "kernelHeight",
      "kernelWidth",
      "stride",
      "activation",
      "residualChannels",
      "isBlocked",
    ],
    accesses: (s) => {
      const pixels = s.outputWidth * s.outputHeight;
      const inputHeight = (s.outputHeight - 1) * s.stride + s.kernelHeight;
      const channels = inEights(s.channels);
      return [
        reads("input", 4 * inputHeight * s.inputWidth * s.depth),
        constant("weights", 4 * channels * s.kernelHeight * s.kernelWidth * s.depth),
        constant("bias", 4 * channels),
        constant("slope", 4 * channels),
        reads("residual", 4 * pixels * s.residualChannels),
        writes("output", 4 * pixels * s.channels),
      ];
    },
    holds: (s) =>
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
      isActivation(s.activation),
  },
  pointwise: {
    parameters: [
      "input",
      "fine?",
      "weights",
      "weightSums",
      "scale",
      "bias",
      "slope?",
      "residual?",
      "output?",
      "quantized?",
      "quantizedFine?",
      "inverseScale?",
      "zeroPoint?",
      "pixels",
      "channels",
      "depth",
      "fineDepth",
      "fineChannels",
      "activation",
      "isBlocked",
    ],
    accesses: (s) => [
      reads("input", s.pixels * s.depth),
      reads("fine", s.pixels * s.fineDepth),
      constant("weights", s.channels * s.depth),
      constant("weightSums", 8 * s.channels),
      constant("scale", 4 * s.channels),
      constant("bias", 4 * s.channels),
      constant("slope", 4 * s.channels),
      reads("residual", 4 * s.pixels * s.channels),
      writes("output", 4 * s.pixels * s.channels),
      ...writesCodes(s, s.pixels),
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
      "input",
      "weights",
      "bias",
      "slope?",
      "output",
      "height",
      "width",
      "channels",
      "outputHeight",
      "outputWidth",
      "kernel",
      "stride",
      "top",
      "left",
      "activation",
    ],
    accesses: (s) => [
      reads("input", 4 * s.height * s.width * s.channels),
      constant("weights", 4 * s.kernel * s.kernel * s.channels),
      constant("bias", 4 * s.channels),
      constant("slope", 4 * s.channels),
      writes("output", 4 * s.outputHeight * s.outputWidth * s.channels),
    ],
    holds: (s) => inFours(s.channels) && s.kernel > 0 && s.stride > 0 && isActivation(s.activation),
  },
  depthwiseBlocked: {
    parameters: [
      "input",
      "weights",
      "bias",
      "slope?",
      "quantized",
      "quantizedFine?",
      "inverseScale",
      "zeroPoint",
      "height",
      "width",
      "channels",
      "outputHeight",
      "outputWidth",
      "stride",
      "top",
      "left",
      "fineChannels",
      "activation",
    ],
    accesses: (s) => [
      reads("input", 4 * s.height * s.width * s.channels),
      constant("weights", 4 * 9 * s.channels),
      constant("bias", 4 * s.channels),
      constant("slope", 4 * s.channels),
      ...writesCodes(s, s.outputHeight * s.outputWidth),
    ],
    holds: (s) =>
      inFours(s.channels) &&
      s.fineChannels % 4 === 0 &&
      s.fineChannels <= s.channels &&
      (s.stride === 1 || s.stride === 2) &&
      isFlag(s.top) &&
      isFlag(s.left) &&
      s.outputHeight > 0 &&
      s.outputWidth >= 4 &&
      // The middle of every window lies inside, and at most its last row and column beyond.
      (s.outputHeight - 1) * s.stride - s.top + 2 <= s.height &&
      (s.outputWidth - 1) * s.stride - s.left + 2 <= s.width &&
      isActivation(s.activation),
  },
  maxPool: {
    parameters: [
      "input",
      "output",
      "height",
      "width",
      "channels",
      "outputHeight",
      "outputWidth",
      "kernel",
      "stride",
    ],
    accesses: (s) => [
      reads("input", 4 * s.height * s.width * s.channels),
      writes("output", 4 * s.outputHeight * s.outputWidth * s.channels),
    ],
    holds: (s) =>
      inFours(s.channels) &&
      (s.outputHeight - 1) * s.stride < s.height &&
      (s.outputWidth - 1) * s.stride < s.width,
  },
  upsampleAdd: {
    parameters: ["input", "other", "output", "height", "width", "channels"],
    accesses: (s) => [
      reads("input", 4 * s.height * s.width * s.channels),
      reads("other", 16 * s.height * s.width * s.channels),
      writes("output", 16 * s.height * s.width * s.channels),
    ],
    holds: (s) => inFours(s.channels) && s.height > 0 && s.width > 0,
  },
  fullyConnected: {
    parameters: [
      "input",
      "weights",
      "bias",
      "slope?",
      "residual?",
      "output",
      "depth",
      "channels",
      "activation",
    ],
    accesses: (s) => [
      reads("input", 4 * s.depth),
      constant("weights", 4 * inEights(s.channels) * s.depth),
      constant("bias", 4 * inEights(s.channels)),
      constant("slope", 4 * inEights(s.channels)),
      reads("residual", 4 * inEights(s.channels)),
      writes("output", 4 * inEights(s.channels)),
    ],
    holds: (s) => isActivation(s.activation),
  },
  softmax: {
    parameters: ["input", "output", "count"],
    accesses: (s) => [reads("input", 4 * s.count), writes("output", 4 * s.count)],
    holds: (s) => s.count > 0,
  },
  compact: {
    parameters: ["input", "output", "pixels", "pitch", "channels"],
    accesses: (s) => [reads("input", 4 * s.pixels * s.pitch), writes("output", 4 * s.pixels * s.channels)],
    holds: (s) => s.channels <= s.pitch,
  },
  depthToSpace: {
    parameters: ["input", "output", "height", "width", "channels"],
    accesses: (s) => [
      reads("input", 16 * s.height * s.width * s.channels),
      writes("output", 16 * s.height * s.width * s.channels),
    ],
    holds: () => true,
  },
} as const satisfies Record<string, Kernel>;

export type KernelName = keyof typeof kernels;

/** Activation and slope, output and pointers hang together: PReLU needs a slope. */
export const activations = { none: 0, relu: 1, prelu: 2 } as const;
