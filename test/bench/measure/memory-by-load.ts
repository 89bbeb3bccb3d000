/**
 * Measures an isolate's memory under each load at 1, 8, 32 and 64 connections, garbage included and after a
 * collection: an isolate for each load, then all loads in one. A further caller with a small photo asks all the
 * while.
 */

import { type Answered, type Bounds, sendLoad } from "../instruments/senders.ts";
import { summarise } from "../instruments/statistics.ts";
import { nameOf, openConnection } from "../service/connection.ts";
import { enrolSubjects } from "../service/enrolment.ts";
import { type RunningWorker, startWorkerd } from "../service/workerd.ts";
import type { Bundle } from "../setup/bundle.ts";
import { type Load, type LoadPhotos, makeLoads, photo } from "../setup/loads.ts";
import { type Held, type Isolate, openIsolate, type Watch } from "./isolate.ts";

const loadConnections = [1, 8, 32, 64] as const;
/** Number of connections for the isolate that serves all loads in turn. */
const connectionsInTurns = 32;
const smallEveryMs = 250;

export interface LoadMemory extends Watch, Answered {
  readonly load: string;
  readonly connections: number;
  /** True when the isolate had served every load before this one. */
  readonly inTurns: boolean;
  /** Memory after forced collections when all requests were answered. */
  readonly after: Held;
  /** Verifications of 0.06 MP beside the load. */
  readonly small: Pick<Answered, "answers" | "p50" | "p99">;
}

/** `measured` bundles workers/measured.ts. */
export async function measureMemoryByLoad(
  measured: Bundle,
  photos: LoadPhotos,
  bounds: Bounds,
  say: (line: string) => void,
): Promise<LoadMemory[]> {
  const loads = makeLoads(photos);
  const figures: LoadMemory[] = [];
  for (const load of loads) {
    await withIsolate(measured, photos, async (worker, isolate) => {
      for (const connections of loadConnections) {
        const figure = await measureLoadMemory(worker, isolate, photos, load, connections, bounds);
        figures.push(figure);
        say(`memory, ${load.name}, ${connections} connections: ${figure.peak.totalMb.toFixed(0)} MB at most`);
      }
    });
  }
  await withIsolate(measured, photos, async (worker, isolate) => {
    for (const load of loads) {
      const figure = await measureLoadMemory(worker, isolate, photos, load, connectionsInTurns, bounds);
      figures.push({ ...figure, inTurns: true });
    }
  });
  say("memory, all loads in one isolate: measured");
  return figures;
}

/** Starts an isolate in which the photos' people are enrolled. */
export async function withIsolate<T>(
  measured: Bundle,
  { enrolled }: LoadPhotos,
  work: (worker: RunningWorker, isolate: Isolate) => Promise<T>,
): Promise<T> {
  const worker = await startWorkerd(measured, { limitsRates: false });
  try {
    await enrolSubjects(worker.url, enrolled);
    const isolate = await openIsolate(worker);
    try {
      return await work(worker, isolate);
    } finally {
      isolate.close();
    }
  } finally {
    await worker.stop();
  }
}

export async function measureLoadMemory(
  worker: RunningWorker,
  isolate: Isolate,
  photos: LoadPhotos,
  load: Load,
  connections: number,
  bounds: Bounds,
): Promise<LoadMemory> {
  const { result, watch } = await isolate.watch(async () => {
    const beside = askBeside(worker.url, photos.small);
    try {
      return { ...(await sendLoad(worker.url, load, connections, bounds)), small: await beside.stop() };
    } finally {
      await beside.stop();
    }
  });
  const after = await isolate.collected();
  return { load: load.name, connections, inTurns: false, ...watch, ...result, after };
}

function askBeside(url: URL, small: Uint8Array): { stop(): Promise<LoadMemory["small"]> } {
  const message = photo("person", small, "image/jpeg");
  const answers: Record<string, number> = {};
  const times: number[] = [];
  let isRunning = true;
  const asked = (async () => {
    const connection = openConnection(url);
    while (isRunning) {
      const outcome = await connection.exchange(message);
      const name = nameOf(outcome);
      answers[name] = (answers[name] ?? 0) + 1;
      if (name === "200") times.push(outcome.ms);
      await new Promise((resolve) => setTimeout(resolve, smallEveryMs));
    }
    connection.close();
    const { p50, p99 } = summarise(times);
    return { answers, p50, p99 };
  })();
  return {
    stop() {
      isRunning = false;
      return asked;
    },
  };
}
