/**
 * What an isolate holds while mixed requests (1,000, or fewer when in a hurry) go through it at 16 connections: JavaScript heap,
 * buffers and WebAssembly memories, as Cloudflare's 128 MB count them.
 */
import { compareCall, enrolCall, sendOk, verifyCall } from "../service/client.ts";
import type { RunningWorker } from "../service/workerd.ts";
import type { Photos } from "../setup/photos.ts";
import { openInspector } from "./inspector.ts";
import { fire } from "./load.ts";
import { residentMb } from "./process.ts";

const connections = 16;
const pollMs = 25;

export interface Held {
  readonly requests: number;
  readonly heapMb: number;
  readonly buffersMb: number;
  /** WebAssembly memories that are shared, so not among the buffers: onnxruntime's. */
  readonly sharedWasmMb: number;
  readonly totalMb: number;
}

export interface MemoryFigures {
  /** After the first request: every model that it needs is loaded. */
  readonly after_load_mb: number;
  /** After the last request and a garbage collection. */
  readonly after_all_mb: number;
  /** Highest total seen, garbage included, polled while requests ran. */
  readonly peak_mb: number;
  /** Between a tenth of the requests and all of them, after a garbage collection each time. */
  readonly growth_mb: number;
  /** The workerd process at its highest: code, engine and every helper Worker of miniflare included. */
  readonly process_peak_mb: number;
  readonly answered: number;
  readonly held: readonly Held[];
}

/** `worker` runs workers/measured.ts, in an isolate that has answered nothing yet. */
export async function measureMemory(
  worker: RunningWorker,
  photos: Photos,
  requests: number,
  say: (line: string) => void,
): Promise<MemoryFigures> {
  const burst = requests / 10;
  const { person, stranger } = photos;
  // No stranger is verified: a subject locks after some failures.
  const calls = [
    enrolCall(person["3 MP"], "memory"),
    verifyCall(person["12 MP"]),
    compareCall(stranger, person["0.06 MP"]),
    compareCall(person["0.3 MP"], stranger),
    verifyCall(person["0.06 MP"]),
    compareCall(person["3 MP"], person["12 MP"]),
    verifyCall(person["3 MP"]),
  ];
  const inspector = await openInspector(await worker.inspectorUrl());
  const look = async (seen: number): Promise<Held> => {
    const heap = await inspector.heap();
    const memories = (await (await fetch(new URL("/bench/memory", worker.url))).json()) as Memory[];
    const shared = memories.filter((memory) => memory.shared).reduce((sum, { bytes }) => sum + bytes, 0);
    const [heapMb, buffersMb, sharedWasmMb] = [heap.usedBytes, heap.bufferBytes, shared].map(
      (bytes) => bytes / 2 ** 20,
    );
    return { requests: seen, heapMb, buffersMb, sharedWasmMb, totalMb: heapMb + buffersMb + sharedWasmMb };
  };
  /** One collection frees buffers only later: the least of several. */
  const collected = async (seen: number): Promise<Held> => {
    const looks: Held[] = [];
    for (let i = 0; i < 5; i++) {
      inspector.collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 4 * pollMs));
      looks.push(await look(seen));
    }
    return looks.reduce((least, each) => (each.totalMb < least.totalMb ? each : least));
  };
  await sendOk(worker.url, enrolCall(person["0.3 MP"]));
  const held = [await collected(1)];
  let peak = held[0].totalMb;
  for (let done = 0; done < requests; done += burst) {
    let running = true;
    const poll = async () => {
      while (running) {
        peak = Math.max(peak, (await look(done)).totalMb);
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    };
    const send = async () => {
      await fire(worker.url, calls, connections, burst);
      running = false;
    };
    await Promise.all([poll(), send()]);
    held.push(await collected(done + burst));
  }
  inspector.close();
  say("memory: measured");
  const after = held[held.length - 1].totalMb;
  return {
    after_load_mb: held[0].totalMb,
    after_all_mb: after,
    peak_mb: peak,
    growth_mb: after - held[1].totalMb,
    process_peak_mb: residentMb(worker.pid).peak,
    answered: requests,
    held,
  };
}

interface Memory {
  readonly bytes: number;
  readonly shared: boolean;
}
