/** The review of enrolled faces: finds those that tell nobody, page by page, and says nothing else of them. */
import { reset, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type { RecognisabilityModel } from "../../../src/face/quality/recognisability-model.ts";
import {
  doctorAnswerSchema,
  newKeyAnswerSchema,
  newTenantAnswerSchema,
  reviewAnswerSchema,
} from "../../../src/http/schemas/administration-answers.ts";
import writtenBefore from "../../vectors/records/written-before.json";
import { stubOf } from "../setup/crash.ts";
import { type Life, startAtUpgrade } from "../setup/life.ts";
import {
  base64,
  type Change,
  jpeg,
  json,
  now,
  photoAt,
  recognisability,
  type Service,
  startService,
  textPipeline,
} from "../setup/service.ts";
import { loadStorage } from "../setup/storage-dump.ts";

beforeEach(reset);

/** Model to which a face at angle 0 tells nobody: by the embedding alone logistic(5 - 10 cos(angle)). */
const strict: RecognisabilityModel = {
  ...recognisability,
  centroids: [Float32Array.of(1, 0)],
  embeddingAlone: { bias: 5, similarity: -10, strangeness: 0 },
};
const ofAngle = (angle: number) => Number((1 / (1 + Math.exp(-(5 - 10 * Math.cos(angle))))).toFixed(3));

async function enrolAs(service: Service, subject: string, face: RequestInit, key: string): Promise<string> {
  const response = await service.callAs(key, `/v1/subjects/${subject}/faces`, face);
  expect(response.status).toBe(201);
  return ((await response.json()) as { face_id: string }).face_id;
}

/** Enrols an embedding, whose record has no measures, where every face is recognisable. */
function enrolEmbedding(subject: string, angle: number, key = "test-key"): Promise<string> {
  const embedding = base64(new Uint8Array(Float32Array.of(Math.cos(angle), Math.sin(angle)).buffer));
  return enrolAs(startService(), subject, json({ embedding, model: "text-1" }), key);
}

/** Enrols a photo whose face is measured to be so recognisable. */
function enrolPhoto(subject: string, angle: number, measured: number): Promise<string> {
  const { encodeFace } = textPipeline();
  const service = startService({
    pipeline: {
      async encodeFace(...parameters) {
        const encoded = await encodeFace(...parameters);
        if (!encoded.ok) return encoded;
        const quality = { ...encoded.value.quality, recognisability: measured };
        return { ok: true, value: { ...encoded.value, quality } };
      },
    },
  });
  return enrolAs(service, subject, jpeg(photoAt(angle)), "test-key");
}

async function review(service: Service, query = "", key = "test-key") {
  const response = await service.callAs(key, `/v1/faces/unrecognizable${query}`);
  return reviewAnswerSchema.parse(await response.json());
}

async function auditOf({ call }: Service) {
  const { entries } = (await (await call("/v1/audit")).json()) as {
    entries: { action: string; outcome: string }[];
  };
  return entries.map(({ action, outcome }) => `${action}: ${outcome}`);
}

describe("the review of enrolled faces", () => {
  it("names a face whose embedding alone tells nobody, with the number, and no other", async () => {
    const faceId = await enrolEmbedding("alice", 0.5);
    await enrolEmbedding("bob", 2);
    const found = await review(startService({ recognisability: strict }));
    expect(found).toMatchObject({ looked_at: 2, next_cursor: null });
    expect(found).not.toHaveProperty("not_judged");
    expect(found.faces).toEqual([
      {
        subject_id: "alice",
        face_id: faceId,
        created_at: now.toISOString(),
        recognisability: ofAngle(0.5),
        judged_by: "embedding",
      },
    ]);
  });

  it("goes by the number measured from the photo where the record has it, whatever the embedding says", async () => {
    await enrolPhoto("bad-photo", 2, 0.25);
    await enrolPhoto("at-the-limit", 2, 0.5);
    await enrolPhoto("good-photo", 0, 0.97);
    const { faces } = await review(startService({ recognisability: strict }));
    expect(
      faces.map(({ subject_id, recognisability, judged_by }) => [subject_id, recognisability, judged_by]),
    ).toEqual([["bad-photo", 0.25, "photo"]]);
  });

  it("judges records that an earlier version wrote, which have no measures", async () => {
    const life = writtenBefore as unknown as Life;
    await loadStorage(life.storage);
    const service = startAtUpgrade({ recognisability: strict });
    const { faces, looked_at } = await review(service, "?limit=1000", life.tenantKey);
    expect(looked_at).toBeGreaterThan(3);
    expect(faces.map(({ subject_id, judged_by }) => [subject_id, judged_by])).toContainEqual([
      "alice",
      "embedding",
    ]);
    expect(faces.length).toBeLessThan(looked_at);
  });

  it("looks at no more faces a page than were asked for, at each once, over all shards", async () => {
    const service = startService({ recognisability: strict });
    const made = await service.call("/v1/tenants", json({ tenant_id: "acme", settings: { shards: 3 } }));
    const { key } = newTenantAnswerSchema.parse(await made.json());
    const names = Array.from({ length: 11 }, (_, i) => `subject-${i}`);
    for (const [i, name] of names.entries()) await enrolEmbedding(name, i % 2 === 0 ? 0 : 2, key);
    const found: string[] = [];
    let lookedAt = 0;
    let query = "?limit=2";
    for (let pages = 0; pages < 20; pages++) {
      const page = await review(service, query, key);
      expect(page.looked_at).toBeLessThanOrEqual(2);
      lookedAt += page.looked_at;
      found.push(...page.faces.map(({ subject_id }) => subject_id));
      if (page.next_cursor === null) break;
      query = `?limit=2&cursor=${page.next_cursor}`;
    }
    expect(lookedAt).toBe(names.length);
    expect(found.sort()).toEqual(names.filter((_, i) => i % 2 === 0).sort());
  });

  it("counts faces of another model and damaged ones as not judged, and passes over them", async () => {
    await enrolEmbedding("alice", 0);
    const earlier = startService({ pipeline: textPipeline("text-0") });
    await enrolAs(earlier, "bob", jpeg(photoAt(0)), "test-key");
    await enrolEmbedding("carol", 0);
    await runInDurableObject(stubOf(), (_, { storage }) => {
      storage.sql.exec("UPDATE face SET sealed = zeroblob(80) WHERE subject_id = 'alice'");
    });
    const found = await review(startService({ recognisability: strict }));
    expect(found).toMatchObject({ looked_at: 3, not_judged: 2 });
    expect(found.faces.map(({ subject_id }) => subject_id)).toEqual(["carol"]);
  });

  it("is for keys with the scope admin, sees its own tenant alone, and is in the audit trail", async () => {
    const service = startService({ recognisability: strict });
    const made = await service.call("/v1/tenants", json({ tenant_id: "acme" }));
    const { key } = newTenantAnswerSchema.parse(await made.json());
    await enrolEmbedding("alice", 0, key);
    expect((await review(service)).looked_at).toBe(0);
    expect((await review(service, "", key)).faces).toHaveLength(1);
    const weak = await service.callAs(
      key,
      "/v1/keys",
      json({ scopes: ["read", "embeddings", "scores", "identify"] }),
    );
    const { key: weakKey } = newKeyAnswerSchema.parse(await weak.json());
    expect((await service.callAs(weakKey, "/v1/faces/unrecognizable")).status).toBe(403);
    expect(await auditOf({ ...service, call: (path, init) => service.callAs(key, path, init) })).toContain(
      "faces.review: looked at 1, found 1",
    );
    expect(await auditOf(service)).not.toContain("faces.review: looked at 0, found 0");
  });

  it("refuses a cursor that no page gave out", async () => {
    const { call } = startService();
    const ofAnotherShard = btoa(JSON.stringify({ shard: 99, after: null })).replaceAll("=", "");
    for (const cursor of ["abc", ofAnotherShard]) {
      expect((await call(`/v1/faces/unrecognizable?cursor=${cursor}`)).status).toBe(400);
    }
  });
});

describe("the doctor's look at enrolled faces", () => {
  async function facesLine(change: Change = {}) {
    const response = await startService(change).call("/v1/doctor");
    const { checks = [] } = doctorAnswerSchema.parse(await response.json());
    const { status, detail } = checks.find(({ name }) => name === "faces")!;
    return { status, detail };
  }

  it("warns of those that tell nobody, by tenant", async () => {
    const service = startService();
    const made = await service.call("/v1/tenants", json({ tenant_id: "acme", settings: { shards: 2 } }));
    const { key } = newTenantAnswerSchema.parse(await made.json());
    for (let i = 0; i < 6; i++) await enrolEmbedding(`subject-${i}`, i < 2 ? 0 : 2, key);
    await enrolEmbedding("alice", 2);
    const { status, detail } = await facesLine({ recognisability: strict });
    expect(status).toBe("warning");
    expect(detail).toContain("2 of 6 in acme");
    expect(detail).not.toContain("default");
  });

  it("says how many it looked at where all is well", async () => {
    await enrolEmbedding("alice", 2);
    expect(await facesLine({ recognisability: strict })).toEqual({
      status: "ok",
      detail: expect.stringContaining("none of 1 "),
    });
  });

  it("looks at no more than a sample, each face once, wherever it begins", async () => {
    for (let i = 0; i < 60; i++) await enrolEmbedding(`${"AMaz"[i % 4]}-${i}`, 2);
    for (const byte of [0, 20, 40, 61]) {
      const randomBytes = (length: number) => new Uint8Array(length).fill(byte);
      const { detail } = await facesLine({ recognisability: strict, trust: { randomBytes } });
      expect(detail).toContain("none of 50 ");
    }
  });
});
