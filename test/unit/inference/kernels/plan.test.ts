/** Plans that the loader accepts and refuses: every buffer to the byte, every size at its bounds. */
import { describe, expect, it } from "vitest";
import { type KernelName, kernels } from "../../../../src/inference/kernels/kernels.ts";
import type { Kernel } from "../../../../src/inference/kernels/parameters.ts";
import { magic, type Plan, PlanError, readPlan } from "../../../../src/inference/kernels/plan.ts";

interface Shape {
  readonly sizes: Readonly<Record<string, number>>;
  /** Bytes of the buffers in the arena, and of those among the constants, worked out by hand. */
  readonly values: Readonly<Record<string, number>>;
  readonly constants: Readonly<Record<string, number>>;
}

/** A step of each kernel, with sizes that differ from one another. */
const shapes: Readonly<Record<KernelName, Shape>> = {
  interleave: {
    sizes: { height: 3, width: 5, top: 1, left: 2, bottom: 4, right: 6 },
    // The input is 3 planes of 3 x 5 floats, the output 8 x 13 pixels of 3.
    values: { input: 4 * 3 * 15, output: 4 * 3 * 104 },
    constants: {},
  },
  interleaveShorts: {
    sizes: { height: 3, width: 5, top: 2, left: 3, bottom: 4, right: 7, mostShort: 100 },
    // One pixel more than 9 x 15.
    values: { input: 4 * 3 * 15, output: 2 * 3 * 136, scale: 4 },
    constants: {},
  },
  shorten: {
    sizes: { pixels: 5, channels: 12, mostShort: 100 },
    values: { input: 4 * 60, output: 2 * 60, scale: 4 },
    constants: {},
  },
  convolutionShorts: {
    sizes: {
      inputWidth: 11,
      depth: 3,
      outputWidth: 5,
      outputHeight: 4,
      channels: 12,
      kernelHeight: 5,
      kernelWidth: 3,
      stride: 2,
      activation: 2,
      residualChannels: 8,
      isBlocked: 1,
    },
    // The input has 11 rows, and one short after an odd run of 9; five pairs of weights hold such a run.
    values: { input: 2 * (11 * 11 * 3 + 1), inputScale: 4, residual: 4 * 20 * 8, output: 4 * 20 * 12 },
    constants: { weights: 2 * 16 * 5 * 5 * 2, weightScale: 64, bias: 64, slope: 64 },
  },
  convolutionShortsPooled: {
    sizes: {
      inputWidth: 13,
      depth: 3,
      outputWidth: 5,
      outputHeight: 4,
      channels: 12,
      kernelHeight: 4,
      kernelWidth: 3,
      activation: 2,
    },
    // The input has 11 rows, and one short after an odd run of 9; five pairs of weights hold such a run.
    values: { input: 2 * (11 * 13 * 3 + 1), inputScale: 4, output: 4 * 20 * 12 },
    constants: { weights: 2 * 16 * 4 * 5 * 2, weightScale: 64, bias: 64, slope: 64 },
  },
  separable: {
    sizes: {
      height: 5,
      width: 9,
      depth: 20,
      outputHeight: 3,
      outputWidth: 5,
      stride: 2,
      top: 1,
      left: 1,
      channels: 12,
      activation: 2,
      residualChannels: 8,
      mostShort: 100,
    },
    values: { input: 4 * 5 * 9 * 20, residual: 4 * 15 * 8, output: 4 * 15 * 12 },
    constants: {
      depthWeights: 4 * 9 * 20,
      depthBias: 80,
      weights: 2 * 16 * 20,
      weightScale: 64,
      bias: 64,
      slope: 64,
    },
  },
  convolution: {
    sizes: {
      inputWidth: 11,
      depth: 3,
      outputWidth: 5,
      outputHeight: 4,
      channels: 12,
      kernelHeight: 2,
      kernelWidth: 3,
      stride: 2,
      activation: 2,
      residualChannels: 8,
      isBlocked: 1,
    },
    // The input has 8 rows; channels in eights are 16.
    values: { input: 4 * 8 * 11 * 3, residual: 4 * 20 * 8, output: 4 * 20 * 12 },
    constants: { weights: 4 * 16 * 2 * 3 * 3, bias: 64, slope: 64 },
  },
  pointwise: {
    sizes: {
      pixels: 7,
      channels: 16,
      depth: 12,
      fineDepth: 4,
      fineChannels: 8,
      activation: 2,
      isBlocked: 0,
    },
    values: {
      input: 7 * 12,
      fine: 7 * 4,
      residual: 4 * 7 * 16,
      output: 4 * 7 * 16,
      quantized: 7 * 16,
      quantizedFine: 7 * 8,
    },
    constants: {
      weights: 16 * 12,
      weightSums: 8 * 16,
      scale: 64,
      bias: 64,
      slope: 64,
      inverseScale: 64,
      zeroPoint: 64,
    },
  },
  depthwise: {
    sizes: {
      height: 7,
      width: 5,
      channels: 12,
      outputHeight: 4,
      outputWidth: 3,
      kernel: 5,
      stride: 2,
      top: 1,
      left: 2,
      activation: 2,
    },
    values: { input: 4 * 7 * 5 * 12, output: 4 * 4 * 3 * 12 },
    constants: { weights: 4 * 25 * 12, bias: 48, slope: 48 },
  },
  depthwiseBlocked: {
    sizes: {
      height: 5,
      width: 9,
      channels: 12,
      outputHeight: 3,
      outputWidth: 5,
      stride: 2,
      top: 1,
      left: 1,
      fineChannels: 8,
      activation: 2,
    },
    values: { input: 4 * 5 * 9 * 12, quantized: 15 * 12, quantizedFine: 15 * 8 },
    constants: { weights: 4 * 9 * 12, bias: 48, slope: 48, inverseScale: 48, zeroPoint: 48 },
  },
  maxPool: {
    sizes: { height: 7, width: 6, channels: 8, outputHeight: 4, outputWidth: 3, kernel: 3, stride: 2 },
    values: { input: 4 * 7 * 6 * 8, output: 4 * 4 * 3 * 8 },
    constants: {},
  },
  upsampleAdd: {
    sizes: { height: 3, width: 5, channels: 8 },
    values: { input: 4 * 15 * 8, other: 4 * 60 * 8, output: 4 * 60 * 8 },
    constants: {},
  },
  fullyConnected: {
    sizes: { depth: 7, channels: 12, activation: 2 },
    values: { input: 28, residual: 64, output: 64 },
    constants: { weights: 4 * 16 * 7, bias: 64, slope: 64 },
  },
  gate: {
    sizes: { pixels: 3, channels: 16, fineChannels: 8 },
    values: {
      input: 4 * 3 * 16,
      gates: 4 * 16,
      residual: 4 * 3 * 16,
      output: 4 * 3 * 16,
      quantized: 3 * 16,
      quantizedFine: 3 * 8,
    },
    constants: { inverseScale: 64, zeroPoint: 64 },
  },
  softmax: { sizes: { count: 5 }, values: { input: 20, output: 20 }, constants: {} },
  compact: {
    sizes: { pixels: 5, pitch: 7, channels: 3 },
    values: { input: 4 * 5 * 7, output: 4 * 5 * 3 },
    constants: {},
  },
  depthToSpace: {
    sizes: { height: 3, width: 5, channels: 7 },
    values: { input: 4 * 15 * 28, output: 4 * 60 * 7 },
    constants: {},
  },
};
const names = Object.keys(shapes) as KernelName[];

type Named = Readonly<Record<string, number | null>>;

interface Change {
  readonly constantBytes?: number;
  readonly arenaBytes?: number;
  readonly plan?: object;
}

function planOf(kernel: KernelName, named: Named, { constantBytes = 0, arenaBytes = 16, plan }: Change) {
  const step = {
    kernel,
    arguments: kernels[kernel].parameters.map(({ name }) => named[name] ?? null),
  };
  return {
    model: "m",
    onnxSha256: "",
    constantBytes,
    arenaBytes,
    segments: constantBytes > 0 ? [{ type: "raw", bytes: constantBytes }] : [],
    input: { offset: 0, length: 1 },
    outputs: [],
    steps: [step],
    ...plan,
  };
}

function fileOf(plan: object, constants: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(plan));
  const start = Math.ceil((12 + text.length) / 16) * 16;
  const file = new Uint8Array(start + constants.length);
  file.set(new TextEncoder().encode(magic));
  new DataView(file.buffer).setUint32(8, text.length, true);
  file.set(text, 12);
  file.set(constants, start);
  return file;
}

/** Returns the loader's objection; "none" for an accepted plan. */
function refusalOf(
  plan: object,
  constants: Uint8Array = new Uint8Array((plan as Plan).constantBytes || 0),
): string {
  try {
    readPlan(fileOf(plan, constants));
    return "none";
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    return error.message;
  }
}

/** Places buffers one after another, that of `last` at the end, and returns their total length. */
function laidOut(buffers: Readonly<Record<string, number>>, last?: string) {
  const order = Object.keys(buffers).sort((a, b) => Number(a === last) - Number(b === last));
  const offsets: Record<string, number> = {};
  let end = 0;
  for (const name of order) {
    offsets[name] = end;
    end += buffers[name];
  }
  return { offsets, end };
}

/** Makes a step whose buffers are 64 KiB apart, so that other sizes have room. */
function roomy(kernel: KernelName, sizes: Named = {}) {
  const { values, constants, sizes: own } = shapes[kernel];
  const room = 65_536;
  const spread = (buffers: object) => Object.keys(buffers).map((name, i) => [name, i * room] as const);
  const named = { ...own, ...Object.fromEntries([...spread(values), ...spread(constants)]), ...sizes };
  return planOf(kernel, named, { constantBytes: 8 * room, arenaBytes: 8 * room });
}

describe.each(names)("a step of %s", (kernel) => {
  const { sizes, values, constants } = shapes[kernel];

  it.each(Object.keys(values))("may use the arena to its last byte for its %s, and no further", (last) => {
    const { offsets, end } = laidOut(values, last);
    const held = laidOut(constants);
    const named = { ...sizes, ...offsets, ...held.offsets };
    const at = (arenaBytes: number) =>
      refusalOf(planOf(kernel, named, { arenaBytes, constantBytes: held.end }));
    expect(at(end)).toBe("none");
    expect(at(end - 4)).toBe(`not a sound plan: ${kernel}: ${last}`);
  });

  it("may read the constants to their last byte, and no further", () => {
    const held = laidOut(values);
    for (const last of Object.keys(constants)) {
      const { offsets, end } = laidOut(constants, last);
      const named = { ...sizes, ...offsets, ...held.offsets };
      const at = (constantBytes: number) =>
        refusalOf(planOf(kernel, named, { constantBytes, arenaBytes: held.end }));
      expect(at(end), last).toBe("none");
      expect(at(end - 4), last).toBe(`not a sound plan: ${kernel}: ${last}`);
    }
  });

  it("writes what nothing else of it lies in: a buffer may end where the next begins, and not later", () => {
    const held = laidOut(constants);
    const { offsets, end } = laidOut(values);
    const written = Object.keys(values).filter((name) => /^(output|quantized|scale)/.test(name));
    const others = Object.keys(values);
    for (const name of written) {
      for (const other of others.filter((each) => each !== name)) {
        const named = { ...sizes, ...offsets, ...held.offsets };
        const place = (from: number) =>
          planOf(kernel, { ...named, [other]: from }, { constantBytes: held.end, arenaBytes: 4 * end });
        const beyond = 2 * end;
        const apart = planOf(
          kernel,
          { ...named, [name]: beyond, [other]: beyond + values[name] },
          { constantBytes: held.end, arenaBytes: 4 * end },
        );
        expect(refusalOf(apart), `${name} before ${other}`).toBe("none");
        const overlapping = planOf(
          kernel,
          { ...named, [name]: beyond, [other]: beyond + values[name] - 4 },
          { constantBytes: held.end, arenaBytes: 4 * end },
        );
        expect(refusalOf(overlapping), `${name} over ${other}`).toContain("overlaps");
        expect(refusalOf(place(offsets[name])), `${other} over ${name}`).toContain("overlaps");
      }
    }
  });

  it("may read the same bytes as several of its inputs", () => {
    const read = Object.keys(values).filter((name) => !/^(output|quantized|scale)/.test(name));
    const same = (all: readonly string[]) => Object.fromEntries(all.map((name) => [name, 0]));
    // Outputs are placed after all inputs.
    const behind = Object.keys(values).filter((name) => !read.includes(name));
    const written = Object.fromEntries(behind.map((name, i) => [name, (i + 1) * 65_536]));
    const step = roomy(kernel, { ...same(read), ...same(Object.keys(constants)), ...written });
    expect(refusalOf(step)).toBe("none");
  });

  it("has every argument of its kernel, each a whole number of 65,536 at most", () => {
    const parameters = kernels[kernel].parameters.map((parameter) => parameter.name);
    const plan = roomy(kernel);
    expect(refusalOf(plan)).toBe("none");
    const [step] = plan.steps;
    const withArguments = (list: readonly unknown[]) => ({ ...plan, steps: [{ kernel, arguments: list }] });
    expect(refusalOf(withArguments(step.arguments.slice(1)))).toContain("arguments");
    expect(refusalOf(withArguments([...step.arguments, 0]))).toContain("arguments");
    for (const name of Object.keys(sizes)) {
      const at = parameters.indexOf(name);
      for (const wrong of [-1, 0.5, 65_537, "1", null]) {
        expect(
          refusalOf(withArguments(step.arguments.with(at, wrong as number))),
          `${name} ${wrong}`,
        ).toContain(`${kernel}: ${name}`);
      }
    }
  });

  it("needs the buffers that may not be absent", () => {
    const plan = roomy(kernel);
    for (const parameter of (kernels[kernel] as Kernel).parameters) {
      if (parameter.kind === "size" || parameter.isOptional) continue;
      const { name } = parameter;
      expect(refusalOf(roomy(kernel, { [name]: null })), name).toContain(`${name} is missing`);
    }
    expect(refusalOf(plan)).toBe("none");
  });
});

describe("sizes at their bounds", () => {
  it.each([
    ["interleave", { height: 1, width: 1, top: 0, left: 0, bottom: 0, right: 0 }, true],
    ["interleave", { height: 0 }, false],
    ["interleave", { width: 0 }, false],
    ["convolution", { channels: 8 }, true],
    ["convolution", { channels: 10, residualChannels: 0 }, false],
    ["convolution", { channels: 0, residualChannels: 0 }, false],
    ["convolution", { residualChannels: 12 }, true],
    ["convolution", { residualChannels: 16 }, false],
    ["convolution", { residualChannels: 6 }, false],
    ["convolution", { outputWidth: 1, outputHeight: 4 }, true],
    ["convolution", { outputWidth: 1, outputHeight: 3 }, false],
    ["convolution", { outputWidth: 0, outputHeight: 4 }, false],
    ["convolution", { outputHeight: 0 }, false],
    ["convolution", { depth: 1, kernelHeight: 1, kernelWidth: 1, stride: 1 }, true],
    ["convolution", { depth: 0 }, false],
    ["convolution", { kernelHeight: 0 }, false],
    ["convolution", { kernelWidth: 0 }, false],
    ["convolution", { stride: 0 }, false],
    ["convolution", { inputWidth: 10 }, false],
    ["convolution", { inputWidth: 12 }, true],
    ["convolution", { isBlocked: 2 }, false],
    ["convolution", { activation: 3 }, false],
    ["pointwise", { pixels: 6 }, true],
    ["pointwise", { pixels: 5 }, false],
    ["pointwise", { channels: 8 }, true],
    ["pointwise", { channels: 12, fineChannels: 0 }, false],
    ["pointwise", { channels: 0, fineChannels: 0 }, false],
    ["pointwise", { depth: 4 }, true],
    ["pointwise", { depth: 6 }, false],
    ["pointwise", { depth: 0, fineDepth: 0 }, false],
    ["pointwise", { fineDepth: 12 }, true],
    ["pointwise", { fineDepth: 16 }, false],
    ["pointwise", { fineDepth: 6 }, false],
    ["pointwise", { fineChannels: 16 }, true],
    ["pointwise", { fineChannels: 24 }, false],
    ["pointwise", { fineChannels: 4 }, false],
    ["pointwise", { isBlocked: 1 }, true],
    ["pointwise", { isBlocked: 2 }, false],
    ["pointwise", { activation: 3 }, false],
    ["depthwise", { channels: 4, kernel: 1, stride: 1, activation: 0 }, true],
    ["depthwise", { channels: 6 }, false],
    ["depthwise", { channels: 0 }, false],
    ["depthwise", { kernel: 0 }, false],
    ["depthwise", { stride: 0 }, false],
    ["depthwise", { activation: 3 }, false],
    ["depthwiseBlocked", { stride: 1, top: 0, left: 0 }, true],
    ["depthwiseBlocked", { channels: 8 }, true],
    ["depthwiseBlocked", { channels: 10, fineChannels: 0 }, false],
    ["depthwiseBlocked", { channels: 0, fineChannels: 0 }, false],
    ["depthwiseBlocked", { fineChannels: 12 }, true],
    ["depthwiseBlocked", { fineChannels: 16 }, false],
    ["depthwiseBlocked", { fineChannels: 6 }, false],
    ["depthwiseBlocked", { stride: 0 }, false],
    ["depthwiseBlocked", { stride: 3, outputHeight: 1, width: 20 }, false],
    ["depthwiseBlocked", { top: 2 }, false],
    ["depthwiseBlocked", { left: 2 }, false],
    ["depthwiseBlocked", { outputHeight: 1, outputWidth: 4 }, true],
    ["depthwiseBlocked", { outputHeight: 0 }, false],
    ["depthwiseBlocked", { outputWidth: 3 }, false],
    // The last window's middle is row 2 * 2 - top + 1, column 4 * 2 - left + 1, counted from 0.
    ["depthwiseBlocked", { height: 5, top: 1 }, true],
    ["depthwiseBlocked", { height: 4, top: 1 }, false],
    ["depthwiseBlocked", { height: 6, top: 0 }, true],
    ["depthwiseBlocked", { height: 5, top: 0 }, false],
    ["depthwiseBlocked", { width: 9, left: 1 }, true],
    ["depthwiseBlocked", { width: 8, left: 1 }, false],
    ["depthwiseBlocked", { width: 10, left: 0 }, true],
    ["depthwiseBlocked", { width: 9, left: 0 }, false],
    ["depthwiseBlocked", { activation: 3 }, false],
    ["maxPool", { channels: 4 }, true],
    ["maxPool", { channels: 6 }, false],
    ["maxPool", { channels: 0 }, false],
    ["maxPool", { height: 6 }, false],
    ["maxPool", { width: 5 }, true],
    ["maxPool", { width: 4 }, false],
    ["upsampleAdd", { height: 1, width: 1, channels: 4 }, true],
    ["upsampleAdd", { height: 0 }, false],
    ["upsampleAdd", { width: 0 }, false],
    ["upsampleAdd", { channels: 6 }, false],
    ["upsampleAdd", { channels: 0 }, false],
    ["fullyConnected", { activation: 1 }, true],
    ["fullyConnected", { activation: 3 }, false],
    ["softmax", { count: 1 }, true],
    ["softmax", { count: 0 }, false],
    ["compact", { channels: 7 }, true],
    ["compact", { channels: 8 }, false],
    ["depthToSpace", { height: 0, width: 0, channels: 0 }, true],
  ] as const)("of %s: with %j it is admitted: %s", (kernel, change, isAdmitted) => {
    const refusal = refusalOf(roomy(kernel, change));
    expect(refusal).toBe(isAdmitted ? "none" : `not a sound plan: ${kernel}: sizes`);
  });
});

describe("what an argument asks for", () => {
  it.each([
    ["PReLU a slope", "convolution", { slope: null }, "no slope"],
    ["channels of a residual the residual", "convolution", { residual: null }, "residualChannels of nothing"],
    ["fine depth the fine codes", "pointwise", { fine: null }, "fineDepth of nothing"],
    ["fine channels the codes", "pointwise", { quantized: null }, "fineChannels of nothing"],
    ["fine channels the fine codes", "pointwise", { quantizedFine: null }, "fineChannels of nothing"],
    ["codes their scale", "pointwise", { inverseScale: null }, "no quantizer"],
    ["codes their zero point", "pointwise", { zeroPoint: null }, "no quantizer"],
  ] as const)("%s", (_, kernel, change, reason) => {
    expect(refusalOf(roomy(kernel, change))).toContain(reason);
  });

  it.each([
    ["a slope without PReLU", "convolution", { slope: null, activation: 1 }],
    ["a residual without its channels", "convolution", { residual: null, residualChannels: 0 }],
    ["fine codes without depth of them", "pointwise", { fine: null, fineDepth: 0 }],
    [
      "codes without a quantizer",
      "pointwise",
      { quantized: null, quantizedFine: null, inverseScale: null, zeroPoint: null, fineChannels: 0 },
    ],
    ["an output beside its codes", "pointwise", { output: null }],
  ] as const)("it does not ask for %s", (_, kernel, change) => {
    expect(refusalOf(roomy(kernel, change))).toBe("none");
  });

  it("an address that is a multiple of 4, within 32 MiB", () => {
    expect(refusalOf(roomy("softmax", { output: 131_072 + 4 }))).toBe("none");
    expect(refusalOf(roomy("softmax", { output: 131_072 + 2 }))).toBe("not a sound plan: softmax: output");
    expect(refusalOf(roomy("softmax", { output: 2 ** 25 + 4 }))).toBe("not a sound plan: softmax: output");
    expect(refusalOf(roomy("softmax", { output: -4 }))).toBe("not a sound plan: softmax: output");
  });
});

describe("a plan's header", () => {
  const base = roomy("softmax");
  const refusal = (change: object, constants?: Uint8Array) => refusalOf({ ...base, ...change }, constants);

  it("names its model and the file that it was compiled from", () => {
    expect(refusal({})).toBe("none");
    expect(refusal({ model: 1 })).toContain("names");
    expect(refusal({ onnxSha256: undefined })).toContain("names");
  });

  it.each(["segments", "outputs", "steps"])("has a list of %s", (name) => {
    expect(refusal({ [name]: {} })).toContain("lists");
  });

  it("may ask for 32 MiB of memory each, in fours", () => {
    expect(refusal({ arenaBytes: 2 ** 25 })).toBe("none");
    for (const arenaBytes of [2 ** 25 + 4, 1_000_002, -4, "16", null]) {
      expect(refusal({ arenaBytes }), `${arenaBytes}`).toContain("sizes");
    }
    expect(refusal({ constantBytes: 2 ** 25 + 4 }, new Uint8Array(0))).toContain("sizes");
  });

  it("has its input and outputs within the arena", () => {
    const arenaBytes = base.arenaBytes;
    for (const place of ["input", "outputs"]) {
      const region = (offset: unknown, length: unknown) => ({
        [place]: place === "input" ? { offset, length } : [{ name: "x", offset, length }],
      });
      expect(refusal(region(arenaBytes - 8, 2))).toBe("none");
      expect(refusal(region(arenaBytes - 8, 3))).toContain("a region's bounds");
      expect(refusal(region(arenaBytes - 4, 2))).toContain("a region's bounds");
      expect(refusal(region(2, 1))).toContain("a region");
      expect(refusal(region(0, 0.5))).toContain("a region");
      expect(refusal(region(0, -1))).toContain("a region");
    }
    expect(refusal({ input: null })).toContain("a region");
    expect(refusal({ outputs: [{ offset: 0, length: 1 }] })).toContain("an output's name");
  });

  it.each([
    ["a kernel that is not one", { kernel: "constructor", arguments: [] }],
    ["a kernel that is no name", { kernel: ["softmax"], arguments: [0, 64, 1] }],
    ["no arguments", { kernel: "softmax" }],
    ["nothing", null],
  ])("has no step of %s", (_, step) => {
    expect(refusal({ steps: [step] })).toMatch(/a kernel|arguments/);
  });

  it("lies whole behind the magic and its length, and is JSON", () => {
    const file = fileOf(base, new Uint8Array(base.constantBytes));
    const read = (change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array) => {
      try {
        readPlan(change(file.slice()));
        return "none";
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(read((bytes) => bytes)).toBe("none");
    for (let at = 0; at < 8; at++) expect(read((bytes) => bytes.fill(0, at, at + 1))).toBe("not a plan");
    for (const length of [0, 8, 11]) expect(read((bytes) => bytes.subarray(0, length))).toBe("not a plan");
    expect(read((bytes) => bytes.subarray(0, 12))).toBe("the header is cut off");
    expect(read((bytes) => bytes.fill(0x20, 12, 13))).toBe("the header is not JSON");
    expect(read((bytes) => bytes.fill(0xff, 20, 21))).toBe("the header is not JSON");
    const length = new DataView(file.buffer).getUint32(8, true);
    const header = Math.ceil((12 + length) / 16) * 16;
    expect(read((bytes) => bytes.subarray(0, header - 1))).toBe("the header is cut off");
    expect(read((bytes) => bytes.subarray(0, header))).toContain("the length of the constants");
  });

  it("is read of a file that lies anywhere in its buffer", () => {
    const file = fileOf(base, new Uint8Array(base.constantBytes));
    const inside = new Uint8Array(file.length + 16);
    inside.set(file, 16);
    expect(readPlan(inside.subarray(16)).plan.model).toBe("m");
  });
});

describe("a plan's segments", () => {
  const of = (segments: readonly object[], constantBytes: number, stored: number | Uint8Array) =>
    refusalOf(
      {
        ...planOf("softmax", { input: 0, output: 64, count: 1 }, { arenaBytes: 256, constantBytes }),
        segments,
      },
      typeof stored === "number" ? new Uint8Array(stored) : stored,
    );
  const wrongLength = "not a sound plan: the length of the constants";

  it("take their bytes in the file: halves half of them, others all", () => {
    expect(
      of(
        [
          { type: "half", bytes: 40 },
          { type: "raw", bytes: 8 },
        ],
        48,
        28,
      ),
    ).toBe("none");
    expect(of([{ type: "half", bytes: 40 }], 40, 40)).toBe(wrongLength);
    expect(of([{ type: "raw", bytes: 40 }], 40, 20)).toBe(wrongLength);
    expect(of([{ type: "raw", bytes: 8 }], 8, 9)).toBe(wrongLength);
    expect(of([{ type: "raw", bytes: 8 }], 8, 7)).toBe(wrongLength);
  });

  it("are all of the constants in memory", () => {
    expect(of([{ type: "raw", bytes: 8 }], 12, 8)).toBe(wrongLength);
    expect(
      of(
        [
          { type: "raw", bytes: 8 },
          { type: "raw", bytes: 4 },
        ],
        12,
        12,
      ),
    ).toBe("none");
    expect(of([], 0, 0)).toBe("none");
  });

  it("have a bitmap of a bit a unit, in words of 32, before the units that are there", () => {
    // 40 bytes have two words; 20 halves have one.
    const ones = (bits: number, length: number) =>
      Uint8Array.from({ length }, (_, i) =>
        i < bits >> 3 ? 255 : i === bits >> 3 ? (1 << (bits & 7)) - 1 : 0,
      );
    expect(of([{ type: "raw", bytes: 40, present: 3 }], 40, ones(3, 11))).toBe("none");
    expect(of([{ type: "raw", bytes: 40, present: 3 }], 40, ones(3, 12))).toBe(wrongLength);
    expect(of([{ type: "half", bytes: 80, present: 3 }], 80, ones(3, 10))).toBe("none");
    expect(of([{ type: "half", bytes: 80, present: 3 }], 80, ones(3, 7))).toBe(wrongLength);
    expect(of([{ type: "raw", bytes: 32, present: 32 }], 32, ones(32, 36))).toBe("none");
    expect(of([{ type: "raw", bytes: 40, present: 40 }], 40, ones(40, 48))).toBe("none");
    expect(of([{ type: "raw", bytes: 40, present: 41 }], 40, ones(40, 49))).toContain("count of units");
    expect(of([{ type: "half", bytes: 80, present: 21 }], 80, 46)).toContain("count of units");
    expect(of([{ type: "raw", bytes: 40, present: -1 }], 40, 7)).toContain("count of units");
  });

  it("have no bit beyond the last unit", () => {
    const withBit = (bit: number) => {
      const stored = new Uint8Array(9);
      stored[bit >> 3] = 1 << (bit & 7);
      return of([{ type: "raw", bytes: 40, present: 1 }], 40, stored);
    };
    expect(withBit(39)).toBe("none");
    expect(withBit(40)).toContain("a bitmap's end");
    expect(withBit(63)).toContain("a bitmap's end");
  });

  it.each([
    ["another type", { type: "float", bytes: 8 }, "a segment's type"],
    ["bytes that are no fours", { type: "raw", bytes: 6 }, "a segment"],
    ["no bytes", { type: "raw" }, "a segment"],
    ["nothing", null, "a segment"],
  ])("are none of %s", (_, segment, reason) => {
    expect(of([segment as object], 8, 8)).toContain(reason);
  });
});
