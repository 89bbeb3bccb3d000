/**
 * onnxruntime-web behind the Model interface: single-threaded WebAssembly SIMD.
 *
 * workerd refuses to compile WebAssembly at run time, so the runtime's own module is handed in
 * compiled, and takes the place of the one that onnxruntime would compile.
 * Every use of the runtime holds the turn: overlapping runs corrupt its stack.
 */
import * as ort from "onnxruntime-web/wasm";
import { fail, ok, type Result } from "../../errors.ts";
import type { Artifact, Engine, ModelFiles } from "../engine.ts";
import type { Model, ModelSource } from "../model.ts";
import { createTurns } from "./turns.ts";

/** Source of any ONNX file: the runtime checks no hash. */
export type OnnxSource = Omit<ModelSource, "sha256">;

export interface OnnxRuntime extends Engine {
  model(source: OnnxSource): Model;
  /**
   * Returns the runtime's stack pointer, an address; it has the same value after every run. `null` before the first
   * model is loaded.
   */
  stackPointer(): number | null;
}

/** Chooses a model's ONNX file. */
export function artifactOf({ file, sha256 }: ModelFiles): Artifact {
  return { file, sha256 };
}

/** A run takes tens of milliseconds; one that holds its turn for this long belongs to a dead request. */
const runLeaseMs = 5_000;

/**
 * Makes the engine. There is one runtime in an isolate: onnxruntime-web keeps its module in a global, and after a
 * failed start it refuses to start again.
 */
export function createEngine(module: WebAssembly.Module): OnnxRuntime {
  const turns = createTurns(runLeaseMs);
  let captured: Captured | null = null;
  let startFailure: string | null = null;

  async function createSession(source: OnnxSource): Promise<Result<ort.InferenceSession>> {
    if (startFailure !== null) return fail({ code: "not_ready", reason: startFailure });
    try {
      const create = () =>
        ort.InferenceSession.create(new Uint8Array(source.bytes), {
          executionProviders: ["wasm"],
          // Models are optimised offline, but narrow weights are widened once at start instead of at every run.
          graphOptimizationLevel: "all",
          enableCpuMemArena: false,
          enableMemPattern: false,
        });
      if (captured !== null) return ok(await create());
      const started = await startWith(module, create);
      captured = started.captured;
      return ok(started.value);
    } catch (error) {
      const reason = `onnxruntime cannot load ${source.id}: ${describe(error)}`;
      // A missing instance means that the runtime itself failed to start, and will not start in this isolate.
      if (captured === null) startFailure = reason;
      return fail({ code: "not_ready", reason });
    }
  }

  return {
    model(source) {
      const input = new Float32Array(source.inputShape.reduce((product, size) => product * size, 1));
      const feeds = { [source.inputName]: new ort.Tensor("float32", input, source.inputShape) };
      let session: ort.InferenceSession | null = null;

      async function loaded(): Promise<Result<ort.InferenceSession>> {
        if (session !== null) return ok(session);
        const created = await createSession(source);
        if (created.ok) session = created.value;
        return created;
      }

      return {
        id: source.id,
        inputShape: source.inputShape,
        load: () => turns.take(loaded),
        run: (fill) =>
          turns.take(async () => {
            const ready = await loaded();
            if (!ready.ok) return ready;
            fill(input);
            const outputs = await ready.value.run(feeds);
            return ok(source.outputNames.map((name) => outputs[name].data as Float32Array));
          }),
      };
    },
    memoryBytes: () => captured?.memory.buffer.byteLength ?? 0,
    stackPointer: () => captured?.stackPointer() ?? null,
  };
}

interface Captured {
  readonly memory: WebAssembly.Memory;
  readonly stackPointer: () => number;
}

/** Placeholder for the runtime's binary; onnxruntime passes a copy of it to `WebAssembly.instantiate`. */
const placeholder = new TextEncoder().encode("sameface: the compiled module");

/**
 * Runs `start`, during which onnxruntime instantiates its module, and gives it an instance of
 * `module` instead. Other calls of `WebAssembly.instantiate` meanwhile pass through untouched.
 */
async function startWith<T>(
  module: WebAssembly.Module,
  start: () => Promise<T>,
): Promise<{ value: T; captured: Captured }> {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = placeholder;
  ort.env.logLevel = "error";
  const instantiate = WebAssembly.instantiate;
  let captured: Captured | undefined;
  const substitute = (source: unknown, imports?: WebAssembly.Imports) => {
    if (!isPlaceholder(source)) return Reflect.apply(instantiate, WebAssembly, [source, imports]);
    const instance = new WebAssembly.Instance(module, imports);
    captured = inspect(instance, imports);
    return Promise.resolve({ instance, module });
  };
  WebAssembly.instantiate = substitute as typeof WebAssembly.instantiate;
  try {
    const value = await start();
    if (captured === undefined) throw new Error("onnxruntime-web did not ask for its module");
    return { value, captured };
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

function isPlaceholder(source: unknown): boolean {
  return (
    source instanceof Uint8Array &&
    source.byteLength === placeholder.byteLength &&
    source.every((byte, index) => byte === placeholder[index])
  );
}

/**
 * Finds memory and stack in the minified glue of onnxruntime-web 1.30: the memory is the import `a.a`, and
 * `stackSave` the export `Lb`. A test that runs a model fails when an upgrade renames them.
 */
function inspect(instance: WebAssembly.Instance, imports: WebAssembly.Imports | undefined): Captured {
  const memory = imports?.a?.a;
  const stackSave = instance.exports.Lb;
  if (!(memory instanceof WebAssembly.Memory) || typeof stackSave !== "function") {
    throw new Error("onnxruntime-web's module has other names than expected");
  }
  return { memory, stackPointer: () => Number(stackSave()) >>> 0 };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
