/** The stream of a body: it is decoded where it is gzip, and read into memory that the caller gives. */
import { fail, ok, type Result } from "../../../errors.ts";
import { forgetStack } from "./forget-stack.ts";

export interface BodyStream {
  readonly stream: ReadableStream<Uint8Array>;
  /** True when the body has a Content-Encoding: its declared length does not count the decoded bytes. */
  readonly coded: boolean;
}

/** Codings of RFC 9110, section 8.4.1, by the platform's names for them. */
const codings: Readonly<Record<string, "gzip" | "deflate">> = {
  gzip: "gzip",
  "x-gzip": "gzip",
  deflate: "deflate",
};

/** Opens the body. Fails with `unsupported_media_type` for a `Content-Encoding` other than gzip and deflate. */
export function openStream(request: Request, body: ReadableStream<Uint8Array>): Result<BodyStream> {
  const named = (request.headers.get("Content-Encoding") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  if (named.length === 0) return ok({ stream: body, coded: false });
  const format = Object.hasOwn(codings, named[0]) ? codings[named[0]] : undefined;
  if (named.length > 1 || format === undefined) {
    const quotable = named.every((name) => /^[\w-]{1,32}$/.test(name)) ? ` (${named.join(", ")})` : "";
    return fail({
      code: "unsupported_media_type",
      found: `a body in a Content-Encoding that is not read here${quotable}`,
      instead: "Send it as it is, or with gzip.",
    });
  }
  const decoder = new DecompressionStream(format);
  return ok({
    stream: body.pipeThrough(decoder as ReadableWritablePair<Uint8Array, Uint8Array>),
    coded: true,
  });
}

/** Bytes of one read. They lie in the memory that was given, which is now in `buffer`. */
export interface Read {
  readonly buffer: ArrayBuffer;
  readonly bytes: number;
  readonly done: boolean;
}

export interface Reader {
  /** Reads into `view`, which is not usable afterwards. Rejects where the body breaks off. */
  read(view: Uint8Array<ArrayBuffer>): Promise<Read>;
  /** Gives up: a pending read ends. */
  cancel(): void;
  release(): void;
}

/**
 * Opens a reader. Bytes go straight into the given memory where the stream can do that, as those of connections can.
 */
export function readerOf(stream: ReadableStream<Uint8Array>): Reader {
  const reader = plainReader(stream);
  return {
    ...reader,
    async read(view) {
      try {
        return await reader.read(view);
      } catch (error) {
        forgetStack(error);
        throw error;
      }
    },
  };
}

function plainReader(stream: ReadableStream<Uint8Array>): Reader {
  try {
    return directReader(stream.getReader({ mode: "byob" }));
  } catch (error) {
    // A stream that a script made gives chunks.
    if (error instanceof TypeError) return chunkReader(stream.getReader());
    throw error;
  }
}

function directReader(reader: ReadableStreamBYOBReader): Reader {
  return {
    async read(view) {
      const { done, value } = await reader.read(view);
      if (value === undefined) throw new Error("the stream was cancelled");
      return { buffer: value.buffer as ArrayBuffer, bytes: done ? 0 : value.byteLength, done };
    },
    cancel: () => void reader.cancel().catch(() => undefined),
    release: () => reader.releaseLock(),
  };
}

function chunkReader(reader: ReadableStreamDefaultReader<Uint8Array>): Reader {
  let rest = new Uint8Array(0);
  return {
    async read(view) {
      if (rest.length === 0) {
        const { done, value } = await reader.read();
        if (done) return { buffer: view.buffer, bytes: 0, done: true };
        rest = value as Uint8Array<ArrayBuffer>;
      }
      const bytes = Math.min(rest.length, view.length);
      view.set(rest.subarray(0, bytes));
      rest = rest.subarray(bytes);
      return { buffer: view.buffer, bytes, done: false };
    },
    cancel: () => void reader.cancel().catch(() => undefined),
    release: () => reader.releaseLock(),
  };
}
