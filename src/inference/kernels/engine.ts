/**
 * The kernels behind the Model interface: one instance of `wasm/kernels` and its memory for all models.
 *
 * Memory is constants of every loaded model, one after another, then one arena that all share: a run
 * begins and ends without yielding, and leaves nothing behind that a later one reads.
 */
import { fail, ok, type Result } from "../../errors.ts";
import type { Model, ModelSource } from "../model.ts";
import { type Kernel, type KernelName, kernels } from "./kernels.ts";
import { type Plan, PlanError, readPlan, type Step } from "./plan.ts";

export interface KernelEngine {
  /** A model whose plan is read on its first run, or by `load`. `bytes` are those of a plan. */
  model(source: ModelSource): Model;
  /** Size of the linear memory, bytes. It grows when a model is loaded, and never in a run. */
  memoryBytes(): number;
}

/** The two builds of the kernels: with relaxed SIMD, and without. */
export interface KernelModules {
  readonly relaxed: WebAssembly.Module;
  readonly plain: WebAssembly.Module;
}

type Call = (...args: number[]) => void;

const pageBytes = 65_536;
const alignment = 64;

export function createKernelEngine(module: WebAssembly.Module): KernelEngine {
  const { exports } = new WebAssembly.Instance(module);
  const memory = exports.memory as WebAssembly.Memory;
  const calls = bindKernels(exports);
  const widen = exports.widen as Call;
  /** Where the constants end and the arena begins. */
  let top = align((exports.heapBase as () => number)());

  function reserve(bytes: number): void {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  }

  /** Puts the constants on top of those that are there; the arena moves up. */
  function place(plan: Plan, stored: Uint8Array): number {
    const base = top;
    const end = align(base + plan.constantBytes);
    // Half floats wait behind their place until they are widened.
    reserve(end + Math.max(plan.arenaBytes, stored.length));
    const bytes = new Uint8Array(memory.buffer);
    let from = 0;
    let to = base;
    for (const { type, bytes: size } of plan.segments) {
      const length = type === "half" ? size / 2 : size;
      bytes.set(stored.subarray(from, from + length), type === "half" ? end : to);
      if (type === "half") widen(end, to, size / 4);
      from += length;
      to += size;
    }
    top = end;
    return base;
  }

  function load(source: ModelSource): Result<LoadedPlan> {
    try {
      const { plan, constants } = readPlan(new Uint8Array(source.bytes));
      assertDescribed(plan, source);
      const base = place(plan, constants);
      return ok({ plan, base, arena: -1, calls: [] });
    } catch (error) {
      if (!(error instanceof PlanError) && !(error instanceof RangeError)) throw error;
      return fail({ code: "not_ready", reason: `the kernels cannot load ${source.id}: ${error.message}` });
    }
  }

  /** The arguments of every step, once for each place that the arena has. */
  function bind(loaded: LoadedPlan): void {
    loaded.calls = loaded.plan.steps.map((step) => {
      const call = calls[step.kernel];
      const args = resolve(step, loaded.base, top);
      return () => call(...args);
    });
    loaded.arena = top;
  }

  return {
    model(source) {
      let loaded: LoadedPlan | null = null;
      function ready(): Result<LoadedPlan> {
        if (loaded !== null) return ok(loaded);
        const result = load(source);
        if (result.ok) loaded = result.value;
        return result;
      }
      return {
        id: source.id,
        inputShape: source.inputShape,
        load: async () => ready(),
        async run(fill) {
          const result = ready();
          if (!result.ok) return result;
          const { value } = result;
          if (value.arena !== top) bind(value);
          const { input, outputs } = value.plan;
          const view = ({ offset, length }: { offset: number; length: number }) =>
            new Float32Array(memory.buffer, value.arena + offset, length);
          fill(view(input));
          for (const call of value.calls) call();
          return ok(outputs.map((output) => view(output).slice()));
        },
      };
    },
    memoryBytes: () => memory.buffer.byteLength,
  };
}

interface LoadedPlan {
  readonly plan: Plan;
  /** Address of its constants. */
  readonly base: number;
  /** Address of the arena that `calls` are bound to. */
  arena: number;
  calls: (() => void)[];
}

/**
 * Of the two forms of the product the one that this processor runs faster; they agree in every bit.
 */
function bindKernels(exports: WebAssembly.Exports): Readonly<Record<KernelName, Call>> {
  const hasWholeDot = exports.hasWholeDot as (() => number) | undefined;
  const product = hasWholeDot?.() === 1 ? "pointwiseWhole" : "pointwisePairs";
  const named = Object.keys(kernels).map((name) => [name, exports[name === "pointwise" ? product : name]]);
  return Object.fromEntries(named) as Record<KernelName, Call>;
}

/** Offsets to addresses; an absent pointer is 0. */
function resolve({ kernel, arguments: values }: Step, constants: number, arena: number): number[] {
  const { parameters, accesses }: Kernel = kernels[kernel];
  const named = Object.fromEntries(parameters.map((name, i) => [name.replace("?", ""), values[i] ?? 0]));
  const spaces = new Map(accesses(named).map(({ parameter, space }) => [parameter, space]));
  return parameters.map((name, i) => {
    const value = values[i];
    const space = spaces.get(name.replace("?", ""));
    if (value === null) return 0;
    if (space === undefined) return value;
    return value + (space === "constants" ? constants : arena);
  });
}

/** The plan must be the one that the manifest describes. */
function assertDescribed(plan: Plan, { id, inputShape, outputNames }: ModelSource): void {
  if (plan.model !== id) throw new PlanError(`it is of ${plan.model}`);
  const length = inputShape.reduce((product, size) => product * size, 1);
  if (plan.input.length !== length) throw new PlanError(`its input has ${plan.input.length} values`);
  if (plan.outputs.map(({ name }) => name).join() !== outputNames.join())
    throw new PlanError("other outputs");
  if (!plan.steps.every(({ kernel }) => Object.hasOwn(kernels, kernel))) throw new PlanError("other kernels");
}

const align = (address: number) => Math.ceil(address / alignment) * alignment;
