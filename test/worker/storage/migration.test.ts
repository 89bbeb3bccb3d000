/** A service whose model changes: faces enrolled with the old one are refused, then converted, without a photo. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { encodeBlocks, type Head, type HeadFile } from "../../../model/train/head.ts";
import { importAesKey } from "../../../src/crypto/sealing.ts";
import { migratePage } from "../../../tools/migrate-page.ts";
import {
  form,
  jpeg,
  photoAt,
  randomBytes,
  type Service,
  startService,
  textPipeline,
} from "../setup/service.ts";

beforeEach(reset);

const raw = Uint8Array.from("a key that lives as long as this", (letter) => letter.charCodeAt(0));
const headers = { "Sameface-Transfer-Key": btoa(String.fromCharCode(...raw)) };

async function verify({ call }: Service, subject: string, angle: number) {
  const response = await call(`/v1/subjects/${subject}/verify`, jpeg(photoAt(angle)));
  const answer = (await response.json()) as { match?: boolean; distance?: number; error?: { code: string } };
  return {
    status: response.status,
    match: answer.match,
    distance: answer.distance,
    code: answer.error?.code,
  };
}

async function identify({ call }: Service, angle: number) {
  const response = await call("/v1/identify", jpeg(photoAt(angle)));
  return (await response.json()) as { candidates?: { subject_id: string }[] };
}

async function migrate({ call }: Service, file: HeadFile) {
  const page = await call("/v1/export", { method: "POST", headers });
  const migrated = await migratePage(await page.text(), await importAesKey(raw), file, randomBytes);
  if (migrated.text === null) return migrated;
  const answer = await call("/v1/import", { method: "POST", headers, body: migrated.text });
  expect(answer.status).toBe(200);
  return { ...migrated, answer: await answer.json() };
}

/** Makes a head that turns the first two numbers by a quarter, for any dimension of the test's embeddings. */
async function quarterTurn(service: Service): Promise<HeadFile> {
  const encoded = await service.pipeline.encodeFace(photoAt(0), "only");
  if (!encoded.ok) throw new Error("the test's pipeline encodes nothing");
  const size = encoded.value.embedding.values.length;
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) values[i * size + i] = 1;
  values.set([0, -1], 0);
  values.set([1, 0], size);
  const head: Head = { kind: "linear", blocks: [[{ rows: size, columns: size, values }]] };
  return { kind: "linear", from: "text-1", to: "text-2", blocks: encodeBlocks(head) };
}

describe("enrolled faces, when the model changes", () => {
  it("are refused, then lifted where they are, and found under the new model alone", async () => {
    const before = startService();
    for (const [name, angle] of [
      ["alice", 0],
      ["alice", 0.1],
      ["bob", 2],
    ] as const) {
      await before.call(`/v1/subjects/${name}/faces`, form({ image: photoAt(angle) }));
    }
    const own = await verify(before, "alice", 0.05);
    expect(own).toMatchObject({ status: 200, match: true });

    const after = startService({ pipeline: textPipeline("text-2") });
    expect(await verify(after, "alice", 0.05)).toMatchObject({ code: "model_mismatch" });
    expect(await identify(after, 2)).not.toMatchObject({ candidates: [{ subject_id: "bob" }] });

    const file = await quarterTurn(before);
    expect(await migrate(after, file)).toMatchObject({
      lifted: 3,
      passed: 0,
      answer: { imported: 3, skipped: 0 },
    });
    // The test's encoder has not turned: a person who was at an angle is found a quarter further.
    const turned = await verify(after, "alice", 0.05 + Math.PI / 2);
    expect(turned).toMatchObject({ status: 200, match: true });
    expect(turned.distance).toBeCloseTo(own.distance!, 4);
    expect(await verify(after, "bob", 0.05 + Math.PI / 2)).toMatchObject({ status: 200, match: false });
    expect(await identify(after, 2 + Math.PI / 2)).toMatchObject({ candidates: [{ subject_id: "bob" }] });
    expect(await migrate(after, file)).toMatchObject({ text: null, lifted: 0, passed: 3 });
    expect(await verify(before, "alice", 0.05)).toMatchObject({ code: "model_mismatch" });
  });

  it("leave their subject locked for as long as it was, also where it has no other face", async () => {
    const before = startService();
    await before.call("/v1/subjects/alice/faces", form({ image: photoAt(0) }));
    for (let i = 0; i < 5; i++) expect(await verify(before, "alice", 2)).toMatchObject({ match: false });
    const after = startService({ pipeline: textPipeline("text-2") });
    expect(await migrate(after, await quarterTurn(before))).toMatchObject({ answer: { imported: 1 } });
    after.wait(29);
    expect(await verify(after, "alice", Math.PI / 2)).toMatchObject({ code: "locked" });
    after.wait(1);
    expect(await verify(after, "alice", Math.PI / 2)).toMatchObject({ status: 200, match: true });
  });

  it("of a third model stop a migration, and are named by their subject alone", async () => {
    const service = startService();
    await service.call("/v1/subjects/alice/faces", form({ image: photoAt(0) }));
    const file = { ...(await quarterTurn(service)), from: "text-0" };
    await expect(migrate(service, file)).rejects.toThrow(
      "alice has a face of text-1; this head lifts those of text-0",
    );
  });
});
