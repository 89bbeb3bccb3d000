/** Runs ONNX files in Node, with the same onnxruntime-web binary as the Worker. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as ort from "onnxruntime-web/wasm";

const require = createRequire(import.meta.url);
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmBinary = readFileSync(require.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
ort.env.logLevel = "error";

export interface Session {
  /** Returns outputs by name. The input is NCHW, batch 1. */
  run(input: Float32Array): Promise<ReadonlyMap<string, Float32Array>>;
  release(): Promise<void>;
}

export async function openSession(bytes: Uint8Array, inputShape: readonly number[]): Promise<Session> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "disabled",
  });
  return {
    async run(input) {
      const outputs = await session.run({ input: new ort.Tensor("float32", input, inputShape) });
      return new Map(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]));
    },
    release: () => session.release(),
  };
}
