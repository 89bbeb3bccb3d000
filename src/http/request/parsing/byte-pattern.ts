/**
 * Searches for a short text in many bytes by Horspool's algorithm: the last byte of each window tells how far to move
 * it, at most by the length of the text. The first character of the text occurs in it once, so that bytes that
 * matched in one window are not matched again in another, and the time is linear whatever the bytes.
 */

export interface BytePattern {
  readonly bytes: Uint8Array;
  /** Distances to move a window, by its last byte. */
  readonly skips: Uint8Array;
}

/** `text` has at most 255 characters of Latin-1, the first of them once. */
export function bytePattern(text: string): BytePattern {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const last = bytes.length - 1;
  const skips = new Uint8Array(256).fill(bytes.length);
  for (let at = 0; at < last; at++) skips[bytes[at]] = last - at;
  return { bytes, skips };
}

/** The first index from `from` where the pattern stands; -1 when there is none. */
export function indexOfPattern(body: Uint8Array, { bytes, skips }: BytePattern, from: number): number {
  const first = bytes[0];
  const last = bytes.length - 1;
  const lastByte = bytes[last];
  const end = body.length - last;
  for (let at = from; at < end; ) {
    const byte = body[at + last];
    if (byte === lastByte && body[at] === first && startsWith(body, bytes, at)) return at;
    at += skips[byte];
  }
  return -1;
}

export function startsWith(body: Uint8Array, bytes: Uint8Array, at: number): boolean {
  let matched = 0;
  while (matched < bytes.length && body[at + matched] === bytes[matched]) matched++;
  return matched === bytes.length;
}
