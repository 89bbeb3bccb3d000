import { env, reset, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { DirectoryObject } from "../../../src/identity/directory/object.ts";
import { base64, form, jpeg, json, photoAt, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

const path = "/v1/subjects/alice/faces";

async function enrol(service: Service, key: string, init: RequestInit, at = path) {
  const headers = new Headers(init.headers);
  headers.set("Idempotency-Key", key);
  const response = await service.call(at, { ...init, headers });
  const body = (await response.json()) as { face_id?: string; request_id: string; error?: { code: string } };
  return { status: response.status, ...body };
}

async function facesOf(service: Service, subject = "alice"): Promise<unknown[]> {
  const body = (await (await service.call(`/v1/subjects/${subject}`)).json()) as { faces?: unknown[] };
  return body.faces ?? [];
}

describe("an enrolment with an Idempotency-Key", () => {
  it("that is sent again answers what the first one did, and enrols one face", async () => {
    const service = startService();
    const first = await enrol(service, "k1", jpeg(photoAt(0)));
    service.wait(60);
    const second = await enrol(service, "k1", jpeg(photoAt(0)));
    expect(first.status).toBe(201);
    expect({ ...second, request_id: "" }).toEqual({ ...first, request_id: "" });
    expect(await facesOf(service)).toHaveLength(1);
  });

  it("that is sent ten times at once enrols one face", async () => {
    const service = startService();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => enrol(service, "k1", jpeg(photoAt(0)))),
    );
    expect(new Set(answers.map(({ face_id }) => face_id)).size).toBe(1);
    expect(await facesOf(service)).toHaveLength(1);
  });

  it("is the same request in every dress", async () => {
    const service = startService();
    const dresses = [jpeg(photoAt(0)), form({ image: photoAt(0) }), json({ image: base64(photoAt(0)) })];
    for (const dress of dresses) expect(await enrol(service, "k1", dress)).toMatchObject({ status: 201 });
    expect(await facesOf(service)).toHaveLength(1);
  });

  it("enrols another face under another key", async () => {
    const service = startService();
    await enrol(service, "k1", jpeg(photoAt(0)));
    await enrol(service, "k2", jpeg(photoAt(0)));
    expect(await facesOf(service)).toHaveLength(2);
  });

  it.each([
    ["another photo", jpeg(photoAt(1)), path],
    ["other options", jpeg(photoAt(0)), `${path}?expires_at=2099-01-01T00:00:00Z`],
  ])("is refused with %s under the same key", async (_, init, at) => {
    const service = startService();
    await enrol(service, "k1", jpeg(photoAt(0)));
    const { status, error } = await enrol(service, "k1", init, at);
    expect([status, error?.code]).toEqual([422, "idempotency_key_reused"]);
    expect(await facesOf(service)).toHaveLength(1);
  });

  it("tells apart two embeddings that agree in their whole numbers", async () => {
    const service = startService();
    const embedding = (x: number) => {
      const values = new Float32Array([x, Math.sqrt(1 - x * x)]);
      return json({ embedding: base64(new Uint8Array(values.buffer)), model: "text-1" });
    };
    expect(await enrol(service, "k1", embedding(0.5))).toMatchObject({ status: 201 });
    expect(await enrol(service, "k1", embedding(0.6))).toMatchObject({ status: 422 });
  });

  it("keeps to its subject: the same key enrols somebody else too", async () => {
    const service = startService();
    await enrol(service, "k1", jpeg(photoAt(0)));
    await enrol(service, "k1", jpeg(photoAt(1)), "/v1/subjects/bob/faces");
    expect(await facesOf(service, "bob")).toHaveLength(1);
  });

  it("does not bring back a face that was deleted meanwhile", async () => {
    const service = startService();
    const first = await enrol(service, "k1", jpeg(photoAt(0)));
    await service.call("/v1/subjects/alice", { method: "DELETE" });
    expect(await enrol(service, "k1", jpeg(photoAt(0)))).toMatchObject({ face_id: first.face_id });
    expect(await facesOf(service)).toHaveLength(0);
  });

  it("that was refused may be sent again with a better photo", async () => {
    const service = startService();
    const refusal = new TextEncoder().encode('FAIL {"code":"face_not_found"}');
    expect(await enrol(service, "k1", jpeg(refusal))).toMatchObject({ status: 422 });
    expect(await enrol(service, "k1", jpeg(photoAt(0)))).toMatchObject({ status: 201 });
  });

  it("is a new one after a day", async () => {
    const service = startService();
    await enrol(service, "k1", jpeg(photoAt(0)));
    service.wait(24 * 3600);
    await enrol(service, "k1", jpeg(photoAt(1)));
    expect(await facesOf(service)).toHaveLength(2);
  });

  it("writes one line into the audit trail, however often it comes", async () => {
    const service = startService();
    for (let turn = 0; turn < 3; turn++) await enrol(service, "k1", jpeg(photoAt(0)));
    const { entries } = (await (await service.call("/v1/audit")).json()) as { entries: { action: string }[] };
    expect(entries.map(({ action }) => action)).toEqual(["face.enrol"]);
  });

  it.each(["", "a b", "x".repeat(256)])("is refused with the key %j", async (key) => {
    const service = startService();
    expect(await enrol(service, key, jpeg(photoAt(0)))).toMatchObject({
      status: 400,
      error: { code: "invalid_request", details: { field: "Idempotency-Key" } },
    });
  });

  it("is known to a directory of an earlier version, once that wakes up", async () => {
    const service = startService();
    await enrol(service, "k1", jpeg(photoAt(0)));
    const namespace = (env as { DIRECTORY: DurableObjectNamespace<DirectoryObject> }).DIRECTORY;
    const tables = await runInDurableObject(
      namespace.get(namespace.idFromName("default/0")),
      (_, state: DurableObjectState) => {
        const { sql } = state.storage;
        for (const newer of ["enrolment_request", "gallery", "verification_request", "challenge"])
          sql.exec(`DROP TABLE ${newer}`);
        new DirectoryObject(state, env as never);
        return sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray();
      },
    );
    expect(tables.map(({ name }) => name)).toContain("enrolment_request");
  });
});
