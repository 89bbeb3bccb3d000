/** Photos as small JPEGs inside the page, upright and whole, read by the production decoders. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import jpeg from "jpeg-js";
import type { Photo } from "../../../src/image/photo.ts";
import type { Sampler } from "../../../src/image/sampling/sampler.ts";
import type { Runtime } from "../../runtime.ts";

/** Twice the size on the page, for dense screens. */
const thumbnailSidePx = 176;

/** Returns a `data:` URI, or `null` for a photo that cannot be decoded. */
export async function thumbnail(runtime: Runtime, folder: string, image: string): Promise<string | null> {
  const opened = await runtime.openPhoto(await readFile(join(folder, image)));
  if (!opened.ok) return null;
  const { width, height } = opened.value;
  const decoded = await opened.value.decode({
    scaleAtLeast: Math.min(1, thumbnailSidePx / Math.max(width, height)),
  });
  return decoded.ok ? encode(runtime.sample, decoded.value) : null;
}

/** The longer side fills the square; the rest of the square is black. */
function encode(sample: Sampler, photo: Photo): string {
  const side = thumbnailSidePx;
  const scale = Math.max(photo.width, photo.height) / side;
  const toPhoto = {
    a: scale,
    b: 0,
    tx: (photo.width - scale * side) / 2,
    c: 0,
    d: scale,
    ty: (photo.height - scale * side) / 2,
  };
  const planes = new Float32Array(3 * side * side);
  sample(photo, toPhoto, side, side, { mean: [0, 0, 0], scale: [1, 1, 1] }, planes);
  const data = new Uint8Array(4 * side * side).fill(255);
  for (let pixel = 0; pixel < side * side; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      data[4 * pixel + channel] = planes[channel * side * side + pixel];
    }
  }
  const { data: bytes } = jpeg.encode({ data, width: side, height: side }, 80);
  return `data:image/jpeg;base64,${bytes.toString("base64")}`;
}
