import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type Claim, createBudget } from "../../../../src/admission/budget.ts";
import { fail, ok } from "../../../../src/errors.ts";
import { type BodyRules, readBody } from "../../../../src/http/request/body/body.ts";
import { drop } from "../../../../src/http/request/body/leftover.ts";

const limitBytes = 1000;

/** Reads with an account of its own, in an isolate that does nothing else. */
function read(request: Request, change: Partial<BodyRules> = {}) {
  const claim = createBudget({ codecBytes: () => 0 }).open();
  return readBody(request, { limitBytes, wanted: "send a photo", claim, ...change });
}

/** Makes a request whose body comes in chunks, and records the fate of the stream. */
function chunked(chunkLengths: readonly number[], headers: Record<string, string> = {}) {
  const stream = { pulled: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const length = chunkLengths[stream.pulled++];
        if (length === undefined) controller.close();
        else controller.enqueue(new Uint8Array(length).fill(stream.pulled));
      },
      cancel() {
        stream.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const init = { method: "POST", body, headers, duplex: "half" };
  return { request: new Request("http://localhost/", init as RequestInit), stream };
}

function declared(length: number) {
  return chunked([], { "Content-Length": String(length) });
}

function post(body: BodyInit, headers: Record<string, string> = {}) {
  return new Request("http://localhost/", { method: "POST", body, headers });
}

describe("readBody", () => {
  it("joins the chunks in their order", async () => {
    const { request } = chunked([1, 2, 3]);
    expect(await read(request)).toEqual({ ok: true, value: new Uint8Array([1, 2, 2, 3, 3, 3]) });
  });

  it("reads a stream of bytes as it reads chunks", async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
    expect(await read(post(bytes), { limitBytes: 300_000 })).toEqual({ ok: true, value: bytes });
  });

  it.each([[[limitBytes]], [[limitBytes - 1, 1]], [[1, limitBytes - 1, 0]]])(
    "takes exactly the limit, as %j",
    async (chunks) => {
      const result = await read(chunked(chunks).request);
      expect(result.ok && result.value.length).toBe(limitBytes);
    },
  );

  it.each([[[limitBytes + 1]], [[limitBytes, 1]], [[1, limitBytes]]])(
    "refuses one byte over the limit, as %j",
    async (chunks) => {
      expect(await read(chunked(chunks).request)).toEqual({
        ok: false,
        failure: { code: "body_too_large", limit: limitBytes },
      });
    },
  );

  it.each([64 * 1024, 64 * 1024 + 1, 128 * 1024, 300_001])(
    "takes a body of %i bytes whose length nobody declared",
    async (length) => {
      const result = await read(chunked([length]).request, { limitBytes: 1_000_000 });
      expect(result.ok && [result.value.length, result.value.buffer.byteLength]).toEqual([length, length]);
    },
  );

  it("leaves the rest of an endless body alone", async () => {
    const { request, stream } = chunked(new Array(1_000_000).fill(100));
    expect((await read(request)).ok).toBe(false);
    expect(stream.pulled).toBe(11);
    expect(request.body?.locked).toBe(false);
  });

  it("refuses a declared length over the limit before it reads anything", async () => {
    const { request, stream } = declared(limitBytes + 1);
    expect(await read(request)).toEqual({
      ok: false,
      failure: { code: "body_too_large", limit: limitBytes, actual: limitBytes + 1 },
    });
    expect(stream.pulled).toBe(0);
  });

  it("refuses an absurd declared length", async () => {
    const { request } = chunked([1], { "Content-Length": "99999999999999999999" });
    expect(await read(request)).toMatchObject({ failure: { code: "body_too_large" } });
  });

  it("refuses what is longer than it declares", async () => {
    const { request } = chunked([11], { "Content-Length": "10" });
    expect(await read(request)).toMatchObject({ failure: { code: "invalid_request" } });
  });

  it.each([
    ["no body", new Request("http://localhost/", { method: "POST" })],
    ["a body of no bytes", chunked([]).request],
    ["a declared length of nothing", declared(0).request],
  ])("refuses %s as empty, and says what is missing", async (_, request) => {
    expect(await read(request)).toEqual({
      ok: false,
      failure: { code: "invalid_request", reason: "The body is empty: send a photo." },
    });
  });

  it("refuses a body that breaks off", async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error("connection lost"));
      },
    });
    const request = new Request("http://localhost/", { method: "POST", body, duplex: "half" } as RequestInit);
    expect(await read(request)).toMatchObject({ failure: { code: "invalid_request" } });
  });
});

describe("a coded body", () => {
  const plain = new Uint8Array(limitBytes).fill(7);
  const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));

  it.each(["gzip", "x-gzip", "GZIP", "identity, gzip"])("in %s is decoded", async (coding) => {
    expect(await read(post(gzip(plain), { "Content-Encoding": coding }))).toEqual({ ok: true, value: plain });
  });

  it("counts what it unfolds to: one byte over the limit is refused", async () => {
    const over = gzip(new Uint8Array(limitBytes + 1));
    expect(await read(post(over, { "Content-Encoding": "gzip" }))).toEqual({
      ok: false,
      failure: { code: "body_too_large", limit: limitBytes },
    });
  });

  it("that unfolds to a hundred megabytes holds no more than its limit", async () => {
    const bomb = gzip(new Uint8Array(100_000_000));
    const grown: number[] = [];
    const claim = spy((bytes) => grown.push(bytes));
    const result = await read(post(bomb, { "Content-Encoding": "gzip" }), { limitBytes: 200_000, claim });
    expect(result).toMatchObject({ ok: false, failure: { code: "body_too_large" } });
    expect(grown.reduce((sum, bytes) => sum + bytes, 0)).toBe(200_000);
  });

  it("that is damaged is refused", async () => {
    const damaged = gzip(plain).fill(0, 12, 20);
    expect(await read(post(damaged, { "Content-Encoding": "gzip" }))).toMatchObject({
      failure: { code: "invalid_request" },
    });
  });

  it.each(["br", "zstd", "gzip, gzip", "gzip, br", "made-up"])("in %s is refused by name", async (coding) => {
    const result = await read(post(plain, { "Content-Encoding": coding }));
    expect(result).toMatchObject({ failure: { code: "unsupported_media_type" } });
    expect(JSON.stringify(result)).toContain(coding);
  });
});

/** Makes an account that grants everything and records requests for memory. */
function spy(grow: (bytes: number) => void, change: Partial<Claim> = {}): Claim {
  return {
    expect: async () => ok(undefined),
    grow: async (bytes) => {
      grow(bytes);
      return ok(undefined);
    },
    received: () => undefined,
    complete: () => undefined,
    isInTheWay: () => false,
    decode: async () => ok(undefined),
    decoded: () => undefined,
    forgetRasters: () => undefined,
    keep: () => undefined,
    close: () => undefined,
    beat: () => undefined,
    waitedMs: 0,
    ...change,
  };
}

describe("the room for a body", () => {
  it("is asked for before anything is read", async () => {
    const { request, stream } = chunked([limitBytes], { "Content-Length": String(limitBytes) });
    const full = fail({ code: "overloaded", reason: "", retryAfterSeconds: 1 });
    const claim = spy(() => undefined, { expect: async () => full });
    expect(await read(request, { claim })).toEqual(full);
    expect(stream.pulled).toBe(0);
    expect(request.body?.locked).toBe(false);
  });

  it("is taken as it arrives: never more than twice of what came, beyond the first piece", async () => {
    const firstBytes = 64 * 1024;
    let taken = 0;
    let arrived = 0;
    const ratios: number[] = [];
    const claim = spy(
      (bytes) => {
        taken += bytes;
        ratios.push(taken / Math.max(firstBytes / 2, arrived));
      },
      {
        received: (bytes) => {
          arrived += bytes;
        },
      },
    );
    const chunks = new Array<number>(50).fill(20_000);
    await read(chunked(chunks, { "Content-Length": "1000000" }).request, { limitBytes: 1_000_000, claim });
    expect(Math.max(...ratios)).toBeLessThanOrEqual(2);
    expect(taken).toBe(1_000_000);
  });

  it("is given back, and the memory with it, when the account closes", async () => {
    const budget = createBudget({ codecBytes: () => 0 });
    const claim = budget.open();
    const result = await read(chunked([limitBytes]).request, { claim });
    expect(budget.inUseBytes()).toBe(limitBytes);
    claim.close();
    expect(budget.inUseBytes()).toBe(0);
    expect(result.ok && result.value.buffer.byteLength).toBe(0);
  });

  it("is given back when the body is refused", async () => {
    const budget = createBudget({ codecBytes: () => 0 });
    await read(chunked([limitBytes + 1]).request, { claim: budget.open() });
    expect(budget.inUseBytes()).toBe(0);
  });
});

describe("a sender who is too slow", () => {
  function trickle(everyMs: number) {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) =>
          new Promise<void>((resolve) =>
            setTimeout(() => {
              if (!cancelled) controller.enqueue(new Uint8Array(1));
              resolve();
            }, everyMs),
          ),
        cancel() {
          cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return new Request("http://localhost/", { method: "POST", body, duplex: "half" } as RequestInit);
  }

  it("is cut off after a silence, well before the byte that ends it", async () => {
    const patience = { maxSilenceMs: 30, maxTotalMs: 10_000 };
    expect(await read(trickle(450), { patience, limitBytes: 3 })).toMatchObject({
      failure: { code: "request_timeout" },
    });
  });

  /** Makes an account in which others wait once the body was listened to for so long. */
  const inTheWayAfter = (ms: number) => spy(() => undefined, { isInTheWay: (listenedMs) => listenedMs > ms });

  it("is cut off where others wait for memory, by the time in which nothing was to be read", async () => {
    const result = await read(trickle(5000), { claim: inTheWayAfter(900) });
    expect(result).toMatchObject({ failure: { code: "request_timeout" } });
  });

  /** Makes a body of one byte that arrives after a while. */
  function late(ms: number) {
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        await new Promise((resolve) => setTimeout(resolve, ms));
        controller.enqueue(new Uint8Array(1));
        controller.close();
      },
    });
    return new Request("http://localhost/", { method: "POST", body, duplex: "half" } as RequestInit);
  }

  it("is not cut off for the time in which the isolate computed", async () => {
    const busyUntil = Date.now() + 1300;
    setTimeout(() => {
      while (Date.now() < busyUntil);
    }, 10);
    expect((await read(late(1000), { claim: inTheWayAfter(900) })).ok).toBe(true);
  });

  it("is not cut off for the time in which the body waited for room", async () => {
    const waiting = {
      ...inTheWayAfter(900),
      async grow() {
        await new Promise((resolve) => setTimeout(resolve, 1700));
        return ok(undefined);
      },
    };
    expect((await read(late(10), { claim: waiting })).ok).toBe(true);
  });

  it("is cut off after the longest time that a body may take", async () => {
    const patience = { maxSilenceMs: 10_000, maxTotalMs: 60 };
    expect(await read(trickle(5), { patience })).toMatchObject({ failure: { code: "request_timeout" } });
  });
});

describe("drop", () => {
  const bounds = { maxSilenceMs: 10_000, maxTotalMs: 10_000, maxBytes: 1000 };

  function sending(next: (index: number) => Promise<Uint8Array | undefined>) {
    const sent = { chunks: 0, cancelled: false };
    const stream = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const chunk = await next(sent.chunks);
          if (chunk === undefined) return controller.close();
          sent.chunks++;
          controller.enqueue(chunk);
        },
        cancel() {
          sent.cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return { stream, sent };
  }

  const chunk = new Uint8Array(100);
  const never = () => new Promise<undefined>(() => undefined);
  const chunkIn = (ms: number) => new Promise<Uint8Array>((resolve) => setTimeout(() => resolve(chunk), ms));

  it("hears a stream out that ends exactly at the bound of bytes", async () => {
    const { stream, sent } = sending(async (index) => (index < 10 ? chunk : undefined));
    await drop(stream, bounds);
    expect(sent).toEqual({ chunks: 10, cancelled: false });
  });

  it("cuts a stream off that goes one chunk over", async () => {
    const { stream, sent } = sending(async () => chunk);
    await drop(stream, bounds);
    expect(sent).toEqual({ chunks: 11, cancelled: true });
  });

  it("cuts a stream off that falls silent", async () => {
    const { stream, sent } = sending((index) => (index < 3 ? chunkIn(1) : never()));
    await drop(stream, { ...bounds, maxSilenceMs: 50 });
    expect(sent).toEqual({ chunks: 3, cancelled: true });
  });

  it("cuts a stream off that trickles on and on", async () => {
    const { stream, sent } = sending(() => chunkIn(5));
    await drop(stream, { ...bounds, maxSilenceMs: 1000, maxTotalMs: 60, maxBytes: 1e9 });
    expect(sent.cancelled).toBe(true);
  });

  it("is over when the stream breaks", async () => {
    const { stream } = sending(() => Promise.reject(new Error("connection lost")));
    await drop(stream, bounds);
  });
});
