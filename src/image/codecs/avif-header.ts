/**
 * Header of an AVIF's primary image: size, sample format, orientation. Reads the `meta` box
 * (ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, 6) and never the coded data. Refuses image sequences.
 *
 * `irot` and `imir` are the orientation (ISO/IEC 23000-22, 7.3.6.7); an Exif block's own is to be ignored.
 * `clap` is ignored: the photo is all that was coded.
 */
import { ok, type Result } from "../../errors.ts";
import type { Orientation } from "../orientation.ts";
import { invalid, truncated } from "../refusal.ts";

export interface AvifHeader {
  /** Size as stored, px, before orientation. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** Bit depth of the most demanding coded image in the file, and whether its chroma is at full resolution. */
  readonly bitDepth: 8 | 10 | 12;
  readonly fullChroma: boolean;
  /** A second coded image holds alpha, or depth. */
  readonly auxiliaryImage: boolean;
}

interface Box {
  readonly type: string;
  /** Payload, without the header. */
  readonly bytes: Uint8Array;
}

/** `bytes` starts with an `ftyp` box that lists the brand `avif`. Fails with `invalid_image`. */
export function readAvifHeader(bytes: Uint8Array): Result<AvifHeader> {
  const top = readBoxes(bytes);
  if (!top) return truncated();
  const meta = top.find((box) => box.type === "meta");
  const parts = meta && readBoxes(meta.bytes.subarray(4));
  const primary = parts && primaryItem(parts);
  const properties = parts && readBoxes(find(parts, "iprp"));
  const container = properties && readBoxes(find(properties, "ipco"));
  if (!container || primary === undefined) return invalid("its boxes are malformed");

  let size: { width: number; height: number } | undefined;
  let turns = 0;
  let mirror: "none" | "topBottom" | "leftRight" = "none";
  for (const index of associatedProperties(find(properties, "ipma"), primary)) {
    const property = container[index - 1];
    if (!property) continue;
    const { type, bytes: payload } = property;
    if (type === "ispe" && payload.length >= 12) {
      size = { width: uint(payload, 4, 4), height: uint(payload, 8, 4) };
    } else if (type === "irot" && payload.length >= 1) {
      turns = payload[0] & 3;
    } else if (type === "imir" && payload.length >= 1) {
      mirror = payload[0] & 1 ? "leftRight" : "topBottom";
    }
  }
  if (!size) return invalid("it does not state its size");
  const codings = container.filter((box) => box.type === "av1C" && box.bytes.length >= 4);
  return ok({
    ...size,
    orientation: orientations[mirror][turns],
    bitDepth: Math.max(8, ...codings.map((coding) => codedBits(coding.bytes[2]))) as AvifHeader["bitDepth"],
    fullChroma: codings.some((coding) => (coding.bytes[2] & 0x1c) === 0),
    auxiliaryImage: container.some((box) => box.type === "auxC"),
  });
}

/** From the third byte of `av1C` (AV1-ISOBMFF, 2.3.3): tier, high bit depth, twelve bit, monochrome, chroma. */
function codedBits(flags: number): number {
  if ((flags & 0x40) === 0) return 8;
  return flags & 0x20 ? 12 : 10;
}

/** Orientation by quarter turns anticlockwise (`irot`), then the mirroring (`imir`) that follows them. */
const orientations: Record<"none" | "topBottom" | "leftRight", readonly Orientation[]> = {
  none: [1, 8, 3, 6],
  topBottom: [4, 5, 2, 7],
  leftRight: [2, 7, 4, 5],
};

/** Photos have about ten boxes at each level; a grid of tiles repeats its properties by reference. */
const maxBoxes = 1024;

/** The boxes that fill `bytes`, or undefined where one reaches past the end. */
function readBoxes(bytes: Uint8Array): Box[] | undefined {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length && boxes.length < maxBoxes; ) {
    let header = 8;
    let size = uint(bytes, at, 4);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (size === 1 && at + 16 <= bytes.length) {
      header = 16;
      size = uint(bytes, at + 8, 4) * 2 ** 32 + uint(bytes, at + 12, 4);
    } else if (size === 0) {
      size = bytes.length - at;
    }
    if (size < header || at + size > bytes.length) return undefined;
    boxes.push({ type, bytes: bytes.subarray(at + header, at + size) });
    at += size;
  }
  return boxes;
}

function find(boxes: readonly Box[], type: string): Uint8Array {
  return boxes.find((box) => box.type === type)?.bytes ?? new Uint8Array(0);
}

/** `pitm`: a 16-bit item id, 32-bit from version 1. */
function primaryItem(parts: readonly Box[]): number | undefined {
  const pitm = find(parts, "pitm");
  const length = pitm[0] === 0 ? 2 : 4;
  return pitm.length < 4 + length ? undefined : uint(pitm, 4, length);
}

/** `ipma`: the 1-based property indices of one item, in order. */
function associatedProperties(ipma: Uint8Array, item: number): number[] {
  const idLength = ipma[0] === 0 ? 2 : 4;
  const indexLength = ipma[3] & 1 ? 2 : 1;
  let at = 8;
  while (at + idLength < ipma.length) {
    const id = uint(ipma, at, idLength);
    const count = ipma[at + idLength];
    at += idLength + 1;
    if (id === item) {
      const indices: number[] = [];
      for (let i = 0; i < count && at + indexLength <= ipma.length; i++, at += indexLength) {
        indices.push(uint(ipma, at, indexLength) & (indexLength === 2 ? 0x7fff : 0x7f));
      }
      return indices;
    }
    at += count * indexLength;
  }
  return [];
}

/** Big-endian, `length` bytes. */
function uint(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + bytes[at + i];
  return value;
}
