/** The worker that `decode.ts` times from outside: POST a JPEG to /turbo, /jpeg-js or /nothing. */
import jpegTurbo from "@cwasm/jpeg-turbo/jpeg-turbo.wasm";
import jpegJs from "jpeg-js";
import { createCodecs, openPhoto } from "../../src/image/decode.ts";
import { defaultImageLimits } from "../../src/image/limits.ts";
import { watchWasmMemory } from "../fixtures/memory.ts";
import type { Decoded } from "./decoded.ts";

const probe = watchWasmMemory();
const codecs = createCodecs({ jpegTurbo: async () => jpegTurbo });

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
  if (path !== "/turbo") return null;
  const opened = await openPhoto(bytes, defaultImageLimits, codecs);
  const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast }) : opened;
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
  const { width, height, data } = decoded.value.raster;
  return { width, height, extraBytes: probe.largestBytes() + data.length };
}
