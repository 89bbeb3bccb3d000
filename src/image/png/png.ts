/** PNG: limits on the header, then the reader of `wasm/png`, whose cost is stated here. */
import { ok, type Result } from "../../errors.ts";
import type { DecodeRequest, EncodedPhoto } from "../encoded-photo.ts";
import { type DecodingCost, type ImageLimits, refuseSize } from "../limits.ts";
import { uprightSize } from "../orientation.ts";
import { partBytes, photoOf, planPart } from "../part.ts";
import { bitsPerPixel, type PngHeader, readPngHeader } from "./png-header.ts";
import type { PngReader } from "./png-reader.ts";

/** Reads and checks the header; `reader` is asked for at the first decode. Fails as `openPhoto` does. */
export function openPng(
  bytes: Uint8Array,
  limits: ImageLimits,
  reader: () => Promise<PngReader>,
): Result<EncodedPhoto> {
  const read = readPngHeader(bytes);
  if (!read.ok) return read;
  const header = read.value;
  const { width, height, orientation } = header;
  const cost = decodingCost(header, bytes.length);
  const maxPixels = Math.floor(limits.pngMaxPixels * Math.min(1, 24 / bitsPerPixel(header)));
  const refused = refuseSize(width, height, maxPixels, cost, limits);
  if (refused) return refused;
  const planned = (request: DecodeRequest) => planPart(header, request, cost, limits);

  return ok({
    format: "png",
    ...uprightSize(orientation, width, height),
    orientation,
    workingBytes: (request) => partBytes(header, planned(request), cost) - bytes.length,
    async decode(request) {
      const part = planned(request);
      const decoded = (await reader()).decode(header, part, partBytes(header, part, cost));
      return decoded.ok ? ok(photoOf(header, part, decoded.value)) : decoded;
    },
  });
}

/** Window, block, piece and tables of the inflater, rows that are handed over, and a page that is not full. */
const readerBytes = 5 * 64 * 1024;

/** The file, the reader, its lines and sums of a row, and the raster; sums of all boxes where passes are out of order. */
function decodingCost(header: PngHeader, fileBytes: number): DecodingCost {
  const { width, interlaced } = header;
  const lineBytes = Math.ceil((width * bitsPerPixel(header)) / 8);
  const sumBytes = interlaced ? 6 : 6 + 12;
  return {
    fixedBytes: fileBytes + readerBytes + 3 * lineBytes + (3 + sumBytes + 4) * width,
    bytesPerPixel: 0,
    bytesPerRasterPixel: interlaced ? 4 + 12 : 4,
  };
}
