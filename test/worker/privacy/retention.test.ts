/** A shorter retention reports how many faces outlive it, so that they can be ended. */
import { reset, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import {
  changedSettingsAnswerSchema,
  newTenantAnswerSchema,
} from "../../../src/http/schemas/administration-answers.ts";
import { subjectAnswerSchema } from "../../../src/http/schemas/answers.ts";
import { createDirectory } from "../../../src/identity/directory/directory.ts";
import { countOutliving, facesPerCall } from "../../../src/identity/directory/tables/retention.ts";
import type { Directory } from "../../../src/identity/directory/types.ts";
import type { Gallery } from "../../../src/identity/gallery/types.ts";
import type { FaceId, SubjectId, TenantId } from "../../../src/identity/ids.ts";
import * as wholeTenant from "../../../src/identity/store/retention.ts";
import { stubOf } from "../setup/crash.ts";
import { jpeg, json, now, photoAt, type Service, startService, templates } from "../setup/service.ts";

beforeEach(reset);

const hour = 3600;
const timeIn = (seconds: number) => new Date(now.getTime() + 1000 * seconds).toISOString();
const patch = (body: unknown) => ({ ...json(body), method: "PATCH" });

async function tenant(service: Service, id: string, settings = {}) {
  const response = await service.call("/v1/tenants", json({ tenant_id: id, settings }));
  const { key } = newTenantAnswerSchema.parse(await response.json());
  const call = (path: string, init?: RequestInit) => service.callAs(key, path, init);
  return {
    call,
    async enrol(subject: string, expiresAt?: string): Promise<void> {
      const query = expiresAt === undefined ? "" : `?expires_at=${expiresAt}`;
      const enrolled = await call(`/v1/subjects/${subject}/faces${query}`, jpeg(photoAt(0)));
      expect(enrolled.status).toBe(201);
    },
    async change(settings: object) {
      const answer = await call("/v1/settings", patch(settings));
      return changedSettingsAnswerSchema.parse(await answer.json());
    },
  };
}

describe("a retention that a change of the settings names", () => {
  it("is answered with the faces that outlive it, over all directories of the tenant", async () => {
    const service = startService();
    const { enrol, change } = await tenant(service, "acme", { shards: 3 });
    for (const subject of ["alice", "bob", "carol", "dave", "erin", "frank"]) await enrol(subject);
    await (await tenant(service, "other")).enrol("alice");
    expect(await change({ retention_seconds: hour })).toMatchObject({
      retention_seconds: hour,
      faces_beyond_retention: 6,
    });
  });

  it("ends a face whose own end is as late, and not one whose end is a second later", async () => {
    const { enrol, change } = await tenant(startService(), "acme");
    await enrol("sooner", timeIn(60));
    await enrol("as-late", timeIn(hour));
    expect((await change({ retention_seconds: hour })).faces_beyond_retention).toBe(0);
    await enrol("later", timeIn(hour + 1));
    expect((await change({ retention_seconds: hour })).faces_beyond_retention).toBe(1);
  });

  it("does not count a face that has expired", async () => {
    const clock = { time: now };
    const service = startService({ trust: { clock: () => clock.time } });
    const { enrol, change } = await tenant(service, "acme");
    await enrol("alice", timeIn(2 * hour));
    expect((await change({ retention_seconds: hour })).faces_beyond_retention).toBe(1);
    clock.time = new Date(now.getTime() + 2000 * hour);
    expect((await change({ retention_seconds: hour })).faces_beyond_retention).toBe(0);
  });

  it("counts none once they were given an end, or deleted", async () => {
    const { enrol, change, call } = await tenant(startService(), "acme");
    for (const subject of ["alice", "bob", "carol"]) await enrol(subject);
    expect((await change({ retention_seconds: hour })).faces_beyond_retention).toBe(3);
    const { faces } = subjectAnswerSchema.parse(await (await call("/v1/subjects/alice")).json());
    await call(`/v1/subjects/alice/faces/${faces[0].face_id}`, patch({ expires_at: timeIn(hour) }));
    expect((await change({ retention_seconds: hour })).faces_beyond_retention).toBe(2);
    await call("/v1/subjects/bob", { method: "DELETE" });
    expect((await change({ retention_seconds: hour })).faces_beyond_retention).toBe(1);
    await enrol("dave");
    expect((await change({ retention_seconds: hour })).faces_beyond_retention).toBe(1);
  });

  it("is not there in an answer to any other change", async () => {
    const { enrol, change, call } = await tenant(startService(), "acme");
    await enrol("alice");
    for (const other of [{}, { edge_seconds: 30 }, { retention_seconds: null }])
      expect(await change(other)).not.toHaveProperty("faces_beyond_retention");
    await change({ retention_seconds: hour });
    expect(await (await call("/v1/settings")).json()).not.toHaveProperty("faces_beyond_retention");
  });
});

describe("the alarm of a directory that was never told how long its audit trail is kept", () => {
  it("stands at the end of the face that ends first, and at none when no face ends", async () => {
    const alarms = await runInDurableObject(stubOf("acme"), async (_, { storage }) => {
      const directory = createDirectory({
        storage,
        copies: { write: async () => {}, remove: async () => {}, read: async () => new Map() },
        openGallery: () => ({ apply: async () => true }) as unknown as Gallery,
        clock: () => Date.now(),
        newEpoch: () => "epoch",
      });
      const context = { tenant: "acme" as TenantId, actor: "", requestId: "", nowMs: 0, auditSeconds: null };
      const bytes = new Uint8Array(1);
      const alarmAfter = async (name: string, expiresAtMs: number | null) => {
        const key = { keyId: "key", kekId: "kek", wrapped: bytes, sealed: bytes, sealedMetadata: null };
        const ids = { subjectId: "alice" as SubjectId, faceId: name as FaceId, model: "m-1" };
        await directory.addFace(
          { ...ids, ...key, createdAtMs: 0, expiresAtMs, consent: null },
          context,
          null,
          null,
        );
        return storage.getAlarm();
      };
      // An alarm in the past is set for this moment.
      const endMs = Date.now() + 1000 * hour;
      return [
        await alarmAfter("lasts", null),
        (await alarmAfter("later", endMs + 1))! - endMs,
        (await alarmAfter("first", endMs))! - endMs,
      ];
    });
    expect(alarms).toEqual([null, 1, 0]);
  });
});

/** Fills a subject with faces that are copies of one row; their ids count up. */
async function fill(count: number): Promise<void> {
  const { enrol } = await tenant(startService(), "acme");
  await enrol("alice");
  await runInDurableObject(stubOf("acme"), async (_, { storage }) => {
    const names = storage.sql.exec("SELECT * FROM face").columnNames.filter((name) => name !== "face_id");
    storage.sql.exec(
      `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO face (face_id, ${names}) SELECT 'x' || i, ${names} FROM face, n`,
      count - 1,
    );
  });
}

describe("faces that outlive a retention", () => {
  it.each([facesPerCall - 1, facesPerCall, facesPerCall + 1, 2 * facesPerCall + 5])(
    "are counted a page after the other: %i",
    async (count) => {
      await fill(count);
      const calls = await runInDurableObject(stubOf("acme"), async (_, { storage }) => {
        const pages: number[] = [];
        const directory: Pick<Directory, "countOutliving"> = {
          async countOutliving(...parameters) {
            const page = countOutliving(storage.sql, ...parameters);
            pages.push(page.faces);
            return page;
          },
        };
        expect(await wholeTenant.countOutliving([directory], hour, now.getTime())).toBe(count);
        return pages;
      });
      expect(Math.max(...calls)).toBeLessThanOrEqual(facesPerCall);
      expect(calls.length).toBe(Math.floor(count / facesPerCall) + 1);
    },
  );
});

it.each(["2038-01-19T03:14:07Z", "2038-01-19T03:14:08Z", "2999-01-01T00:00:00Z"])(
  "a face that expires at %s is copied to KV, which takes an expiry as 32 bits",
  async (expiresAt) => {
    const service = startService();
    const { enrol } = await tenant(service, "acme");
    await enrol("alice", expiresAt);
    const { keys } = await templates.list({ prefix: "f!acme!alice!" });
    expect(keys).toHaveLength(1);
    const expiration = Date.parse(expiresAt) / 1000;
    expect(keys[0].expiration).toBe(expiration < 2 ** 31 ? expiration : undefined);
  },
);
