/**
 * Measures searches of a gallery of 1,000 to 1,000,000 synthetic templates in workerd:
 *
 *     node test/bench/identify.ts [--json FILE] [--sizes 1000,10000] [--rounds 20]
 *
 * Linux; about three minutes. It needs only the repository's own packages.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseCalibration, thresholdAt } from "../../src/face/decision/calibration.ts";
import { encoderInUse } from "../../src/models.ts";
import { measureIdentification } from "./measure/identification.ts";
import { startWorkerd } from "./service/workerd.ts";
import { bundle } from "./setup/bundle.ts";
import { describeMachine, load } from "./setup/machine.ts";
import { repository } from "./setup/paths.ts";
import { dimension } from "./setup/synthetic.ts";

const { values: flags } = parseArgs({
  options: {
    json: { type: "string" },
    sizes: { type: "string", default: "1000,10000,100000,1000000" },
    rounds: { type: "string", default: "20" },
  },
});

const manifest = JSON.parse(readFileSync(join(repository, "model/networks/manifest.json"), "utf8"));
const encoder = encoderInUse(manifest);
if (encoder.embeddingLength !== dimension) throw new Error("the templates are not as long as the encoder's");
const calibration = parseCalibration(manifest.calibration[encoder.id], encoder.sha256);
const lowest = thresholdAt(calibration, calibration.measuredDownTo);
if (!lowest.ok) throw new Error("the calibration does not reach its own end");

const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);
const loadBefore = load();
const worker = await startWorkerd(
  bundle(join(import.meta.dirname, "workers/gallery.ts"), "gallery", "gallery"),
);
const sizes = flags.sizes.split(",").map(Number);
const rows = await measureIdentification(worker, sizes, Number(flags.rounds), lowest.value, say);
await worker.stop();
const report = { machine: describeMachine({}), load: { before: loadBefore, after: load() }, rows };
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(report, null, 1)}\n`);
console.table(
  rows.map(({ cached, streamed, ...row }) => ({
    ...row,
    cachedMs: cached.ms,
    cachedCpuMs: cached.cpuMs,
    streamedMs: streamed.ms,
    streamedCpuMs: streamed.cpuMs,
  })),
);
