/** Templates that age with their people: what joins them, how far they move, and the way back. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { sessionAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { verificationAnswerSchema } from "../../../src/http/schemas/answers.ts";
import { type MadeHead, madeHead } from "../../fixtures/people/live-frames.ts";
import { base64, framePhoto, jpeg, json, photoAt, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

const alice = "/v1/subjects/alice";
let captures = 100;

/** Starts a service whose templates take in frames that match the enrolled photo at 1e-5 or less: up to 1 apart. */
async function started(drift: number | null = 1e-5): Promise<Service> {
  const service = startService();
  await service.call("/v1/settings", { ...json({ template_drift_fmr: drift }), method: "PATCH" });
  const query = "?consent_version=v1&consent_purpose=door&expires_at=2027-01-01T00:00:00Z";
  await service.call(`${alice}/faces${query}`, jpeg(photoAt(0)));
  return service;
}

/** Verifies with liveness; the head's first frame is a face at this angle. */
async function verifyLive(service: Service, angle: number, change: Partial<MadeHead> = {}) {
  const request = json({ subject_id: "alice", action: "verify", liveness: "challenge" });
  const opened = sessionAnswerSchema.parse(await (await service.call("/v1/sessions", request)).json());
  const head = { ...madeHead, angle, capture: captures++, ...change };
  const frames = (["front", ...opened.challenge!.poses] as const).map((pose, k) =>
    base64(framePhoto(head, pose, k)),
  );
  service.wait(1);
  const answer = await service.callAs(opened.token, "/v1/sessions/verify", json({ frames }));
  return (await answer.json()) as { match: boolean };
}

async function template({ call }: Service, angle = 0) {
  const answer = await call(`${alice}/verify`, jpeg(photoAt(angle)));
  return verificationAnswerSchema.parse(await answer.json());
}

async function faces({ call }: Service) {
  const { faces } = (await (await call(alice)).json()) as {
    faces: { face_id: string; joined?: true; consent?: object; expires_at?: string }[];
  };
  return faces;
}

describe("the rate at which frames join", () => {
  it("is at most the tenant's own, whichever of the two is changed", async () => {
    const service = await started();
    const change = async (settings: object) =>
      (await service.call("/v1/settings", { ...json(settings), method: "PATCH" })).status;
    expect(await change({ template_drift_fmr: 1e-3 })).toBe(400);
    expect(await change({ max_fmr: 1e-6 })).toBe(400);
    expect(await (await service.call("/v1/settings")).json()).toMatchObject({
      template_drift_fmr: 1e-5,
      max_fmr: 1e-4,
    });
  });
});

describe("a live verification", () => {
  it("joins no template unless the tenant says so", async () => {
    const service = await started(null);
    expect(await verifyLive(service, 0.3)).toMatchObject({ match: true });
    expect(await faces(service)).toHaveLength(1);
  });

  it("that the enrolled photo is sure of joins, with its consent and its end, and is in the audit trail", async () => {
    const service = await started();
    const before = await template(service);
    expect(await verifyLive(service, 0.2)).toMatchObject({ match: true });
    const [own, joined] = await faces(service);
    expect(own).not.toHaveProperty("joined");
    expect(joined).toMatchObject({ joined: true, consent: own.consent, expires_at: own.expires_at });
    const { entries } = (await (await service.call("/v1/audit")).json()) as { entries: object[] };
    expect(entries).toContainEqual(
      expect.objectContaining({
        action: "template.join",
        face_id: joined.face_id,
        template: before.template?.version,
      }),
    );
    expect((await template(service)).template).toMatchObject({ photos: 2 });
    expect((await template(service, 0.1)).distance).toBeCloseTo(0, 5);
    // A search compares with the same template.
    const { candidates } = (await (await service.call("/v1/identify", jpeg(photoAt(0.1)))).json()) as {
      candidates: { distance: number }[];
    };
    expect(candidates[0].distance).toBeCloseTo(0, 5);
  });

  it("does not join where it matches less surely, or a copy is sent, or no person is live", async () => {
    const service = await started();
    // 1.05 apart is a match at 1e-4, and not at 1e-5.
    expect(await verifyLive(service, 2 * Math.asin(1.05 / 2))).toMatchObject({ match: true });
    expect(await verifyLive(service, 0.2, { relief: 0 })).toMatchObject({ match: false });
    expect(await faces(service)).toHaveLength(1);
  });

  it("never joins by what joined before: the enrolled photo decides, and the template moves by 0.3 at most", async () => {
    const service = await started();
    for (const angle of [0.5, 0.9, 1, 1, 1])
      expect(await verifyLive(service, angle)).toMatchObject({ match: true });
    const present = await faces(service);
    expect(present.filter(({ joined }) => joined)).toHaveLength(5);
    // The mean of all would be at 0.73.
    expect((await template(service)).distance).toBeCloseTo(0.3, 5);
    // 1.15 is 0.98 from the template, and 1.09 from the enrolled photo.
    expect(await verifyLive(service, 1.15)).toMatchObject({ match: true });
    expect((await faces(service)).map(({ face_id }) => face_id)).toEqual(
      present.map(({ face_id }) => face_id),
    );
  });

  it("keeps the five latest, and says in the audit trail which gave way", async () => {
    const service = await started();
    for (const angle of [0.1, 0.12, 0.14, 0.16, 0.18]) await verifyLive(service, angle);
    const [, first] = await faces(service);
    await verifyLive(service, 0.2);
    const left = await faces(service);
    expect(left.filter(({ joined }) => joined)).toHaveLength(5);
    expect(left.map(({ face_id }) => face_id)).not.toContain(first.face_id);
    const { entries } = (await (await service.call("/v1/audit?limit=1000")).json()) as { entries: object[] };
    expect(entries).toContainEqual(
      expect.objectContaining({ action: "face.delete", outcome: "superseded", face_id: first.face_id }),
    );
  });
});

describe("the way back", () => {
  it("leaves the template that the enrolled photos made, exactly", async () => {
    const service = await started();
    const before = await template(service, 0.1);
    await verifyLive(service, 0.2);
    const reverted = await service.call(`${alice}/joined`, { method: "DELETE" });
    expect(await reverted.json()).toMatchObject({ deleted_faces: [expect.stringMatching(/^joined-/)] });
    expect(await template(service, 0.1)).toMatchObject({
      distance: before.distance,
      template: before.template,
    });
    expect((await service.call(`${alice}/joined`, { method: "DELETE" })).status).toBe(404);
  });

  it("is also the deletion of an enrolled photo, and its end", async () => {
    const service = await started();
    // Faces are listed by the time of their enrolment.
    service.wait(1);
    const second = await service.call(`${alice}/faces?expires_at=2026-03-04T05:10:00Z`, jpeg(photoAt(0.1)));
    expect(second.status).toBe(201);
    await verifyLive(service, 0.2);
    const [first] = await faces(service);
    await service.call(`${alice}/faces/${first.face_id}`, { method: "DELETE" });
    expect(await faces(service)).toHaveLength(1);
    await verifyLive(service, 0.2);
    expect(await faces(service)).toHaveLength(2);
    service.wait(600);
    // A search removes what has expired.
    await service.call("/v1/identify", jpeg(photoAt(0)));
    expect((await service.call(alice)).status).toBe(404);
  });

  it("is in the certificate of a photo's deletion", async () => {
    const service = await started();
    await verifyLive(service, 0.2);
    const [first, joined] = await faces(service);
    const deleted = await service.call(`${alice}/faces/${first.face_id}`, { method: "DELETE" });
    expect(await deleted.json()).toMatchObject({ deleted_faces: [first.face_id, joined.face_id] });
  });
});

it("faces that joined go with an export, and are known as such where they are imported", async () => {
  const service = await started();
  await verifyLive(service, 0.2);
  const headers = { "Sameface-Transfer-Key": btoa("the key that moves a tenant away") };
  const page = await (await service.call("/v1/export", { method: "POST", headers })).text();
  const { template: moved } = await template(service);
  await reset();
  const other = startService();
  await other.call("/v1/import", { method: "POST", headers, body: page });
  expect((await faces(other)).map(({ joined }) => joined)).toEqual([undefined, true]);
  expect((await template(other)).template).toEqual(moved);
});
