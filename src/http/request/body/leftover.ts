/**
 * Takes in the rest of a refused body. A server that closes while data is still coming resets the connection, and the
 * caller loses the answer with it (RFC 9112, section 9.6). So the rest of the body is taken in and dropped before the
 * answer goes out, within bounds. A caller who declared more than they send, or never stops, waits or is cut off, and
 * nothing is ever held.
 */
import { readerOf } from "./body-stream.ts";

export interface LeftoverBounds {
  /** Longest time without a byte, ms. */
  readonly maxSilenceMs: number;
  readonly maxTotalMs: number;
  readonly maxBytes: number;
}

const defaultBounds: LeftoverBounds = { maxSilenceMs: 1000, maxTotalMs: 5000, maxBytes: 64 * 1024 * 1024 };

/** Bytes that a refused body holds at most. */
const pieceBytes = 16 * 1024;

/** Resolves when the stream has ended, failed, or met a bound. */
export async function drop(
  stream: ReadableStream<Uint8Array>,
  bounds: LeftoverBounds = defaultBounds,
): Promise<void> {
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
