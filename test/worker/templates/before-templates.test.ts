/** Storage of a version that compared with each photo by itself: its people gain templates without their photos. */
import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { identificationAnswerSchema, verificationAnswerSchema } from "../../../src/http/schemas/answers.ts";
import written from "../../vectors/records/written-before-templates.json";
import { galleryStubOf, restart } from "../setup/crash.ts";
import { startAtUpgrade } from "../setup/life.ts";
import { resetStorage } from "../setup/reset-storage.ts";
import { jpeg, photoAt } from "../setup/service.ts";
import { loadStorage, type StorageDump } from "../setup/storage-dump.ts";

beforeEach(resetStorage);

/** People, the middle of their photos and the number of photos that show them. */
const people = { alice: [0.2, 3], bob: [1.6, 2], carol: [2.6, 1], dave: [3.5, 2] } as const;

async function takenOver() {
  await loadStorage(written.storage as unknown as StorageDump);
  const service = startAtUpgrade();
  service.wait(60);
  return (path: string, init?: RequestInit) => service.callAs(written.tenantKey, path, init);
}

type Call = Awaited<ReturnType<typeof takenOver>>;

const verify = async (call: Call, name: string, angle: number) =>
  verificationAnswerSchema.parse(
    await (await call(`/v1/subjects/${name}/verify`, jpeg(photoAt(angle)))).json(),
  );

const identify = async (call: Call, angle: number) =>
  identificationAnswerSchema.parse(await (await call("/v1/identify", jpeg(photoAt(angle)))).json());

describe("people enrolled before there were templates", () => {
  it("are verified by the template of their photos, without the one of somebody else", async () => {
    const call = await takenOver();
    for (const [name, [middle, photos]] of Object.entries(people)) {
      const answer = await verify(call, name, middle);
      expect(answer).toMatchObject({ match: true, template: { photos } });
      expect(answer.distance).toBeCloseTo(0, 5);
    }
    expect(await verify(call, "dave", 5.4)).toMatchObject({ match: false });
  });

  it("are found by their templates in the first search, which builds the gallery anew", async () => {
    const call = await takenOver();
    for (const [name, [middle, photos]] of Object.entries(people)) {
      const { gallery_size, not_compared, candidates } = await identify(call, middle);
      expect([gallery_size, not_compared]).toEqual([4, undefined]);
      expect(candidates[0]).toMatchObject({ subject_id: name, template: { photos } });
      expect(candidates[0].distance).toBeCloseTo(0, 5);
    }
    expect((await identify(call, 5.4)).candidates.map(({ subject_id }) => subject_id)).not.toContain("dave");
  });

  it("are found as well where the first call is an enrolment, and no block of the earlier gallery is left", async () => {
    const call = await takenOver();
    expect((await call("/v1/subjects/erin/faces", jpeg(photoAt(4.6)))).status).toBe(201);
    for (const shard of [0, 1]) await restart("acme", shard).catch(() => undefined);
    for (const [name, [middle]] of Object.entries({ ...people, erin: [4.6] })) {
      expect((await identify(call, middle)).candidates[0]).toMatchObject({ subject_id: name });
    }
    for (const shard of [0, 1]) {
      const tables = await runInDurableObject(galleryStubOf("acme", shard), (_, { storage: { sql } }) =>
        sql.exec("SELECT name FROM sqlite_master WHERE type = 'table'").toArray(),
      );
      const names = tables.map((row) => row.name);
      expect(names).toContain("template_block");
      for (const old of ["entry", "block", "state"]) expect(names).not.toContain(old);
    }
  });

  it("keep their audit trail, whose later entries name templates", async () => {
    const call = await takenOver();
    const { template } = await verify(call, "carol", 2.6);
    const { entries } = (await (await call("/v1/audit?limit=1000")).json()) as {
      entries: { action: string; subject_id: string; template?: string }[];
    };
    const verified = entries.filter(
      ({ action, subject_id }) => action === "verify" && subject_id === "carol",
    );
    expect(verified.map((entry) => entry.template)).toEqual([undefined, template?.version]);
  });
});
