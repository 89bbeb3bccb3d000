/** Photos, ids and options that a call cannot take end in a `TypeError` that names them, and nothing is sent. */
import { describe, expect, it } from "vitest";
import { type Client, photo, refusalOf, secret, startUntyped } from "./untyped-client.ts";

const photoRule =
  "must be a Blob or File, an ArrayBuffer or a view of one (as Uint8Array and Buffer), a stream of bytes, or { uri, type, name }";

describe("a photo", () => {
  it("that is text is refused with a word about base64, and without the text", async () => {
    expect(await refusalOf((client) => client.verify("anna", secret))).toBe(
      `face ${photoRule}, not a string: decode base64, and read files, before.`,
    );
  });

  it.each<[string, unknown]>([
    ["missing", undefined],
    ["null", null],
    ["a number", 5],
    ["a list of bytes", [1, 2, 3]],
    ["an object", { data: secret }],
    ["a function", () => photo],
    ["a symbol", Symbol("photo")],
    ["an address", new URL("http://photo")],
    ["a date", new Date(0)],
  ])("that is %s is refused", async (_, value) => {
    expect(await refusalOf((client) => client.enrol("anna", value))).toBe(`face ${photoRule}.`);
    expect(await refusalOf((client) => client.compare(photo, value))).toBe(`imageB ${photoRule}.`);
    expect(await refusalOf((client) => client.compare(value, photo))).toBe(`imageA ${photoRule}.`);
    expect(await refusalOf((client) => client.identify(value))).toBe(`face ${photoRule}.`);
    expect(await refusalOf((client) => client.detect(value))).toBe(`photo ${photoRule}.`);
    expect(await refusalOf((client) => client.embed(value))).toBe(`photo ${photoRule}.`);
  });

  it.each<[string, () => unknown]>([
    ["bytes", () => new Uint8Array()],
    ["a buffer", () => new ArrayBuffer(0)],
    ["a shared buffer", () => new SharedArrayBuffer(0)],
    ["a view", () => new DataView(new ArrayBuffer(8), 8)],
    ["a blob", () => new Blob([])],
    ["a file", () => new File([], "photo.jpg")],
    ["a buffer that was given away", () => transferred()],
  ])("that is empty, as %s, is refused", async (_, make) => {
    expect(await refusalOf((client) => client.detect(make()))).toBe("photo must have at least one byte.");
    expect(await refusalOf((client) => client.compare(photo, make()))).toBe(
      "imageB must have at least one byte.",
    );
  });

  it.each<[string, object, string]>([
    ["a file without a place", { uri: "" }, "face.uri must be a string that is not empty."],
    ["a file whose type is none", { uri: "f", type: 5 }, "face.type must be a string."],
    ["a file whose name is none", { uri: "f", name: null }, "face.name must be a string."],
    ["an embedding without a model", { embedding: secret }, "face.model must be a string that is not empty."],
    [
      "an embedding with evidence of another type",
      { embedding: secret, model: "m", evidence: 1 },
      "face.evidence must be a string that is not empty.",
    ],
    [
      "an embedding of numbers",
      { embedding: [0.5], model: "m" },
      "face.embedding must be a string that is not empty.",
    ],
  ])("that is %s is refused", async (_, face, message) => {
    expect(await refusalOf((client) => client.verify("anna", face))).toBe(message);
  });

  it("is not to be an embedding where photos alone are taken", async () => {
    const embedding = { embedding: secret, model: "m" };
    expect(await refusalOf((client) => client.detect(embedding))).toBe(`photo ${photoRule}.`);
    expect(await refusalOf((client) => client.compare(photo, embedding))).toBe(`imageB ${photoRule}.`);
  });
});

describe("an id", () => {
  const calls: [string, string, (client: Client, id: unknown) => Promise<unknown>][] = [
    ["enrol", "subjectId", (client, id) => client.enrol(id, photo)],
    ["verify", "subjectId", (client, id) => client.verify(id, photo)],
    ["subjects.get", "subjectId", (client, id) => client.subjects.get(id)],
    ["subjects.delete", "subjectId", (client, id) => client.subjects.delete(id)],
    ["subjects.unlock", "subjectId", (client, id) => client.subjects.unlock(id)],
    ["faces.update", "subjectId", (client, id) => client.faces.update(id, "f", {})],
    ["faces.update", "faceId", (client, id) => client.faces.update("anna", id, {})],
    ["faces.delete", "subjectId", (client, id) => client.faces.delete(id, "f")],
    ["faces.delete", "faceId", (client, id) => client.faces.delete("anna", id)],
    ["keys.rotate", "keyId", (client, id) => client.keys.rotate(id)],
    ["keys.revoke", "keyId", (client, id) => client.keys.revoke(id)],
  ];

  it.each(calls)("of %s (%s) is a string that is not empty, and no step up", async (_, name, call) => {
    for (const value of [undefined, null, "", 5, {}, [secret], true, Symbol("id")])
      expect(await refusalOf((client) => call(client, value))).toBe(
        `${name} must be a string that is not empty.`,
      );
    for (const value of [".", ".."])
      expect(await refusalOf((client) => call(client, value))).toBe(`${name} must be neither . nor ..`);
  });

  it("that is a photo put in its place is refused, and never part of an address", async () => {
    expect(await refusalOf((client) => client.verify(secret, photo))).toBe(
      "subjectId must be an id: it has more than 256 characters.",
    );
    expect(await refusalOf((client) => client.verify(photo, "anna"))).toBe(
      "subjectId must be a string that is not empty.",
    );
  });

  it("with half of a surrogate pair is refused: it cannot be written into an address", async () => {
    expect(await refusalOf((client) => client.subjects.get("a\ud800"))).toBe(
      "subjectId must be a string that is not empty.",
    );
  });

  it.each([
    ["a+b=c|d", "a%2Bb%3Dc%7Cd"],
    ["ann@home:1~x", "ann%40home%3A1~x"],
    ["Åse", "%C3%85se"],
    ["李", "%E6%9D%8E"],
    ["a/../b?c#d%2f", "a%2F..%2Fb%3Fc%23d%252f"],
    ["...", "..."],
    ["😀".repeat(128), "%F0%9F%98%80".repeat(128)],
  ])("%s is one step of the path", async (id, step) => {
    const { client, sent } = startUntyped();
    await client.subjects.get(id);
    expect(sent).toEqual([`http://service/v1/subjects/${step}`]);
  });
});

describe("an option", () => {
  const takesPhotos: [string, (client: Client, options: unknown) => Promise<unknown>][] = [
    ["enrol", (client, options) => client.enrol("anna", photo, options)],
    ["verify", (client, options) => client.verify("anna", photo, options)],
    ["compare", (client, options) => client.compare(photo, photo, options)],
    ["identify", (client, options) => client.identify(photo, options)],
    ["detect", (client, options) => client.detect(photo, options)],
    ["embed", (client, options) => client.embed(photo, options)],
  ];
  const others: typeof takesPhotos = [
    ["createSession", (client, o) => client.createSession({ subject_id: "a", action: "verify" }, o)],
    ["subjects.list", (client, o) => client.subjects.list({}, o)],
    ["subjects.all", (client, o) => client.subjects.all(o).next()],
    ["subjects.get", (client, o) => client.subjects.get("anna", o)],
    ["subjects.delete", (client, o) => client.subjects.delete("anna", o)],
    ["subjects.unlock", (client, o) => client.subjects.unlock("anna", o)],
    ["faces.unrecognizable", (client, o) => client.faces.unrecognizable({}, o)],
    ["faces.update", (client, o) => client.faces.update("anna", "f", {}, o)],
    ["faces.delete", (client, o) => client.faces.delete("anna", "f", o)],
    ["keys.list", (client, o) => client.keys.list(o)],
    ["keys.create", (client, o) => client.keys.create({ scopes: [] }, o)],
    ["keys.rotate", (client, o) => client.keys.rotate("k", {}, o)],
    ["keys.revoke", (client, o) => client.keys.revoke("k", o)],
    ["settings.get", (client, o) => client.settings.get(o)],
    ["settings.change", (client, o) => client.settings.change({}, o)],
    ["audit.list", (client, o) => client.audit.list({}, o)],
    ["audit.all", (client, o) => client.audit.all(o).next()],
    ["transfer.exportPage", (client, o) => client.transfer.exportPage("k", {}, o)],
    ["transfer.importPage", (client, o) => client.transfer.importPage("k", "{}", o)],
    ["tenants.list", (client, o) => client.tenants.list({}, o)],
    ["tenants.all", (client, o) => client.tenants.all(o).next()],
    ["tenants.create", (client, o) => client.tenants.create({ tenant_id: "t" }, o)],
    ["deployment.health", (client, o) => client.deployment.health(o)],
    ["deployment.doctor", (client, o) => client.deployment.doctor(o)],
    ["deployment.readiness", (client, o) => client.deployment.readiness(o)],
    ["deployment.publicKeys", (client, o) => client.deployment.publicKeys(o)],
    ["deployment.rewrapKeys", (client, o) => client.deployment.rewrapKeys(o)],
    ["deployment.rotateSigningKey", (client, o) => client.deployment.rotateSigningKey(o)],
  ];

  it.each([...takesPhotos, ...others])("of %s: how to call", async (_, call) => {
    const refusal = (options: unknown) => refusalOf((client) => call(client, options));
    for (const options of [null, secret, 5, [], photo, new AbortController().signal, () => 1])
      expect(await refusal(options)).toBe("options must be a plain object.");
    expect(await refusal({ timeout: 5 })).toMatch(
      /^options\.timeout is unknown: options takes .*signal, timeoutMs, maxRetries, onUploadProgress\.$/,
    );
    expect(await refusal({ [secret]: 5 })).toMatch(/^A field of options is unknown: options takes /);
    for (const signal of [null, secret, {}, new AbortController()])
      expect(await refusal({ signal })).toBe("options.signal must be an AbortSignal.");
    for (const timeoutMs of ["5", null, Number.NaN, 0, -1, Number.POSITIVE_INFINITY, 2 ** 31])
      expect(await refusal({ timeoutMs })).toBe(
        "options.timeoutMs must be a number of milliseconds, more than 0 and at most 2147483647.",
      );
    for (const maxRetries of ["5", null, Number.NaN, -1, 0.5])
      expect(await refusal({ maxRetries })).toBe("options.maxRetries must be a whole number, 0 or more.");
    expect(await refusal({ onUploadProgress: secret })).toBe("options.onUploadProgress must be a function.");
  });

  it.each(takesPhotos)("of %s: which of several faces, and what else to answer", async (_, call) => {
    const refusal = (options: unknown) => refusalOf((client) => call(client, options));
    expect(await refusal({ face: photo })).toBe("options.face must be a string: largest, center or only.");
    expect(await refusal({ include: ["crop"] })).toBe("options.include must be a string: crop.");
    expect(await refusal({ maxFmr: 1e-5 })).toMatch(/^options\.maxFmr is unknown: options takes face, /);
  });

  const time = "must be a time in a string, as 2030-01-31T12:00:00Z.";
  it.each<[string, object, string]>([
    ["enrol", { duplicates: true }, "options.duplicates must be a string: allow or refuse."],
    ["enrol", { expires_at: new Date() }, `options.expires_at ${time}`],
    ["enrol", { consent_at: 5 }, `options.consent_at ${time}`],
    ["enrol", { consent_version: 5 }, "options.consent_version must be a string."],
    ["enrol", { consent_purpose: { for: secret } }, "options.consent_purpose must be a string."],
    ["enrol", { metadata: secret }, "options.metadata must be an object of strings."],
    ["enrol", { metadata: { [secret]: 5 } }, "options.metadata must be an object of strings."],
    ["enrol", { metadata: [secret] }, "options.metadata must be an object of strings."],
    ["enrol", { idempotencyKey: 5 }, "options.idempotencyKey must be a string of visible ASCII characters."],
    [
      "enrol",
      { idempotencyKey: `${secret}ü` },
      "options.idempotencyKey must be a string of visible ASCII characters.",
    ],
    ["enrol", { idempotencyKey: "" }, "options.idempotencyKey must be a string of visible ASCII characters."],
    ["verify", { quality: 5 }, "options.quality must be a string: warn or refuse."],
    ["verify", { max_fmr: "1e-5" }, "options.max_fmr must be a finite number."],
    ["verify", { max_fmr: Number.NaN }, "options.max_fmr must be a finite number."],
    ["verify", { max_fmr: 10n }, "options.max_fmr must be a finite number."],
    ["verify", { receipt: "yes" }, "options.receipt must be true or false."],
    ["verify", { nonce: 5 }, "options.nonce must be a string."],
    ["identify", { max_candidates: "5" }, "options.max_candidates must be a finite number."],
    ["identify", { max_fpir: null }, "options.max_fpir must be a finite number."],
  ])("of %s: %o", async (method, options, message) => {
    const call = takesPhotos.find(([name]) => name === method)?.[1];
    expect(await refusalOf((client) => (call as (typeof takesPhotos)[0][1])(client, options))).toBe(message);
  });

  it("that is undefined is left out, and so is one without a prototype", async () => {
    const { client, sent } = startUntyped();
    await client.verify("anna", photo, { max_fmr: undefined, signal: undefined, face: undefined });
    await client.verify("anna", photo, Object.assign(Object.create(null), { face: "only" }));
    expect(sent).toEqual([
      "http://service/v1/subjects/anna/verify",
      "http://service/v1/subjects/anna/verify?face=only",
    ]);
  });
});

/** Makes a buffer that was transferred to another thread, and has no bytes left. */
function transferred(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}
