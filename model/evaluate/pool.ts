/**
 * Runs the production pipeline over photos on several threads: onnxruntime is one per thread, and
 * single-threaded, so every worker has a pipeline of its own.
 */
import { Worker } from "node:worker_threads";
import type { FacePolicy } from "../../src/face/face.ts";
import type { Acquisition } from "./cache.ts";

export interface Pool {
  /** Acquires one photo on the next free thread. Rejects when the pipeline is broken, not for a bad photo. */
  acquire(path: string): Promise<Acquisition>;
  close(): Promise<void>;
}

/** To a worker: the path of a photo. From a worker: what became of it, or how the pipeline broke. */
export type WorkerAnswer = Acquisition | { readonly broken: string };

/** Threads start when they are first needed: none if every embedding is cached. */
export function openPool(size: number, policy: FacePolicy): Pool {
  const workers: Worker[] = [];
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  let closed = false;

  function take(): Worker | Promise<Worker> {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (workers.length === size) return new Promise((resolve) => waiting.push(resolve));
    const started = new Worker(new URL("./worker.ts", import.meta.url), { workerData: policy });
    workers.push(started);
    return started;
  }

  function release(worker: Worker) {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  }

  function ask(worker: Worker, path: string): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => {
      const settle = (settled: () => void) => {
        worker.off("message", answered).off("error", reject);
        settled();
      };
      const answered = (answer: WorkerAnswer) => settle(() => resolve(answer));
      worker.on("message", answered).on("error", reject);
      worker.postMessage(path);
    });
  }

  return {
    async acquire(path) {
      if (closed) throw new Error("the pool is closed");
      const worker = await take();
      const answer = await ask(worker, path);
      release(worker);
      if ("broken" in answer) throw new Error(`${path}: ${answer.broken}`);
      return answer;
    },
    async close() {
      closed = true;
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
