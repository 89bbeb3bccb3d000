/** The schedule of `sameface serve`: what cron triggers do where the Worker is deployed. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { type Machine, rootKey, startMachine } from "./machine.ts";

const folder = mkdtempSync(join(tmpdir(), "sameface-schedule-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const lastFile = join(folder, "last-schedule");
const dayMs = 24 * 3600 * 1000;
const lastMs = () => Date.parse(readFileSync(lastFile, "utf8").trim());

function call({ url }: Machine, path: string, key: string, init: RequestInit = {}): Promise<Response> {
  const headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  return fetch(url + path, { ...init, headers });
}

/** Tenants whose measurement is in the log. */
const measuredIn = ({ said }: Machine) =>
  said()
    .split("\n")
    .flatMap((line) => /"event":"live_rate","tenant":"(\w+)"/.exec(line)?.[1] ?? []);

let machine: Machine | undefined;
afterEach(() => machine?.stop());

it("measures the live rates that were missed while the service was stopped, each once, and no more at the next start", async () => {
  const first = await startMachine(folder);
  machine = first;
  const keys: string[] = [];
  for (let i = 0; i < 10; i++) {
    const body = JSON.stringify({ tenant_id: `t${i}` });
    const made = await call(first, "/v1/tenants", rootKey, { method: "POST", body });
    keys.push(((await made.json()) as { key: string }).key);
  }
  // The first start has nothing to make up for.
  expect(Date.now() - lastMs()).toBeLessThan(120_000);
  expect(statSync(lastFile).mode & 0o777).toBe(0o600);
  for (const key of keys) expect((await call(first, "/v1/live-rate", key)).status).toBe(404);
  expect(await first.stop()).toBe(0);

  writeFileSync(lastFile, `${new Date(Date.now() - 9 * dayMs).toISOString()}\n`);
  const second = await startMachine(folder);
  machine = second;
  for (const key of keys)
    await expect
      .poll(async () => (await call(second, "/v1/live-rate", key)).status, { timeout: 30_000 })
      .toBe(200);
  const tenants = keys.map((_, i) => `t${i}`);
  await expect.poll(() => measuredIn(second).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(11);
  expect(measuredIn(second).sort()).toEqual(["default", ...tenants]);
  await expect.poll(() => Date.now() - lastMs()).toBeLessThan(dayMs);
  expect(second.said()).not.toContain("failed");
  expect(await second.stop()).toBe(0);

  const third = await startMachine(folder);
  machine = third;
  expect((await fetch(`${third.url}/readyz`)).status).toBe(200);
  expect(await third.stop()).toBe(0);
  expect(measuredIn(third)).toEqual([]);
}, 180_000);
