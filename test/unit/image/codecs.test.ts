import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { createCodecs } from "../../../src/image/decode.ts";

const file = createRequire(import.meta.url).resolve("@cwasm/jpeg-turbo/jpeg-turbo.wasm");
const module = new WebAssembly.Module(readFileSync(file));

it("a codec is loaded once, though several photos need it at the same time, and kept", async () => {
  let loads = 0;
  const { jpegTurbo } = createCodecs({
    jpegTurbo: async () => {
      loads++;
      return module;
    },
  });
  const [first, second] = await Promise.all([jpegTurbo(), jpegTurbo()]);
  expect(second).toBe(first);
  expect(await jpegTurbo()).toBe(first);
  expect(loads).toBe(1);
});

it("a codec that did not load is loaded again by the next photo", async () => {
  let loads = 0;
  const { jpegTurbo } = createCodecs({
    jpegTurbo: async () => {
      if (++loads === 1) throw new Error("not found");
      return module;
    },
  });
  await expect(jpegTurbo()).rejects.toThrow("not found");
  expect(await jpegTurbo()).toHaveProperty("decode");
  expect(loads).toBe(2);
});
