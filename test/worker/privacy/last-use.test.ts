/** Subjects that nobody uses any more end: after how long, what counts as use, and what it costs. */
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { stubOf } from "../setup/crash.ts";
import { captureAt, jpeg, json, now, photoAt, startService } from "../setup/service.ts";

beforeEach(reset);

const day = 86_400;
const dayMs = 1000 * day;
/** Illinois' Biometric Information Privacy Act: destruction within three years of the last interaction. */
const threeYears = 3 * 365 * day;
/** The first instant of the day after `now`. */
const nextDay = dayMs * Math.ceil(now.getTime() / dayMs);

type Init = RequestInit;

async function tenant(rules = {}) {
  const service = startService();
  // The audit trail ends later than anything here: its alarm is another test's.
  const settings = { audit_retention_seconds: 3650 * day, ...rules };
  // biome-ignore lint/suspicious/noExplicitAny: the answers are held to the API's document by the service.
  const answerOf = async (response: Promise<Response>): Promise<any> => (await response).json();
  const made = await answerOf(service.call("/v1/tenants", json({ tenant_id: "acme", settings })));
  const call = (path: string, init?: Init) => answerOf(service.callAs(made.key, path, init));
  const enrol = (name: string, angle: number) => call(`/v1/subjects/${name}/faces`, jpeg(photoAt(angle)));
  const change = (settings: object) => call("/v1/settings", { ...json(settings), method: "PATCH" });
  const subjects = async () =>
    (await call("/v1/subjects")).subjects.map(({ subject_id }: { subject_id: string }) => subject_id);
  return { service, key: made.key as string, call, enrol, change, subjects };
}

/** Runs the alarm's work as of a time. */
async function maintainAt(ms: number, shards = [0]): Promise<void> {
  for (const shard of shards)
    await runInDurableObject(stubOf("acme", shard), (object) => object.maintain(ms));
}

const usesIn = (shard = 0) =>
  runInDurableObject(stubOf("acme", shard), (_, { storage }) =>
    Object.fromEntries(
      storage.sql
        .exec("SELECT subject_id, day FROM last_use ORDER BY subject_id")
        .toArray()
        .map(({ subject_id, day }) => [subject_id, day]),
    ),
  );

const alarmOf = (shard = 0) =>
  runInDurableObject(stubOf("acme", shard), (_, { storage }) => storage.getAlarm());

describe("a subject that is not used", () => {
  it("ends three years after the day of its enrolment, and not a millisecond before", async () => {
    const { call, enrol, subjects } = await tenant({ retention_unused_seconds: threeYears });
    await enrol("alice", 0);
    const end = nextDay + 1000 * threeYears;
    expect(await alarmOf()).toBe(end);
    await maintainAt(end - 1);
    expect(await subjects()).toEqual(["alice"]);
    await maintainAt(end);
    expect(await subjects()).toEqual([]);
    const { entries } = await call("/v1/audit");
    expect(entries.at(-1)).toMatchObject({ actor: "retention", action: "face.delete", outcome: "unused" });
    expect(await usesIn()).toEqual({});
  });

  it("ends with all of its faces, its sketches and its sessions, when the alarm says so", async () => {
    const { service, call, subjects } = await tenant({ retention_unused_seconds: day });
    for (const k of [0, 1]) await call("/v1/subjects/alice/faces", jpeg(captureAt(0.01 * k, k)));
    await call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
    // The real alarm of the object runs by the real clock, which is later than the test's.
    expect(await runDurableObjectAlarm(stubOf("acme"))).toBe(true);
    service.wait(2 * day);
    expect(await subjects()).toEqual([]);
    const left = await runInDurableObject(stubOf("acme"), (_, { storage }) =>
      ["subject", "face", "sketch", "session", "last_use"].flatMap((table) =>
        storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
      ),
    );
    expect(left).toEqual([]);
  });

  it("ends in any number and any shard, some at a time", async () => {
    const { enrol, subjects } = await tenant({ retention_unused_seconds: day, shards: 2 });
    for (const [i, name] of ["alice", "bob", "carol", "dave"].entries()) await enrol(name, i);
    await runInDurableObject(stubOf("acme"), (_, { storage }) => {
      for (let i = 0; i < 1200; i++) {
        storage.sql.exec("INSERT INTO subject (id, failures, last_failure_at_ms) VALUES (?, 0, 0)", `s-${i}`);
        storage.sql.exec("INSERT INTO last_use (subject_id, day) VALUES (?, 0)", `s-${i}`);
        const columns = "model, created_at_ms, key_id, kek_id, wrapped, sealed";
        storage.sql.exec(
          `INSERT INTO face (subject_id, face_id, ${columns}) SELECT ?, 'f', ${columns} FROM face LIMIT 1`,
          `s-${i}`,
        );
      }
    });
    await maintainAt(nextDay);
    expect(Object.keys(await usesIn(0)).filter((name) => name.startsWith("s-"))).toHaveLength(700);
    for (let i = 0; i < 3; i++) await maintainAt(nextDay + dayMs, [0, 1]);
    expect(await subjects()).toEqual([]);
  });
});

describe("a use of a subject", () => {
  it.each<[string, (call: Awaited<ReturnType<typeof tenant>>["call"]) => Promise<unknown>]>([
    ["a match", (call) => call("/v1/subjects/alice/verify", jpeg(photoAt(0.01)))],
    ["another enrolment", (call) => call("/v1/subjects/alice/faces", jpeg(photoAt(0.01)))],
    ["a search that names it", (call) => call("/v1/identify", jpeg(photoAt(0.01)))],
  ])("is %s, which moves its end by the days between", async (_, use) => {
    const { service, call, enrol, subjects } = await tenant({ retention_unused_seconds: threeYears });
    await enrol("alice", 0);
    service.wait(100 * day);
    await use(call);
    expect(await usesIn()).toEqual({ alice: nextDay / dayMs + 99 });
    const end = nextDay + 1000 * threeYears;
    await maintainAt(end);
    expect(await subjects()).toEqual(["alice"]);
    expect(await alarmOf()).toBe(end + 100 * dayMs);
    await maintainAt(end + 100 * dayMs);
    expect(await subjects()).toEqual([]);
  });

  it.each<[string, (call: Awaited<ReturnType<typeof tenant>>["call"]) => Promise<unknown>]>([
    ["a photo of somebody else", (call) => call("/v1/subjects/alice/verify", jpeg(photoAt(2)))],
    ["a search that names nobody", (call) => call("/v1/identify", jpeg(photoAt(2)))],
    ["a check for duplicates", (call) => call("/v1/subjects/bob/faces?duplicates=refuse", jpeg(photoAt(0)))],
    ["a look at it", (call) => call("/v1/subjects/alice/record")],
    [
      "a copy of a photo that was seen",
      (call) => call("/v1/subjects/alice/verify", jpeg(captureAt(0, 7, 1))),
    ],
  ])("is not %s", async (_, look) => {
    const { service, call, enrol } = await tenant({ retention_unused_seconds: threeYears });
    await enrol("alice", 0);
    await call("/v1/subjects/alice/verify", jpeg(captureAt(0, 7)));
    const before = await usesIn();
    // The sketch of a match is kept for 90 days.
    service.wait(80 * day);
    await look(call);
    expect((await usesIn()).alice).toBe(before.alice);
  });

  it("is no import: a subject that is there keeps its day, and one that is new begins with today", async () => {
    const { service, key, call, enrol } = await tenant({ retention_unused_seconds: threeYears });
    await enrol("alice", 0);
    await enrol("bob", 1);
    const before = await usesIn();
    const headers = { "Sameface-Transfer-Key": btoa("the key that moves a tenant away") };
    const page = await (await service.callAs(key, "/v1/export", { method: "POST", headers })).text();
    service.wait(100 * day);
    await call("/v1/subjects/bob", { method: "DELETE" });
    const { faces } = await call("/v1/subjects/alice");
    await enrol("alice", 0.01);
    await call(`/v1/subjects/alice/faces/${faces[0].face_id}`, { method: "DELETE" });
    service.wait(10 * day);
    expect(await call("/v1/import", { method: "POST", headers, body: page })).toMatchObject({ imported: 2 });
    expect(await usesIn()).toEqual({ alice: before.alice + 100, bob: before.alice + 110 });
  });

  it("is written once a day at most, and never by a tenant without the rule", async () => {
    const { service, call, enrol, change } = await tenant({ retention_unused_seconds: threeYears });
    await enrol("alice", 0);
    // `changes` of SQLite's total_changes counts rows that were written to tables.
    const writesOf = async (): Promise<number> => {
      const total = () =>
        runInDurableObject(
          stubOf("acme"),
          (_, { storage }) => storage.sql.exec("SELECT total_changes() AS n").one().n as number,
        );
      const before = await total();
      await call("/v1/subjects/alice/verify", jpeg(photoAt(0.01)));
      return (await total()) - before;
    };
    const sameDay = await writesOf();
    expect(await writesOf()).toBe(sameDay);
    service.wait(day);
    expect(await writesOf()).toBe(sameDay + 1);
    expect(await writesOf()).toBe(sameDay);
    await change({ retention_unused_seconds: null });
    service.wait(day);
    expect(await writesOf()).toBe(sameDay);
    expect(await usesIn()).toEqual({});
  });
});

describe("the rule", () => {
  it("holds for subjects that are there from the day on which it is made, in every shard", async () => {
    const { service, enrol, change, subjects } = await tenant({ shards: 3 });
    const names = ["alice", "bob", "carol", "dave", "erin", "frank"];
    for (const [i, name] of names.entries()) await enrol(name, i);
    service.wait(2 * threeYears);
    expect(await change({ retention_unused_seconds: threeYears })).toMatchObject({
      retention_unused_seconds: threeYears,
    });
    const today = Math.floor((now.getTime() + 2000 * threeYears) / dayMs);
    const uses = await Promise.all([0, 1, 2].map((shard) => usesIn(shard)));
    expect(Object.assign({}, ...uses)).toEqual(Object.fromEntries(names.map((name) => [name, today])));
    const end = (today + 1) * dayMs + 1000 * threeYears;
    for (const [shard, own] of uses.entries())
      expect(await alarmOf(shard)).toBe(Object.keys(own).length > 0 ? end : null);
    await maintainAt(end - 1, [0, 1, 2]);
    expect(await subjects()).toHaveLength(6);
    await maintainAt(end, [0, 1, 2]);
    expect(await subjects()).toEqual([]);
  });

  it("stays what it was when other settings change, and takes no less than a day", async () => {
    const { change, enrol } = await tenant({ retention_unused_seconds: day });
    await enrol("alice", 0);
    await change({ consent_required: true });
    expect(await usesIn()).toHaveProperty("alice");
    expect(await change({ retention_unused_seconds: day - 1 })).toMatchObject({
      error: { code: "invalid_request" },
    });
  });

  it("holds with an expiry: whichever comes first ends a face", async () => {
    const { enrol, subjects } = await tenant({
      retention_unused_seconds: threeYears,
      retention_seconds: day,
    });
    await enrol("alice", 0);
    await maintainAt(now.getTime() + dayMs);
    expect(await subjects()).toEqual([]);
    expect(await usesIn()).toEqual({});
  });
});
