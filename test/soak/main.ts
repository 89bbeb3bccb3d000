/**
 * Sends mixed traffic to workerd, checks each answer, and measures memory after forced collections:
 *
 *     npm run soak -- [--requests 100000] [--minutes 240] [--every 1000] [--seed 1] [--json FILE]
 *
 * It sends valid, hostile, aborted and slow requests at 16 and 64 connections, with and without more large bodies
 * than an isolate holds, in blocks of `--every` requests, and measures memory between blocks. About twenty minutes on
 * two idle cores; the first line of progress estimates the rest. Linux; no account, no network. Exits with 1 when an
 * answer was wrong, or when objects or buffers grow from the 10,000th request on by more than 1 KB for each 1,000.
 * Compiled code, which V8 makes as functions are used more, and WebAssembly memories, which are as large as the
 * largest photo needed, are reported apart.
 */
import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import type { Collection } from "../bench/instruments/collections.ts";
import { residentMb } from "../bench/instruments/process.ts";
import { seededRandom } from "../fuzz/mutate.ts";
import { openCaller } from "./caller.ts";
import { makePhotos } from "./photos.ts";
import { report } from "./report.ts";
import { type Service, startService } from "./service.ts";
import { Tally } from "./tally.ts";
import { keepAsking, type Traffic, traffics } from "./traffic.ts";

const { values: flags } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    minutes: { type: "string", default: "240" },
    every: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const [requests, minutes, every, seed] = [flags.requests, flags.minutes, flags.every, flags.seed].map(Number);
/** A service that answers wrongly again and again does not need 100,000 requests to show it. */
const mostWrong = 50;

export interface Look extends Collection {
  readonly requests: number;
  /** Longest delay of the callers' own event loop: answers and bodies were delayed as much. */
  readonly callersLateMs: number;
  readonly processMb: number;
}

const startedAt = performance.now();
const minutesGone = () => (performance.now() - startedAt) / 60_000;

async function main(): Promise<void> {
  const service = await startService(await makePhotos());
  const tally = new Tally();
  const looks: Look[] = [];
  const stop = { asked: false };
  process.once("SIGINT", () => {
    stop.asked = true;
  });
  try {
    const isEnough = () =>
      tally.requests >= requests || minutesGone() > minutes || tally.wrong > mostWrong || stop.asked;
    for (let block = 0; !isEnough(); block++) {
      const traffic = traffics[block % traffics.length];
      const end = Math.min(requests, (block + 1) * every);
      const delay = monitorEventLoopDelay();
      delay.enable();
      await runBlock(service, tally, traffic, block, () => tally.requests >= end || isEnough());
      delay.disable();
      const held = await service.worker.collected();
      tally.explain(service.reasons);
      const processMb = residentMb(service.worker.pid).now;
      looks.push({ requests: tally.requests, ...held, processMb, callersLateMs: delay.max / 1e6 });
      progress(tally, traffic, looks[looks.length - 1]);
      tellFaults(tally);
    }
  } finally {
    await service.worker.stop();
  }
  const result = report(tally, looks, { requests, minutes: minutesGone(), seed });
  console.log(result.text);
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(result.figures, null, 1)}\n`);
  if (!result.isGood) process.exitCode = 1;
}

async function runBlock(
  service: Service,
  tally: Tally,
  traffic: Traffic,
  block: number,
  isOver: () => boolean,
): Promise<void> {
  await Promise.all(
    Array.from({ length: traffic.connections }, async (_, index) => {
      const random = seededRandom(seed * 1_000_003 + block * 1009 + index);
      const caller = openCaller(service.worker.url, `${block}-${index}`, random, tally, () => traffic.name);
      await keepAsking(caller, service, traffic, isOver);
      caller.close();
    }),
  );
}

function progress(tally: Tally, traffic: Traffic, look: Look): void {
  const { totalMb, heapMb, codeMb, processMb, callersLateMs } = look;
  const done = tally.requests / requests;
  const left = (minutesGone() / done) * (1 - done);
  const memory = `isolate ${totalMb.toFixed(2)} MB (objects ${(heapMb - codeMb).toFixed(3)}, code ${codeMb.toFixed(3)}), process ${processMb.toFixed(0)} MB`;
  console.log(
    `${tally.requests} of ${requests}, ${minutesGone().toFixed(1)} min, ${left.toFixed(0)} to go; ${traffic.name}; ${memory}; callers ${callersLateMs.toFixed(0)} ms late at most; ${tally.wrong} wrong`,
  );
}

/** Prints each fault once, with the block that it appeared in, so that a run broken off still says what went wrong. */
let faultsTold = 0;
function tellFaults(tally: Tally): void {
  for (const { kind, fault, said, reason } of tally.faults.slice(faultsTold))
    console.log(`  wrong: ${kind}: ${fault} ${reason === undefined ? "" : `(${reason}) `}${said}`);
  faultsTold = tally.faults.length;
}

await main();
