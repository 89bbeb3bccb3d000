/**
 * Streamed photos, read to their end before the request is sent: the length is then known, the request can be
 * repeated, and it works where `fetch` sends no streams, as in most browsers.
 */
import { SamefaceError } from "../error.ts";
import { reasonOf } from "../signal.ts";

/** A web stream, Node's `Readable`, or another iterable of bytes. */
export type PhotoStream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

export interface ReadLimits {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** The longest stream that is read: the default limit of the service for a body. */
export const maxStreamBytes = 10 * 1024 * 1024;

interface Source {
  readonly next: () => Promise<{ done?: boolean | undefined; value?: unknown }>;
  /** Cancels the rest of the source. */
  readonly drop: () => Promise<unknown>;
}

/**
 * Reads a stream of photo bytes to its end. Fails with `body_too_large` beyond `maxStreamBytes`, with `timeout`, with
 * the signal's reason, with a `TypeError` if the stream is empty or holds anything but bytes, and with the stream's
 * own error. On failure the rest of the stream is cancelled.
 */
export async function readPhotoStream(
  stream: PhotoStream,
  name: string,
  limits: ReadLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = open(stream, name);
  const { ended, stop } = watch(name, limits);
  try {
    return await readToEnd(source, name, ended);
  } catch (error) {
    // The cancellation is not awaited: a source that hangs would hold the call.
    source.drop().catch(() => undefined);
    throw error;
  } finally {
    stop();
  }
}

async function readToEnd(source: Source, name: string, ended: Promise<never>) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value: chunk } = await Promise.race([source.next(), ended]);
    if (done) break;
    if (!ArrayBuffer.isView(chunk)) throw new TypeError(`${name} must be a stream of bytes, as Uint8Array.`);
    size += chunk.byteLength;
    if (size > maxStreamBytes) throw tooLarge(name);
    chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  if (size === 0)
    throw new TypeError(`${name} must have at least one byte: the stream is empty, or was read before.`);
  return join(chunks, size);
}

function open(stream: PhotoStream, name: string): Source {
  // `getReader` is the only way to read Safari's streams.
  if ("getReader" in stream) {
    checkUnread(stream, name);
    const reader = stream.getReader();
    return { next: () => reader.read(), drop: () => reader.cancel() };
  }
  const iterator = stream[Symbol.asyncIterator]();
  return { next: () => iterator.next(), drop: async () => iterator.return?.() };
}

/** Throws a `TypeError` for a stream that is being read elsewhere. */
export function checkUnread(stream: PhotoStream, name: string): void {
  if ("locked" in stream && stream.locked)
    throw new TypeError(`${name} is a stream that is being read already: a stream can be sent once.`);
}

/** Makes a promise that fails when the time is over, or when the caller aborts. */
function watch(name: string, { signal, timeoutMs }: ReadLimits) {
  let fail!: (reason: unknown) => void;
  const ended = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // The promise may fail between two reads, when nothing awaits it.
  ended.catch(() => undefined);
  const message = `${name}, a stream, did not end within ${timeoutMs} ms.`;
  const timer = setTimeout(() => fail(new SamefaceError("timeout", message, { status: 0 })), timeoutMs);
  const abort = () => fail(reasonOf(signal));
  signal?.addEventListener("abort", abort);
  const stop = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  };
  return { ended, stop };
}

function tooLarge(name: string): SamefaceError {
  const message = `${name}, a stream, has more than ${maxStreamBytes} bytes.`;
  return new SamefaceError("body_too_large", message, {
    status: 0,
    details: { limit: maxStreamBytes, unit: "bytes" },
  });
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
