/** Templates of several photos: what joins them, what leaves them, and what names them. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { enrolmentAnswerSchema, verificationAnswerSchema } from "../../../src/http/schemas/answers.ts";
import { fuse, mortalDirectories, restart } from "../setup/crash.ts";
import { jpeg, json, photoAt, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

const alice = "/v1/subjects/alice";

async function enrol({ call }: Service, angle: number, query = "") {
  const response = await call(`${alice}/faces${query}`, jpeg(photoAt(angle)));
  expect(response.status).toBe(201);
  return enrolmentAnswerSchema.parse(await response.json());
}

async function verify({ call }: Service, angle: number) {
  const response = await call(`${alice}/verify`, jpeg(photoAt(angle)));
  expect(response.status).toBe(200);
  return verificationAnswerSchema.parse(await response.json());
}

const apart = (angle: number) => 2 * Math.sin(angle / 2);

describe("a photo of somebody else than the subject's others", () => {
  it("is refused, in each order of two, and leaves the template as it was", async () => {
    const service = startService();
    await enrol(service, 0);
    await enrol(service, 0.2);
    const before = await verify(service, 0);
    const refused = await service.call(`${alice}/faces`, jpeg(photoAt(2)));
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ error: { code: "conflicting_face" } });
    expect((await verify(service, 0)).template).toEqual(before.template);
  });

  it("is enrolled where the request allows it, said to conflict, and left out of the template", async () => {
    const service = startService();
    const own = await enrol(service, 0);
    expect(own).not.toHaveProperty("conflicting_face");
    service.wait(1);
    expect(await enrol(service, 2, "?conflicts=allow")).toMatchObject({ conflicting_face: true });
    service.wait(1);
    await enrol(service, 0.2);
    const answer = await verify(service, 0.1);
    expect(answer).toMatchObject({ match: true, template: { photos: 2 } });
    expect(answer.distance).toBeCloseTo(0, 5);
    expect(await verify(service, 2)).toMatchObject({ match: false });
    // The stranger's photo is left out whichever of the subject's faces is asked for.
    expect((await verify(service, 1.9)).face_id).not.toBe(undefined);
  });

  it("is no reason to refuse where the subject's photos are of another model", async () => {
    const { textPipeline } = await import("../setup/service.ts");
    await enrol(startService({ pipeline: textPipeline("text-0") }), 0);
    await enrol(startService(), 2);
  });
});

describe("a template", () => {
  it("is rebuilt at once by a deletion and an expiry, exactly as if the photo had never been", async () => {
    const service = startService();
    await enrol(service, 0);
    const alone = await verify(service, 0.3);
    const second = await enrol(service, 0.4);
    expect((await verify(service, 0.3)).distance).toBeCloseTo(apart(0.1), 5);
    await service.call(`${alice}/faces/${second.face_id}`, { method: "DELETE" });
    const { request_id, ...again } = await verify(service, 0.3);
    expect(again).toEqual({ ...again, distance: alone.distance, template: alone.template });
    await enrol(service, 0.8, "?expires_at=2026-03-04T05:07:07Z");
    expect((await verify(service, 0.3)).distance).toBeCloseTo(apart(0.1), 5);
    service.wait(61);
    const { request_id: _, ...expired } = await verify(service, 0.3);
    expect(expired).toEqual(again);
  });

  it("is in the audit trail by its version, and in no entry that it did not decide", async () => {
    const service = startService();
    await enrol(service, 0);
    const { template } = await verify(service, 0);
    const { entries } = (await (await service.call("/v1/audit")).json()) as { entries: object[] };
    expect(entries.at(-1)).toMatchObject({ action: "verify", template: template?.version });
    expect(entries.at(-2)).toMatchObject({ action: "face.enrol" });
    expect(entries.at(-2)).not.toHaveProperty("template");
  });

  it("says since when it may be stale, with `edge` alone", async () => {
    const service = startService();
    await enrol(service, 0);
    expect((await verify(service, 0)).template).not.toHaveProperty("as_of");
    await service.call("/v1/settings", {
      ...json({ consistency: "edge", edge_seconds: 60 }),
      method: "PATCH",
    });
    expect((await verify(service, 0)).template).not.toHaveProperty("as_of");
    service.wait(30);
    expect((await verify(service, 0)).template).toMatchObject({ as_of: "2026-03-04T05:06:07.008Z" });
    service.wait(31);
    expect((await verify(service, 0)).template).not.toHaveProperty("as_of");
    await service.settled();
  });

  it.each<[string, (service: Service, second: string) => Promise<unknown>]>([
    ["an enrolment", ({ call }) => call(`${alice}/faces`, jpeg(photoAt(0.6)))],
    ["a deletion", ({ call }, second) => call(`${alice}/faces/${second}`, { method: "DELETE" })],
  ])("is the old or the new one after a crash between any two writes of %s", async (_, act) => {
    const seen = new Set<string>();
    for (let writes = 0; ; writes++) {
      await reset();
      const whole = startService();
      await enrol(whole, 0);
      const { face_id } = await enrol(whole, 0.2);
      const before = await verify(whole, 0);
      await restart().catch(() => undefined);
      const limited = fuse(writes);
      const mortal = startService({ trust: { openDirectory: mortalDirectories(limited) } });
      const answered = await act(mortal, face_id).then(
        (response) => (response as Response).status,
        () => 500,
      );
      await restart().catch(() => undefined);
      const after = await verify(startService(), 0);
      const photos = after.template?.photos ?? 0;
      if (after.template?.version === before.template?.version) expect(after.distance).toBe(before.distance);
      else expect(photos).toBe(_ === "an enrolment" ? 3 : 1);
      if (answered < 300) expect(photos).not.toBe(2);
      // A search compares with the same template.
      const identified = await startService().call("/v1/identify", jpeg(photoAt(0)));
      const { candidates } = (await identified.json()) as { candidates: { distance: number }[] };
      expect(candidates).toMatchObject([{ subject_id: "alice", distance: after.distance }]);
      seen.add(`${photos}`);
      if (!limited.blown) break;
      expect(writes).toBeLessThan(60);
    }
    expect(seen.size).toBe(2);
  });
});
