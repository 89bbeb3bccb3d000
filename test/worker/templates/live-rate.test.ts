/** The false match rate among the people that a tenant has enrolled, measured inside the galleries. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { seededRandom } from "../../../model/convert/proof/images.ts";
import { distance } from "../../../src/face/decision/decide.ts";
import type { LogEntry } from "../../../src/http/middleware/log-entry.ts";
import type { RateCounts } from "../../../src/identity/directory/data.ts";
import { defaultTenant, type FaceId, type SubjectId } from "../../../src/identity/ids.ts";
import { defaultSettings } from "../../../src/identity/settings.ts";
import type { StoredFace } from "../../../src/identity/store/store.ts";
import { createTenantRegistry } from "../../../src/identity/tenant-registry.ts";
import { createLiveRates, rateOf } from "../../../src/trust/rates/live-rate.ts";
import { runRateSchedule } from "../../../src/wiring/rate-schedule.ts";
import { randomDirection } from "../../fixtures/people/sphere.ts";
import { calibration, json, now, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

const dimension = 8;

function start(change: Parameters<typeof startService>[0] = {}) {
  // In eight dimensions strangers come within 1.1 of each other often: a few thousand pairs tell the rate.
  return startService({ embeddingLength: dimension, ...change });
}

function people(count: number, seed = 1): StoredFace[] {
  const uniform = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => ({
    subjectId: `s${i}` as SubjectId,
    faceId: `f${i}` as FaceId,
    embedding: { model: "text-1", values: Float32Array.from(randomDirection(dimension, uniform)) },
    createdAt: new Date(i),
  }));
}

async function enrol(service: Service, faces: readonly StoredFace[], tenant = defaultTenant, shards = 1) {
  const caller = { tenant, settings: { ...defaultSettings, shards }, actor: "root", requestId: "r" };
  const transfer = service.trust.openTransfer(caller);
  for (let at = 0; at < faces.length; at += 500) {
    const page = faces.slice(at, at + 500).map((face) => ({ face, details: { expiresAt: null } }));
    await transfer.importFaces(page);
  }
}

/** Share of all ordered pairs within the distance. */
function trueRate(faces: readonly StoredFace[], maxDistance: number): number {
  let matches = 0;
  for (const a of faces) {
    for (const b of faces) {
      if (a === b) continue;
      const between = distance(a.embedding, b.embedding);
      if (between.ok && between.value <= maxDistance) matches++;
    }
  }
  return matches / (faces.length * (faces.length - 1));
}

const measured = async ({ call }: Service) =>
  (await call("/v1/live-rate", { method: "POST" })).json() as Promise<Record<string, never>>;

describe("the live rate", () => {
  it("is the share of pairs of enrolled people within the tenant's threshold, each against all others", async () => {
    const service = start();
    const faces = people(300);
    await enrol(service, faces);
    const rate = await measured(service);
    // Every person is drawn: each pair counts in both directions, as in the true rate.
    expect(rate).toMatchObject({
      max_fmr: 1e-4,
      comparisons: 300 * 299,
      people: 300,
      probes: 300,
      shards_left_out: 0,
      measured_at: now.toISOString(),
    });
    const truth = trueRate(faces, 1.1);
    expect(rate.fmr / truth).toBeGreaterThan(0.97);
    expect(rate.fmr / truth).toBeLessThan(1.03);
  });

  it("holds the rate of everybody within its interval, where it draws some of them", async () => {
    const service = start();
    const faces = people(900);
    await enrol(service, faces);
    const rate = await measured(service);
    expect(rate.probes).toBe(500);
    const { low, high } = rate.interval as { low: number; high: number };
    const truth = trueRate(faces, 1.1);
    expect(low).toBeLessThan(truth);
    expect(high).toBeGreaterThan(truth);
    expect(high / low).toBeLessThan(1.5);
  });

  it("breaks the promise where strangers are nearer than calibrated, and the doctor says so", async () => {
    const service = start();
    await enrol(service, people(100));
    expect(await measured(service)).toMatchObject({ keeps_promise: false });
    const { checks } = (await (await service.call("/v1/doctor")).json()) as { checks: object[] };
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: "rates",
        status: "warning",
        detail: expect.stringContaining("in default"),
      }),
    );
    expect(await (await service.call("/v1/live-rate")).json()).toMatchObject({
      keeps_promise: false,
      people: 100,
    });
  });

  it("keeps the promise of a calibration that fits, and the doctor is content", async () => {
    const faces = people(100);
    const nearest = Math.sqrt(Math.max(0, 2 - 2 * closestCosine(faces)));
    const fits = {
      ...calibration,
      fmrTable: calibration.fmrTable.map(([at, ...r]) => [at + nearest - 1.11, ...r]),
    };
    const service = start({ calibration: fits as unknown as typeof calibration });
    await enrol(service, faces);
    expect(await measured(service)).toMatchObject({ keeps_promise: true, fmr: 0, likely_duplicates: 0 });
    const { checks } = (await (await service.call("/v1/doctor")).json()) as { checks: object[] };
    expect(checks).toContainEqual(expect.objectContaining({ name: "rates", status: "ok" }));
  });

  it("of fewer than 50 people of a shard is not told", async () => {
    const service = start();
    expect((await service.call("/v1/live-rate")).status).toBe(404);
    await enrol(service, people(49));
    expect(await measured(service)).toMatchObject({
      fmr: null,
      interval: null,
      keeps_promise: null,
      comparisons: 0,
      shards_left_out: 1,
    });
  });

  it("counts people who are likely enrolled twice, and leaves a person's own faces out", async () => {
    const service = start();
    const faces = people(60);
    const again = { ...faces[0], subjectId: "again" as SubjectId, faceId: "again" as FaceId };
    const own = { ...faces[1], faceId: "own" as FaceId };
    await enrol(service, [...faces, again, own]);
    const rate = await measured(service);
    expect(rate.people).toBe(61);
    expect(rate.comparisons).toBe(61 * 60);
    const nearby = faces.filter((face) => face !== faces[0] && within(face, faces[0], 0.9)).length;
    expect(rate.likely_duplicates).toBeGreaterThanOrEqual(2 + 2 * nearby);
  });

  it("leaves pairs across shards out", async () => {
    const service = start();
    const { key } = (await (
      await service.call("/v1/tenants", json({ tenant_id: "acme", settings: { shards: 2 } }))
    ).json()) as { key: string };
    await enrol(service, people(200), "acme" as typeof defaultTenant, 2);
    const answer = await service.callAs(key, "/v1/live-rate", { method: "POST" });
    const rate = (await answer.json()) as { people: number; comparisons: number };
    expect(rate.people).toBe(200);
    expect(rate.comparisons).toBeLessThan(200 * 199);
    expect(rate.comparisons).toBeGreaterThan(2 * 90 * 89);
  });

  it("needs the scope `admin`, and is in the audit trail", async () => {
    const service = start();
    const { key } = (await (
      await service.call("/v1/keys", json({ scopes: ["identify", "scores"] }))
    ).json()) as {
      key: string;
    };
    expect((await service.callAs(key, "/v1/live-rate", { method: "POST" })).status).toBe(403);
    expect((await service.callAs(key, "/v1/live-rate")).status).toBe(403);
    await measured(service);
    const { entries } = (await (await service.call("/v1/audit")).json()) as { entries: object[] };
    expect(entries.at(-1)).toMatchObject({ action: "rate.measure", subject_id: null, face_id: null });
  });
});

function within(a: StoredFace, b: StoredFace, maxDistance: number): boolean {
  const between = distance(a.embedding, b.embedding);
  return between.ok && between.value <= maxDistance;
}

function closestCosine(faces: readonly StoredFace[]): number {
  let closest = -1;
  for (const [i, a] of faces.entries()) {
    for (const b of faces.slice(0, i)) {
      const cosine = a.embedding.values.reduce((sum, value, k) => sum + value * b.embedding.values[k], 0);
      closest = Math.max(closest, cosine);
    }
  }
  return closest;
}

describe("the schedule", () => {
  it("measures each tenant on one day of seven, and tells the log and the metrics", async () => {
    const points: { indexes: string[]; blobs: string[]; doubles: number[] }[] = [];
    const service = start();
    await enrol(service, people(60));
    await service.call("/v1/tenants", json({ tenant_id: "acme" }));
    const metrics = { writeDataPoint: (point: (typeof points)[number]) => points.push(point) };
    const days: string[][] = [];
    for (let day = 0; day < 7; day++) {
      const before = service.log.length;
      const scheduledAt = new Date(now.getTime() + day * 24 * 3600 * 1000);
      await runRateSchedule(
        { liveRates: service.trust.liveRates, metrics, log: (entry) => service.log.push(entry) },
        scheduledAt,
      );
      const entries = service.log.slice(before);
      days.push(entries.flatMap((entry) => (entry.event === "live_rate" ? [entry.tenant] : [])));
    }
    expect(days.flat().sort()).toEqual(["acme", "default"]);
    expect(points).toMatchObject([
      { indexes: ["default"], blobs: ["live_rate", "", "", "above_promise", ""] },
    ]);
    expect(JSON.stringify(service.log)).not.toMatch(/"s\d+"/);
  });

  it("measures all others of the day when one tenant's directory fails, and fails then", async () => {
    const service = start();
    const tenants = Array.from({ length: 40 }, (_, i) => `t${i}`);
    for (const tenant of tenants) await service.call("/v1/tenants", json({ tenant_id: tenant }));
    const { openDirectory } = service.trust;
    const tried: string[] = [];
    const liveRates = createLiveRates({
      openDirectory(tenant, shard) {
        if (shard === 0) tried.push(tenant);
        if (tenant === tried[0]) throw new Error("the directory is down");
        return openDirectory(tenant, shard);
      },
      registry: createTenantRegistry(openDirectory),
      calibration,
      encoderId: "text-1",
      embeddingLength: dimension,
      clock: () => now,
    });
    const log: LogEntry[] = [];
    const run = runRateSchedule({ liveRates, metrics: undefined, log: (entry) => log.push(entry) }, now);
    await expect(run).rejects.toThrow("the directory is down");
    const [failing, ...others] = [...new Set(tried)];
    expect(others.length).toBeGreaterThan(0);
    expect(log.map((entry) => "tenant" in entry && entry.tenant)).toEqual(others);
    expect(tenants).toContain(failing);
  });
});

describe("the interval", () => {
  const counts = (change: Partial<RateCounts>): RateCounts => ({
    people: 10_000,
    probes: 400,
    comparisons: 4_000_000,
    matches: 400,
    squaredMatches: 800,
    likelyDuplicates: 0,
    shardsLeftOut: 0,
    ...change,
  });

  it("of pairs that vary as chance has them is Wilson's", () => {
    const { fmr, interval } = rateOf([counts({})], 1e-4, now);
    expect(fmr).toBe(1e-4);
    expect(interval?.[0]).toBeCloseTo(0.907e-4, 6);
    expect(interval?.[1]).toBeCloseTo(1.103e-4, 6);
  });

  it("is wider where few people have most of the matches", () => {
    const [low, high] = rateOf([counts({ squaredMatches: 8000 })], 1e-4, now).interval ?? [0, 0];
    expect(high / low).toBeGreaterThan(1.6);
  });

  it("of no match at all begins at 0 and ends above it", () => {
    const { fmr, interval } = rateOf([counts({ matches: 0, squaredMatches: 0 })], 1e-4, now);
    expect([fmr, interval?.[0]]).toEqual([0, 0]);
    expect(interval?.[1]).toBeGreaterThan(0);
  });
});
