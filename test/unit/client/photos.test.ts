/** Photos in every form that the client takes: exactly their bytes arrive. */
import { createReadStream, mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { type ClientOptions, type Photo, Sameface, type SamefaceError } from "../../../client/index.ts";
import { maxStreamBytes } from "../../../client/photo/photo-stream.ts";
import { type ScriptedAnswer, startScriptedServer } from "../../fixtures/scripted-server.ts";

type Server = Awaited<ReturnType<typeof startScriptedServer>>;
const running: Server[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function start(answers: readonly ScriptedAnswer[] = [{}], options: Partial<ClientOptions> = {}) {
  const server = await startScriptedServer(answers);
  running.push(server);
  return { server, client: new Sameface({ url: server.url, key: "k", ...options }) };
}

async function formOf({ body, headers }: Server["came"][number]): Promise<Record<string, unknown>> {
  const type = headers["content-type"] ?? "";
  const form = await new Response(new Uint8Array(body), { headers: { "Content-Type": type } }).formData();
  const parts = await Promise.all(
    [...form].map(async ([name, part]) => [
      name,
      typeof part === "string" ? part : [...new Uint8Array(await part.arrayBuffer())],
    ]),
  );
  return Object.fromEntries(parts);
}

const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error as SamefaceError,
  );

/** Eight bytes are whole elements of every typed array. */
const photo = [0xff, 0xd8, 0xff, 1, 2, 3, 4, 5];

/** Puts the photo between other bytes, which views must leave out. */
function surrounded(buffer: ArrayBufferLike): ArrayBufferLike {
  new Uint8Array(buffer).set([9, 9, 9, 9, 9, 9, 9, 9, ...photo, 9, 9, 9, 9, 9, 9, 9, 9]);
  return buffer;
}
const buffer = () => surrounded(new ArrayBuffer(24));

function pooled(): Buffer {
  const part = Buffer.from(photo);
  // The pool is larger than the photo.
  expect(part.buffer.byteLength).toBeGreaterThan(8);
  return part;
}

function resizable(): ArrayBuffer {
  const options = { maxByteLength: 64 };
  return new (ArrayBuffer as new (length: number, options: object) => ArrayBuffer)(24, options);
}

function streamOf(...chunks: unknown[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk as Uint8Array);
      controller.close();
    },
  });
}

async function* generate(): AsyncGenerator<Uint8Array> {
  yield Uint8Array.from(photo.slice(0, 3));
  yield Uint8Array.from(photo.slice(3));
}

const kinds: [string, () => Photo][] = [
  ["a Blob", () => new Blob([Uint8Array.from(photo)])],
  ["a File", () => new File([Uint8Array.from(photo)], "selfie.jpg")],
  ["a part of a Blob", () => new Blob([buffer() as ArrayBuffer]).slice(8, 16)],
  ["an ArrayBuffer", () => Uint8Array.from(photo).buffer],
  ["a SharedArrayBuffer", () => new Uint8Array(new SharedArrayBuffer(8)).map((_, i) => photo[i]).buffer],
  ["Node's Buffer, out of its pool", pooled],
  ["a part of a Buffer", () => Buffer.from(buffer() as ArrayBuffer).subarray(8, 16)],
  ["a Uint8Array", () => new Uint8Array(buffer(), 8, 8)],
  ["a Uint8ClampedArray", () => new Uint8ClampedArray(buffer(), 8, 8)],
  ["an Int8Array", () => new Int8Array(buffer(), 8, 8)],
  ["a Uint16Array", () => new Uint16Array(buffer(), 8, 4)],
  ["an Int32Array", () => new Int32Array(buffer(), 8, 2)],
  ["a Float32Array", () => new Float32Array(buffer(), 8, 2)],
  ["a Float64Array", () => new Float64Array(buffer(), 8, 1)],
  ["a BigUint64Array", () => new BigUint64Array(buffer(), 8, 1)],
  ["a DataView", () => new DataView(buffer(), 8, 8)],
  ["a view of shared memory", () => new Uint8Array(surrounded(new SharedArrayBuffer(24)), 8, 8)],
  ["a view of a buffer that can grow", () => new Uint8Array(surrounded(resizable()), 8, 8)],
  ["a web stream", () => streamOf(Uint8Array.from(photo.slice(0, 5)), new DataView(buffer(), 13, 3))],
  ["a web stream of bytes", () => new Blob([Uint8Array.from(photo)]).stream()],
  ["Node's Readable", () => Readable.from([Buffer.from(photo.slice(0, 1)), Buffer.from(photo.slice(1))])],
  ["an async generator", generate],
];

describe("a photo as", () => {
  it.each(kinds)("%s arrives byte for byte, as the body and in forms", async (_, make) => {
    const { server, client } = await start();
    await client.detect(make());
    await client.enrol("anna", make(), { metadata: { seat: "4" } });
    await client.compare(make(), make());
    expect([...server.came[0].body]).toEqual(photo);
    expect(server.came[0].headers["content-length"]).toBe("8");
    expect(await formOf(server.came[1])).toEqual({ image: photo, metadata: '{"seat":"4"}' });
    expect(await formOf(server.came[2])).toEqual({ image_a: photo, image_b: photo });
  });

  it.each(kinds)("%s arrives again when the call is made again", async (_, make) => {
    const busy = { status: 503, headers: { "Retry-After": "0" }, body: { error: { code: "overloaded" } } };
    const { server, client } = await start([busy, {}, busy, {}], { maxRetryWaitMs: 0 });
    await client.verify("anna", make());
    await client.compare(make(), make());
    expect(server.came).toHaveLength(4);
    expect([...server.came[1].body]).toEqual(photo);
    expect(await formOf(server.came[3])).toEqual({ image_a: photo, image_b: photo });
  });

  it.each(kinds)("%s arrives where progress is told", async (_, make) => {
    const { server, client } = await start();
    const seen: number[] = [];
    await client.detect(make(), { onUploadProgress: ({ sentBytes }) => seen.push(sentBytes) });
    expect([[...server.came[0].body], seen]).toEqual([photo, [8]]);
  });

  it.each([
    "new Uint8Array(photo)",
    "new Uint8Array(photo).buffer",
    "new DataView(new Uint8Array(photo).buffer)",
  ])("%s of another realm arrives, with options of there", async (program) => {
    const { server, client } = await start();
    const [there, options] = runInNewContext(`[${program}, { face: "only" }]`, { photo });
    expect(there instanceof Uint8Array || there instanceof ArrayBuffer).toBe(false);
    await client.detect(there, options);
    await client.compare(there, there);
    expect([...server.came[0].body]).toEqual(photo);
    expect(server.came[0].url).toBe("/v1/detect?face=only");
    expect(await formOf(server.came[1])).toEqual({ image_a: photo, image_b: photo });
  });

  it("files on disk, opened as a blob and as a stream", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sameface-client-"));
    const path = join(folder, "photo.jpg");
    writeFileSync(path, Uint8Array.from(photo));
    const { server, client } = await start();
    await client.detect(await openAsBlob(path, { type: "image/jpeg" }));
    await client.detect(createReadStream(path, { highWaterMark: 3 }));
    rmSync(folder, { recursive: true });
    expect(server.came.map(({ body }) => [...body])).toEqual([photo, photo]);
    expect(server.came.map(({ headers }) => headers["content-type"])).toEqual([
      "image/jpeg",
      "application/octet-stream",
    ]);
  });
});

describe("a stream", () => {
  it("that was read before is refused, before anything is sent", async () => {
    const { server, client } = await start();
    const stream = streamOf(Uint8Array.from(photo));
    await client.detect(stream);
    const again = await errorOf(client.detect(stream));
    expect(again).toEqual(
      new TypeError("photo is a stream that is being read already: a stream can be sent once."),
    );
    const node = Readable.from([Buffer.from(photo)]);
    await client.detect(node);
    expect(await errorOf(client.detect(node))).toBeInstanceOf(Error);
    expect(server.came).toHaveLength(2);
  });

  it("that is both photos of a comparison is refused", async () => {
    const { server, client } = await start();
    const stream = streamOf(Uint8Array.from(photo));
    expect(await errorOf(client.compare(stream, stream))).toEqual(
      new TypeError("imageB is a stream that is being read already: a stream can be sent once."),
    );
    expect(server.came).toHaveLength(0);
  });

  it.each<[string, () => Photo]>([
    ["nothing", () => streamOf()],
    ["chunks without a byte", () => streamOf(new Uint8Array(), new Uint8Array())],
    ["Node's nothing", () => Readable.from([])],
  ])("of %s is refused", async (_, make) => {
    const { server, client } = await start();
    expect(await errorOf(client.detect(make()))).toEqual(
      new TypeError("photo must have at least one byte: the stream is empty, or was read before."),
    );
    expect(server.came).toHaveLength(0);
  });

  it.each<[string, () => Photo]>([
    ["text", () => streamOf(Uint8Array.from(photo), "a secret")],
    ["undefined", () => streamOf(undefined)],
    ["numbers", () => streamOf(5)],
    ["Node's text", () => Readable.from(["a secret"])],
  ])("of %s is refused: bytes are not made of it", async (_, make) => {
    const { server, client } = await start();
    expect(await errorOf(client.detect(make()))).toEqual(
      new TypeError("photo must be a stream of bytes, as Uint8Array."),
    );
    expect(server.came).toHaveLength(0);
  });

  it("that fails ends the call with its own failure, once", async () => {
    const { server, client } = await start();
    const reason = new TypeError("The disk is gone.");
    const stream = new ReadableStream({ pull: (controller) => controller.error(reason) });
    expect(await errorOf(client.compare(Uint8Array.from(photo), stream))).toBe(reason);
    expect(server.came).toHaveLength(0);
  });

  /** Yields a mebibyte at a time for as long as it is asked. */
  function endless(mostBytes = Number.POSITIVE_INFINITY) {
    const state = { given: 0, cancelled: false };
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const size = Math.min(2 ** 20, mostBytes - state.given);
          if (size > 0) controller.enqueue(new Uint8Array(size));
          else controller.close();
          state.given += size;
        },
        cancel() {
          state.cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return { stream, state };
  }

  it("of 10 MiB is sent, and one of a byte more is not, without a further byte of it read", async () => {
    const { server, client } = await start();
    await client.detect(endless(maxStreamBytes).stream);
    expect(server.came[0].body.length).toBe(10_485_760);
    const { stream, state } = endless(maxStreamBytes + 1);
    const error = await errorOf(client.detect(stream));
    expect(error).toMatchObject({
      name: "SamefaceError",
      code: "body_too_large",
      status: 0,
      details: { limit: 10_485_760, unit: "bytes" },
    });
    expect(state).toEqual({ given: maxStreamBytes + 1, cancelled: true });
    const unending = endless();
    expect(await errorOf(client.detect(unending.stream))).toMatchObject({ code: "body_too_large" });
    expect(unending.state).toEqual({ given: 11 * 2 ** 20, cancelled: true });
    expect(server.came).toHaveLength(1);
  });

  it("that stands still is a timeout, and let go of", async () => {
    const { server, client } = await start([{}], { timeoutMs: 50 });
    let cancelled = false;
    const stream = new ReadableStream({
      pull: () => new Promise(() => undefined),
      cancel: () => {
        cancelled = true;
      },
    });
    expect(await errorOf(client.verify("anna", stream))).toMatchObject({ code: "timeout", status: 0 });
    expect([cancelled, server.came.length]).toEqual([true, 0]);
  });

  it("is let go of when the caller aborts, whose reason is thrown", async () => {
    const { server, client } = await start();
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    let cancelled = false;
    const stream = new ReadableStream({
      pull: () => controller.abort(reason),
      cancel: () => {
        cancelled = true;
      },
    });
    expect(await errorOf(client.detect(stream, { signal: controller.signal }))).toBe(reason);
    expect([cancelled, server.came.length]).toEqual([true, 0]);
  });

  it("is not begun where another argument is refused or the signal was aborted before", async () => {
    const { client } = await start();
    const { stream, state } = endless();
    await errorOf(client.detect(stream, { face: 5 as never }));
    await errorOf(client.compare(stream, "photo" as never));
    await errorOf(client.verify("", stream));
    await errorOf(client.verify("anna", stream, { signal: AbortSignal.abort() }));
    expect([state, stream.locked]).toEqual([{ given: 0, cancelled: false }, false]);
  });

  it("leaves no listener on a signal that outlives the call", async () => {
    const { client } = await start();
    let listeners = 0;
    const signal = Object.assign(new AbortController().signal, {
      addEventListener: () => void listeners++,
      removeEventListener: () => void listeners--,
    });
    await client.detect(streamOf(Uint8Array.from(photo)), { signal });
    expect(listeners).toBe(0);
  });
});
