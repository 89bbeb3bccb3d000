/**
 * `npm run fuzz -- [inputs] [first seed]`: 20,000 mutated images by default, and ten times as many bodies
 * of requests. Exits with 1 on anything thrown, slow, growing or read wrongly, and names the seeds.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { fuzzBodies } from "./bodies.ts";
import type { FuzzOptions, FuzzReport } from "./loop.ts";
import { fuzz } from "./run.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const inputs = Number(process.argv[2] ?? 20_000);
const firstSeed = Number(process.argv[3] ?? 1);
const maxMsPerInput = 3000;
/** Most growth between a quarter of the run and its end; caches of the engine settle before that. */
const maxGrowthBytes = 32 * 2 ** 20;

/** Measures live memory on the heap and beside it, WebAssembly memories included. */
async function liveBytes(): Promise<number> {
  // A WebAssembly memory is freed only after its finalizer ran, between two collections.
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

async function report(
  what: string,
  inputs: number,
  run: (options: FuzzOptions) => Promise<FuzzReport>,
): Promise<void> {
  let atQuarter = 0;
  const start = performance.now();
  const { answers, slowestMs, slowest, problems } = await run({
    firstSeed,
    inputs,
    maxMsPerInput,
    async onProgress(done) {
      if (done === Math.ceil(inputs / 4)) atQuarter = await liveBytes();
      if (done % Math.ceil(inputs / 10) === 0)
        console.log(`${done} ${what}, ${((performance.now() - start) / 1000).toFixed(0)} s`);
    },
  });
  const growth = (await liveBytes()) - atQuarter;

  const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  console.log(`node ${process.version}, ${what}, seeds ${firstSeed} to ${firstSeed + inputs - 1}`);
  console.log(`answers: ${JSON.stringify(answers)}`);
  console.log(`slowest: ${slowestMs.toFixed(0)} ms, ${slowest}`);
  console.log(`live memory: ${megabytes(atQuarter)} after a quarter, ${megabytes(growth)} more at the end`);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0 || growth > maxGrowthBytes) process.exitCode = 1;
}

await report("images", inputs, fuzz);
await report("bodies", 10 * inputs, fuzzBodies);
