import { describe, expect, it } from "vitest";
import { readBody } from "../../src/http/body.ts";
import { drop } from "../../src/http/linger.ts";

const limit = 1000;

/** A request whose body comes in chunks, and what became of the stream. */
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

describe("readBody", () => {
  it("joins the chunks in their order", async () => {
    const { request } = chunked([1, 2, 3]);
    expect(await readBody(request, limit)).toEqual({ ok: true, value: new Uint8Array([1, 2, 2, 3, 3, 3]) });
  });

  it.each([[[limit]], [[limit - 1, 1]], [[1, limit - 1, 0]]])(
    "takes exactly the limit, as %j",
    async (chunks) => {
      const result = await readBody(chunked(chunks).request, limit);
      expect(result.ok && result.value.length).toBe(limit);
    },
  );

  it.each([[[limit + 1]], [[limit, 1]], [[1, limit]]])(
    "refuses one byte over the limit, as %j",
    async (chunks) => {
      expect(await readBody(chunked(chunks).request, limit)).toEqual({
        ok: false,
        failure: { code: "image_too_large", unit: "bytes", limit },
      });
    },
  );

  it("leaves the rest of an endless body alone", async () => {
    const { request, stream } = chunked(new Array(1_000_000).fill(100));
    expect((await readBody(request, limit)).ok).toBe(false);
    expect(stream.pulled).toBe(11);
    expect(request.body?.locked).toBe(false);
  });

  it("refuses a declared length over the limit before it reads anything", async () => {
    const { request, stream } = declared(limit + 1);
    expect(await readBody(request, limit)).toEqual({
      ok: false,
      failure: { code: "image_too_large", unit: "bytes", limit, actual: limit + 1 },
    });
    expect(stream.pulled).toBe(0);
  });

  it("refuses an absurd declared length", async () => {
    const { request } = chunked([1], { "Content-Length": "99999999999999999999" });
    expect(await readBody(request, limit)).toMatchObject({ failure: { code: "image_too_large" } });
  });

  it("counts what comes when the declared length is a lie", async () => {
    const { request } = chunked([limit + 1], { "Content-Length": "10" });
    expect(await readBody(request, limit)).toMatchObject({ failure: { code: "image_too_large" } });
  });

  it.each([
    ["no body", new Request("http://localhost/", { method: "POST" })],
    ["a body of no bytes", chunked([]).request],
    ["a declared length of nothing", declared(0).request],
  ])("refuses %s as empty", async (_, request) => {
    expect(await readBody(request, limit)).toMatchObject({ failure: { code: "invalid_request" } });
  });

  it("refuses a body that breaks off", async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new Error("connection lost"));
      },
    });
    const request = new Request("http://localhost/", { method: "POST", body, duplex: "half" } as RequestInit);
    expect(await readBody(request, limit)).toMatchObject({ failure: { code: "invalid_request" } });
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
