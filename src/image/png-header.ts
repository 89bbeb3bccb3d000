/**
 * A PNG's chunks (PNG, third edition, W3C 2025), walked once without inflating: header, palette,
 * orientation, and where the image data lies. An animated PNG's default image is its photo; other
 * ancillary chunks are skipped unread.
 */
import { crc32 } from "../crypto/crc32.ts";
import { ok, type Result } from "../errors.ts";
import { type Orientation, readExifOrientation } from "./orientation.ts";
import { invalid, truncated } from "./refusal.ts";

export interface PngHeader {
  /** As stored, px, before orientation. */
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 1 | 2 | 4 | 8 | 16;
  readonly colour: PngColour;
  readonly interlaced: boolean;
  /** RGB triples; empty unless `colour` is "indexed". */
  readonly palette: Uint8Array;
  readonly orientation: Orientation;
  /** The zlib stream, in the order of its IDAT chunks. */
  readonly data: readonly Uint8Array[];
}

export type PngColour = "grey" | "rgb" | "indexed" | "greyAlpha" | "rgba";

/** PNG 11.2.1, table 12: the colour types and the bit depths each allows. */
const colours: Readonly<Record<number, { colour: PngColour; depths: readonly number[] }>> = {
  0: { colour: "grey", depths: [1, 2, 4, 8, 16] },
  2: { colour: "rgb", depths: [8, 16] },
  3: { colour: "indexed", depths: [1, 2, 4, 8] },
  4: { colour: "greyAlpha", depths: [8, 16] },
  6: { colour: "rgba", depths: [8, 16] },
};

/** Smaller than any that an encoder would choose for 10 MB, so that the walk stays short. */
const maxChunks = 20_000;

const signatureBytes = 8;

/** `bytes` starts with the PNG signature. Fails with `invalid_image`. */
export function readPngHeader(bytes: Uint8Array): Result<PngHeader> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let head: Pick<PngHeader, "width" | "height" | "bitDepth" | "colour" | "interlaced"> | undefined;
  let palette = new Uint8Array(0);
  let orientation: Orientation = 1;
  const data: Uint8Array[] = [];

  let at = signatureBytes;
  for (let chunks = 0; chunks < maxChunks; chunks++) {
    if (at + 12 > bytes.length) return truncated();
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) return truncated();
    const payload = bytes.subarray(at + 8, at + 8 + length);
    // IDAT has zlib's own checksum; the other chunks read here are short.
    const checked = type === "IHDR" || type === "PLTE";
    if (checked && crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      return invalid("a checksum in its header is wrong");
    }
    at += 12 + length;

    if (!head) {
      const read = type === "IHDR" ? readHead(payload) : invalid("it does not start with a header");
      if (!read.ok) return read;
      head = read.value;
    } else if (type === "PLTE") {
      palette = payload.slice(0, 768);
    } else if (type === "eXIf") {
      orientation = readExifOrientation(payload);
    } else if (type === "IDAT") {
      data.push(payload);
    } else if (type === "IEND") {
      return finish({ ...head, palette, orientation, data });
    }
  }
  return invalid("it has too many chunks");
}

function finish(header: PngHeader): Result<PngHeader> {
  if (header.data.length === 0) return invalid("it holds no pixels");
  if (header.colour === "indexed" && header.palette.length < 3) return invalid("its palette is missing");
  return ok(header);
}

function readHead(ihdr: Uint8Array) {
  if (ihdr.length !== 13) return invalid("its header has the wrong length");
  const view = new DataView(ihdr.buffer, ihdr.byteOffset, 13);
  const kind = colours[ihdr[9]];
  const known = kind?.depths.includes(ihdr[8]) && ihdr[10] === 0 && ihdr[11] === 0 && ihdr[12] <= 1;
  if (!known) return invalid("its header holds values that PNG does not define");
  return ok({
    width: view.getUint32(0),
    height: view.getUint32(4),
    bitDepth: ihdr[8] as PngHeader["bitDepth"],
    colour: kind.colour,
    interlaced: ihdr[12] === 1,
  });
}
