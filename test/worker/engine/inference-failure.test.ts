/** A runtime that cannot be started, in an isolate of its own. */
import { expect, test } from "vitest";
import notTheRuntime from "../../../node_modules/@cwasm/jpeg-turbo/jpeg-turbo.wasm";
import { createEngine } from "../../../src/inference/onnxruntime/engine.ts";

test("a runtime that does not start is not_ready for every model and every call, and says why", async () => {
  const runtime = createEngine(notTheRuntime);
  const source = { bytes: new Uint8Array(8), inputName: "x", inputShape: [1], outputNames: [] };
  const [first, second] = await Promise.all([
    runtime.model({ id: "first", ...source }).load(),
    runtime.model({ id: "second", ...source }).load(),
  ]);
  expect(first).toMatchObject({
    ok: false,
    failure: { code: "not_ready", reason: expect.stringContaining("first") },
  });
  expect(second).toMatchObject({ ok: false, failure: { code: "not_ready" } });
  expect(runtime.stackPointer()).toBeNull();
  expect(runtime.memoryBytes()).toBe(0);
});
