/**
 * Measures searches of one gallery in workerd as it grows: time, memory, and agreement with float64. The answers are
 * checked before anything is timed.
 */

import { openInspector } from "../instruments/inspector.ts";
import { cpuMs } from "../instruments/process.ts";
import { median } from "../instruments/statistics.ts";
import type { RunningWorker } from "../service/workerd.ts";
import { dimension, probe, template } from "../setup/synthetic.ts";

/** Number of subjects in one answer; every template here is a subject of its own. */
const limit = 10;

/** Number of templates in a batch: nearly a block. */
const batchSize = 4800;

export interface IdentificationRow {
  readonly templates: number;
  readonly blocks: number;
  /** Size of the object's SQLite file. */
  readonly storedMb: number;
  readonly fillSeconds: number;
  /** Times of a search with the service's cache, and of one that opens every block. */
  readonly cached: SearchTime;
  readonly streamed: SearchTime;
  /** Share of the ten closest by float64 that the search's ten closest have. */
  readonly recall: number;
  /** Recall within the distance that the service answers with. */
  readonly recallWithinThreshold: number;
  /** Records that a search opens for its exact distances, mean. */
  readonly candidates: number;
  readonly candidatesWithinThreshold: number;
  /** Highest total of the isolate's heap and buffers, garbage included, MiB, while searches opened every block. */
  readonly peakMb: number;
}

interface SearchTime {
  /** Wall-clock time, median. */
  readonly ms: number;
  /** Processor time of all workerd's threads, median: a busy machine stretches it less. */
  readonly cpuMs: number;
}

interface Nearest {
  readonly index: number;
  readonly distance: number;
}

/** @param threshold the service's threshold at the lowest rate that was measured */
export async function measureIdentification(
  worker: RunningWorker,
  sizes: readonly number[],
  rounds: number,
  threshold: number,
  say: (line: string) => void,
): Promise<IdentificationRow[]> {
  const rows: IdentificationRow[] = [];
  let filled = 0;
  for (const size of sizes) {
    const startedAt = performance.now();
    for (; filled < size; filled = Math.min(size, filled + batchSize)) {
      await ask(worker, `/fill?from=${filled}&to=${Math.min(size, filled + batchSize)}`, "POST");
    }
    const fillSeconds = (performance.now() - startedAt) / 1000;
    say(`${size} templates: filled in ${fillSeconds.toFixed(0)} s`);
    const probes = Array.from({ length: rounds }, (_, i) => probe(i, (i * 7919) % size));
    const exact = bruteForce(probes, size);
    // The connection that was kept alive has been closed meanwhile; the pause lets the client notice.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const found = { all: 0, wanted: 0, within: 0, wantedWithin: 0, candidates: 0, candidatesWithin: 0 };
    for (const [i, values] of probes.entries()) {
      const all = await search(worker, values, 2, true);
      found.candidates += all.ids.length;
      found.all += hits(values, all.ids, exact[i]);
      found.wanted += exact[i].length;
      const within = await search(worker, values, threshold, false);
      const wanted = exact[i].filter(({ distance }) => distance <= threshold);
      found.candidatesWithin += within.ids.length;
      found.within += hits(values, within.ids, wanted);
      found.wantedWithin += wanted.length;
    }
    const times = { cached: [] as SearchTime[], streamed: [] as SearchTime[] };
    for (const values of probes) {
      times.cached.push(await search(worker, values, threshold, true));
      times.streamed.push(await search(worker, values, threshold, false));
    }
    const peakMb = await peakWhile(worker, async () => {
      for (const values of probes) await search(worker, values, threshold, false);
    });
    const { blocks, bytes } = await ask<{ blocks: number; bytes: number }>(worker, "/size");
    const row: IdentificationRow = {
      templates: size,
      blocks,
      storedMb: bytes / 2 ** 20,
      fillSeconds,
      cached: medians(times.cached),
      streamed: medians(times.streamed),
      recall: found.all / found.wanted,
      recallWithinThreshold: found.wantedWithin === 0 ? 1 : found.within / found.wantedWithin,
      candidates: found.candidates / rounds,
      candidatesWithinThreshold: found.candidatesWithin / rounds,
      peakMb,
    };
    say(
      `${size} templates: ${row.cached.ms.toFixed(0)} ms (${row.cached.cpuMs.toFixed(0)} computing) cached, ${row.streamed.ms.toFixed(0)} (${row.streamed.cpuMs.toFixed(0)}) streamed, recall ${row.recall}, ${row.candidates.toFixed(1)} candidates, ${peakMb.toFixed(0)} MiB`,
    );
    rows.push(row);
  }
  return rows;
}

async function peakWhile(worker: RunningWorker, work: () => Promise<void>): Promise<number> {
  const inspector = await openInspector(await worker.inspectorUrl());
  for (let i = 0; i < 3; i++) {
    inspector.collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  let peak = 0;
  let working = true;
  const poll = async () => {
    while (working) {
      const { usedBytes, bufferBytes } = await inspector.heap();
      peak = Math.max(peak, (usedBytes + bufferBytes) / 2 ** 20);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  await Promise.all([
    poll(),
    work().finally(() => {
      working = false;
    }),
  ]);
  inspector.close();
  return peak;
}

/** Finds the closest of each probe in float64, in one pass over all templates. */
function bruteForce(probes: readonly Float32Array[], size: number): Nearest[][] {
  const nearest: Nearest[][] = probes.map(() => []);
  for (let index = 0; index < size; index++) {
    const values = template(index);
    for (const [i, each] of probes.entries()) {
      const distance = distanceOf(each, values);
      const known = nearest[i];
      if (known.length === limit && distance >= known[limit - 1].distance) continue;
      const place = known.findIndex((other) => other.distance > distance);
      known.splice(place < 0 ? known.length : place, 0, { index, distance });
      if (known.length > limit) known.pop();
    }
  }
  return nearest;
}

/** Counts how many of the wanted ones are among the closest candidates by exact distance, as a Worker computes it. */
function hits(values: Float32Array, candidates: readonly number[], wanted: readonly Nearest[]): number {
  const answered = candidates
    .map((index) => ({ index, distance: distanceOf(values, template(index)) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ index }) => index);
  return wanted.filter(({ index }) => answered.includes(index)).length;
}

function distanceOf(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < dimension; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

async function search(worker: RunningWorker, values: Float32Array, maxDistance: number, cached: boolean) {
  const startedAt = performance.now();
  const cpuBefore = cpuMs(worker.pid);
  const path = `/search?limit=${limit}&max_distance=${maxDistance}&cached=${cached}`;
  const { ids } = await ask<{ ids: number[] }>(worker, path, "POST", new Uint8Array(values.slice().buffer));
  return { ids, ms: performance.now() - startedAt, cpuMs: cpuMs(worker.pid) - cpuBefore };
}

function medians(times: readonly SearchTime[]): SearchTime {
  return { ms: median(times.map(({ ms }) => ms)), cpuMs: median(times.map((time) => time.cpuMs)) };
}

async function ask<T>(
  worker: RunningWorker,
  path: string,
  method: "GET" | "POST" = "GET",
  body?: Uint8Array<ArrayBuffer>,
): Promise<T> {
  const response = await fetch(new URL(path, worker.url), {
    method,
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(300_000),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
