/**
 * Hears a refused caller out. A server that closes while data is still coming resets the connection,
 * and the caller loses the answer with it (RFC 9112, section 9.6). So what is left of the body is
 * taken in and dropped before the answer goes out, within bounds: a caller who declared more than
 * they send, or never stops, waits or is cut off, and nothing is ever held.
 */
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "./deps.ts";

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

/** Resolves when the stream has ended, failed, or met a bound. */
export async function drop(stream: ReadableStream<Uint8Array>, bounds: LingerBounds): Promise<void> {
  const reader = stream.getReader();
  // Cancelling settles a pending read, and so ends the loop below.
  const stop = () => void reader.cancel().catch(() => undefined);
  const totalTimer = setTimeout(stop, bounds.maxTotalMs);
  let silenceTimer = setTimeout(stop, bounds.maxSilenceMs);
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      if (bytes > bounds.maxBytes) stop();
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
