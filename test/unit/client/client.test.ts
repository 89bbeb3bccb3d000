import { afterEach, describe, expect, it } from "vitest";
import { waitBefore } from "../../../client/exchange.ts";
import { type ClientOptions, Sameface, SamefaceError } from "../../../client/index.ts";
import { type ScriptedAnswer, startScriptedServer } from "../../fixtures/scripted-server.ts";

type Server = Awaited<ReturnType<typeof startScriptedServer>>;
const running: Server[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function start(answers: readonly ScriptedAnswer[], options: Partial<ClientOptions> = {}) {
  const server = await startScriptedServer(answers);
  running.push(server);
  return { server, client: new Sameface({ url: server.url, key: "k", ...options }) };
}

async function failureOf(call: Promise<unknown>): Promise<SamefaceError> {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof SamefaceError) return error;
  throw new Error(`expected a SamefaceError, not ${error}`);
}

const photo = new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3]);
const refusal = (code: string, details?: object) => ({
  error: { code, message: "A sentence.", details },
  request_id: "r1",
});
const notReady = { status: 503, headers: { "Retry-After": "0" }, body: refusal("not_ready") };

describe("a request", () => {
  it("carries the key, the photo as it is, and its options in the query", async () => {
    const { server, client } = await start([{ body: { match: true } }]);
    const blob = new Blob([photo], { type: "image/jpeg" });
    await client.verify("a b/ü", blob, {
      max_fmr: 1e-5,
      receipt: true,
      signal: new AbortController().signal,
    });
    expect(server.came).toMatchObject([
      {
        method: "POST",
        url: "/v1/subjects/a%20b%2F%C3%BC/verify?max_fmr=0.00001&receipt=true",
        headers: { authorization: "Bearer k", "content-type": "image/jpeg" },
      },
    ]);
    expect([...server.came[0].body]).toEqual([...photo]);
  });

  it.each([
    ["bytes", photo],
    ["an ArrayBuffer", photo.buffer],
    ["a part of a larger buffer", new Uint8Array([9, ...photo, 9]).subarray(1, 7)],
    ["a blob without a type", new Blob([photo])],
  ])("takes %s for a photo", async (_, source) => {
    const { server, client } = await start([{}]);
    await client.embed(source);
    expect(server.came[0].headers["content-type"]).toBe("application/octet-stream");
    expect([...server.came[0].body]).toEqual([...photo]);
  });

  it("keeps notes about a person out of the address", async () => {
    const { server, client } = await start([{}]);
    await client.enrol("anna", photo, { metadata: { room: "12" }, face: "only" });
    const [{ url, body, headers }] = server.came;
    expect(url).toBe("/v1/subjects/anna/faces");
    const form = await new Response(new Uint8Array(body), {
      headers: { "Content-Type": headers["content-type"] ?? "" },
    }).formData();
    expect([form.get("metadata"), form.get("face")]).toEqual(['{"room":"12"}', "only"]);
  });

  it("goes to a service under a path of its host", async () => {
    const { server } = await start([{}]);
    await new Sameface({ url: `${server.url}/faces/` }).deployment.health();
    expect(server.came[0].url).toBe("/faces/healthz");
    expect(server.came[0].headers.authorization).toBeUndefined();
  });

  it("asks for the key before each attempt", async () => {
    let made = 0;
    const { server, client } = await start([notReady, {}], { key: async () => `token-${++made}` });
    await client.verify("anna", photo);
    expect(server.came.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer token-1",
      "Bearer token-2",
    ]);
  });
});

describe("a refusal", () => {
  it("is an error with code, status, sentence, details and the request's id", async () => {
    const { client } = await start([{ status: 422, body: refusal("low_quality", { reasons: ["blurred"] }) }]);
    const error = await failureOf(client.enrol("anna", photo));
    expect(error).toMatchObject({
      code: "low_quality",
      status: 422,
      message: "A sentence.",
      requestId: "r1",
    });
    // The code narrows the details to their type.
    expect(error.is("low_quality") && error.details.reasons[0]).toBe("blurred");
    expect(error.is("locked", "rate_limited")).toBe(false);
  });

  it.each([
    ["locked", 423],
    ["unauthorized", 401],
    ["internal", 500],
    ["idempotency_key_reused", 422],
    ["a_code_of_tomorrow", 400],
  ])("%s is not sent again", async (code, status) => {
    const { server, client } = await start([
      { status, body: refusal(code), headers: { "Retry-After": "0" } },
    ]);
    const error = await failureOf(client.enrol("anna", photo));
    expect([error.code, error.retryAfterSeconds, server.came.length]).toEqual([code, 0, 1]);
  });

  it.each([
    ["a proxy's page", { status: 502, body: "<html>" }, 502],
    ["a captive portal's welcome", { status: 200, body: "<html>" }, 200],
    ["another service's JSON", { status: 404, body: { error: "nope" } }, 404],
    ["null", { status: 500, body: "null" }, 500],
  ])("that is %s is a bad_answer", async (_, answer, status) => {
    const { client } = await start([answer], { maxRetries: 0 });
    expect(await failureOf(client.subjects.get("anna"))).toMatchObject({ code: "bad_answer", status });
  });
});

describe("a call is made again", () => {
  it.each([
    ["not_ready", 503],
    ["rate_limited", 429],
    ["overloaded", 503],
    ["request_timeout", 408],
  ])("whatever it is, when the answer is %s: nothing was done", async (code, status) => {
    const { server, client } = await start([
      { status, headers: { "Retry-After": "0" }, body: refusal(code) },
      { body: { match: true } },
    ]);
    expect(await client.verify("anna", photo)).toEqual({ match: true });
    expect(server.came).toHaveLength(2);
  });

  it("no sooner than Retry-After says", async () => {
    const { client } = await start([{ ...notReady, headers: { "Retry-After": "1" } }, {}]);
    const startedAt = performance.now();
    await client.verify("anna", photo);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  it("not at all when Retry-After is longer than the caller would wait", async () => {
    const limited = { status: 429, headers: { "Retry-After": "30" }, body: refusal("rate_limited") };
    const { server, client } = await start([limited], { maxRetryWaitMs: 29_999 });
    expect(await failureOf(client.verify("anna", photo))).toMatchObject({ retryAfterSeconds: 30 });
    expect(server.came).toHaveLength(1);
  });

  it("not at all after body_too_large, which says how much may be sent", async () => {
    const details = { limit: 10_485_760, unit: "bytes", actual: 12_000_000 };
    const { server, client } = await start([{ status: 413, body: refusal("body_too_large", details) }]);
    const error = await failureOf(client.enrol("anna", photo));
    expect(error.is("body_too_large") && error.details).toEqual(details);
    expect(server.came).toHaveLength(1);
  });

  it("no later than maxRetryWaitMs says, whatever the chance", async () => {
    const { server, client } = await start([{ instead: "hang up" }], { maxRetryWaitMs: 0, maxRetries: 20 });
    const startedAt = performance.now();
    await failureOf(client.subjects.list());
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(server.came).toHaveLength(21);
  });

  it("twice by default, and as often as the caller says", async () => {
    const { server, client } = await start([notReady]);
    await failureOf(client.verify("anna", photo));
    expect(server.came).toHaveLength(3);
    await failureOf(client.verify("anna", photo, { maxRetries: 0 }));
    expect(server.came).toHaveLength(4);
  });

  it.each(["enrol", "verify"] as const)(
    "%s, after a connection that broke, with the same Idempotency-Key and the same photo",
    async (name) => {
      const { server, client } = await start([
        { instead: "hang up" },
        { status: 502, body: "" },
        { body: { match: true } },
      ]);
      await client[name]("anna", photo);
      expect(server.came).toHaveLength(3);
      expect(new Set(server.came.map(({ headers }) => headers["idempotency-key"])).size).toBe(1);
      expect(new Set(server.came.map(({ body }) => body.toString("hex"))).size).toBe(1);
    },
  );

  it.each(["enrol", "verify"] as const)(
    "%s, with the caller's own Idempotency-Key, and a new one for each call without",
    async (name) => {
      const { server, client } = await start([{ body: { match: true } }]);
      await client[name]("anna", photo, { idempotencyKey: "mine" });
      await client[name]("anna", photo);
      await client[name]("anna", photo);
      const keys = server.came.map(({ headers }) => headers["idempotency-key"]);
      expect(keys[0]).toBe("mine");
      expect(new Set(keys).size).toBe(3);
    },
  );

  it.each([
    ["keys.create", (client: Sameface) => client.keys.create({ scopes: ["read"] })],
    ["tenants.create", (client: Sameface) => client.tenants.create({ tenant_id: "t" })],
  ])("never after a broken connection where it would count twice: %s", async (_, call) => {
    const { server, client } = await start([{ instead: "hang up" }, {}]);
    expect(await failureOf(call(client))).toMatchObject({ code: "network", status: 0 });
    expect(server.came).toHaveLength(1);
  });
});

describe("an answer that is not sameface's", () => {
  it.each([[302], [307]])(
    "of a redirect with %i gets no photo sent on, and is bad_answer",
    async (status) => {
      const { server, client } = await start([{ status, headers: { Location: "http://127.0.0.1:1/steal" } }]);
      const call = client.verify("anna", photo, { maxRetries: 0 });
      await expect(call).rejects.toMatchObject({ code: "bad_answer", status });
      expect(server.came).toHaveLength(1);
    },
  );

  it.each(["false", 1, null, undefined])("that gives %j for a decision is no decision", async (match) => {
    const { client } = await start([{ body: { match } }]);
    await expect(client.verify("anna", photo)).rejects.toMatchObject({ code: "bad_answer" });
    await expect(client.compare(photo, photo)).rejects.toMatchObject({ code: "bad_answer" });
  });
});

describe("time", () => {
  it("that runs out is a timeout, of each attempt", async () => {
    const { server, client } = await start([{ instead: "say nothing" }], { timeoutMs: 50, maxRetries: 1 });
    expect(await failureOf(client.compare(photo, photo))).toMatchObject({ code: "timeout", status: 0 });
    expect(server.came).toHaveLength(2);
  });

  it("is cut short by the caller's signal, which is thrown as it is", async () => {
    const { client } = await start([{ instead: "say nothing" }]);
    const reason = new Error("changed my mind");
    const controller = new AbortController();
    const call = client.verify("anna", photo, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(call).rejects.toBe(reason);
  });

  it("is cut short while waiting to try again", async () => {
    const { server, client } = await start([{ ...notReady, headers: { "Retry-After": "30" } }]);
    const signal = AbortSignal.timeout(50);
    const startedAt = performance.now();
    await expect(client.verify("anna", photo, { signal })).rejects.toMatchObject({ name: "TimeoutError" });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(server.came).toHaveLength(1);
  });

  it("is not spent at all with a signal that was aborted before", async () => {
    const { server, client } = await start([{}]);
    await expect(client.verify("anna", photo, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(server.came).toHaveLength(0);
  });

  it("leaves no listener on a signal that outlives the call", async () => {
    const { client } = await start([notReady, {}]);
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = Object.assign(signal, {
      addEventListener: () => void listeners++,
      removeEventListener: () => void listeners--,
    });
    await client.verify("anna", photo, { signal: counted });
    expect(listeners).toBe(0);
  });
});

describe("upload progress", () => {
  it("counts the body up to its end, and the body arrives whole", async () => {
    const { server, client } = await start([{}]);
    const large = new Uint8Array(300_000).map((_, i) => i % 251);
    const seen: number[] = [];
    await client.verify("anna", large, {
      onUploadProgress: ({ sentBytes, totalBytes }) => seen.push(sentBytes / totalBytes),
    });
    expect(seen.at(-1)).toBe(1);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(server.came[0].body.equals(large)).toBe(true);
  });

  it("is told of a form too, which keeps its boundary", async () => {
    const { server, client } = await start([{}]);
    await client.compare(photo, photo, { onUploadProgress: () => undefined });
    const [{ headers, body }] = server.came;
    const type = headers["content-type"] ?? "";
    const form = await new Response(new Uint8Array(body), { headers: { "Content-Type": type } }).formData();
    expect([...form.keys()]).toEqual(["image_a", "image_b"]);
  });
});

describe("what the caller's own functions throw", () => {
  const mistake = new TypeError("undefined is not a function");
  const fail = () => {
    throw mistake;
  };

  it("where the key comes from ends the call, as it is", async () => {
    const { server, client } = await start([{}], { key: fail });
    await expect(client.subjects.list()).rejects.toBe(mistake);
    expect(server.came).toHaveLength(0);
  });

  it.each([photo, new Uint8Array(300_000)])(
    "while progress is told ends the call, as it is, once",
    async (body) => {
      let told = 0;
      const { client } = await start([{}]);
      const onUploadProgress = () => {
        told++;
        fail();
      };
      await expect(client.detect(body, { onUploadProgress })).rejects.toBe(mistake);
      expect(told).toBe(1);
    },
  );
});

describe("the wait before a call is made again", () => {
  const minuteMs = 60_000;
  it.each<[string, number, number | undefined, number, number, number]>([
    ["is at once by the best chance", 0, undefined, minuteMs, 0, 0],
    ["is up to half a second first", 0, undefined, minuteMs, 1, 500],
    ["is up to twice as long the next time", 1, undefined, minuteMs, 1, 1_000],
    ["is up to 8 seconds and no more", 30, undefined, minuteMs, 1, 8_000],
    ["is what the service asks, by the best chance", 0, 3, minuteMs, 0, 3_000],
    ["is up to twice what the service asks", 0, 3, minuteMs, 1, 6_000],
    ["is up to 8 seconds longer than the service asks", 0, 30, minuteMs, 1, 38_000],
    ["is spread where the service asks for none", 2, 0, minuteMs, 1, 2_000],
    ["is no longer than the caller would wait", 0, 3, 4_000, 1, 4_000],
    ["is as long as the caller would wait at most", 0, 60, minuteMs, 1, minuteMs],
    ["is no longer than a timer can", 0, 2_147_480, Number.POSITIVE_INFINITY, 1, 2_147_483_647],
  ])("%s", (_, retries, askedSeconds, mostMs, chance, expectedMs) => {
    expect(waitBefore(retries, askedSeconds, mostMs, () => chance)).toBe(expectedMs);
  });

  it.each([
    [60.001, minuteMs],
    [2_147_484, Number.POSITIVE_INFINITY],
  ])("is none when the service asks for %d s and the caller would wait %d ms", (askedSeconds, mostMs) => {
    expect(waitBefore(0, askedSeconds, mostMs, () => 0)).toBeUndefined();
  });
});

describe("pages", () => {
  it("follow one another until the last", async () => {
    const page = (id: string, next_cursor: string | null) => ({
      body: { subjects: [{ subject_id: id }], next_cursor },
    });
    const { server, client } = await start([page("a", "c 1"), page("b", null)]);
    const ids: string[] = [];
    for await (const { subject_id } of client.subjects.all()) ids.push(subject_id);
    expect(ids).toEqual(["a", "b"]);
    expect(server.came.map(({ url }) => url)).toEqual(["/v1/subjects", "/v1/subjects?cursor=c%201"]);
  });
});
