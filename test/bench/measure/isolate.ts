/**
 * Measures an isolate's memory as Cloudflare's 128 MB count it: JavaScript heap, buffers and WebAssembly memories. V8
 * reports the first two; its figure for buffers excludes WebAssembly memory (tried with new, grown and exported
 * ones), so workers/measured.ts counts that. MB are 10^6 bytes.
 */
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { openInspector } from "../instruments/inspector.ts";
import { residentMb } from "../instruments/process.ts";
import type { RunningWorker } from "../service/workerd.ts";

export interface Held {
  /** Objects that are in use or not yet collected. */
  readonly heapMb: number;
  readonly buffersMb: number;
  /** WebAssembly memories that are in use or not yet collected. */
  readonly wasmMb: number;
  readonly totalMb: number;
}

export interface Watch {
  /** Look at which the isolate held most. */
  readonly peak: Held;
  readonly looks: number;
  /** Longest time between two looks: an isolate that computes cannot be asked. */
  readonly longestGapMs: number;
  /** Highest size of the whole process since the watch began: code, engine and miniflare's own Workers included. */
  readonly processPeakMb: number;
}

export interface Isolate {
  /** Looks after forced collections. */
  collected(): Promise<Held>;
  /** Looks repeatedly while `work` runs. */
  watch<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly watch: Watch }>;
  close(): void;
}

const pollMs = 12;
/** Number of collections, as one frees buffers only later: the least of several looks counts. */
const collections = 5;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** `worker` runs workers/measured.ts. */
export async function openIsolate(worker: RunningWorker): Promise<Isolate> {
  const inspector = await openInspector(await worker.inspectorUrl());
  const agent = new Agent({ keepAlive: true });

  async function wasmBytes(): Promise<number> {
    const memories = JSON.parse(await get(new URL("/bench/memory", worker.url), agent)) as {
      bytes: number;
    }[];
    return memories.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Reads two figures, which come a moment apart since each waits for the isolate by itself. */
  async function look(wasm: number | Promise<number> = wasmBytes()): Promise<Held> {
    const [heap, memories] = await Promise.all([inspector.heap(), wasm]);
    const [heapMb, buffersMb, wasmMb] = [heap.usedBytes, heap.bufferBytes, memories].map((at) => at / 1e6);
    return { heapMb, buffersMb, wasmMb, totalMb: heapMb + buffersMb + wasmMb };
  }

  async function collected(): Promise<Held> {
    let least: Held | undefined;
    for (let i = 0; i < collections; i++) {
      inspector.collectGarbage();
      await pause(8 * pollMs);
      const held = await look();
      if (least === undefined || held.totalMb < least.totalMb) least = held;
    }
    return least!;
  }

  return {
    collected,
    async watch(work) {
      const process = watchProcess(worker.pid);
      let isRunning = true;
      const repeat = async (step: () => Promise<void>) => {
        for (; isRunning; await pause(pollMs)) await step();
      };
      let wasm = await wasmBytes();
      let peak = await look(wasm);
      let [looks, longestGapMs, lookedAt] = [1, 0, performance.now()];
      const polled = Promise.all([
        repeat(async () => {
          wasm = await wasmBytes();
        }),
        repeat(async () => {
          const held = await look(wasm);
          if (held.totalMb > peak.totalMb) peak = held;
          longestGapMs = Math.max(longestGapMs, performance.now() - lookedAt);
          lookedAt = performance.now();
          looks++;
        }),
      ]);
      const finish = async () => {
        isRunning = false;
        await polled;
        return { peak, looks, longestGapMs, processPeakMb: process.stop() };
      };
      const result = await work().catch(async (error) => {
        await finish();
        throw error;
      });
      return { result, watch: await finish() };
    },
    close() {
      inspector.close();
      agent.destroy();
    },
  };
}

/** Reads the process's size from the kernel, which answers at any time. */
function watchProcess(pid: number): { stop(): number } {
  const now = () => residentMb(pid).now;
  let peak = now();
  const timer = setInterval(() => {
    peak = Math.max(peak, now());
  }, pollMs);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(peak, now());
    },
  };
}

function get(url: URL, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => text(response).then(resolve, reject))
      .on("error", reject)
      .end();
  });
}
