/**
 * Measures sameface beside its alternatives, on this machine, in one run:
 *
 *     npm run bench -- [--json FILE] [--html FILE] [--quick] [--only memory]
 *
 * Linux; about twenty-five minutes on two cores, six with --quick (few repetitions: for trying the bench out).
 * `--only memory` measures what an isolate holds by load, prints it as a table and writes no page.
 * Every contender's answers are checked before it is timed.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureCold } from "./measure/cold.ts";
import { measureEncoder } from "./measure/encoder.ts";
import { measureLoad } from "./measure/load.ts";
import { measureMemory } from "./measure/memory.ts";
import { measureMemoryByLoad } from "./measure/memory-by-load.ts";
import type { Row } from "./measure/results.ts";
import { measureDecoders, measureNetworks, measureStages, putFiles } from "./measure/stages.ts";
import { measureVerify } from "./measure/verify.ts";
import { memoryTable } from "./report/memory-table.ts";
import { renderPage } from "./report/page.ts";
import { memoryReport, type Report, summariseRun } from "./report/report.ts";
import { startRival } from "./rivals/protocol.ts";
import { enrolCall, sendOk } from "./service/client.ts";
import { startWorkerd } from "./service/workerd.ts";
import { startWranglerDev } from "./service/wrangler-dev.ts";
import { bundle, type Kind, serviceEntry, sizes } from "./setup/bundle.ts";
import { makeLoadPhotos } from "./setup/load-photos.ts";
import { describeMachine, load } from "./setup/machine.ts";
import { readNetworks } from "./setup/networks.ts";
import { cache } from "./setup/paths.ts";
import { makePhotos } from "./setup/photos.ts";

const { values: flags } = parseArgs({
  options: {
    json: { type: "string" },
    html: { type: "string", default: join(cache, "report.html") },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
  },
});

const full = {
  verify: 21,
  stages: 20,
  encoder: 21,
  cold: 7,
  load: { perConnection: 4, fewest: 24 },
  memory: 1000,
  byLoad: { answers: 100, mostMs: 8000 },
};
const quick = {
  verify: 3,
  stages: 4,
  encoder: 5,
  cold: 1,
  load: { perConnection: 1, fewest: 4 },
  memory: 160,
  byLoad: { answers: 16, mostMs: 2000 },
};
const rounds = flags.quick ? quick : full;
const say = (line: string) => console.log(`${new Date().toISOString().slice(11, 19)}  ${line}`);
const worker = (name: string, kind: Kind) =>
  bundle(join(import.meta.dirname, "workers", `${name}.ts`), name, kind);

async function main(): Promise<void> {
  const startedAt = new Date();
  const loadBefore = load();

  const photos = await makePhotos();
  const networks = readNetworks();
  const service = bundle(serviceEntry, "service", "service");
  const bundles = {
    service,
    stages: worker("stages", "bench"),
    naive: worker("naive", "bench"),
    measured: worker("measured", "service"),
  };
  say("photos, networks and bundles are ready");

  const rows: Row[] = await measureCold(bundles, networks, photos, rounds.cold, say);

  const workerd = await startWorkerd(service);
  await sendOk(workerd.url, enrolCall(photos.person["3 MP"]));

  const stages = await startWorkerd(bundles.stages);
  await putFiles(stages.url, networks.files);
  rows.push(...(await measureStages(stages.url, workerd.url, photos, rounds.stages, say)));
  rows.push(...(await measureDecoders(stages.url, photos, rounds.stages, say)));
  rows.push(...(await measureNetworks(stages.url, photos, rounds.encoder, say)));
  rows.push(...(await measureEncoder(stages.url, networks, photos, rounds.encoder, say)));
  await stages.stop();

  const naive = await startWorkerd(bundles.naive);
  await putFiles(naive.url, networks.files);
  const dev = await startWranglerDev();
  const faceApi = await startRival("face-api.ts");
  const human = await startRival("human.ts");
  const servers = { workerd: { url: workerd.url, pids: [workerd.pid] }, "wrangler dev": dev };
  const verifiers = {
    ...servers,
    "naive edge": { url: naive.url, pids: [naive.pid] },
    "face-api": faceApi,
    human,
  };
  rows.push(...(await measureVerify(verifiers, photos, rounds.verify, say)));
  for (const rival of [naive, faceApi, human]) await rival.stop();
  rows.push(...(await measureLoad(servers, photos, rounds.load, say)));
  for (const server of [workerd, dev]) await server.stop();

  const measured = await startWorkerd(bundles.measured);
  const mixed = await measureMemory(measured, photos, rounds.memory, say);
  await measured.stop();
  const byLoad = await measureMemoryByLoad(
    bundles.measured,
    await makeLoadPhotos(photos),
    rounds.byLoad,
    say,
  );

  const report: Report = summariseRun({
    startedAt,
    quick: flags.quick,
    machine: describeMachine({ "face-api": faceApi.versions["face-api"], human: human.versions.human }),
    load: { before: loadBefore, after: load() },
    models: networks.manifest,
    bundle: sizes(service),
    memory: memoryReport(mixed, byLoad),
    rows,
  });
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(flags.html, renderPage(report));
  console.log(
    JSON.stringify({ ratios: report.ratios, cold: report.cold, memory: report.memory.peak_mb }, null, 2),
  );
  console.log(`written: ${[flags.json, flags.html].filter((path) => path !== undefined).join(", ")}`);
}

async function onlyMemory(): Promise<void> {
  const photos = await makeLoadPhotos(await makePhotos());
  const byLoad = await measureMemoryByLoad(worker("measured", "service"), photos, rounds.byLoad, say);
  console.log(memoryTable(byLoad));
  if (flags.json !== undefined)
    writeFileSync(flags.json, `${JSON.stringify({ memory: { by_load: byLoad } }, null, 1)}\n`);
}

if (flags.only !== undefined && flags.only !== "memory") throw new Error("--only takes memory");
await (flags.only === undefined ? main() : onlyMemory());
