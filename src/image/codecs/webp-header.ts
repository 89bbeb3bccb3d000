/**
 * A WebP's container and the header of its one frame (RFC 9649, sections 2 and 3; RFC 6386, 9.1), read
 * without decoding. Refuses animations.
 */
import { ok, type Result } from "../../errors.ts";
import { type Orientation, readExifOrientation } from "../orientation.ts";
import { invalid, sizesDisagree, truncated, unsupported } from "../refusal.ts";

export interface WebpHeader {
  /** Size as stored, px, before orientation. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  readonly lossless: boolean;
  /** A lossy frame with a separate alpha plane. */
  readonly alphaPlane: boolean;
  /** False where a lossless frame says that its alpha means nothing, or a lossy one has none. */
  readonly hasAlpha: boolean;
  /** Offset just past the RIFF chunk. */
  readonly end: number;
}

interface Frame {
  width: number;
  height: number;
  lossless: boolean;
  usesAlpha: boolean;
}

/** RIFF allows more; photo software writes fewer than ten. */
const maxChunks = 256;

/** `bytes` starts with a RIFF header of form type WEBP. Fails with `invalid_image` or `unsupported_media_type`. */
export function readWebpHeader(bytes: Uint8Array): Result<WebpHeader> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 20) return truncated();
  const end = 8 + view.getUint32(4, true);
  if (end > bytes.length) return truncated();

  let frame: Frame | undefined;
  let canvas: { width: number; height: number } | undefined;
  let orientation: Orientation = 1;
  let alphaPlane = false;
  for (let at = 12, chunks = 0; at + 8 <= end && chunks < maxChunks; chunks++) {
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const payload = at + 8;
    if (payload + length > end) return invalid("a chunk reaches past the end of the file");
    if (type === "VP8X" && length >= 10) {
      if (bytes[payload] & animationFlag) return unsupported("an animated WebP");
      canvas = { width: 1 + uint24(bytes, payload + 4), height: 1 + uint24(bytes, payload + 7) };
    } else if (type === "ANIM" || type === "ANMF") {
      return unsupported("an animated WebP");
    } else if (type === "ALPH") {
      alphaPlane = true;
    } else if ((type === "VP8 " || type === "VP8L") && !frame) {
      frame = type === "VP8 " ? readLossy(bytes, payload, length) : readLossless(view, payload, length);
      if (!frame) return invalid("its frame header is malformed");
    } else if (type === "EXIF") {
      orientation = readExifOrientation(tiffBlock(bytes.subarray(payload, payload + length)));
    }
    at = payload + length + (length & 1);
  }

  if (!frame) return invalid("it holds no pixels");
  if (canvas && (canvas.width !== frame.width || canvas.height !== frame.height)) {
    return sizesDisagree();
  }
  const { width, height, lossless, usesAlpha } = frame;
  return ok({ width, height, lossless, orientation, alphaPlane, hasAlpha: alphaPlane || usesAlpha, end });
}

/** The VP8X flag A (RFC 9649, 2.7.1.1). */
const animationFlag = 0x02;

/** RFC 6386, 9.1: a key frame's tag, start code, then 14 bits for each side. */
function readLossy(bytes: Uint8Array, at: number, length: number): Frame | undefined {
  if (length < 10 || bytes[at] & 1) return undefined;
  if (bytes[at + 3] !== 0x9d || bytes[at + 4] !== 0x01 || bytes[at + 5] !== 0x2a) return undefined;
  const width = (bytes[at + 6] | (bytes[at + 7] << 8)) & 0x3fff;
  const height = (bytes[at + 8] | (bytes[at + 9] << 8)) & 0x3fff;
  return { width, height, lossless: false, usesAlpha: false };
}

/** RFC 9649, 3.4: the signature 0x2f, then 14 bits for each side less one, and a bit for alpha. */
function readLossless(view: DataView, at: number, length: number): Frame | undefined {
  if (length < 5 || view.getUint8(at) !== 0x2f) return undefined;
  const bits = view.getUint32(at + 1, true);
  const usesAlpha = ((bits >>> 28) & 1) === 1;
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), lossless: true, usesAlpha };
}

/** Some writers keep JPEG's "Exif\0\0" before the TIFF header. */
function tiffBlock(exif: Uint8Array): Uint8Array {
  const hasPrefix = exif[0] === 0x45 && exif[1] === 0x78 && exif[2] === 0x69 && exif[3] === 0x66;
  return hasPrefix ? exif.subarray(6) : exif;
}

function uint24(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
}
