import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { createCodecs } from "../../../src/image/decode.ts";
import { jpegModulePath } from "../../fixtures/photos/jpeg-module.ts";

const module = new WebAssembly.Module(readFileSync(jpegModulePath));

it("a codec is loaded once, though several photos need it at the same time, and kept", async () => {
  let loads = 0;
  const { jpeg } = createCodecs({
    jpeg: async () => {
      loads++;
      return module;
    },
  });
  const [first, second] = await Promise.all([jpeg(), jpeg()]);
  expect(second).toBe(first);
  expect(await jpeg()).toBe(first);
  expect(loads).toBe(1);
});

it("a codec that did not load is loaded again by the next photo", async () => {
  let loads = 0;
  const { jpeg } = createCodecs({
    jpeg: async () => {
      if (++loads === 1) throw new Error("not found");
      return module;
    },
  });
  await expect(jpeg()).rejects.toThrow("not found");
  expect(await jpeg()).toHaveProperty("decode");
  expect(loads).toBe(2);
});
