/**
 * Measures where a model's time goes, step by step, in this Node's V8: `npm run wasm:profile -- [MODEL] [--full]`.
 *
 * Each step's time is the least of many runs, since other work on the machine only adds. The limit of a kind of step
 * is the speed that its kernel reaches on a shape that suits it, all in the first caches.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { kernelPaths, modelPath, readManifest } from "../model/runtime.ts";
import { artifactOf } from "../src/inference/kernels/engine.ts";
import { argumentsOf, instantiate } from "../src/inference/kernels/instance.ts";
import { type KernelName, kernels } from "../src/inference/kernels/kernels.ts";
import { accessesOf, isPointer, type Kernel } from "../src/inference/kernels/parameters.ts";
import { readPlan, type Step } from "../src/inference/kernels/plan.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean", default: false }, runs: { type: "string", default: "200" } },
});
const runs = Number(flags.runs);
const { memory, base, calls, product } = instantiate(new WebAssembly.Module(readFileSync(kernelPaths[0])));
memory.grow(Math.ceil((24 << 20) / 65_536));

interface Timed {
  readonly kernel: KernelName;
  readonly label: string;
  readonly macs: number;
  readonly bytes: number;
  readonly call: () => void;
  least: number;
}

type Named = Readonly<Record<string, number>>;

function multiplications(kernel: KernelName, s: Named): number {
  switch (kernel) {
    case "pointwise":
      return s.pixels * s.channels * (s.depth + s.fineDepth);
    case "depthwiseBlocked":
      return s.outputHeight * s.outputWidth * s.channels * 9;
    case "depthwise":
      return s.outputHeight * s.outputWidth * s.channels * s.kernel ** 2;
    case "separable":
      return s.outputHeight * s.outputWidth * s.depth * (9 + s.channels);
    case "convolution":
    case "convolutionShorts":
      return s.outputHeight * s.outputWidth * s.channels * s.kernelHeight * s.kernelWidth * s.depth;
    case "convolutionShortsPooled":
      return 4 * s.outputHeight * s.outputWidth * s.channels * s.kernelHeight * s.kernelWidth * s.depth;
    case "fullyConnected":
      return s.depth * s.channels;
    default:
      return 0;
  }
}

function prepare(step: Step, constants: number, arena: number): Timed {
  const { kernel, arguments: values } = step;
  const called: Kernel = kernels[kernel];
  const { parameters } = called;
  const named = Object.fromEntries(parameters.map(({ name }, i) => [name, values[i] ?? 0]));
  const absent = new Set(parameters.filter((_, i) => values[i] === null).map(({ name }) => name));
  const present = accessesOf(called, named).filter(({ parameter }) => !absent.has(parameter));
  const args = argumentsOf(step, constants, arena);
  const run = calls[kernel];
  return {
    kernel,
    label: parameters
      .filter((each) => !isPointer(each) && !["activation", "top", "left", "isBlocked"].includes(each.name))
      .map(({ name }) => `${name} ${named[name]}`)
      .join(", "),
    macs: multiplications(kernel, named),
    bytes: present.reduce((sum, { bytes }) => sum + bytes, 0),
    call: () => void run(...args),
    least: Number.POSITIVE_INFINITY,
  };
}

function time(steps: readonly Timed[], times: number): void {
  for (let i = 0; i < times; i++) {
    for (const step of steps) {
      const startedAt = performance.now();
      step.call();
      step.least = Math.min(step.least, performance.now() - startedAt);
    }
  }
}

/** Measures the best speed of each kernel, in GMAC/s. */
function limits(): Partial<Record<KernelName, number>> {
  const shapes: [KernelName, Named][] = [
    ["pointwise", { pixels: 60, channels: 64, depth: 512, isBlocked: 1 }],
    [
      "convolution",
      {
        inputWidth: 8,
        depth: 64,
        outputWidth: 8,
        outputHeight: 8,
        channels: 64,
        kernelHeight: 1,
        kernelWidth: 1,
        stride: 1,
      },
    ],
    [
      "depthwise",
      { height: 3, width: 34, channels: 16, outputHeight: 1, outputWidth: 32, kernel: 3, stride: 1 },
    ],
    [
      "depthwiseBlocked",
      { height: 16, width: 32, channels: 16, outputHeight: 16, outputWidth: 32, stride: 1, top: 1, left: 1 },
    ],
  ];
  return Object.fromEntries(
    shapes.map(([kernel, sizes]) => {
      // Pointers do not overlap; optional ones are absent, except the pointwise output.
      const values = (kernels[kernel] as Kernel).parameters.map((parameter, i) => {
        if (!isPointer(parameter)) return sizes[parameter.name] ?? 0;
        return parameter.isOptional && parameter.name !== "output" ? null : i * 262_144;
      });
      const step = prepare({ kernel, arguments: values }, base, base);
      const repeated = { ...step, call: () => void Array.from({ length: 50 }, step.call) };
      time([repeated], 60);
      return [kernel, (50 * step.macs) / repeated.least / 1e6];
    }),
  );
}

const limit = limits();
const manifest = readManifest();
const id = positionals[0] ?? manifest.encoder[0];
const { plan } = readPlan(readFileSync(modelPath(artifactOf(manifest.models[id]).file)));
const arena = base + plan.constantBytes;
// All values are zero: values do not change the time as long as none is denormal.
new Uint8Array(memory.buffer).fill(0, base);
const steps = plan.steps.map((step) => prepare(step, base, arena));
time(steps, runs);

const gmacs = ({ macs, least }: Pick<Timed, "macs" | "least">) => macs / least / 1e6;
const line = (name: string, { macs, bytes, least }: Pick<Timed, "macs" | "bytes" | "least">, most?: number) =>
  console.log(
    `| ${name} | ${(macs / 1e6).toFixed(2)} | ${(bytes / 1024).toFixed(0)} | ${(1000 * least).toFixed(0)} | ` +
      `${macs === 0 ? "" : gmacs({ macs, least }).toFixed(1)} | ` +
      `${most === undefined || macs === 0 ? "" : `${((100 * gmacs({ macs, least })) / most).toFixed(0)} %`} |`,
  );
console.log(`${id}, V8 ${process.versions.v8}, ${product}`);
console.log(
  `limits, GMAC/s: ${Object.entries(limit)
    .map(([name, value]) => `${name} ${value?.toFixed(1)}`)
    .join(", ")}`,
);
console.log("| step | MMAC | KB | µs | GMAC/s | of the limit |\n|---|---|---|---|---|---|");
if (flags.full) for (const step of steps) line(`${step.kernel}: ${step.label}`, step, limit[step.kernel]);
const total = (chosen: readonly Timed[]) => ({
  macs: chosen.reduce((sum, { macs }) => sum + macs, 0),
  bytes: chosen.reduce((sum, { bytes }) => sum + bytes, 0),
  least: chosen.reduce((sum, { least }) => sum + least, 0),
});
for (const kernel of new Set(steps.map((step) => step.kernel))) {
  const chosen = steps.filter((step) => step.kernel === kernel);
  line(`${chosen.length} x ${kernel}`, total(chosen), limit[kernel]);
}
line("all", total(steps));
