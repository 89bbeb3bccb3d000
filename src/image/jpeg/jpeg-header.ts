/**
 * Reads a JPEG's markers (ITU-T T.81, Annex B): one walk from SOI to EOI, without decoding anything, for frame, scans
 * and orientation. Refuses, by name, the processes that the reader lacks. A file may end after a scan without EOI:
 * the reader finds out whether rows are missing.
 */
import { fail, ok, type Result } from "../../errors.ts";
import { type Orientation, readExifOrientation } from "../orientation.ts";
import { invalid, type Refusal, truncated, unsupported } from "../refusal.ts";

export interface JpegHeader {
  /** Width as stored, before orientation, px. */
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
  readonly progressive: boolean;
  readonly scans: number;
  readonly orientation: Orientation;
  /** Entropy-coded bytes of all scans. */
  readonly codedBytes: number;
  /** Offset just past EOI, behind which is another file; the file's end where there is no EOI, or nothing behind it. */
  readonly end: number;
}

export interface JpegComponent {
  /** Identifier of the component in the headers of scans. */
  readonly id: number;
  /** Sampling factors H and V, 1..4. */
  readonly horizontal: number;
  readonly vertical: number;
}

export interface JpegSize {
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
}

/** Limits of the work that a file may ask for. */
export interface ScanLimits {
  readonly maxScans: number;
  /** Blocks of 8 x 8 samples that all scans together go through. */
  readonly maxScanBlocks: number;
}

interface Frame {
  width: number;
  height: number;
  components: JpegComponent[];
  progressive: boolean;
}

/** Parts of `JpegHeader` that the walk has met so far. */
interface Walk {
  frame: Frame | undefined;
  scans: number;
  scanBlocks: number;
  codedBytes: number;
  orientation: Orientation | undefined;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DHP = 0xde;
const APP1 = 0xe1;

/**
 * Walks the whole file. `acceptFrame` sees the header as soon as the frame is known, before the scans are
 * looked for, and may refuse it. Fails with `unsupported_media_type`, `image_too_large` (scans) or
 * `invalid_image`.
 */
export function readJpegHeader(
  bytes: Uint8Array,
  { maxScans, maxScanBlocks }: ScanLimits,
  acceptFrame: (width: number, height: number) => Refusal | undefined,
): Result<JpegHeader> {
  const walk: Walk = {
    frame: undefined,
    scans: 0,
    scanBlocks: 0,
    codedBytes: 0,
    orientation: undefined,
  };
  const endOfFile = () => (walk.scans > 0 ? finish(walk, bytes.length) : truncated());
  let at = 2;
  while (true) {
    const marker = nextMarker(bytes, at);
    if (marker === undefined) return endOfFile();
    const { code, after } = marker;
    at = after;
    if (code === EOI) return finish(walk, at);
    if (code === SOI) return invalid("a second image starts inside it");
    if (standsAlone(code)) continue;

    if (at + 2 > bytes.length) return endOfFile();
    const length = bytes[at] * 256 + bytes[at + 1];
    if (length < 2) return invalid("a segment has an impossible length");
    if (at + length > bytes.length) return endOfFile();
    const segment = bytes.subarray(at + 2, at + length);
    at += length;

    const refusal = readSegment(code, segment, walk, acceptFrame);
    if (refusal) return refusal;
    if (code !== SOS) continue;
    walk.scans++;
    if (walk.scans > maxScans || walk.scanBlocks > maxScanBlocks) {
      return fail({ code: "image_too_large", limit: walk.scans - 1, actual: walk.scans, unit: "scans" });
    }
    // Such a scan is a photo's last. Where the file ends with EOI, the data need not be searched for its end.
    if (isWholePhoto(walk.frame, segment) && endsWithMarker(bytes, EOI)) {
      walk.codedBytes += Math.max(0, bytes.length - 2 - at);
      return finish(walk, bytes.length);
    }
    const end = endOfScan(bytes, at);
    walk.codedBytes += end - at;
    at = end;
  }
}

function readSegment(
  code: number,
  segment: Uint8Array,
  walk: Walk,
  acceptFrame: (width: number, height: number) => Refusal | undefined,
): Refusal | undefined {
  if (isStartOfFrame(code)) {
    if (walk.frame) return invalid("it declares two frames");
    const frame = readFrame(code, segment);
    if (!frame.ok) return frame;
    walk.frame = frame.value;
    return acceptFrame(frame.value.width, frame.value.height);
  }
  if (code === DHP) return unsupportedJpeg("a hierarchical JPEG");
  if (code === SOS) {
    if (!walk.frame) return invalid("its pixels come before its header");
    walk.scanBlocks += blocksOfScan(walk.frame, segment);
  } else if (code === APP1 && walk.orientation === undefined && startsWith(segment, "Exif\0")) {
    walk.orientation = readExifOrientation(segment.subarray(6));
  }
  return undefined;
}

/** Reads a frame header (T.81 B.2.2 and table B.1). */
function readFrame(code: number, segment: Uint8Array): Result<Frame> {
  const unsupported = unsupportedProcess(code);
  if (unsupported) return unsupportedJpeg(unsupported);
  if (segment.length < 6) return invalid("its frame header is cut short");
  const precision = segment[0];
  if (precision !== 8) return unsupportedJpeg(`a ${precision}-bit JPEG`);
  const height = segment[1] * 256 + segment[2];
  const width = segment[3] * 256 + segment[4];
  const count = segment[5];
  if (count < 1 || count > 4) return unsupportedJpeg(`a JPEG with ${count} colour channels`);
  if (segment.length < 6 + 3 * count) return invalid("its frame header is cut short");
  const components: JpegComponent[] = [];
  for (let i = 0; i < count; i++) {
    const [id, factors] = segment.subarray(6 + 3 * i);
    const horizontal = factors >> 4;
    const vertical = factors & 15;
    if (horizontal < 1 || horizontal > 4 || vertical < 1 || vertical > 4) {
      return invalid("its sampling factors are out of range");
    }
    components.push({ id, horizontal, vertical });
  }
  return ok({ width, height, components, progressive: code === 0xc2 });
}

function finish(walk: Walk, end: number): Result<JpegHeader> {
  const { frame } = walk;
  if (!frame || walk.scans === 0) return invalid("it holds no pixels");
  return ok({
    width: frame.width,
    height: frame.height,
    components: frame.components,
    progressive: frame.progressive,
    scans: walk.scans,
    orientation: walk.orientation ?? 1,
    codedBytes: walk.codedBytes,
    end,
  });
}

/** Number of 8x8 blocks of each component (T.81 A.1.1). */
export function blocksOfComponents({ width, height, components }: JpegSize): number[] {
  const { maxHorizontal, maxVertical } = largestFactors(components);
  return components.map(({ horizontal, vertical }) => {
    const across = Math.ceil(Math.ceil((width * horizontal) / maxHorizontal) / 8);
    const down = Math.ceil(Math.ceil((height * vertical) / maxVertical) / 8);
    return across * down;
  });
}

/**
 * Number of blocks of each component with those that fill the last MCUs. An interleaved scan of all components goes
 * through all of them (T.81 A.2.4).
 */
export function paddedBlocksOfComponents({ width, height, components }: JpegSize): number[] {
  const { maxHorizontal, maxVertical } = largestFactors(components);
  const across = Math.ceil(width / (8 * maxHorizontal));
  const down = Math.ceil(height / (8 * maxVertical));
  return components.map(({ horizontal, vertical }) => across * horizontal * down * vertical);
}

export function largestFactors(components: readonly JpegComponent[]) {
  return {
    maxHorizontal: Math.max(...components.map(({ horizontal }) => horizontal)),
    maxVertical: Math.max(...components.map(({ vertical }) => vertical)),
  };
}

/** Number of blocks that a scan goes through. The reader refuses a component that the frame lacks. */
function blocksOfScan(frame: Frame, scan: Uint8Array): number {
  const count = scan[0];
  const blocks = count === 1 ? blocksOfComponents(frame) : paddedBlocksOfComponents(frame);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += blocks[frame.components.findIndex(({ id }) => id === scan[1 + 2 * i])] ?? 0;
  }
  return sum;
}

/**
 * Finds the next marker (B.1.1.2): 0xFF, any number of 0xFF fill bytes, a code that is neither 0 nor 0xFF. Skips
 * other bytes before it.
 */
function nextMarker(bytes: Uint8Array, from: number): { code: number; after: number } | undefined {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const code = bytes[at + 1];
    if (code !== 0 && code !== 0xff) return { code, after: at + 2 };
    at = code === 0xff ? at + 1 : bytes.indexOf(0xff, at + 2);
  }
  return undefined;
}

/** Offset of the marker that ends a scan. Stuffed zeros, fill bytes and RST0-7 belong to the scan (B.1.1.5). */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const code = bytes[at + 1];
    if (code === 0xff) at += 1;
    else if (code === 0 || (code >= 0xd0 && code <= 0xd7)) at = bytes.indexOf(0xff, at + 2);
    else return at;
  }
  return bytes.length;
}

/** True for the first scan of a sequential file, if it has all components. */
function isWholePhoto(frame: Frame | undefined, scan: Uint8Array): boolean {
  return frame !== undefined && !frame.progressive && scan[0] === frame.components.length;
}

function endsWithMarker(bytes: Uint8Array, code: number): boolean {
  return bytes[bytes.length - 2] === 0xff && bytes[bytes.length - 1] === code;
}

/** True for TEM and RST0-7, which carry no length. */
function standsAlone(code: number): boolean {
  return code === 0x01 || (code >= 0xd0 && code <= 0xd7);
}

/** True for SOF0-15, without DHT (C4), JPG (C8) and DAC (CC). */
function isStartOfFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

function unsupportedProcess(code: number): string | undefined {
  if (code <= 0xc2) return undefined;
  if (code === 0xc3 || code === 0xcb) return "a lossless JPEG";
  if (code === 0xc9 || code === 0xca) return "an arithmetic-coded JPEG";
  return "a hierarchical JPEG";
}

function startsWith(segment: Uint8Array, prefix: string): boolean {
  for (let i = 0; i < prefix.length; i++) if (segment[i] !== prefix.charCodeAt(i)) return false;
  return true;
}

function unsupportedJpeg(found: string): Refusal {
  return unsupported(found, "Send the photo as a baseline or progressive JPEG with 8 bits a channel.");
}
