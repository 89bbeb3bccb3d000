/**
 * Runs the production pipeline over photos on several threads: the engine is one per thread, and
 * single-threaded, so every worker has a pipeline of its own.
 */
import { Worker } from "node:worker_threads";

export interface Pool<Task, Answer extends object> {
  /** Runs one task on the next free thread. Rejects when the pipeline is broken, not for a bad photo. */
  run(task: Task): Promise<Answer>;
  close(): Promise<void>;
}

/** Answer of a worker: the result of its task, or the fault of the pipeline. */
export type WorkerAnswer<Answer extends object> = Answer | { readonly broken: string };

/**
 * Opens a pool. Threads start when they are first needed: none does if every embedding is cached.
 *
 * @param script answers each message, a task, with one of its own, a `WorkerAnswer`
 */
export function openPool<Task, Answer extends object>(
  size: number,
  script: URL,
  workerData: unknown,
): Pool<Task, Answer> {
  const workers: Worker[] = [];
  const idle: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  let closed = false;

  function take(): Worker | Promise<Worker> {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (workers.length === size) return new Promise((resolve) => waiting.push(resolve));
    const started = new Worker(script, { workerData });
    workers.push(started);
    return started;
  }

  function release(worker: Worker) {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  }

  function ask(worker: Worker, task: Task): Promise<WorkerAnswer<Answer>> {
    return new Promise((resolve, reject) => {
      const settle = (settled: () => void) => {
        worker.off("message", answered).off("error", reject);
        settled();
      };
      const answered = (answer: WorkerAnswer<Answer>) => settle(() => resolve(answer));
      worker.on("message", answered).on("error", reject);
      worker.postMessage(task);
    });
  }

  return {
    async run(task) {
      if (closed) throw new Error("the pool is closed");
      const worker = await take();
      const answer = await ask(worker, task);
      release(worker);
      if ("broken" in answer) throw new Error(`${JSON.stringify(task)}: ${answer.broken}`);
      return answer;
    },
    async close() {
      closed = true;
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
