/** Requests and clients that cannot be made, and random arguments of calls. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ClientOptions, Sameface, SamefaceError, shrinkPhoto } from "../../../client/index.ts";
import { type Client, photo, refusalOf, secret, startUntyped } from "./untyped-client.ts";

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
      "request.action must be a string: verify or enrol.",
    ],
    [
      "a session for some uses",
      (c) => c.createSession({ subject_id: "anna", action: "verify", max_uses: "2" }),
      "request.max_uses must be a finite number.",
    ],
    [
      "a session by another name",
      (c) => c.createSession({ subjectId: secret }),
      "request.subjectId is unknown: request takes subject_id, action, liveness, max_uses, ttl_seconds, max_fmr.",
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
      "change.shards is unknown: change takes consistency, edge_seconds, consent_required, retention_seconds, retention_unused_seconds, controller, lock_out, audit_retention_seconds, max_fmr, max_fmr_with_scores, max_fpir, background_face_share, evidence_required, replay, liveness_required, passive_limit, template_drift_fmr.",
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
    ...["update", "delete", "unrecognizable"].map((name) => `faces.${name}`),
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
