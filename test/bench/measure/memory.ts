/**
 * Measures an isolate's memory while mixed requests (1,000, or fewer when in a hurry) go through it at 16
 * connections.
 */

import { residentMb } from "../instruments/process.ts";
import { compareCall, enrolCall, sendOk, verifyCall } from "../service/client.ts";
import type { RunningWorker } from "../service/workerd.ts";
import type { Photos } from "../setup/photos.ts";
import { type Held, openIsolate } from "./isolate.ts";
import { fire } from "./load.ts";

const connections = 16;

export interface MixedMemory {
  /** Total after the first request, which loads every model. */
  readonly after_load_mb: number;
  /** Total after the last request and a garbage collection. */
  readonly after_all_mb: number;
  /** Highest total seen, garbage included, polled while these requests ran. */
  readonly mixed_peak_mb: number;
  /** Growth between a tenth of the requests and all of them, each after a garbage collection. */
  readonly growth_mb: number;
  /** Highest size of the workerd process: code, engine and every helper Worker of miniflare included. */
  readonly process_peak_mb: number;
  readonly answered: number;
  readonly held: readonly HeldAfter[];
}

interface HeldAfter extends Held {
  readonly requests: number;
}

/** `worker` runs workers/measured.ts, in an isolate that has answered nothing yet. */
export async function measureMemory(
  worker: RunningWorker,
  photos: Photos,
  requests: number,
  say: (line: string) => void,
): Promise<MixedMemory> {
  const burst = requests / 10;
  const { person, stranger } = photos;
  // Strangers are never verified, since a subject locks after some failures.
  const calls = [
    enrolCall(person["3 MP"], "memory"),
    verifyCall(person["12 MP"]),
    compareCall(stranger, person["0.06 MP"]),
    compareCall(person["0.3 MP"], stranger),
    verifyCall(person["0.06 MP"]),
    compareCall(person["3 MP"], person["12 MP"]),
    verifyCall(person["3 MP"]),
  ];
  const isolate = await openIsolate(worker);
  await sendOk(worker.url, enrolCall(person["0.3 MP"]));
  const held: HeldAfter[] = [{ requests: 1, ...(await isolate.collected()) }];
  let peak = held[0].totalMb;
  for (let done = burst; done <= requests; done += burst) {
    const { watch } = await isolate.watch(() => fire(worker.url, calls, connections, burst));
    peak = Math.max(peak, watch.peak.totalMb);
    held.push({ requests: done, ...(await isolate.collected()) });
  }
  isolate.close();
  say("memory: measured");
  const after = held[held.length - 1].totalMb;
  return {
    after_load_mb: held[0].totalMb,
    after_all_mb: after,
    mixed_peak_mb: peak,
    growth_mb: after - held[1].totalMb,
    process_peak_mb: residentMb(worker.pid).peak,
    answered: requests,
    held,
  };
}
