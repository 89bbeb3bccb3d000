/**
 * `npm run fuzz -- [inputs] [first seed]`: 20,000 mutated images by default. Exits with 1 on anything
 * thrown, slow or growing, and names the seeds.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { fuzz } from "./run.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const inputs = Number(process.argv[2] ?? 20_000);
const firstSeed = Number(process.argv[3] ?? 1);
const maxMsPerInput = 3000;
/** Between a quarter of the run and its end; caches of the engine settle before that. */
const maxGrowthBytes = 32 * 2 ** 20;

/** What lives, on the heap and beside it, WebAssembly memories included. */
async function liveBytes(): Promise<number> {
  // A WebAssembly memory is given back only after its finalizer ran, between two collections.
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}

let atQuarter = 0;
const start = performance.now();
const report = await fuzz({
  firstSeed,
  inputs,
  maxMsPerInput,
  async onProgress(done) {
    if (done === Math.ceil(inputs / 4)) atQuarter = await liveBytes();
    if (done % 2000 === 0)
      console.log(`${done} inputs, ${((performance.now() - start) / 1000).toFixed(0)} s`);
  },
});
const growth = (await liveBytes()) - atQuarter;

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
console.log(`node ${process.version}, seeds ${firstSeed} to ${firstSeed + inputs - 1}`);
console.log(`answers: ${JSON.stringify(report.answers)}`);
console.log(`slowest: ${report.slowestMs.toFixed(0)} ms, ${report.slowest}`);
console.log(`live memory: ${megabytes(atQuarter)} after a quarter, ${megabytes(growth)} more at the end`);
for (const problem of report.problems) console.error(problem);
if (report.problems.length > 0 || growth > maxGrowthBytes) process.exitCode = 1;
