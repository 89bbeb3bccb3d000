/** Turns photos into embeddings, through the production pipeline or from the cache of earlier runs. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SingleBar } from "cli-progress";
import pLimit from "p-limit";
import type { FacePolicy } from "../../../src/face/face.ts";
import type { Quality } from "../../../src/face/quality/quality.ts";
import { encoderInUse } from "../../../src/models.ts";
import { kernelPaths, modelPath, pixelPaths, readManifest } from "../../runtime.ts";
import type { EmbeddingSet } from "../comparisons.ts";
import { type Acquisition, openCache } from "./cache.ts";
import { type EngineName, engines } from "./engines.ts";
import { fingerprint } from "./fingerprint.ts";
import { openPool } from "./pool.ts";

export interface Acquired {
  readonly embeddings: EmbeddingSet;
  /** Failure code of each image, or `null` where there is an embedding. */
  readonly failures: readonly (string | null)[];
  /** Quality of each image's face, or `null` where there is no embedding. */
  readonly qualities: readonly (Quality | null)[];
}

export interface AcquireOptions {
  readonly imagesFolder: string;
  readonly policy: FacePolicy;
  /** Default: the Worker's kernels. */
  readonly engine?: EngineName | undefined;
  /** Number of threads; default one a core. */
  readonly jobs?: number | undefined;
  /** Folder of the cached embeddings; default `.cache/embeddings` of the checkout. */
  readonly cacheFolder?: string | undefined;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** @param images paths relative to the folder; the result has a row for each, in their order */
export async function acquireAll(images: readonly string[], options: AcquireOptions): Promise<Acquired> {
  const engine = options.engine ?? "kernels";
  const cache = openCache(
    options.cacheFolder ?? join(root, ".cache/embeddings"),
    pipelineFingerprint(options.policy, engine),
  );
  const bar = new SingleBar({ format: "embeddings [{bar}] {value}/{total}  {eta_formatted} left" });
  const jobs = options.jobs ?? availableParallelism();
  const script = new URL("./worker.ts", import.meta.url);
  const pool = openPool<string, Acquisition>(jobs, script, { policy: options.policy, engine });

  async function acquireOne(image: string): Promise<Acquisition> {
    const path = join(options.imagesFolder, image);
    const hash = createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
    const known = cache.get(hash);
    if (known !== undefined) return known;
    const acquisition = await pool.run(path);
    cache.put(hash, acquisition);
    return acquisition;
  }

  bar.start(images.length, 0);
  const limit = pLimit(2 * jobs);
  try {
    const acquisitions = await limit.map([...images], async (image) => {
      const acquisition = await acquireOne(image);
      bar.increment();
      return acquisition;
    });
    return collect(acquisitions);
  } finally {
    // An image that cannot be read ends the run: the others need not be started.
    limit.clearQueue();
    bar.stop();
    await pool.close();
  }
}

function collect(acquisitions: readonly Acquisition[]): Acquired {
  const first = acquisitions.find((one) => "embedding" in one);
  if (first === undefined) throw new Error("no image gave an embedding");
  const dimension = first.embedding.length;
  const values = new Float32Array(acquisitions.length * dimension);
  acquisitions.forEach((one, row) => {
    if ("embedding" in one) values.set(one.embedding, row * dimension);
  });
  const acquired = Uint8Array.from(acquisitions, (one) => ("embedding" in one ? 1 : 0));
  const failures = acquisitions.map((one) => ("failure" in one ? one.failure : null));
  const qualities = acquisitions.map((one) => ("quality" in one ? one.quality : null));
  return { embeddings: { values, dimension, acquired }, failures, qualities };
}

function pipelineFingerprint(policy: FacePolicy, engine: EngineName): string {
  const { calibration, ...manifest } = readManifest();
  // Thresholds are applied to distances afterwards; these decide which faces are refused, and are kept with them.
  const { recognisability, occlusion } = (calibration?.[encoderInUse(manifest).id] ?? {}) as Partial<
    Record<"recognisability" | "occlusion", unknown>
  >;
  const packages = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const dependencies = {
    ...packages.dependencies,
    "onnxruntime-web": packages.devDependencies["onnxruntime-web"],
  };
  return fingerprint(root, {
    entry: join(root, "model/evaluate/acquisition/engines.ts"),
    files: [
      ...[...manifest.detectors, manifest.landmarks, ...manifest.encoder].map((id) =>
        modelPath(engines[engine].artifactOf(manifest.models[id]).file),
      ),
      ...kernelPaths,
      ...pixelPaths,
    ],
    settings: {
      policy,
      engine,
      manifest,
      recognisability,
      occlusion,
      dependencies,
      kept: ["embedding", "quality"],
    },
  });
}
