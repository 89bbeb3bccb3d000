/** An instance of `wasm/kernels`: its memory, and its kernels as functions to call. */
import { type HelperName, helpers, type KernelName, kernels } from "./kernels.ts";
import { isPointer, type Kernel } from "./parameters.ts";
import type { Step } from "./plan.ts";

/** A kernel, called with addresses and sizes in the order of its parameters. */
export type Call = (...args: number[]) => number;

export interface KernelInstance {
  readonly memory: WebAssembly.Memory;
  /** First free address, a multiple of 64. */
  readonly base: number;
  readonly calls: Readonly<Record<KernelName, Call>>;
  readonly helpers: Readonly<Record<HelperName, Call>>;
  /** Name of the form of the 1x1 convolution that runs here. */
  readonly product: string;
}

/** Rounds an address up to the beginning of a cache line. */
export const align = (address: number) => Math.ceil(address / 64) * 64;

/** Result of `products` in `wasm/kernels/gemm-s8.c`. */
const productsUnsigned = 1;
const productsWhole = 4;

/**
 * Instantiates the kernels with the fastest form of the product that this processor has; all forms give the same
 * bits.
 */
export function instantiate(module: WebAssembly.Module): KernelInstance {
  const { exports } = new WebAssembly.Instance(module);
  const products = (exports.products as Call | undefined)?.() ?? 0;
  (exports.useUnsigned as Call)(products & productsUnsigned);
  const [wide, pairs, whole] = kernels.pointwise.forms;
  const relaxed = products & productsWhole ? whole : pairs;
  const product = products === 0 ? wide : relaxed;
  const named = <Name extends string>(names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [name, exports[name === "pointwise" ? product : name]]),
    ) as unknown as Readonly<Record<Name, Call>>;
  return {
    memory: exports.memory as WebAssembly.Memory,
    base: align((exports.heapBase as Call)()),
    calls: named<KernelName>(Object.keys(kernels)),
    helpers: named<HelperName>(Object.keys(helpers)),
    product,
  };
}

/** Turns a step's arguments into those of its kernel: offsets into addresses, an absent pointer into 0. */
export function argumentsOf(step: Step, constants: number, arena: number): number[] {
  const { parameters }: Kernel = kernels[step.kernel];
  return parameters.map((parameter, i) => {
    const value = step.arguments[i];
    if (value === null) return 0;
    if (!isPointer(parameter)) return value;
    return value + (parameter.space === "constants" ? constants : arena);
  });
}
