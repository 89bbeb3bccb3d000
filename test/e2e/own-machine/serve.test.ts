/** `sameface serve`: the service on plain workerd, as a process that is started, asked, limited, stopped and killed. */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Sameface } from "../../../client/index.ts";
import { cage, franck, franckAgain, read } from "../setting.ts";
import { type Machine, rootKey, runServe, startMachine } from "./machine.ts";

const parent = mkdtempSync(join(tmpdir(), "sameface-serve-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const exitOf = (child: ReturnType<typeof runServe>) =>
  new Promise<[number | null, string]>((resolve) => {
    let said = "";
    child.stderr!.on("data", (text) => {
      said += text;
    });
    child.once("close", (code) => resolve([code, said]));
  });

describe("the service on one's own machine", () => {
  const folder = join(parent, "ordinary");
  let machine: Machine;
  beforeAll(async () => {
    machine = await startMachine(folder, { SAMEFACE_BROWSER: "on" });
  }, 120_000);
  afterAll(() => machine.stop());

  it("enrols, verifies and identifies", async () => {
    const { client } = machine;
    await client.enrol("franck", read(franck));
    await client.enrol("cage", read(cage));
    expect((await client.verify("franck", read(franckAgain))).match).toBe(true);
    expect((await client.verify("cage", read(franckAgain))).match).toBe(false);
    const { candidates } = await client.identify(read(franckAgain));
    expect(candidates.map(({ subject_id }) => subject_id)).toEqual(["franck"]);
  });

  it("has nothing for the doctor to warn of", async () => {
    const { checks } = await machine.client.deployment.doctor();
    expect(checks?.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(checks?.find(({ name }) => name === "kv")?.detail).toContain("read from their directories");
  });

  it("serves the pages with their types, and answers 304 to who has them", async () => {
    const page = await fetch(`${machine.url}/docs/`);
    expect(page.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
    expect(await page.text()).toBe(readFileSync("public/docs/index.html", "utf8"));
    const again = await fetch(`${machine.url}/docs/`, {
      headers: { "If-None-Match": page.headers.get("ETag")! },
    });
    expect(again.status).toBe(304);
    expect((await fetch(`${machine.url}/docs/none.js`)).status).toBe(404);
    const kernels = await fetch(`${machine.url}/browser/kernels.wasm`);
    expect(kernels.headers.get("Content-Type")).toBe("application/wasm");
    await WebAssembly.compile(await kernels.arrayBuffer());
    const plan = await fetch(`${machine.url}/browser/blazeface-short.plan`);
    expect([plan.status, plan.headers.get("Content-Type")]).toEqual([200, "application/octet-stream"]);
    const bytes = readFileSync("model/networks/blazeface-short.plan");
    expect(bytes.equals(Buffer.from(await plan.arrayBuffer()))).toBe(true);
  });

  it("tells an orchestrator that it is alive and ready, and counts for it", async () => {
    for (const path of ["/healthz", "/readyz"]) expect((await fetch(machine.url + path)).status).toBe(200);
    const text = await (await fetch(machine.metricsUrl)).text();
    expect(text).toMatch(
      /^sameface_requests_total\{method="POST",route="\/v1\/subjects\/:subject_id\/verify",status="200",code=""\} 2$/m,
    );
    expect(text).toMatch(/^sameface_resident_memory_bytes \d{8,}$/m);
    expect(text).not.toContain("franck");
  });

  it("keeps secrets out of the folder of its data, which is for its user alone", () => {
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const config = readFileSync(join(folder, "workerd.capnp"), "utf8");
    expect(config).toContain('fromEnvironment = "SAMEFACE_KEK"');
    expect(config).not.toContain(rootKey);
  });

  it("refuses a second process in its folder", async () => {
    const [code, said] = await exitOf(runServe(folder));
    expect(code).toBe(2);
    expect(said).toContain(`workerd ${machine.workerdPid} runs in this folder`);
  });

  it("counts refused keys by the caller's own address, whatever header the caller writes", async () => {
    const tryKey = (i: number) => {
      const key = `sf_none.${String(i).padStart(12, "0")}.${"x".repeat(43)}`;
      const headers = { Authorization: `Bearer ${key}`, "CF-Connecting-IP": `192.0.2.${i}` };
      return fetch(`${machine.url}/v1/subjects`, { headers });
    };
    const statuses: number[] = [];
    // Twice the limit, since a minute may end between.
    for (let i = 0; i < 203; i++) statuses.push((await tryKey(i)).status);
    expect(statuses[0]).toBe(401);
    expect(statuses).toContain(429);
  });
});

it.each([
  ["without the deployment's key", { SAMEFACE_API_KEY: "" }, "SAMEFACE_API_KEY is not set"],
  ["with a key of 31 characters", { SAMEFACE_API_KEY: "k".repeat(31) }, "SAMEFACE_API_KEY is short"],
  ["without a key-encryption key", { SAMEFACE_KEK: "" }, "SAMEFACE_KEK is not set"],
  ["with a key-encryption key of another form", { SAMEFACE_KEK: "short" }, "SAMEFACE_KEK: must be base64"],
  ["with a limit that is no number", { SAMEFACE_KEY_RATE: "many" }, "SAMEFACE_KEY_RATE must be a number"],
])("serve does not start %s", async (_, env, reason) => {
  const [code, said] = await exitOf(runServe(join(parent, "refused"), env as Record<string, string>));
  expect(code).toBe(2);
  expect(said).toContain(reason);
});

it("serve does not start with an empty name of a folder", async () => {
  const [code, said] = await exitOf(runServe(""));
  expect(code).toBe(2);
  expect(said).toContain("--data must be a folder");
});

it("serve starts with a short key in development", async () => {
  const env = { SAMEFACE_ENV: "development", SAMEFACE_API_KEY: "short" };
  const machine = await startMachine(join(parent, "development"), env);
  expect(await machine.stop()).toBe(0);
}, 120_000);

it("a port of metrics that is taken ends the command, and workerd with it", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { port: number };
  const folder = join(parent, "metrics");
  try {
    const [code, said] = await exitOf(runServe(folder, {}, { metricsPort: port }));
    expect(code).toBe(2);
    expect(said).toContain("Metrics cannot be served: listen EADDRINUSE");
    const workerdPid = Number(readFileSync(join(folder, "workerd.pid"), "utf8"));
    expect(() => process.kill(workerdPid, 0)).toThrow("ESRCH");
  } finally {
    taken.close();
  }
}, 120_000);

it("10,000 requests over the limit are limited, and the key works again in the next minute", async () => {
  const machine = await startMachine(join(parent, "limited"), { SAMEFACE_KEY_RATE: "100" });
  try {
    const { client, url } = machine;
    const { key } = await client.tenants.create({ tenant_id: "eager" });
    const ask = async () => {
      const response = await fetch(`${url}/v1/settings`, { headers: { Authorization: `Bearer ${key}` } });
      await response.arrayBuffer();
      return response.status;
    };
    const minute = () => Math.floor(Date.now() / 60_000);
    const counts: Record<number, number> = { 200: 0, 429: 0 };
    const first = minute();
    const connection = async () => {
      while (counts[429] < 10_000) {
        const status = await ask();
        counts[status] = (counts[status] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 16 }, connection));
    const minutes = minute() - first + 1;
    expect(Object.keys(counts)).toEqual(["200", "429"]);
    // A hundred in each minute of the clock that the requests took, and at least those of one.
    expect(counts[200]).toBeGreaterThanOrEqual(100);
    expect(counts[200]).toBeLessThanOrEqual(100 * minutes);
    await new Promise((resolve) => setTimeout(resolve, 60_500 - (Date.now() % 60_000)));
    expect(await ask()).toBe(200);
    expect((await new Sameface({ url, key: rootKey }).deployment.health()).status).toBe("ok");
  } finally {
    await machine.stop();
  }
}, 240_000);
