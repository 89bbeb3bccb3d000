/** The client inside a Worker, where `fetch` knows fewer options, against the service. */
import { reset } from "cloudflare:test";
import { beforeEach, expect, it } from "vitest";
import { type Photo, Sameface, SamefaceError } from "../../../client/index.ts";
import { darkPhotoAt, photoAt, startService } from "../setup/service.ts";

beforeEach(reset);

function start() {
  const service = startService();
  // The platform's own Request refuses options that it does not know.
  const client = new Sameface({
    url: "https://sameface.test",
    key: "test-key",
    // Makes the platform's own Request, which refuses options that it does not know.
    fetch: (url, init) => service.call(url.slice("https://sameface.test".length), init),
  });
  return { service, client };
}

it("enrols, verifies, compares and identifies", async () => {
  const { client } = start();
  const enrolment = await client.enrol("anna", photoAt(0), { metadata: { room: "12" } });
  expect(enrolment.subject_id).toBe("anna");
  expect(await client.verify("anna", photoAt(0.01))).toMatchObject({
    match: true,
    face_id: enrolment.face_id,
  });
  expect(await client.verify("anna", photoAt(1.5), { max_fmr: 1e-3 })).toMatchObject({ match: false });
  expect(await client.compare(photoAt(0), photoAt(0))).toMatchObject({ match: true, distance: 0 });
  expect((await client.identify(photoAt(0))).candidates).toMatchObject([{ subject_id: "anna" }]);
  expect((await client.subjects.get("anna")).faces[0].metadata).toEqual({ room: "12" });
});

it("sends an embedding in place of a photo", async () => {
  const { client } = start();
  const { embedding, model } = await client.embed(photoAt(0));
  await client.enrol("anna", { embedding, model });
  expect(await client.verify("anna", { embedding, model })).toMatchObject({ match: true, distance: 0 });
});

it.each<[string, () => Photo]>([
  ["a stream", () => new Blob([photoAt(0)]).stream()],
  [
    "the body of a request",
    () => new Request("https://phone", { method: "POST", body: photoAt(0) }).body as never,
  ],
  ["a blob", () => new Blob([photoAt(0)])],
  ["a buffer", () => photoAt(0).slice().buffer],
  ["a view", () => new DataView(photoAt(0).slice().buffer)],
])("takes %s for a photo, as a body and in a form", async (_, open) => {
  const { client } = start();
  await client.enrol("anna", open(), { metadata: { room: "12" } });
  expect(await client.verify("anna", open())).toMatchObject({ match: true, distance: 0 });
  expect(await client.compare(open(), photoAt(0))).toMatchObject({ match: true, distance: 0 });
});

it("refuses what is no photo before anything is sent", async () => {
  const { client } = start();
  const error = await client.verify("anna", btoa("a photo") as never).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(TypeError);
  expect((error as TypeError).message).toMatch(/^face must be a Blob or File, .*decode base64/);
});

it("tells of progress", async () => {
  const { client } = start();
  const seen: number[] = [];
  await client.enrol("anna", photoAt(0), { onUploadProgress: ({ sentBytes }) => seen.push(sentBytes) });
  expect(seen).toEqual([photoAt(0).length]);
});

it("throws what the service refuses, with its details", async () => {
  const { client } = start();
  const error = await client.enrol("anna", darkPhotoAt(0)).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(SamefaceError);
  expect(error).toMatchObject({ code: "low_quality", status: 422, details: { reasons: ["too_dark"] } });
});

it("lists keys, tenants and the audit trail, and moves a tenant's faces", async () => {
  const { client } = start();
  await client.enrol("anna", photoAt(0));
  const { key_id } = await client.keys.create({ scopes: ["read"], name: "till" });
  expect((await client.keys.list()).keys.map(({ name }) => name)).toEqual(["till"]);
  await client.keys.revoke(key_id);
  await client.tenants.create({ tenant_id: "other" });
  expect((await client.tenants.list()).tenants).toEqual([{ tenant_id: "other" }]);
  const actions: string[] = [];
  for await (const { action } of client.audit.all()) actions.push(action);
  expect(actions).toContain("face.enrol");
  expect(await client.faces.unrecognizable({ limit: 1 })).toMatchObject({ faces: [], looked_at: 1 });
  const transferKey = btoa("thirty-two bytes to seal pages..");
  const { page, next_cursor } = await client.transfer.exportPage(transferKey);
  expect(next_cursor).toBeNull();
  await client.subjects.delete("anna");
  expect(await client.transfer.importPage(transferKey, page)).toMatchObject({
    imported: 1,
    complete: true,
  });
});
