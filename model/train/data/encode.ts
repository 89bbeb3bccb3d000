/**
 * Turns photos into embeddings of the frozen trunk, several variants each. An embedding is cached under the photo's
 * bytes, the variant, and everything that made it: a second run encodes nothing.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SingleBar } from "cli-progress";
import pLimit from "p-limit";
import type { FacePolicy } from "../../../src/face/face.ts";
import { type Acquisition, type EmbeddingCache, openCache } from "../../evaluate/acquisition/cache.ts";
import { fingerprint } from "../../evaluate/acquisition/fingerprint.ts";
import { openPool } from "../../evaluate/acquisition/pool.ts";
import { modelPath, readManifest } from "../../runtime.ts";
import type { EncodeTask } from "./encode-worker.ts";

export interface EncodeOptions {
  readonly imagesFolder: string;
  readonly policy: FacePolicy;
  /** Number of variants besides the photo as it is. */
  readonly augmentations: number;
  /** Number of threads; default one a core. */
  readonly jobs?: number | undefined;
  /** Folder of the cache; default `.cache/embeddings` of the checkout. */
  readonly cacheFolder?: string | undefined;
  /** True for no progress bar. */
  readonly quiet?: boolean | undefined;
}

/**
 * Result for one photo: an embedding for each variant, the first of the photo as it is; or the reason why there is
 * none.
 */
export type EncodedPhoto = { readonly embeddings: readonly Float32Array[] } | { readonly failure: string };

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** @param images paths relative to the folder; the result is in their order */
export async function encodePhotos(
  images: readonly string[],
  options: EncodeOptions,
): Promise<EncodedPhoto[]> {
  const { imagesFolder, policy, augmentations, jobs = availableParallelism() } = options;
  const folder = options.cacheFolder ?? join(root, ".cache/embeddings");
  const cache = openCache(folder, variantFingerprint(policy));
  const script = new URL("./encode-worker.ts", import.meta.url);
  const pool = openPool<EncodeTask, readonly Acquisition[]>(jobs, script, policy);
  const bar = new SingleBar({
    format: "embeddings [{bar}] {value}/{total}  {eta_formatted} left",
    noTTYOutput: false,
  });
  const limit = pLimit(2 * jobs);
  if (!options.quiet) bar.start(images.length, 0);
  try {
    return await limit.map([...images], async (image) => {
      const path = join(imagesFolder, image);
      const hash = createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
      await encodeMissing(path, hash, augmentations, cache, (task) => pool.run(task));
      bar.increment();
      return collect(hash, augmentations, cache);
    });
  } finally {
    // An image that cannot be read ends the run: the others need not be started.
    limit.clearQueue();
    bar.stop();
    await pool.close();
  }
}

async function encodeMissing(
  path: string,
  hash: string,
  augmentations: number,
  cache: EmbeddingCache,
  run: (task: EncodeTask) => Promise<readonly Acquisition[]>,
): Promise<void> {
  const variants = Array.from({ length: augmentations + 1 }, (_, number) => number)
    .filter((number) => cache.get(cacheKey(hash, number)) === undefined)
    // The same photo has the same variants in every run.
    .map((number) => ({ number, seed: Number.parseInt(hash.slice(0, 8), 16) + number * 2 ** 32 }));
  if (variants.length === 0) return;
  const acquisitions = await run({ path, variants });
  for (const [i, { number }] of variants.entries()) cache.put(cacheKey(hash, number), acquisitions[i]);
}

function collect(hash: string, augmentations: number, cache: EmbeddingCache): EncodedPhoto {
  const embeddings: Float32Array[] = [];
  for (let number = 0; number <= augmentations; number++) {
    const acquisition = cache.get(cacheKey(hash, number))!;
    if ("embedding" in acquisition) embeddings.push(acquisition.embedding);
    else if (number === 0) return acquisition;
  }
  return { embeddings };
}

function cacheKey(imageHash: string, variant: number): string {
  return variant === 0 ? imageHash : `${imageHash}/${variant}`;
}

/** Hash of everything besides the photo and its variant that an embedding depends on: the name of its cache. */
export function variantFingerprint(policy: FacePolicy): string {
  const { calibration: _, ...manifest } = readManifest();
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return fingerprint(root, {
    entry: fileURLToPath(new URL("./encode-worker.ts", import.meta.url)),
    files: [...manifest.detectors, manifest.landmarks, ...manifest.encoder].map((id) =>
      modelPath(manifest.models[id].file),
    ),
    settings: { policy, manifest, dependencies, kept: ["embedding", "quality"] },
  });
}
