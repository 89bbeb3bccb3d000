/** The Worker as it is deployed, at the times of wrangler.toml's own cron trigger. */
import {
  createExecutionContext,
  createScheduledController,
  reset,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { dueTimes } from "../../../cli/serve/cron.ts";
import entry from "../../../src/index.ts";
import type { Bindings } from "../../../src/wiring/bindings.ts";
import settings from "../../../wrangler.toml?raw";
import { json } from "../setup/service.ts";

beforeEach(reset);

const worker = (exports as unknown as { default: { fetch(request: Request): Promise<Response> } }).default;
const dayMs = 24 * 3600 * 1000;
const monday = Date.UTC(2026, 10, 2);

function call(path: string, key = "test-key", init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${key}`);
  return worker.fetch(new Request(`http://localhost${path}`, { ...init, headers }));
}

async function trigger(cron: string, scheduledTime: number): Promise<void> {
  const context = createExecutionContext();
  await entry.scheduled(createScheduledController({ cron, scheduledTime }), env as unknown as Bindings);
  await waitOnExecutionContext(context);
}

it("measures every tenant's live rate on one day of a week, by the trigger that is deployed", async () => {
  const crons: string[] = JSON.parse(/^crons = (.*)$/m.exec(settings)?.[1] ?? "[]");
  expect(crons).toHaveLength(1);
  const keys = new Map<string, string>();
  for (let i = 0; i < 12; i++) {
    const made = await call("/v1/tenants", "test-key", json({ tenant_id: `t${i}` }));
    keys.set(`t${i}`, ((await made.json()) as { key: string }).key);
  }
  const days = new Map<string, number>();
  for (let day = 0; day < 7; day++) {
    const times = dueTimes(crons[0], monday + day * dayMs - 1, monday + (day + 1) * dayMs - 1);
    expect(times).toHaveLength(1);
    for (const time of times) await trigger(crons[0], time);
    for (const [tenant, key] of keys) {
      const { status } = await call("/v1/live-rate", key);
      if (status === 200 && !days.has(tenant)) days.set(tenant, day);
      else if (!days.has(tenant)) expect(status).toBe(404);
    }
  }
  expect([...days.keys()].sort()).toEqual([...keys.keys()].sort());
  expect(new Set(days.values()).size).toBeGreaterThan(3);
});
