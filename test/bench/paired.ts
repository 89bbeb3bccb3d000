/**
 * Sends the same loads to two versions of the service in turns, and prints the ratio of their throughputs:
 *
 *     node test/bench/paired.ts --against REF [--connections 8] [--only AVIF] [--rounds 7] [--answers 24]
 *                               [--least 0.95] [--first] [--json FILE]
 *
 * With one connection the inverse of a ratio is that of the times of one request. `--first` measures the first answer of
 * new processes in place of loads, and prints the ratio of its times.
 *
 * `--only` chooses the loads that have it in their name. REF is a commit, built with this checkout's packages; the
 * other version is the checkout as it stands. The order changes from round to round, and the first round is not
 * kept. Exits with 1 when a load's median ratio is below `--least`. Ten minutes on two cores.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { cpuMs } from "./instruments/process.ts";
import { sendLoad } from "./instruments/senders.ts";
import { summarise } from "./instruments/statistics.ts";
import { enrolCall, sendOk } from "./service/client.ts";
import { enrolSubjects } from "./service/enrolment.ts";
import { type RunningWorker, startWorkerd } from "./service/workerd.ts";
import { type Bundle, bundleService } from "./setup/bundle.ts";
import { withCheckout } from "./setup/checkout.ts";
import { makeLoadPhotos } from "./setup/load-photos.ts";
import { type Load, makeLoads, photo } from "./setup/loads.ts";
import { load as machineLoad } from "./setup/machine.ts";
import { repository } from "./setup/paths.ts";
import { makeOtherPhotos, makePhotos } from "./setup/photos.ts";

const { values: flags } = parseArgs({
  options: {
    against: { type: "string" },
    connections: { type: "string", default: "8" },
    only: { type: "string", default: "" },
    first: { type: "boolean", default: false },
    rounds: { type: "string", default: "7" },
    answers: { type: "string", default: "24" },
    least: { type: "string", default: "0.95" },
    json: { type: "string" },
  },
});
const [rounds, answers, least, connections] = [
  flags.rounds,
  flags.answers,
  flags.least,
  flags.connections,
].map(Number);
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
const ordinary = await makePhotos();
const photos = await makeLoadPhotos(ordinary);
const old = withCheckout(flags.against, ({ folder, commit }) => ({
  commit,
  bundle: bundleService(folder, "service-before"),
}));
const nowBundle = bundleService(repository, "service");
const others = await makeOtherPhotos();
const jpegs = { "0.06 MP": ordinary.person["0.06 MP"], "3 MP": ordinary.person["3 MP"], ...others };
const loads: Load[] = [
  ...Object.entries(jpegs).map(([name, { bytes }]) => ({
    name,
    message: photo("person", bytes, "image/jpeg"),
    manner: () => ({}),
    isSlow: false,
  })),
  ...makeLoads(photos).filter(({ isSlow }) => !isSlow),
];

/** Compares the times of the first answers of new processes; a first pair is not kept. */
async function compareFirstAnswers(size: "0.3 MP" | "12 MP") {
  const firstMs = async (version: Bundle) => {
    const worker = await startWorkerd(version);
    const { ms } = await sendOk(worker.url, enrolCall(ordinary.person[size]));
    await worker.stop();
    return ms;
  };
  const kept: { before: number; now: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const pair = { before: await firstMs(old.bundle), now: await firstMs(nowBundle) };
    if (round > 0) kept.push(pair);
  }
  const median = (values: number[]) => summarise(values).p50;
  const ratio = median(kept.map(({ before, now }) => now / before));
  console.log(
    `first answer, ${size}: ${median(kept.map(({ before }) => before)).toFixed(0)} ms before, ` +
      `${median(kept.map(({ now }) => now)).toFixed(0)} ms now: ratio ${ratio.toFixed(3)}`,
  );
}

if (flags.first) {
  console.log(`${rounds} rounds, against ${old.commit}; load ${machineLoad()}`);
  await compareFirstAnswers("0.3 MP");
  await compareFirstAnswers("12 MP");
  process.exit();
}

const before = await startWorkerd(old.bundle, { limitsRates: false });
const now = await startWorkerd(nowBundle, { limitsRates: false });
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
