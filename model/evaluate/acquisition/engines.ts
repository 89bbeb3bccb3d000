/** Opens the engines by name, for tools that compare them in Node. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as onnxruntime from "../../../src/inference/onnxruntime/engine.ts";
import { kernelsInNode, type NodeEngine } from "../../runtime.ts";

const require = createRequire(import.meta.url);

/** Engines that `--engine` names: the Worker's kernels, or onnxruntime-web as with `--env onnxruntime`. */
export type EngineName = "kernels" | "onnxruntime";

export const engines: Readonly<Record<EngineName, NodeEngine>> = {
  kernels: kernelsInNode,
  onnxruntime: {
    artifactOf: onnxruntime.artifactOf,
    async open() {
      const wasm = await readFile(require.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm"));
      return onnxruntime.createEngine(await WebAssembly.compile(wasm));
    },
  },
};
