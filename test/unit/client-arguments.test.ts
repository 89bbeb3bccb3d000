/** Arguments that a call cannot take: a `TypeError` that names them, nothing sent, and no value in a message. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ClientOptions, Sameface, SamefaceError, shrinkPhoto } from "../../client/index.ts";

/** Stands for a photo in base64, a key, a note about a person. */
const secret = `iVBORw0KGgo${"A".repeat(300)}`;
const photo = new Uint8Array([1, 2, 3]);

/** Calls take what their types do not allow, and nothing that they take is sent. */
function startUntyped(options: object = {}) {
  const sent: string[] = [];
  const fetch = async (url: string) => {
    sent.push(url);
    return new Response(`{"next_cursor":null}`);
  };
  const client = new Sameface({ url: "http://service", key: "k", fetch, ...options } as ClientOptions);
  // biome-ignore lint/suspicious/noExplicitAny: callers without types pass anything.
  return { sent, client: client as any };
}

type Client = ReturnType<typeof startUntyped>["client"];

async function refusalOf(call: (client: Client) => Promise<unknown>, options?: object): Promise<string> {
  const { client, sent } = startUntyped(options);
  // A throw before the promise is there would end the test here.
  const promise = call(client);
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(sent).toEqual([]);
  expect(error).toBeInstanceOf(TypeError);
  const { message, stack, cause } = error as TypeError;
  expect(`${message} ${stack} ${cause}`).not.toContain(secret.slice(0, 20));
  return message;
}

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

describe("a request", () => {
  it.each<[string, (client: Client) => Promise<unknown>, string]>([
    ["a session for none", (c) => c.createSession(), "request must be a plain object."],
    [
      "a session of nobody",
      (c) => c.createSession({ action: "verify" }),
      "request.subject_id must be a string that is not empty.",
    ],
    [
      "a session to do nothing",
      (c) => c.createSession({ subject_id: "anna" }),
      "request.action must be a string: verify.",
    ],
    [
      "a session for some uses",
      (c) => c.createSession({ subject_id: "anna", action: "verify", max_uses: "2" }),
      "request.max_uses must be a finite number.",
    ],
    [
      "a session by another name",
      (c) => c.createSession({ subjectId: secret }),
      "request.subjectId is unknown: request takes subject_id, action, max_uses, ttl_seconds, max_fmr.",
    ],
    ["no change", (c) => c.faces.update("anna", "f"), "change must be a plain object."],
    [
      "a change of notes that are no texts",
      (c) => c.faces.update("anna", "f", { metadata: { seat: 4 } }),
      "change.metadata must be an object of strings.",
    ],
    [
      "a change to a Date",
      (c) => c.faces.update("a", "f", { expires_at: new Date() }),
      "change.expires_at must be a time in a string, as 2030-01-31T12:00:00Z.",
    ],
    ["a page that is a cursor", (c) => c.subjects.list("abc"), "page must be a plain object."],
    ["a page as long as text", (c) => c.audit.list({ limit: "5" }), "page.limit must be a finite number."],
    ["a page after a number", (c) => c.tenants.list({ cursor: 5 }), "page.cursor must be a string."],
    [
      "a key for one scope",
      (c) => c.keys.create({ scopes: "read" }),
      "request.scopes must be a list of strings.",
    ],
    ["a key for numbers", (c) => c.keys.create({ scopes: [5] }), "request.scopes must be a list of strings."],
    ["a key for nothing", (c) => c.keys.create({}), "request.scopes must be a list of strings."],
    ["a key by a number", (c) => c.keys.create({ scopes: [], name: 5 }), "request.name must be a string."],
    [
      "a grace of text",
      (c) => c.keys.rotate("k", { grace_seconds: "5" }),
      "request.grace_seconds must be a finite number.",
    ],
    ["settings that are none", (c) => c.settings.change(null), "change must be a plain object."],
    [
      "a setting of text",
      (c) => c.settings.change({ max_fpir: "0.1" }),
      "change.max_fpir must be a finite number.",
    ],
    [
      "a part of a lock-out",
      (c) => c.settings.change({ lock_out: { max_total: 5 } }),
      "change.lock_out.max_in_a_row must be a finite number.",
    ],
    [
      "shards of a tenant that is there",
      (c) => c.settings.change({ shards: 2 }),
      "change.shards is unknown: change takes consistency, edge_seconds, consent_required, retention_seconds, lock_out, audit_retention_seconds, max_fpir.",
    ],
    [
      "a tenant without a name",
      (c) => c.tenants.create({}),
      "request.tenant_id must be a string that is not empty.",
    ],
    [
      "a tenant with shards of text",
      (c) => c.tenants.create({ tenant_id: "t", settings: { shards: "2" } }),
      "request.settings.shards must be a finite number.",
    ],
    [
      "no transfer key",
      (c) => c.transfer.exportPage(),
      "transferKey must be a string of visible ASCII characters.",
    ],
    [
      "a transfer key of bytes",
      (c) => c.transfer.importPage(photo, "{}"),
      "transferKey must be a string of visible ASCII characters.",
    ],
    ["a page of bytes", (c) => c.transfer.importPage("k", photo), "page must be a string that is not empty."],
  ])("for %s is refused", async (_, call, message) => {
    expect(await refusalOf(call)).toBe(message);
  });

  it("may set to null what null removes", async () => {
    const { client, sent } = startUntyped();
    await client.faces.update("anna", "f", { expires_at: null, metadata: null });
    await client.settings.change({ retention_seconds: null });
    expect(sent).toHaveLength(2);
  });
});

describe("a client", () => {
  const address = "options.url must be an address without a query, as https://sameface.example.com.";
  const key = "options.key must be a string of visible ASCII characters.";
  it.each<[string, unknown, string]>([
    ["nothing", undefined, "options must be a plain object."],
    ["an address alone", "http://service", "options must be a plain object."],
    ["no address", {}, address],
    ["an address of a class", { url: new URL("http://service") }, address],
    ["half an address", { url: "service.example.com" }, address],
    ["a path", { url: "/faces" }, address],
    ["another protocol", { url: "ftp://service" }, address],
    ["an address with a password", { url: `http://me:${secret}@service` }, address],
    ["an address with a query", { url: `http://service/?key=${secret}` }, address],
    ["an address with a fragment", { url: "http://service/#top" }, address],
    ["a port that is none", { url: "http://service:99999" }, address],
    ["two lines", { url: "http://service\n" }, address],
    ["an empty key", { url: "http://service", key: "" }, key],
    ["a key of bytes", { url: "http://service", key: photo }, key],
    ["a key with a space", { url: "http://service", key: `a ${secret}` }, key],
    ["a key on two lines", { url: "http://service", key: `a\n${secret}` }, key],
    ["a key with other letters", { url: "http://service", key: `ü${secret}` }, key],
    [
      "a time of text",
      { url: "http://service", timeoutMs: "5" },
      "options.timeoutMs must be a number of milliseconds, more than 0 and at most 2147483647.",
    ],
    [
      "fewer repetitions than none",
      { url: "http://service", maxRetries: -1 },
      "options.maxRetries must be a whole number, 0 or more.",
    ],
    [
      "a wait of text",
      { url: "http://service", maxRetryWaitMs: "5" },
      "options.maxRetryWaitMs must be a number of milliseconds, 0 or more.",
    ],
    ["a fetch that is none", { url: "http://service", fetch: {} }, "options.fetch must be a function."],
    [
      "an unknown option",
      { url: "http://service", apiKey: secret },
      "options.apiKey is unknown: options takes url, key, timeoutMs, maxRetries, maxRetryWaitMs, fetch.",
    ],
  ])("made with %s is refused", (_, options, message) => {
    let error: unknown;
    try {
      new Sameface(options as ClientOptions);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toBe(message);
    expect((error as TypeError).message).not.toContain(secret.slice(0, 20));
  });

  it.each(["http://127.0.0.1:8787", "https://[::1]:8787/faces/", "HTTPS://sameface.example.com/a/b"])(
    "takes the address %s",
    async (url) => {
      const { client, sent } = startUntyped({ url });
      await client.deployment.health();
      expect(sent).toEqual([`${url.replace(/\/$/, "")}/healthz`]);
    },
  );

  it.each([undefined, null, 5, "", `a\n${secret}`])(
    "is given %s for a key: a TypeError, asked for once",
    async (given) => {
      let asked = 0;
      const key = () => {
        asked++;
        return given;
      };
      expect(await refusalOf((client) => client.subjects.list(), { key })).toBe(
        "What options.key gives must be a string of visible ASCII characters.",
      );
      expect(asked).toBe(1);
    },
  );

  it("takes a key with the line end of the file that it was read from", async () => {
    let sent: unknown;
    const fetch = async (_: string, { headers }: RequestInit) => {
      sent = headers;
      return new Response("{}");
    };
    await startUntyped({ key: "k\n", fetch }).client.subjects.list();
    expect(sent).toEqual({ Authorization: "Bearer k" });
  });
});

it("shrinkPhoto rejects what is no photo and options that it does not have", async () => {
  const shrink = shrinkPhoto as (...args: unknown[]) => Promise<unknown>;
  await expect(shrink(secret)).rejects.toThrow(new TypeError("photo must be a Blob or File."));
  const blob = new Blob([photo]);
  await expect(shrink(blob, { maxSide: 5 })).rejects.toThrow(
    new TypeError("options.maxSide is unknown: options takes maxSidePx, quality."),
  );
  await expect(shrink(blob, { maxSidePx: 0 })).rejects.toThrow(
    new TypeError("options.maxSidePx must be a number of pixels, more than 0."),
  );
  await expect(shrink(blob, { quality: 90 })).rejects.toThrow(
    new TypeError("options.quality must be a number from 0 to 1."),
  );
});

it("whatever a call is given, it rejects or resolves, and no message has a value in it", async () => {
  const marked = fc.oneof(
    fc.constant(secret),
    fc.anything({ withTypedArray: true, withBigInt: true, withDate: true, withNullPrototype: true }),
    fc.dictionary(
      fc.constantFrom("face", "signal", "uri", "embedding", "metadata", secret),
      fc.constant(secret),
    ),
  );
  const methods = [
    "enrol",
    "verify",
    "compare",
    "identify",
    "detect",
    "embed",
    "createSession",
    ...["get", "delete", "unlock", "list"].map((name) => `subjects.${name}`),
    ...["update", "delete"].map((name) => `faces.${name}`),
    ...["create", "rotate", "revoke"].map((name) => `keys.${name}`),
    "settings.change",
    "tenants.create",
    ...["exportPage", "importPage"].map((name) => `transfer.${name}`),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.array(marked, { maxLength: 4 }),
      async (method, args) => {
        const { client } = startUntyped({ maxRetries: 0 });
        const [first, second] = method.split(".");
        const target = second === undefined ? client : client[first];
        const promise: Promise<unknown> = target[second ?? first](...args);
        expect(promise).toBeInstanceOf(Promise);
        const error = await promise.catch((error: unknown) => error);
        if (!(error instanceof Error)) return;
        expect(error instanceof TypeError || error instanceof SamefaceError).toBe(true);
        expect(`${error.message} ${error.cause}`).not.toContain(secret.slice(0, 20));
      },
    ),
    { numRuns: 2_000 },
  );
});

/** Its bytes are in another thread's hands, and it has none left. */
function transferred(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}
