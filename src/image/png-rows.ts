/**
 * From PNG scanlines to RGBA rows: filters undone in place (PNG, third edition, 9), samples widened or cut
 * to 8 bits (13.12), palette looked up. Transparency is ignored, as everywhere in `image/`.
 */
import type { PngColour, PngHeader } from "./png-header.ts";

const channels: Record<PngColour, number> = { grey: 1, rgb: 3, indexed: 1, greyAlpha: 2, rgba: 4 };

export function bitsPerPixel({ colour, bitDepth }: PngHeader): number {
  return channels[colour] * bitDepth;
}

/** Bytes of a scanline of `width` pixels, without its filter byte. */
export function scanlineBytes(header: PngHeader, width: number): number {
  return Math.ceil((width * bitsPerPixel(header)) / 8);
}

/** The distance to "the pixel before" that filters refer to, at least 1 byte. */
export function filterDistance(header: PngHeader): number {
  return Math.max(1, bitsPerPixel(header) >> 3);
}

/**
 * Undoes filter `type` on `line`; `above` is the unfiltered line before it, zeros for a pass's first.
 * False where the type is not defined.
 */
export function unfilter(type: number, line: Uint8Array, above: Uint8Array, distance: number): boolean {
  const { length } = line;
  switch (type) {
    case 0:
      return true;
    case 1:
      for (let i = distance; i < length; i++) line[i] += line[i - distance];
      return true;
    case 2:
      for (let i = 0; i < length; i++) line[i] += above[i];
      return true;
    case 3:
      for (let i = 0; i < distance; i++) line[i] += above[i] >> 1;
      for (let i = distance; i < length; i++) line[i] += (line[i - distance] + above[i]) >> 1;
      return true;
    case 4:
      for (let channel = 0; channel < distance; channel++) unfilterPaeth(line, above, channel, distance);
      return true;
    default:
      return false;
  }
}

/**
 * PNG 9.4, one byte of every pixel: the nearest of left, above and upper left to left + above - upper left,
 * in this order. Left and upper left stay in registers from one pixel to the next.
 */
function unfilterPaeth(line: Uint8Array, above: Uint8Array, channel: number, distance: number): void {
  let left = 0;
  let upperLeft = 0;
  for (let i = channel; i < line.length; i += distance) {
    const up = above[i];
    const toLeft = Math.abs(up - upperLeft);
    const toUp = Math.abs(left - upperLeft);
    const toUpperLeft = Math.abs(left + up - 2 * upperLeft);
    const nearest = toLeft <= toUp && toLeft <= toUpperLeft ? left : toUp <= toUpperLeft ? up : upperLeft;
    left = (line[i] + nearest) & 255;
    line[i] = left;
    upperLeft = up;
  }
}

/** Writes `count` pixels of an unfiltered scanline as RGBA. */
export type Expander = (line: Uint8Array, count: number, out: Uint8Array) => void;

export function createExpander({ colour, bitDepth, palette }: PngHeader): Expander {
  if (bitDepth < 8) return expandPacked(bitDepth, colour === "indexed" ? palette : greys(bitDepth));
  if (colour === "indexed") return expandPacked(8, palette);
  const bytesPerSample = bitDepth >> 3;
  const step = channels[colour] * bytesPerSample;
  // Of a 16-bit sample the first byte is the high one.
  const green = colour === "grey" || colour === "greyAlpha" ? 0 : bytesPerSample;
  return (line, count, out) => {
    for (let i = 0, from = 0, to = 0; i < count; i++, from += step, to += 4) {
      out[to] = line[from];
      out[to + 1] = line[from + green];
      out[to + 2] = line[from + 2 * green];
      out[to + 3] = 255;
    }
  };
}

/** Pixels of 1, 2, 4 or 8 bits, leftmost in the high bits, looked up; black where the palette ends early. */
function expandPacked(bits: number, palette: Uint8Array): Expander {
  const mask = (1 << bits) - 1;
  const perByte = 8 / bits;
  return (line, count, out) => {
    for (let i = 0, to = 0; i < count; i++, to += 4) {
      const byte = line[Math.floor(i / perByte)];
      const entry = 3 * ((byte >> (8 - bits * ((i % perByte) + 1))) & mask);
      out[to] = palette[entry];
      out[to + 1] = palette[entry + 1];
      out[to + 2] = palette[entry + 2];
      out[to + 3] = 255;
    }
  };
}

function greys(bits: number): Uint8Array {
  const levels = (1 << bits) - 1;
  return Uint8Array.from({ length: 3 * (levels + 1) }, (_, i) => (255 * Math.floor(i / 3)) / levels);
}
