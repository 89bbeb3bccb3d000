/** Replacing the key-encryption key, in one go and with a crash at every write. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { newTenantAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { defaultTenant } from "../../../src/identity/ids.ts";
import { type Fuse, fuse, mortalDirectories, restart } from "../setup/crash.ts";
import { jpeg, json, photoAt, type Service, startService, testKek } from "../setup/service.ts";

beforeEach(reset);

const nextKek = btoa("the key-encryption key of after.");

/** Starts the Worker, its directories and its galleries, all with these KEKs. */
const withKeks = (...keks: string[]) =>
  startService({
    config: { keks },
    trust: { openDirectory: mortalDirectories(fuse(Number.POSITIVE_INFINITY), keks) },
  });
const withOldKek = () => withKeks(testKek);
const withBothKeks = () => withKeks(nextKek, testKek);
const withNewKek = () => withKeks(nextKek);

const subjects = ["alice", "bob", "carol"];

async function enrolAll(service: Service, key = "test-key"): Promise<void> {
  for (const name of subjects) await service.callAs(key, `/v1/subjects/${name}/faces`, jpeg(photoAt(0)));
}

async function statuses(service: Service, key = "test-key"): Promise<number[]> {
  const answers = subjects.map((name) =>
    service.callAs(key, `/v1/subjects/${name}/verify`, jpeg(photoAt(0))),
  );
  return (await Promise.all(answers)).map(({ status }) => status);
}

/** Returns the subjects that a search finds, or its status. */
async function found(service: Service, key = "test-key"): Promise<string[] | number> {
  const response = await service.callAs(key, "/v1/identify", jpeg(photoAt(0)));
  if (response.status !== 200) return response.status;
  const { candidates } = (await response.json()) as { candidates: { subject_id: string }[] };
  return candidates.map(({ subject_id }) => subject_id).sort();
}

async function rewrap(service: Service): Promise<unknown> {
  const response = await service.call("/v1/kek/rewrap", { method: "POST" });
  const { rewrapped, done } = (await response.json()) as { rewrapped: number; done: boolean };
  return { rewrapped, done };
}

describe("rotating the key-encryption key", () => {
  it("wraps every tenant's faces anew, on every shard, and then the old one is not needed", async () => {
    const service = withOldKek();
    await enrolAll(service);
    const request = json({ tenant_id: "acme", settings: { shards: 3 } });
    const { key } = newTenantAnswerSchema.parse(await (await service.call("/v1/tenants", request)).json());
    await enrolAll(service, key);
    await service.trust.signingKeys.current(defaultTenant);
    expect(await statuses(withNewKek())).toEqual([500, 500, 500]);
    expect(await found(withNewKek())).toBe(503);
    // The keys are those of six faces, a signing key, and a block of each of the two galleries that have any face.
    expect(await rewrap(withBothKeks())).toEqual({ rewrapped: 9, done: true });
    expect(await rewrap(withBothKeks())).toEqual({ rewrapped: 0, done: true });
    expect(await statuses(withNewKek())).toEqual([200, 200, 200]);
    expect(await statuses(withNewKek(), key)).toEqual([200, 200, 200]);
    expect(await found(withNewKek())).toEqual(subjects);
    expect(await found(withNewKek(), key)).toEqual(subjects);
    expect((await withNewKek().call("/v1/subjects/alice/verify?receipt=true", jpeg(photoAt(0)))).status).toBe(
      200,
    );
  });

  it("works while both are there, before, during and after", async () => {
    await enrolAll(withOldKek());
    expect(await statuses(withBothKeks())).toEqual([200, 200, 200]);
    await withBothKeks().call("/v1/subjects/dave/faces", jpeg(photoAt(0)));
    expect(await rewrap(withBothKeks())).toEqual({ rewrapped: 3, done: true });
    expect((await withNewKek().call("/v1/subjects/dave/verify", jpeg(photoAt(0)))).status).toBe(200);
    expect(await found(withNewKek())).toEqual([...subjects, "dave"]);
  });

  it("without the earlier key at hand is refused, and changes nothing", async () => {
    await enrolAll(withOldKek());
    expect((await withNewKek().call("/v1/kek/rewrap", { method: "POST" })).status).toBe(503);
    expect(await statuses(withOldKek())).toEqual([200, 200, 200]);
  });

  it("is not done while the objects that hold galleries still run with the earlier key", async () => {
    await enrolAll(withOldKek());
    // Their directories and galleries have the old KEK alone.
    const service = startService({
      config: { keks: [nextKek, testKek] },
      trust: { openDirectory: mortalDirectories(fuse(Number.POSITIVE_INFINITY), [testKek]) },
    });
    expect(await rewrap(service)).toEqual({ rewrapped: 3, done: false });
    expect(await rewrap(withBothKeks())).toEqual({ rewrapped: 1, done: true });
    expect(await found(withNewKek())).toEqual(subjects);
  });

  it("that dies at any write loses no record, and the next call finishes it", async () => {
    for (let writes = 0; ; writes++) {
      await reset();
      await enrolAll(withOldKek());
      await withOldKek().trust.signingKeys.current(defaultTenant);
      await restart();
      const limited: Fuse = fuse(writes);
      const mortal = startService({
        config: { keks: [nextKek, testKek] },
        trust: { openDirectory: mortalDirectories(limited, [nextKek, testKek]) },
      });
      await mortal.call("/v1/kek/rewrap", { method: "POST" });
      await restart();
      expect(await statuses(withBothKeks()), `killed at write ${writes}`).toEqual([200, 200, 200]);
      await rewrap(withBothKeks());
      expect(await statuses(withNewKek()), `finished after write ${writes}`).toEqual([200, 200, 200]);
      expect(await found(withNewKek()), `finished after write ${writes}`).toEqual(subjects);
      if (!limited.blown) break;
      expect(writes).toBeLessThan(50);
    }
  });
});
