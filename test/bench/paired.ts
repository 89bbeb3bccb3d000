/**
 * Sends the same loads at 8 connections to two versions of the service in turns, and prints the ratio of their
 * throughputs:
 *
 *     node test/bench/paired.ts --against REF [--only AVIF] [--rounds 7] [--answers 24] [--least 0.95] [--json FILE]
 *
 * `--only` chooses the loads that have it in their name. REF is a commit, built with this checkout's packages; the
 * other version is the checkout as it stands. The order changes from round to round, and the first round is not
 * kept. Exits with 1 when a load's median ratio is below `--least`. Ten minutes on two cores.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { cpuMs } from "./measure/process.ts";
import { sendLoad } from "./measure/senders.ts";
import { summarise } from "./measure/statistics.ts";
import { enrolSubjects } from "./service/enrolment.ts";
import { type RunningWorker, startWorkerd } from "./service/workerd.ts";
import { bundleService } from "./setup/bundle.ts";
import { withCheckout } from "./setup/checkout.ts";
import { makeLoadPhotos } from "./setup/load-photos.ts";
import { type Load, makeLoads, photo } from "./setup/loads.ts";
import { load as machineLoad } from "./setup/machine.ts";
import { repository } from "./setup/paths.ts";
import { makePhotos } from "./setup/photos.ts";

const { values: flags } = parseArgs({
  options: {
    against: { type: "string" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "7" },
    answers: { type: "string", default: "24" },
    least: { type: "string", default: "0.95" },
    json: { type: "string" },
  },
});
const [rounds, answers, least] = [flags.rounds, flags.answers, flags.least].map(Number);
const connections = 8;
const mostMs = 20_000;

interface Turn {
  readonly perSecond: number;
  /** Processor time of all workerd's threads for one answer. */
  readonly cpuMs: number;
}

async function takeTurn({ url, pid }: RunningWorker, load: Load): Promise<Turn> {
  const before = cpuMs(pid);
  const answered = await sendLoad(url, load, connections, { answers, mostMs });
  return { perSecond: answered.perSecond, cpuMs: (cpuMs(pid) - before) / (answered.answers["200"] ?? 0) };
}

async function compareLoad(before: RunningWorker, now: RunningWorker, load: Load) {
  const kept: { before: Turn; now: Turn }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const turns = { before: () => takeTurn(before, load), now: () => takeTurn(now, load) };
    const taken =
      round % 2 === 0
        ? { before: await turns.before(), now: await turns.now() }
        : { now: await turns.now(), before: await turns.before() };
    if (round > 0) kept.push(taken);
  }
  const ratios = summarise(kept.map(({ before, now }) => now.perSecond / before.perSecond));
  return {
    load: load.name,
    before: summarise(kept.map(({ before }) => before.perSecond)).p50,
    now: summarise(kept.map(({ now }) => now.perSecond)).p50,
    ratio: ratios.p50,
    ratioP10: ratios.p10,
    ratioP90: ratios.p90,
    cpuRatio: summarise(kept.map(({ before, now }) => now.cpuMs / before.cpuMs)).p50,
    rounds: kept.length,
  };
}

if (flags.against === undefined) throw new Error("--against names the commit to compare with");
const photos = await makeLoadPhotos(await makePhotos());
const old = withCheckout(flags.against, ({ folder, commit }) => ({
  commit,
  bundle: bundleService(folder, "service-before"),
}));
const before = await startWorkerd(old.bundle, { limitsRates: false });
const now = await startWorkerd(bundleService(repository, "service"), { limitsRates: false });
const loads: Load[] = [
  {
    name: "0.06 MP",
    message: photo("person", photos.small, "image/jpeg"),
    manner: () => ({}),
    isSlow: false,
  },
  ...makeLoads(photos).filter(({ isSlow }) => !isSlow),
];
const figures: Awaited<ReturnType<typeof compareLoad>>[] = [];
try {
  for (const { url } of [before, now]) await enrolSubjects(url, photos.enrolled);
  console.log(`${connections} connections, ${rounds} rounds, against ${old.commit}; load ${machineLoad()}`);
  for (const load of loads.filter(({ name }) => name.includes(flags.only))) {
    const figure = await compareLoad(before, now, load);
    figures.push(figure);
    const { ratio, ratioP10, ratioP90, cpuRatio } = figure;
    console.log(
      `${load.name.padEnd(24)} ${figure.before.toFixed(1).padStart(6)} a second before, ${figure.now.toFixed(1).padStart(6)} now: ` +
        `ratio ${ratio.toFixed(3)} (10 to 90 %: ${ratioP10.toFixed(3)} to ${ratioP90.toFixed(3)}), ` +
        `processor time ${cpuRatio.toFixed(3)}${ratio < least ? `  below ${least}` : ""}`,
    );
  }
} finally {
  await before.stop();
  await now.stop();
}
if (flags.json !== undefined)
  writeFileSync(flags.json, `${JSON.stringify({ against: old.commit, connections, figures }, null, 1)}\n`);
if (figures.some(({ ratio }) => ratio < least)) process.exitCode = 1;
