/**
 * Takes in the rest of a refused body. A server that closes while data is still coming resets the connection,
 * and the caller loses the answer with it (RFC 9112, section 9.6). So what is left of the body is
 * taken in and dropped before the answer goes out, within bounds: a caller who declared more than
 * they send, or never stops, waits or is cut off, and nothing is ever held.
 */
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app-env.ts";
import { readerOf } from "../request/body-stream.ts";

export interface LingerBounds {
  /** Without a byte. */
  readonly maxSilenceMs: number;
  readonly maxTotalMs: number;
  readonly maxBytes: number;
}

const defaultBounds: LingerBounds = { maxSilenceMs: 250, maxTotalMs: 5000, maxBytes: 64 * 1024 * 1024 };

export function linger(bounds: LingerBounds = defaultBounds) {
  return createMiddleware<AppEnv>(async function linger(c, next) {
    await next();
    const { body } = c.req.raw;
    if (c.res.status >= 400 && body !== null && !body.locked) await drop(body, bounds);
  });
}

/** All that a refused body ever holds. */
const pieceBytes = 16 * 1024;

/** Resolves when the stream has ended, failed, or met a bound. */
export async function drop(stream: ReadableStream<Uint8Array>, bounds: LingerBounds): Promise<void> {
  const reader = readerOf(stream);
  // Cancelling settles a pending read, and so ends the loop below.
  const stop = () => reader.cancel();
  const totalTimer = setTimeout(stop, bounds.maxTotalMs);
  let silenceTimer = setTimeout(stop, bounds.maxSilenceMs);
  let piece = new ArrayBuffer(pieceBytes);
  let dropped = 0;
  try {
    for (;;) {
      const { buffer, bytes, done } = await reader.read(new Uint8Array(piece));
      if (done) break;
      piece = buffer;
      dropped += bytes;
      if (dropped > bounds.maxBytes) stop();
      clearTimeout(silenceTimer);
      silenceTimer = setTimeout(stop, bounds.maxSilenceMs);
    }
  } catch {
    // The caller is gone: there is nobody left to lose the answer.
  } finally {
    clearTimeout(totalTimer);
    clearTimeout(silenceTimer);
  }
}
