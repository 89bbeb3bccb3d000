/**
 * A PNG's chunks (PNG, third edition, W3C 2025), walked once without inflating: header, palette,
 * orientation, and where the image data lies. An animated PNG's default image is its photo; other
 * ancillary chunks are skipped unread.
 */
import { crc32 } from "../../crypto/crc32.ts";
import { ok, type Result } from "../../errors.ts";
import { type Orientation, readExifOrientation } from "../orientation.ts";
import { invalid, truncated } from "../refusal.ts";

export interface PngHeader {
  /** Size as stored, px, before orientation. */
  readonly width: number;
  readonly height: number;
  readonly bitDepth: 1 | 2 | 4 | 8 | 16;
  readonly colour: PngColour;
  readonly interlaced: boolean;
  /** RGB triples; empty unless `colour` is "indexed". */
  readonly palette: Uint8Array;
  /** The payload of tRNS where it suits `colour` (11.3.1.1): alpha of the palette's first colours, or samples; or empty. */
  readonly transparency: Uint8Array;
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

const channels: Record<PngColour, number> = { grey: 1, rgb: 3, indexed: 1, greyAlpha: 2, rgba: 4 };

/** Samples of a pixel, alpha included. */
export function channelsOf({ colour }: Pick<PngHeader, "colour">): number {
  return channels[colour];
}

export function bitsPerPixel({ colour, bitDepth }: Pick<PngHeader, "colour" | "bitDepth">): number {
  return channels[colour] * bitDepth;
}

/** Smallest mean size of a chunk: smaller than any that an encoder would choose for 10 MB, so that the walk stays short. */
const maxChunks = 20_000;

const signatureBytes = 8;

/**
 * `bytes` starts with the PNG signature. A file that ends within or after its image data passes: whether all rows are
 * there is seen when they are read. Fails with `invalid_image`.
 */
export function readPngHeader(bytes: Uint8Array): Result<PngHeader> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let head: Head | undefined;
  let palette = none;
  let transparency = none;
  let orientation: Orientation = 1;
  const data: Uint8Array[] = [];

  let at = signatureBytes;
  for (let chunks = 0; chunks < maxChunks; chunks++) {
    const length = at + 8 <= bytes.length ? view.getUint32(at) : 0;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) {
      if (head && type === "IDAT") data.push(bytes.subarray(at + 8, at + 8 + length));
      return head && data.length > 0
        ? finish({ ...head, palette, transparency, orientation, data })
        : truncated();
    }
    const payload = bytes.subarray(at + 8, at + 8 + length);
    if (
      checked.has(type) &&
      crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)
    ) {
      return invalid("a checksum in its header is wrong");
    }
    at += 12 + length;

    if (!head) {
      const read = type === "IHDR" ? readHead(payload) : invalid("it does not start with a header");
      if (!read.ok) return read;
      head = read.value;
    } else if (type === "PLTE") {
      palette = payload.slice(0, 768);
    } else if (type === "tRNS") {
      const inPlace = data.length === 0 && transparency.length === 0;
      if (inPlace && suits(payload, head, palette)) transparency = payload.slice();
    } else if (type === "eXIf") {
      orientation = readExifOrientation(payload);
    } else if (type === "IDAT") {
      data.push(payload);
    } else if (type === "IEND") {
      return finish({ ...head, palette, transparency, orientation, data });
    }
  }
  return invalid("it has too many chunks");
}

type Head = Pick<PngHeader, "width" | "height" | "bitDepth" | "colour" | "interlaced">;

const none = new Uint8Array(0);

/** Chunks whose checksum is compared: IDAT has zlib's own, and these are short. */
const checked = new Set(["IHDR", "PLTE", "tRNS"]);

/** Reads tRNS as libpng does: one of another length, or before the palette, counts as absent. */
function suits({ length }: Uint8Array, { colour }: Head, palette: Uint8Array): boolean {
  switch (colour) {
    case "grey":
      return length === 2;
    case "rgb":
      return length === 6;
    case "indexed":
      return length <= palette.length / 3;
    default:
      return false;
  }
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
