/** Time to the first answer of a new process and of a new isolate, and of each step on the way. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { mainThreadCpuMs } from "../instruments/process.ts";
import { enrolCall, sendOk } from "../service/client.ts";
import { startWorkerd } from "../service/workerd.ts";
import { startWranglerDev } from "../service/wrangler-dev.ts";
import type { Bundle } from "../setup/bundle.ts";
import type { Networks } from "../setup/networks.ts";
import { cache, node, repository, wrangler } from "../setup/paths.ts";
import type { Photos, SizeLabel } from "../setup/photos.ts";
import { type Row, row } from "./results.ts";
import { post, putFiles } from "./stages.ts";

const coldPhotos: readonly SizeLabel[] = ["0.3 MP", "12 MP"];

export interface ColdBundles {
  readonly service: Bundle;
  readonly stages: Bundle;
}

export async function measureCold(
  { service, stages }: ColdBundles,
  networks: Networks,
  photos: Photos,
  rounds: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const samples = new Map<string, { photo?: SizeLabel; ms: number[]; cpuMs: number[] }>();
  const note = (name: string, ms: number, photo?: SizeLabel, cpuMs?: number) => {
    const key = `${name}|${photo}`;
    const kept = samples.get(key) ?? { ...(photo && { photo }), ms: [], cpuMs: [] };
    kept.ms.push(ms);
    if (cpuMs !== undefined) kept.cpuMs.push(cpuMs);
    samples.set(key, kept);
  };
  for (let round = 0; round < rounds; round++) {
    for (const photo of coldPhotos) {
      const workerd = await startWorkerd(service);
      const cpuBefore = mainThreadCpuMs(workerd.pid);
      const { ms } = await sendOk(workerd.url, enrolCall(photos.person[photo]));
      note("workerd: ready to first answer", ms, photo, mainThreadCpuMs(workerd.pid) - cpuBefore);
      note("workerd: start to ready", workerd.startMs);
      await workerd.stop();

      const bench = await startWorkerd(stages);
      await putFiles(bench.url, networks.files);
      const steps = await post<{ first: Steps; second: Steps }>(
        bench.url,
        "/cold",
        photos.person[photo].bytes,
      );
      for (const [name, took] of Object.entries(steps.first)) note(`step: ${name}`, took, photo);
      note("step: second pass", steps.second["second pass"], photo);
      await bench.stop();
    }
    const dev = await startWranglerDev();
    const { ms } = await sendOk(dev.url, enrolCall(photos.person["0.3 MP"]));
    note("wrangler dev: ready to first answer", ms, "0.3 MP");
    note("wrangler dev: start to ready", dev.startMs);
    await dev.stop();
    note("wrangler check startup: active", startupMs());
  }
  say("cold: measured");
  return [...samples].map(([key, { photo, ms, cpuMs }]) => {
    const mean = cpuMs.reduce((sum, each) => sum + each, 0) / cpuMs.length;
    const labels = { section: "cold", name: key.split("|")[0], ...(photo && { photo }) } as const;
    return row({ ...labels, ...(cpuMs.length > 0 && { cpuMs: mean }) }, ms);
  });
}

type Steps = Readonly<Record<string, number>>;

/** Measures the evaluation of the script and its modules, as `wrangler check startup` profiles it. */
function startupMs(): number {
  const profile = join(cache, "startup.cpuprofile");
  const printed = execFileSync(node, [wrangler, "check", "startup", "--outfile", profile], {
    cwd: repository,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" },
    timeout: 120_000,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  rmSync(profile, { force: true });
  const active = /Active: ([\d.]+) ms/.exec(printed)?.[1];
  if (active === undefined) throw new Error(`wrangler check startup said nothing usable:\n${printed}`);
  return Number(active);
}
