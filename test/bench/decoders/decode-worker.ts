/** The worker that `decode.ts` times from outside: POST a JPEG to /ours, /before, /jpeg-js or /nothing. */
import jpegTurbo from "@cwasm/jpeg-turbo/jpeg-turbo.wasm";
import jpegJs from "jpeg-js";
import { createCodecs, openPhoto } from "../../../src/image/decode.ts";
import { createIdleInstances } from "../../../src/image/idle-instances.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import jpeg from "../../../wasm/jpeg.wasm";
import { watchWasmMemory } from "../../fixtures/memory.ts";
import { createJpegTurbo, scaledSide } from "../../fixtures/photos/jpeg-turbo.ts";
import type { Decoded } from "./decoded.ts";

const probe = watchWasmMemory();
const codecs = createCodecs({ jpeg: async () => jpeg });
const turbo = createJpegTurbo(jpegTurbo, createIdleInstances());

export default {
  async fetch(request): Promise<Response> {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const { pathname, searchParams } = new URL(request.url);
    const scaleAtLeast = Number(searchParams.get("scale") ?? 1);
    return Response.json(await answer(pathname, bytes, scaleAtLeast));
  },
} satisfies ExportedHandler;

async function answer(path: string, bytes: Uint8Array, scaleAtLeast: number): Promise<Decoded | null> {
  if (path === "/jpeg-js") {
    const { width, height, data } = jpegJs.decode(bytes, { useTArray: true, maxMemoryUsageInMB: 4096 });
    return { width, height, extraBytes: data.length };
  }
  if (path === "/nothing") return null;
  const opened = await openPhoto(bytes, defaultImageLimits, codecs);
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  const { width: fullWidth, height: fullHeight } = opened.value;
  const eighths = Math.ceil(8 * scaleAtLeast - 1e-9);
  const decoded =
    path === "/ours"
      ? await opened.value.decode({ scaleAtLeast })
      : turbo.decode(bytes, {
          fullWidth,
          fullHeight,
          width: scaledSide(fullWidth, eighths),
          height: scaledSide(fullHeight, eighths),
          channels: "rgba",
          neededBytes: 0,
        });
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
  const raster = "raster" in decoded.value ? decoded.value.raster : decoded.value;
  const { width, height, data } = raster;
  return { width, height, extraBytes: probe.largestBytes() + data.length };
}
