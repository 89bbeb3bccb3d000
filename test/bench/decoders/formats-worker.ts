/**
 * The worker that `formats.ts` times from outside: PUT a photo to /photo, then GET /nothing, or so many times over
 * /overview?scale=&repeat= or /face?scale=&repeat=, which is the overview and the middle of the photo at the scale of a
 * face of 250 px.
 */
import { createCodecs, openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import avif from "../../../wasm/codecs/avif_dec.wasm";
import webp from "../../../wasm/codecs/webp_dec.wasm";
import jpeg from "../../../wasm/jpeg.wasm";
import png from "../../../wasm/png.wasm";
import { watchWasmMemory } from "../../fixtures/memory.ts";
import type { DecodeOfFormat } from "./decoded.ts";

const probe = watchWasmMemory();
const codecs = createCodecs({
  jpeg: async () => jpeg,
  png: async () => png,
  webp: async () => webp,
  avif: async () => avif,
});
/** Side of the part around a face of 250 px, and the scale at which that face has 112 px. */
const [faceRegionPx, faceScale] = [750, 112 / 250];

let photo = new Uint8Array(0);

export default {
  async fetch(request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/photo") photo = new Uint8Array(await request.arrayBuffer());
    else if (pathname !== "/nothing") {
      const scale = Number(searchParams.get("scale"));
      for (let more = Number(searchParams.get("repeat")); more > 1; more--) {
        await decode(scale, pathname === "/face");
      }
      return Response.json(await decode(scale, pathname === "/face"));
    }
    return Response.json({});
  },
} satisfies ExportedHandler;

async function decode(scaleAtLeast: number, withFace: boolean): Promise<DecodeOfFormat> {
  const opened = await openPhoto(photo, defaultImageLimits, codecs);
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  const { width, height } = opened.value;
  const region = {
    x: (width - faceRegionPx) / 2,
    y: (height - faceRegionPx) / 2,
    width: faceRegionPx,
    height: faceRegionPx,
  };
  let reservedBytes = 0;
  let heldBytes = 0;
  for (const request of [{ scaleAtLeast }, { scaleAtLeast: faceScale, region }].slice(0, withFace ? 2 : 1)) {
    const decoded = await opened.value.decode(request);
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
    reservedBytes = Math.max(reservedBytes, opened.value.workingBytes(request));
    heldBytes = Math.max(heldBytes, probe.largestBytes() + decoded.value.raster.data.length);
  }
  return { reservedBytes, heldBytes };
}
