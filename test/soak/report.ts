/** The result of a soak, for people and as figures. */
import type { Look } from "./main.ts";
import { judge, type Sample, type Slope, slopeOf, type Verdict } from "./slope.ts";
import type { Tally } from "./tally.ts";

/** Request after which growth is measured: caches of the engine and of the service settle before that. */
const settledAfter = 10_000;
const limitBytesPerThousand = 1000;

interface Run {
  readonly requests: number;
  readonly minutes: number;
  readonly seed: number;
}

interface Growth extends Slope {
  readonly verdict: Verdict;
}

export function report(tally: Tally, looks: readonly Look[], run: Run) {
  const settled = looks.filter(({ requests }) => requests >= settledAfter);
  const growthOf = (megabytes: (look: Look) => number): Growth => {
    const samples: Sample[] = settled.map((look) => ({
      requests: look.requests,
      bytes: megabytes(look) * 1e6,
    }));
    const slope = slopeOf(samples);
    return { ...slope, verdict: judge(slope, limitBytesPerThousand) };
  };
  const growth = {
    objects: growthOf(({ heapMb, codeMb }) => heapMb - codeMb),
    buffers: growthOf(({ buffersMb }) => buffersMb),
  };
  const code = growthOf(({ codeMb }) => codeMb);
  // A codec's memory is as large as its largest photo needed, and never shrinks.
  const wasm = growthOf(({ wasmMb }) => wasmMb);
  const process = growthOf(({ processMb }) => processMb);
  const isGood = tally.wrong === 0 && Object.values(growth).every(({ verdict }) => verdict !== "exceeds");
  const figures = {
    ...run,
    sent: tally.requests,
    wrong: tally.wrong,
    faults: tally.faults,
    answers: tally.answers,
    by_kind: tally.byKind,
    times: tally.times(),
    growth: { ...growth, code, wasm, process },
    looks,
  };
  return { isGood, figures, text: textOf(tally, looks, run, growth, { code, WebAssembly: wasm, process }) };
}

function textOf(
  tally: Tally,
  looks: readonly Look[],
  run: Run,
  growth: Readonly<Record<string, Growth>>,
  others: Readonly<Record<string, Growth>>,
): string {
  const first = looks.find(({ requests }) => requests >= settledAfter);
  const last = looks.at(-1);
  const megabytes = (look: Look | undefined) =>
    look === undefined
      ? "not reached"
      : `${look.totalMb.toFixed(2)} MB (heap ${look.heapMb.toFixed(3)}, of it code ${look.codeMb.toFixed(3)}; buffers ${look.buffersMb.toFixed(2)}, WebAssembly ${look.wasmMb.toFixed(2)}), process ${look.processMb.toFixed(0)} MB`;
  const sorted = Object.entries(tally.answers).sort(([, a], [, b]) => b - a);
  return [
    `${tally.requests} of ${run.requests} requests in ${run.minutes.toFixed(1)} minutes, seed ${run.seed}`,
    `answers: ${sorted.map(([name, count]) => `${count} x ${name}`).join(", ")}`,
    ...tally
      .times()
      .map(
        ({ traffic, n, p50, p99 }) =>
          `${traffic}: ${n} successes, p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
      ),
    `after collections, request ${first?.requests ?? settledAfter}: ${megabytes(first)}`,
    `after collections, request ${last?.requests ?? 0}: ${megabytes(last)}`,
    ...Object.entries(growth).map(
      ([name, slope]) => `${name}: ${slopeText(slope)}, limit 1 KB: ${slope.verdict}`,
    ),
    ...Object.entries(others).map(([name, slope]) => `${name}: ${slopeText(slope)}`),
    `wrong answers: ${tally.wrong}`,
    ...tally.faults.map(
      ({ kind, fault, said, reason }) =>
        `  ${kind}: ${fault} ${reason === undefined ? "" : `(${reason}) `}${said}`,
    ),
  ].join("\n");
}

/** Fits least squares to the looks from `settledAfter` on. */
function slopeText({ bytesPerThousand, uncertainty, samples }: Slope): string {
  const kilobytes = (bytes: number) => (bytes / 1000).toFixed(3);
  return `${kilobytes(bytesPerThousand)} KB for each 1,000 requests, +- ${kilobytes(uncertainty)} (95 %, ${samples} looks, least squares)`;
}
