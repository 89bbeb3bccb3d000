/**
 * A zlib stream (RFC 1950) inflated by the platform a piece at a time: the consumer's pace bounds what is
 * held, whatever the stream would unfold to.
 */

import { forgetStack } from "../forget-stack.ts";

/** Compressed bytes fed at once. */
export const pieceBytes = 4096;
/** Deflate's best ratio is 1032 to 1 (RFC 1951: 258 bytes for two bits). */
export const maxInflation = 1032;

export interface Inflated {
  /** Fills `out` from what is already inflated; false, and nothing taken, where that does not suffice. */
  take(out: Uint8Array): boolean;
  /** Fills `out`, inflating as needed; false where the stream ends first. Throws `TypeError` on bad data. */
  fill(out: Uint8Array): Promise<boolean>;
  /** Gives up the rest of the stream. */
  close(): void;
}

export function inflate(parts: readonly Uint8Array[]): Inflated {
  const { read, cancel } = readerOf(
    new ReadableStream(pieces(parts), { highWaterMark: 0 }).pipeThrough(new DecompressionStream("deflate")),
  );
  let ready: Uint8Array = new Uint8Array(0);

  function take(out: Uint8Array): boolean {
    if (ready.length < out.length) return false;
    out.set(ready.subarray(0, out.length));
    ready = ready.subarray(out.length);
    return true;
  }

  async function fill(out: Uint8Array): Promise<boolean> {
    let filled = 0;
    while (true) {
      const part = ready.subarray(0, out.length - filled);
      out.set(part, filled);
      filled += part.length;
      ready = ready.subarray(part.length);
      if (filled === out.length) return true;
      const next = await read().catch((error: unknown) => {
        forgetStack(error);
        throw error;
      });
      if (!next || next.length === 0) return false;
      ready = next;
    }
  }

  return { take, fill, close: () => void cancel().catch(() => {}) };
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Streams Standard, 4.5.3; the option `min` is newer than the type declarations. */
interface OwnBufferReader {
  read(view: Bytes, options: { readonly min: number }): Promise<{ readonly value?: Bytes }>;
  cancel(): Promise<void>;
}

const blockBytes = 256 * 1024;

/**
 * `read` gives what was inflated next, valid until the next call, or nothing at the end. workerd hands out
 * 4 KB at a time unless asked for more by a reader that brings its own buffer: a tenth of the time. Node's
 * stream knows no such reader.
 */
function readerOf(stream: ReadableStream<Uint8Array>) {
  try {
    const reader = stream.getReader({ mode: "byob" }) as unknown as OwnBufferReader;
    let block = new ArrayBuffer(blockBytes);
    const read = async (): Promise<Uint8Array | undefined> => {
      const { value } = await reader.read(new Uint8Array(block), { min: blockBytes });
      if (value) block = value.buffer;
      return value;
    };
    return { read, cancel: () => reader.cancel() };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const reader = stream.getReader();
    return { read: async () => (await reader.read()).value, cancel: () => reader.cancel() };
  }
}

function pieces(parts: readonly Uint8Array[]): UnderlyingSource<Bytes> {
  let part = 0;
  let offset = 0;
  return {
    pull(controller) {
      while (part < parts.length && offset >= parts[part].length) {
        part++;
        offset = 0;
      }
      if (part === parts.length) return controller.close();
      controller.enqueue(parts[part].slice(offset, offset + pieceBytes));
      offset += pieceBytes;
    },
  };
}
