/**
 * The kernels behind the Model interface: one instance of `wasm/kernels` and its memory for all models.
 *
 * The memory holds the constants of every loaded model, one after another, then one arena that all models share: a
 * run begins and ends without yielding, and no later run reads what it leaves.
 */
import { fail, ok, type Result } from "../../errors.ts";
import type { Artifact, Engine, ModelFiles } from "../engine.ts";
import type { ModelSource } from "../model.ts";
import { placeConstants, stagingBytes } from "./constants.ts";
import { align, argumentsOf, instantiate } from "./instance.ts";
import { kernels } from "./kernels.ts";
import { type Plan, PlanError, readPlan } from "./plan.ts";

/** The kernels run a model's plan. */
export function artifactOf({ file, plan }: ModelFiles): Artifact {
  if (plan === undefined) throw new Error(`the manifest has no plan for ${file}`);
  return plan;
}

const pageBytes = 65_536;

export interface EngineOptions {
  /**
   * True where the plans are part of the same upload as this code. Whoever can change them can change the code that
   * would check their hashes, so a first run does not wait for that; `load` checks them all the same. A plan's numbers
   * are checked in any case, since they say which memory the kernels touch.
   */
  readonly isBundled?: boolean;
}

/** The memory grows when a model is loaded, and never in a run. */
export function createEngine(module: WebAssembly.Module, { isBundled = false }: EngineOptions = {}): Engine {
  const instance = instantiate(module);
  const { memory, calls } = instance;
  /** End of the constants and beginning of the arena. */
  let top = instance.base;
  /** Size of the arena: the most that any loaded model needs. */
  let arenaBytes = 0;

  function reserve(bytes: number): void {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  }

  /** Places the constants after those that are there; the arena moves up. Throws `PlanError`. */
  function place(plan: Plan, stored: Uint8Array): number {
    const base = top;
    const end = align(base + plan.constantBytes);
    const arena = Math.max(arenaBytes, plan.arenaBytes);
    reserve(end + Math.max(arena, stagingBytes(plan)));
    placeConstants(instance, plan, stored, base, end);
    arenaBytes = arena;
    top = end;
    return base;
  }

  function read(source: ModelSource): ReturnType<typeof readPlan> {
    const found = readPlan(new Uint8Array(source.bytes));
    assertDescribed(found.plan, source);
    return found;
  }

  /** Binds the arguments of every step, once for each address of the arena. */
  function bind(loaded: LoadedPlan): void {
    loaded.calls = loaded.plan.steps.map((step) => {
      const call = calls[step.kernel];
      const args = argumentsOf(step, loaded.base, top);
      return () => void call(...args);
    });
    loaded.arena = top;
  }

  return {
    model(source) {
      let loaded: LoadedPlan | null = null;
      let isHashed = false;
      async function ready(needsHash: boolean): Promise<Result<LoadedPlan>> {
        try {
          if (needsHash && !isHashed) {
            await assertHash(source);
            isHashed = true;
          }
          if (loaded === null) {
            const { plan, constants } = read(source);
            loaded = { plan, base: place(plan, constants), arena: -1, calls: [] };
          }
          return ok(loaded);
        } catch (error) {
          if (!(error instanceof PlanError)) throw error;
          return fail({
            code: "not_ready",
            reason: `the kernels cannot load ${source.id}: ${error.message}`,
          });
        }
      }
      return {
        id: source.id,
        inputShape: source.inputShape,
        load: () => ready(true),
        async run(fill) {
          const result = await ready(!isBundled);
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
  /** Address of the plan's constants. */
  readonly base: number;
  /** Address of the arena that `calls` are bound to. */
  arena: number;
  calls: (() => void)[];
}

async function assertHash({ bytes, sha256 }: ModelSource): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
  const actual = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (actual !== sha256) throw new PlanError("its hash is another");
}

/** Throws unless the plan is the one that the manifest describes. */
function assertDescribed(plan: Plan, { id, inputShape, outputNames }: ModelSource): void {
  if (plan.model !== id) throw new PlanError(`it is of ${plan.model}`);
  const length = inputShape.reduce((product, size) => product * size, 1);
  if (plan.input.length !== length) throw new PlanError(`its input has ${plan.input.length} values`);
  if (plan.outputs.map(({ name }) => name).join() !== outputNames.join())
    throw new PlanError("other outputs");
  if (!plan.steps.every(({ kernel }) => Object.hasOwn(kernels, kernel))) throw new PlanError("other kernels");
}
