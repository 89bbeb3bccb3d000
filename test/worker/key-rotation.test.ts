/** Replacing the key-encryption key, in one go and with a crash at every write. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { newTenantAnswerSchema } from "../../src/http/admin-answer-schemas.ts";
import { type Fuse, fuse, mortalDirectories, restart } from "./crash.ts";
import { jpeg, json, photoAt, type Service, startService, testKek } from "./service.ts";

beforeEach(reset);

const nextKek = btoa("the key-encryption key of after.");

const withKeks = (...keks: string[]) => startService({ config: { keks } });
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
    await service.trust.signingKeys.current();
    expect(await statuses(withNewKek())).toEqual([500, 500, 500]);
    expect(await rewrap(withBothKeks())).toEqual({ rewrapped: 7, done: true });
    expect(await rewrap(withBothKeks())).toEqual({ rewrapped: 0, done: true });
    expect(await statuses(withNewKek())).toEqual([200, 200, 200]);
    expect(await statuses(withNewKek(), key)).toEqual([200, 200, 200]);
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
  });

  it("without the earlier key at hand is refused, and changes nothing", async () => {
    await enrolAll(withOldKek());
    expect((await withNewKek().call("/v1/kek/rewrap", { method: "POST" })).status).toBe(503);
    expect(await statuses(withOldKek())).toEqual([200, 200, 200]);
  });

  it("that dies at any write loses no record, and the next call finishes it", async () => {
    for (let writes = 0; ; writes++) {
      await reset();
      await enrolAll(withOldKek());
      await withOldKek().trust.signingKeys.current();
      await restart();
      const limited: Fuse = fuse(writes);
      const mortal = startService({
        config: { keks: [nextKek, testKek] },
        trust: { openDirectory: mortalDirectories(limited) },
      });
      await mortal.call("/v1/kek/rewrap", { method: "POST" });
      await restart();
      expect(await statuses(withBothKeks()), `killed at write ${writes}`).toEqual([200, 200, 200]);
      await rewrap(withBothKeks());
      expect(await statuses(withNewKek()), `finished after write ${writes}`).toEqual([200, 200, 200]);
      if (!limited.blown) break;
      expect(writes).toBeLessThan(50);
    }
  });
});
