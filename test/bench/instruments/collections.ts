/**
 * Reads from V8's own lines about forced collections (`--trace-gc-verbose`) how much lives in an isolate. No
 * inspector takes part, since one would keep objects alive.
 */

import type { Held } from "../measure/isolate.ts";
import { openConnection } from "../service/connection.ts";
import { type RunningWorker, startWorkerd } from "../service/workerd.ts";
import type { Bundle } from "../setup/bundle.ts";

export interface Collected {
  /** Bytes in all spaces of the heap except the read-only one, which all isolates share. */
  readonly heapBytes: number;
  /**
   * Part of the heap for code that V8 has compiled of functions that ran often ("Code space" and "Trusted space"). It
   * grows while rare functions warm up; no request leaves anything there.
   */
  readonly codeBytes: number;
  /** Bytes in buffers outside the heap, without WebAssembly memories. */
  readonly bufferBytes: number;
}

/** Reads lines "[process:isolate] ...", and lists the collections that were asked for, in order. */
export function createCollectionReader(): { push(line: string): void; readonly found: readonly Collected[] } {
  const found: Collected[] = [];
  /** Isolate whose figures come next. Only the Worker's own isolate collects on request. */
  let isolate: string | undefined;
  let readOnlyBytes = 0;
  let heapBytes = 0;
  let codeBytes = 0;
  const bytesIn = (text: string) => 1024 * Number(/(\d+) KB/.exec(text)?.[1]);
  return {
    found,
    push(line) {
      const [, from, text] = /^\[(\d+:0x[0-9a-f]+)\] +(.*)/.exec(line) ?? [];
      if (text === undefined) return;
      if (/^\d+ ms: /.test(text)) {
        if (text.includes("testing; GC in old space requested")) isolate = from;
        else if (from === isolate) isolate = undefined;
        return;
      }
      if (from !== isolate) return;
      if (/^(Code|Trusted) (large object )?space,/.test(text)) codeBytes += bytesIn(text);
      if (text.startsWith("Read-only space,")) readOnlyBytes = bytesIn(text);
      if (text.startsWith("All spaces,")) heapBytes = bytesIn(text) - readOnlyBytes;
      if (text.startsWith("Backing store memory:")) {
        found.push({ heapBytes, codeBytes, bufferBytes: bytesIn(text) });
        codeBytes = 0;
      }
    },
  };
}

export interface Collection extends Held {
  /** Part of the heap that is compiled code. */
  readonly codeMb: number;
}

export interface CollectingWorker extends RunningWorker {
  /**
   * Forces collections and returns the least of several, as one frees WebAssembly memories and buffers only later.
   */
  collected(): Promise<Collection>;
}

const collectionsWanted = 6;
/** V8 writes its lines when it has four kilobytes of them, so the last collections' lines come with later ones. */
const mostCollections = 40;
const pauseMs = 50;

/** `measured` bundles workers/measured.ts; `onLog` receives the service's own lines. */
export async function startCollectingWorker(
  measured: Bundle,
  onLog: (line: string) => void,
): Promise<CollectingWorker> {
  const reader = createCollectionReader();
  const worker = await startWorkerd(measured, {
    limitsRates: false,
    onLine(line) {
      reader.push(line);
      if (line.startsWith("{")) onLog(line);
    },
    tracesCollections: true,
  });
  let asked = 0;

  async function ask(path: string): Promise<string> {
    const connection = openConnection(worker.url);
    const outcome = await connection.exchange({ method: "GET", path, headers: {} });
    connection.close();
    if (outcome.kind !== "answered") throw new Error(`${path}: ${outcome.kind}`);
    return outcome.body.toString();
  }

  return {
    ...worker,
    async collected() {
      const first = asked;
      while (reader.found.length < first + collectionsWanted) {
        if (asked - first === mostCollections) throw new Error("V8 says nothing of its collections");
        await ask("/bench/collect");
        asked++;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      const memories = JSON.parse(await ask("/bench/memory")) as { bytes: number }[];
      const wasmMb = memories.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
      const held = reader.found.slice(first).map(({ heapBytes, codeBytes, bufferBytes }) => {
        const [heapMb, codeMb, buffersMb] = [heapBytes, codeBytes, bufferBytes].map((bytes) => bytes / 1e6);
        return { heapMb, codeMb, buffersMb, wasmMb, totalMb: heapMb + buffersMb + wasmMb };
      });
      return held.reduce((least, each) => (each.totalMb < least.totalMb ? each : least));
    },
  };
}
