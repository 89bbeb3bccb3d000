/**
 * Runs models in workerd for the bench: `?model=ID&runs=N`, the input (float32) as body. The caller holds the clock: a Worker's own
 * stands still while it computes.
 */
import { models } from "./models.mjs";
import * as ort from "./ort.mjs";
import ortModule from "./ort.wasm";

// workerd compiles no WebAssembly at run time: the imported module takes the binary's place.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmBinary = new Uint8Array(8);
ort.env.logLevel = "error";
WebAssembly.instantiate = async (_, imports) => ({
  module: ortModule,
  instance: new WebAssembly.Instance(ortModule, imports),
});

const sessions = new Map();

async function open(id) {
  const { bytes, optimization } = models[id];
  const session = await ort.InferenceSession.create(new Uint8Array(bytes), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: optimization,
    enableCpuMemArena: false,
    enableMemPattern: false,
  });
  sessions.set(id, session);
  return session;
}

export default {
  async fetch(request) {
    const { searchParams } = new URL(request.url);
    const id = searchParams.get("model");
    const session = sessions.get(id) ?? (await open(id));
    const feeds = {
      input: new ort.Tensor("float32", new Float32Array(await request.arrayBuffer()), models[id].shape),
    };
    let outputs = {};
    for (let i = 0; i < Number(searchParams.get("runs")); i++) outputs = await session.run(feeds);
    return Response.json(Object.values(outputs).map(({ data }) => Array.from(data)));
  },
};
