/** onnxruntime-web inside workerd. */
import { expect, test } from "vitest";
import manifest from "../../../model/networks/manifest.json";
import landmarkModel from "../../../model/networks/mtcnn-onet.onnx";
import onnxRuntime from "../../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
import { createEngine } from "../../../src/inference/onnxruntime/engine.ts";
import { times } from "../../fixtures/exhaustive.ts";

const instantiate = WebAssembly.instantiate;
const { input, outputs } = manifest.models[manifest.landmarks as "mtcnn-onet"];

const runtime = createEngine(onnxRuntime);
const source = {
  id: "mtcnn-onet",
  bytes: landmarkModel,
  inputName: input.name,
  inputShape: input.shape,
  outputNames: outputs.map(({ name }) => name),
};
const model = runtime.model(source);

async function run(seed: number): Promise<number[]> {
  const result = await model.run((values) => {
    for (let i = 0; i < values.length; i++) values[i] = Math.sin(i * 0.37 + seed);
  });
  if (!result.ok) throw new Error(result.failure.code);
  return result.value.flatMap((output) => [...output]);
}

const runs = times(1000, 100);

test(`${runs} runs that overlap give what each gives alone, and the stack stays where it was`, async () => {
  const alone = [];
  for (let seed = 0; seed < 10; seed++) alone.push(await run(seed));
  const before = { stack: runtime.stackPointer(), bytes: runtime.memoryBytes() };
  expect(new Set(alone.map(String)).size).toBe(10);

  const overlapped = await Promise.all(Array.from({ length: runs }, (_, i) => run(i % 10)));

  for (const [i, outputs] of overlapped.entries()) expect(outputs).toEqual(alone[i % 10]);
  expect({ stack: runtime.stackPointer(), bytes: runtime.memoryBytes() }).toEqual(before);
});

test("a second model loads beside the first", async () => {
  expect(await runtime.model(source).load()).toMatchObject({ ok: true });
});

test("bytes that are no model are not_ready, and do not spoil the models beside them", async () => {
  const broken = runtime.model({
    id: "broken",
    bytes: new Uint8Array([1, 2, 3]),
    inputName: "x",
    inputShape: [1],
    outputNames: [],
  });
  expect(await broken.load()).toMatchObject({ ok: false, failure: { code: "not_ready" } });
  expect(await broken.run(() => {})).toMatchObject({ ok: false, failure: { code: "not_ready" } });
  expect(await run(1)).toHaveLength(16);
});

test("WebAssembly.instantiate is given back as it was", () => {
  expect(WebAssembly.instantiate).toBe(instantiate);
});
