/** The kernels inside workerd. */
import { expect, test } from "vitest";
import manifest from "../../../model/networks/manifest.json";
import landmarkPlan from "../../../model/networks/mtcnn-onet.plan";
import { createEngine } from "../../../src/inference/kernels/engine.ts";
import plain from "../../../wasm/kernels.wasm";
import relaxed from "../../../wasm/kernels-relaxed.wasm";
import { times } from "../../fixtures/exhaustive.ts";

const { input, outputs, plan } = manifest.models["mtcnn-onet"];
const source = {
  id: "mtcnn-onet",
  bytes: landmarkPlan,
  sha256: plan.sha256,
  inputName: input.name,
  inputShape: input.shape,
  outputNames: outputs.map(({ name }) => name),
};
const engine = createEngine(relaxed);
const model = engine.model(source);

async function run(seed: number, by = model): Promise<number[]> {
  const result = await by.run((values) => {
    for (let i = 0; i < values.length; i++) values[i] = Math.sin(i * 0.37 + seed);
  });
  if (!result.ok) throw new Error(result.failure.code);
  return result.value.flatMap((output) => [...output]);
}

const runs = times(1000, 100);

test(`${runs} runs at once give what each gives alone, and memory stays as it was`, async () => {
  const alone = [];
  for (let seed = 0; seed < 10; seed++) alone.push(await run(seed));
  const before = engine.memoryBytes();
  expect(new Set(alone.map(String)).size).toBe(10);

  const together = await Promise.all(Array.from({ length: runs }, (_, i) => run(i % 10)));

  for (const [i, outputs] of together.entries()) expect(outputs).toEqual(alone[i % 10]);
  expect(engine.memoryBytes()).toBe(before);
});

test("two requests that load a model at once take memory for one", async () => {
  const fresh = createEngine(relaxed);
  const shared = fresh.model(source);
  await Promise.all([shared.load(), shared.load(), shared.load()]);
  const once = createEngine(relaxed);
  await once.model(source).load();
  expect(fresh.memoryBytes()).toBe(once.memoryBytes());
});

test("the build without relaxed SIMD gives the same bits", async () => {
  expect(await run(3, createEngine(plain).model(source))).toEqual(await run(3));
});

test("bytes that are no plan are not_ready, and do not spoil the models beside them", async () => {
  const broken = engine.model({ ...source, id: "broken", bytes: new Uint8Array([1, 2, 3]) });
  expect(await broken.load()).toMatchObject({ ok: false, failure: { code: "not_ready" } });
  expect(await broken.run(() => {})).toMatchObject({ ok: false, failure: { code: "not_ready" } });
  expect(await run(1)).toHaveLength(16);
});
