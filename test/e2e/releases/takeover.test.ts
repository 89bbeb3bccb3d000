/**
 * A release, rehearsed: the service of an earlier commit serves callers from storage on disk, is killed, and today's
 * goes on with that storage while the callers keep asking. People are random embeddings.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiKey } from "../../bench/service/settings.ts";
import { type RunningWorker, startWorkerd } from "../../bench/service/workerd.ts";
import { type Bundle, bundleService } from "../../bench/setup/bundle.ts";
import { withCheckout } from "../../bench/setup/checkout.ts";
import { isExhaustive } from "../../fixtures/exhaustive.ts";
import { franck, franckAgain, read, repository } from "../setting.ts";
import { type Answer, hasCommit, person } from "./releases.ts";

/** 26 November 2026: before callers' rates were limited by scope, and before today's folders. */
const versionBefore = "d2c2549";
const isThere = hasCommit(versionBefore);

const callers = 6;
const secondsOfEach = 5;

/** The service that runs now; none while one takes over from another. */
let running: RunningWorker | undefined;

/** `body` is a photo, or JSON. */
async function ask(key: string, method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  const isPhoto = body instanceof Uint8Array;
  const type = isPhoto ? "image/jpeg" : "application/json";
  for (;;) {
    try {
      const response = await fetch(new URL(path, running?.url), {
        method,
        headers: { Authorization: `Bearer ${key}`, "Content-Type": type, ...headers },
        ...(body !== undefined && { body: isPhoto ? new Uint8Array(body) : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
    } catch {
      // Refused or broken off, as a release does to connections: the caller asks again.
      await delay(20);
    }
  }
}

interface Enrolled {
  readonly name: string;
  readonly seed: number;
  readonly faceId: string;
}

/** Enrols, verifies, deletes and lets phones in, one after the other, until it is told to stop. */
async function keepAsking(key: string, caller: number, isOver: () => boolean) {
  const enrolled: Enrolled[] = [];
  const deleted: string[] = [];
  const wrong: string[] = [];
  const expectAnswer = (answer: Answer, status: number, what: string) => {
    if (answer.status !== status) wrong.push(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  for (let i = 0; !isOver(); i++) {
    const seed = caller * 100_000 + i;
    const name = `p-${seed}`;
    const idempotency = { "Idempotency-Key": name };
    const made = await ask(key, "POST", `/v1/subjects/${name}/faces`, person(seed), idempotency);
    expectAnswer(made, 201, "enrolment");
    enrolled.push({ name, seed, faceId: made.body.face_id! });
    const known = enrolled[(i * 7) % enrolled.length];
    const probe = await ask(key, "POST", `/v1/subjects/${known.name}/verify`, person(known.seed));
    expectAnswer(probe, 200, "verification");
    if (probe.body.match !== true) wrong.push(`verification: ${JSON.stringify(probe.body)}`);
    if (i % 5 === 4) {
      const session = await ask(key, "POST", "/v1/sessions", { subject_id: known.name, action: "verify" });
      expectAnswer(session, 201, "session");
    }
    if (i % 10 === 9) {
      const [gone] = enrolled.splice(i % enrolled.length, 1);
      const answer = await ask(key, "DELETE", `/v1/subjects/${gone.name}`);
      // A deletion whose answer was lost is asked again, of a subject that is gone.
      if (answer.status !== 200 && answer.status !== 204 && answer.status !== 404)
        wrong.push(`deletion: ${answer.status} ${JSON.stringify(answer.body)}`);
      deleted.push(gone.name);
    }
  }
  return { enrolled, deleted, wrong };
}

describe.skipIf(!isExhaustive || !isThere)(
  "a deployment that takes over from an earlier one under traffic",
  () => {
    let before: Bundle;
    let now: Bundle;
    const storage = mkdtempSync(join(tmpdir(), "sameface-takeover-"));
    const start = (bundle: Bundle) => startWorkerd(bundle, { limitsRates: false, storage });

    beforeAll(() => {
      before = withCheckout(versionBefore, ({ folder }) => bundleService(folder, "takeover-before"));
      now = bundleService(repository, "takeover-now");
    }, 300_000);
    afterAll(async () => {
      await running?.stop();
      rmSync(storage, { recursive: true, force: true });
    });

    it("loses nothing that was answered, and answers no error", { timeout: 180_000 }, async () => {
      running = await start(before);
      const made = await ask(apiKey, "POST", "/v1/tenants", { tenant_id: "acme", settings: { shards: 2 } });
      const key = made.body.key!;
      await ask(key, "POST", "/v1/subjects/bob/faces", person(1));
      for (let i = 0; i < 5; i++) await ask(key, "POST", "/v1/subjects/bob/verify", person(2 + i));
      await ask(key, "POST", "/v1/subjects/alice/faces", read(franck));
      const session = await ask(key, "POST", "/v1/sessions", { subject_id: "alice", action: "verify" });
      let over = false;
      const traffic = Array.from({ length: callers }, (_, caller) => keepAsking(key, caller + 1, () => over));
      await delay(1000 * secondsOfEach);
      const old = running;
      running = undefined;
      await old.stop();
      running = await start(now);
      expect(await ask(key, "POST", "/v1/subjects/bob/verify", person(1))).toMatchObject({ status: 423 });
      expect(
        await ask(session.body.token!, "POST", "/v1/subjects/alice/verify", read(franckAgain)),
      ).toMatchObject({
        status: 200,
        body: { match: true },
      });
      await delay(1000 * secondsOfEach);
      over = true;
      const told = await Promise.all(traffic);
      expect(told.flatMap(({ wrong }) => wrong)).toEqual([]);
      const enrolled = told.flatMap((each) => each.enrolled);
      const deleted = told.flatMap((each) => each.deleted);
      expect(enrolled.length).toBeGreaterThan(50);
      expect(deleted.length).toBeGreaterThan(3);
      for (const { name, seed, faceId } of enrolled) {
        const verified = await ask(key, "POST", `/v1/subjects/${name}/verify`, person(seed));
        expect(verified).toMatchObject({ status: 200, body: { match: true } });
        const { faces } = (await ask(key, "GET", `/v1/subjects/${name}`)).body;
        expect(faces!.map((face) => face.face_id)).toEqual([faceId]);
      }
      for (const name of deleted) {
        expect(await ask(key, "GET", `/v1/subjects/${name}`)).toMatchObject({ status: 404 });
      }
      for (const { name, seed } of enrolled.filter((_, i) => i % 20 === 0)) {
        const { candidates } = (await ask(key, "POST", "/v1/identify", person(seed))).body;
        expect(candidates![0]).toMatchObject({ subject_id: name });
      }
      const { checks } = (await ask(apiKey, "GET", "/v1/doctor")).body;
      expect(checks!.map(({ status }) => status)).not.toContain("failed");
    });
  },
);
