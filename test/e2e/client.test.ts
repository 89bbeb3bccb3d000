/** The client and the service, with photos, over HTTP. */
import { createReadStream, openAsBlob, readFileSync } from "node:fs";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type Photo, Sameface, SamefaceError } from "../../client/index.ts";
import { cage, franck, franckAgain, newTenant, read } from "./setting.ts";

let client: Sameface;
let url: string;
beforeAll(async () => {
  ({ client, url } = await newTenant("client"));
});

function shared(bytes: Uint8Array): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(bytes.length);
  new Uint8Array(memory).set(bytes);
  return memory;
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "no error",
    (error: unknown) => (error instanceof SamefaceError ? error.code : error),
  );

describe("the client", () => {
  it("enrols a man, knows him in another photo, and takes nobody else for him", async () => {
    const enrolment = await client.enrol("franck", read(franck), { metadata: { seat: "4" } });
    expect(enrolment.face?.quality.reasons).toEqual([]);
    expect(await client.verify("franck", read(franckAgain))).toMatchObject({
      match: true,
      face_id: enrolment.face_id,
    });
    expect(await client.verify("franck", read(cage))).toMatchObject({ match: false });
    expect(await client.compare(read(franck), read(franckAgain))).toMatchObject({ match: true });
    expect((await client.identify(read(franckAgain))).candidates[0]).toMatchObject({ subject_id: "franck" });
    expect((await client.identify(read(cage))).candidates).toEqual([]);
    expect((await client.subjects.get("franck")).faces[0].metadata).toEqual({ seat: "4" });
  });

  it("verifies with a session token for one person, and for nothing else", async () => {
    await client.enrol("anna", read(franck));
    const { token, nonce } = await client.createSession({ subject_id: "anna", action: "verify" });
    const phone = new Sameface({ url, key: async () => token });
    const { match, receipt, distance } = await phone.verify("anna", read(franckAgain), { receipt: true });
    expect([match, distance]).toEqual([true, undefined]);
    const claims = JSON.parse(Buffer.from(receipt?.split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({ nonce });
    expect(await codeOf(phone.verify("anna", read(franckAgain)))).toBe("unauthorized");
    expect(await codeOf(phone.subjects.list())).toBe("forbidden");
  });

  it("enrols once under one Idempotency-Key, and refuses another photo under it", async () => {
    const enrol = (photo: string) => client.enrol("ida", read(photo), { idempotencyKey: "ida-1" });
    const [first, second] = [await enrol(franck), await enrol(franck)];
    expect(second).toEqual({ ...first, request_id: second.request_id });
    expect((await client.subjects.get("ida")).faces).toHaveLength(1);
    expect(await codeOf(enrol(cage))).toBe("idempotency_key_reused");
  });

  it.each<[string, () => Promise<unknown>]>([
    ["unauthorized", () => new Sameface({ url, key: "wrong" }).subjects.list()],
    ["forbidden", () => client.tenants.list()],
    ["not_found", () => client.subjects.get("nobody")],
    ["subject_has_no_faces", () => client.verify("nobody", read(franck))],
    ["invalid_request", () => client.verify("two words", read(franck))],
    ["unsupported_media_type", () => client.detect(new TextEncoder().encode("%PDF-1.7"))],
    ["invalid_image", () => client.detect(read(franck).slice(0, 2000))],
    ["body_too_large", () => client.detect(new Uint8Array(11 * 1024 * 1024))],
    ["network", () => new Sameface({ url: "http://127.0.0.1:9", maxRetries: 0 }).deployment.health()],
    ["timeout", () => client.detect(read(franck), { timeoutMs: 1, maxRetries: 0 })],
  ])("throws %s", async (code, call) => {
    expect(await codeOf(call())).toBe(code);
  });

  it.each<[string, () => Photo | Promise<Photo>]>([
    ["a file opened as a blob", () => openAsBlob(franckAgain, { type: "image/jpeg" })],
    ["a file read as a stream", () => createReadStream(franckAgain)],
    ["a web stream", async () => (await openAsBlob(franckAgain)).stream()],
    ["a Buffer", () => readFileSync(franckAgain)],
    ["its memory", () => read(franckAgain).buffer],
    ["memory of several threads", () => shared(read(franckAgain))],
    ["a view of other numbers", () => new DataView(read(franckAgain).buffer)],
  ])("takes %s for the photo that it is", async (_, open) => {
    const { face } = await client.detect(read(franckAgain));
    expect((await client.detect(await open())).face).toEqual(face);
    expect(await client.compare(await open(), await open())).toMatchObject({ distance: 0, face_b: face });
  });

  it("refuses a photo in base64 as a TypeError without a letter of it", async () => {
    const base64 = readFileSync(franck).toString("base64");
    const error: unknown = await client.verify("franck", base64 as never).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).stack).toMatch(/^TypeError: face must be a Blob or File/);
    expect((error as Error).stack).not.toContain(base64.slice(0, 20));
  });

  it("stops an upload that is aborted, and goes on with the next", async () => {
    const controller = new AbortController();
    const call = client.detect(read(franck), {
      signal: controller.signal,
      onUploadProgress: () => controller.abort(),
    });
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect((await client.detect(read(franck))).image.format).toBe("jpeg");
  });

  it("tells how far an upload is", async () => {
    const seen: number[] = [];
    const photo = read(franck);
    await client.detect(photo, { onUploadProgress: ({ sentBytes }) => seen.push(sentBytes) });
    expect(seen.at(-1)).toBe(photo.length);
  });

  it("examines the deployment with its own key", async () => {
    const { rootKey } = inject("service");
    const { checks } = await new Sameface({ url, key: rootKey }).deployment.doctor();
    expect(checks?.filter(({ status }) => status === "failed")).toEqual([]);
    expect(checks).toContainEqual(expect.objectContaining({ name: "models", status: "ok" }));
  });
});
