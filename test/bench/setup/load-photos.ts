/** The bench's photos for loads on memory. Photos of other formats are the tests' own, encoded once and cached. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { largePhoto } from "../../fixtures/photos/large-photos.ts";
import type { LoadPhotos } from "./loads.ts";
import { cache } from "./paths.ts";
import { makeLargestPhotos, type Photos } from "./photos.ts";

export async function makeLoadPhotos({ person }: Photos): Promise<LoadPhotos> {
  const { raw, inBase64 } = await makeLargestPhotos();
  return {
    enrolled: { person: person["0.3 MP"].bytes, other: await kept("small-jpeg-800") },
    small: person["0.06 MP"].bytes,
    megapixels12: person["12 MP"].bytes,
    largest: raw.bytes,
    largestInBase64: inBase64.bytes,
    avif: await kept("avif-420"),
    webp: await kept("webp-lossy"),
  };
}

async function kept(name: string): Promise<Uint8Array> {
  const path = join(cache, `${name}.photo`);
  if (!existsSync(path)) writeFileSync(path, await largePhoto(name));
  return readFileSync(path);
}
