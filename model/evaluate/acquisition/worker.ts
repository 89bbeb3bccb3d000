/** One thread of the pool: loads the pipeline once, then answers each photo's path with its embedding. */
import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { FacePolicy } from "../../../src/face/face.ts";
import { loadRuntime } from "../../runtime.ts";
import type { Acquisition } from "./cache.ts";
import { type EngineName, engines } from "./engines.ts";
import type { WorkerAnswer } from "./pool.ts";

const { policy, engine } = workerData as { policy: FacePolicy; engine: EngineName };
const runtime = loadRuntime((encoder) => encoder, engines[engine]);

async function acquire(path: string): Promise<WorkerAnswer<Acquisition>> {
  const { pipeline } = await runtime;
  const encoded = await pipeline.encodeFace(await readFile(path), policy);
  if (encoded.ok) return { embedding: encoded.value.embedding.values, quality: encoded.value.quality };
  const { failure } = encoded;
  // A failure of the engine says nothing about the photo.
  return failure.code === "not_ready" ? { broken: failure.reason } : { failure: failure.code };
}

parentPort?.on("message", async (path: string) => {
  const answer = await acquire(path).catch(
    (error: Error): WorkerAnswer<Acquisition> => ({ broken: error.message }),
  );
  parentPort?.postMessage(answer);
});
