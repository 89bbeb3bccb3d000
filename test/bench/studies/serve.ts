/**
 * `node test/bench/studies/serve.ts`: the service on one's own machine beside `wrangler dev`, in turns: verifications a second
 * and median time by connections, processor time of all processes for each, enrolments a second, start, and memory.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { readMedia } from "../../fixtures/data.ts";
import { cpuMs, residentMb } from "../instruments/process.ts";
import { sendLoad } from "../instruments/senders.ts";
import { summarise } from "../instruments/statistics.ts";
import { enrolSubjects } from "../service/enrolment.ts";
import { variables } from "../service/settings.ts";
import { type RunningDev, startWranglerDev } from "../service/wrangler-dev.ts";
import { photo } from "../setup/loads.ts";
import { node, repository } from "../setup/paths.ts";

const rounds = 3;
const verifications = 100;
const enrolments = 30;
const enrolled = readMedia("franck_01829.jpg");
const probe = readMedia("franck_04000.jpg");

async function startServe(): Promise<RunningDev> {
  const folder = mkdtempSync(join(tmpdir(), "sameface-bench-"));
  const startedAt = performance.now();
  const words = [join(repository, "cli/main.ts"), "serve", "--port", "0", "--data", folder];
  const child = spawn(node, words, {
    env: { ...process.env, ...variables, SAMEFACE_KEY_RATE: "1000000" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.stdout.resume();
  const [url, pid] = await new Promise<[string, number]>((resolve, reject) => {
    exited.then(() => reject(new Error("sameface serve ended before it served")));
    createInterface({ input: child.stderr }).on("line", (line) => {
      const found = /^sameface serves (\S+), .* \(workerd (\d+)\)$/.exec(line);
      if (found !== null) resolve([found[1], Number(found[2])]);
    });
  });
  return {
    url: new URL(url),
    pids: [child.pid!, pid],
    startMs: performance.now() - startedAt,
    async stop() {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const ways = { "sameface serve": startServe, "wrangler dev": startWranglerDev } as const;
const found: Record<string, Record<string, number[]>> = {};
const note = (way: string, what: string, value: number) => {
  found[way] ??= {};
  found[way][what] ??= [];
  found[way][what].push(value);
};

async function measure(way: string, service: RunningDev): Promise<void> {
  note(way, "start, ms", service.startMs);
  await enrolSubjects(service.url, { person: enrolled });
  const load = {
    name: "verify",
    message: photo("person", probe, "image/jpeg"),
    manner: () => ({}),
    isSlow: false,
  };
  await sendLoad(service.url, load, 1, { answers: 30, mostMs: 60_000 });
  for (const connections of [1, 8]) {
    const bounds = { answers: verifications, mostMs: 120_000 };
    const computed = () => service.pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
    const computedMs = computed();
    const { answers, perSecond, p50 } = await sendLoad(service.url, load, connections, bounds);
    note(way, `processor of ${connections} at once, ms each`, (computed() - computedMs) / answers["200"]);
    note(way, `verifications/s, ${connections} at once`, perSecond);
    note(way, `median of ${connections} at once, ms`, p50);
  }
  const startedAt = performance.now();
  await enrolSubjects(
    service.url,
    Object.fromEntries(Array.from({ length: enrolments }, (_, i) => [`p${i}`, enrolled])),
  );
  note(way, "enrolments/s, 1 at once", enrolments / ((performance.now() - startedAt) / 1000));
  const sizes = service.pids.map((pid) => residentMb(pid).now).filter((size) => !Number.isNaN(size));
  note(
    way,
    "memory of all processes, MB",
    sizes.reduce((sum, size) => sum + size, 0),
  );
}

for (let round = 0; round < rounds; round++) {
  for (const [way, start] of Object.entries(ways)) {
    const service = await start();
    try {
      await measure(way, service);
    } finally {
      await service.stop();
    }
  }
}

console.log(`${cpus()[0].model}, ${cpus().length} cores, medians of ${rounds} rounds`);
const [a, b] = Object.keys(ways);
for (const what of Object.keys(found[a])) {
  const [mine, other] = [a, b].map((way) => summarise(found[way][what]).p50);
  console.log(
    `${what.padEnd(32)} ${a} ${mine.toFixed(1).padStart(8)}   ${b} ${other.toFixed(1).padStart(8)}   ratio ${(mine / other).toFixed(2)}`,
  );
}
