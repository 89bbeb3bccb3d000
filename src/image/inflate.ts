/**
 * A zlib stream (RFC 1950) inflated by the platform a piece at a time: the consumer's pace bounds what is
 * held, whatever the stream would unfold to.
 */

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
  const reader = new ReadableStream<Uint8Array<ArrayBuffer>>(pieces(parts), { highWaterMark: 0 })
    .pipeThrough(new DecompressionStream("deflate"))
    .getReader();
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
      const next = await reader.read();
      if (next.done) return false;
      ready = next.value;
    }
  }

  return {
    take,
    fill,
    close: () => void reader.cancel().catch(() => {}),
  };
}

function pieces(parts: readonly Uint8Array[]): UnderlyingSource<Uint8Array<ArrayBuffer>> {
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
