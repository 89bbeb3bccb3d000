/** Seeded damage to image files: the same seed gives the same bytes on every machine. */
import { concat } from "../fixtures/photos/images.ts";

export { seededRandom } from "../../model/convert/proof/images.ts";

export type Random = () => number;

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array;

const below = (random: Random, limit: number) => Math.floor(random() * limit);

/** Headers are at the front: a third of all damage goes to the first 600 bytes. */
function anywhere(random: Random, length: number): number {
  return below(random, random() < 0.3 ? Math.min(600, length) : length);
}

const mutations: Readonly<Record<string, Mutation>> = {
  flipBits(bytes, random) {
    const out = bytes.slice();
    for (let n = 1 + below(random, 16); n > 0; n--)
      out[anywhere(random, out.length)] ^= 1 << below(random, 8);
    return out;
  },
  truncate: (bytes, random) => bytes.slice(0, anywhere(random, bytes.length)),
  overwrite(bytes, random) {
    const out = bytes.slice();
    const start = anywhere(random, out.length);
    const value = [0, 0xff, 0x80, below(random, 256)][below(random, 4)];
    out.fill(value, start, start + 1 + below(random, 64));
    return out;
  },
  remove(bytes, random) {
    const start = anywhere(random, bytes.length);
    return concat([bytes.subarray(0, start), bytes.subarray(start + 1 + below(random, 200))]);
  },
  splice(bytes, random, other) {
    const from = anywhere(random, other.length);
    const piece = other.subarray(from, from + 1 + below(random, 2000));
    const at = anywhere(random, bytes.length);
    return concat([bytes.subarray(0, at), piece, bytes.subarray(random() < 0.5 ? at : at + piece.length)]);
  },
  repeatSegment(bytes, random) {
    const start = anywhere(random, bytes.length);
    const piece = bytes.subarray(start, start + 1 + below(random, 300));
    const copies = Array.from({ length: 1 + below(random, 40) }, () => piece);
    return concat([bytes.subarray(0, start), ...copies, bytes.subarray(start)]);
  },
  insertMarker(bytes, random) {
    const at = anywhere(random, bytes.length);
    const marker = [0xff, 0xc0 + below(random, 64), 0, below(random, 20)];
    return concat([bytes.subarray(0, at), marker, bytes.subarray(at)]);
  },
  changeDimensions(bytes, random) {
    const out = bytes.slice();
    const [at, sideBytes] = dimensions(out);
    for (let side = 0; side < 2; side++) {
      const value = [below(random, 70000), below(random, 300), 65535, 8 * below(random, 2000)][
        below(random, 4)
      ];
      for (let i = 0; i < sideBytes; i++) {
        out[at + side * sideBytes + i] = value / 256 ** (out[0] === 0x52 ? i : sideBytes - 1 - i);
      }
    }
    return out;
  },
};

/**
 * Finds the place where a file states its size: SOF, IHDR, a VP8 frame or `ispe`; if there is none, a place near the
 * front.
 */
function dimensions(bytes: Uint8Array): [at: number, sideBytes: number] {
  const text = Array.from(bytes.subarray(0, 2000), (byte) => String.fromCharCode(byte)).join("");
  if (text.startsWith("\x89PNG")) return [16, 4];
  if (text.startsWith("RIFF"))
    return [text.startsWith("VP8X", 12) ? 24 : 26, text.startsWith("VP8X", 12) ? 3 : 2];
  if (text.includes("ispe")) return [text.indexOf("ispe") + 8, 4];
  const frame = text.search(/\xff[\xc0-\xc2]\0/);
  return [frame < 0 ? 20 : frame + 5, 2];
}

/** Makes one or two mutations of `bytes`; `other` is a second file to take pieces from. */
export function mutate(
  bytes: Uint8Array,
  other: Uint8Array,
  random: Random,
): { bytes: Uint8Array; how: string } {
  const names = Object.keys(mutations);
  const chosen = Array.from({ length: random() < 0.7 ? 1 : 2 }, () => names[below(random, names.length)]);
  let out = bytes;
  for (const name of chosen) if (out.length > 0) out = mutations[name](out, random, other);
  return { bytes: out, how: chosen.join("+") };
}
