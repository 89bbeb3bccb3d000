import { readFile } from "node:fs/promises";
import jpegJs from "jpeg-js";
import { expect, it } from "vitest";
import { createCodecs, openPhoto } from "../../src/image/decode.ts";
import { defaultImageLimits } from "../../src/image/limits.ts";

const codecs = createCodecs({
  jpegTurbo: async () =>
    WebAssembly.compile(await readFile("node_modules/@cwasm/jpeg-turbo/jpeg-turbo.wasm")),
});

it("decodes a JPEG at the smallest DCT scale at or above the one wanted", async () => {
  const data = new Uint8Array(320 * 200 * 4).fill(120);
  const bytes = new Uint8Array(jpegJs.encode({ width: 320, height: 200, data }, 90).data);
  const opened = await openPhoto(bytes, defaultImageLimits, codecs);
  expect(opened).toMatchObject({ ok: true, value: { width: 320, height: 200, format: "jpeg" } });
  if (!opened.ok) return;
  const photo = await opened.value.decode({ scaleAtLeast: 0.26 });
  expect(photo).toMatchObject({ ok: true, value: { width: 320, raster: { width: 120, height: 75 } } });
});
