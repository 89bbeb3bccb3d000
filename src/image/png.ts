/**
 * PNG, streamed: the platform inflates a little at a time, and each row goes through its filter straight
 * into the shrinking average. Only an interlaced photo ever exists at full size.
 */
import { ok, type Result } from "../errors.ts";
import { freeBuffer } from "../free-buffer.ts";
import type { DecodeRequest, EncodedPhoto } from "./encoded-photo.ts";
import { inflate, maxInflation, pieceBytes } from "./inflate.ts";
import { type DecodingCost, type ImageLimits, refuseSize, workingBytes } from "./limits.ts";
import { placeRaster, uprightSize } from "./orientation.ts";
import type { Photo, Raster } from "./photo.ts";
import { type PngHeader, readPngHeader } from "./png-header.ts";
import { bitsPerPixel, createExpander, filterDistance, scanlineBytes, unfilter } from "./png-rows.ts";
import { damaged, truncated } from "./refusal.ts";
import { chooseFactor, createShrinker, shrink } from "./shrink.ts";

/** `makeRoom` is told what a decode is about to hold. */
export function openPng(
  bytes: Uint8Array,
  limits: ImageLimits,
  makeRoom: (neededBytes: number) => void,
): Result<EncodedPhoto> {
  const read = readPngHeader(bytes);
  if (!read.ok) return read;
  const header = read.value;
  const { width, height, orientation } = header;
  const cost = decodingCost(header, bytes.length);
  const maxPixels = Math.floor(limits.pngMaxPixels * Math.min(1, 24 / bitsPerPixel(header)));
  const refused = refuseSize(width, height, maxPixels, cost, limits);
  if (refused) return refused;
  const upright = uprightSize(orientation, width, height);

  const factorFor = ({ scaleAtLeast }: DecodeRequest) =>
    chooseFactor(width, height, scaleAtLeast, cost, limits);
  const workingBytesFor = (request: DecodeRequest) => {
    const factor = factorFor(request);
    const rasterPixels = Math.ceil(width / factor) * Math.ceil(height / factor);
    return workingBytes(width * height, rasterPixels, cost);
  };

  return ok({
    format: "png",
    ...upright,
    orientation,
    workingBytes: (request) => workingBytesFor(request) - bytes.length,
    async decode(request) {
      const factor = factorFor(request);
      makeRoom(workingBytesFor(request));
      const decoded = await (header.interlaced ? decodeInterlaced : decodeRows)(header, factor);
      if (!decoded.ok) return decoded;
      const toRaster = placeRaster(orientation, width, height, 1 / factor);
      return ok<Photo>({ ...upright, raster: decoded.value, toRaster });
    },
  });
}

/** The file once, a piece of it inflated, a few rows; RGBA at full size where passes arrive out of order. */
function decodingCost(header: PngHeader, fileBytes: number): DecodingCost {
  const row = scanlineBytes(header, header.width) + 4 * header.width;
  return {
    fixedBytes: fileBytes + pieceBytes * maxInflation + 4 * row,
    bytesPerPixel: header.interlaced ? 4 : 0,
    bytesPerRasterPixel: 4,
  };
}

async function decodeRows(header: PngHeader, factor: number): Promise<Result<Raster>> {
  const { width, height } = header;
  const shrinker = createShrinker(width, height, factor);
  const passes = [{ width, height, put: shrinker.addRow }];
  const read = await readPasses(header, passes);
  return read.ok ? ok(shrinker.raster) : read;
}

/** PNG 8.1, Adam7: where each pass starts and how far apart its pixels lie. */
const adam7 = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

async function decodeInterlaced(header: PngHeader, factor: number): Promise<Result<Raster>> {
  const { width, height } = header;
  const full = new Uint8Array(width * height * 4);
  const pixels = new Uint32Array(full.buffer);
  const passes = adam7.map(({ x, y, dx, dy }) => ({
    width: Math.ceil((width - x) / dx),
    height: Math.ceil((height - y) / dy),
    put(rgba: Uint8Array, row: number) {
      const from = new Uint32Array(rgba.buffer);
      let to = (y + row * dy) * width + x;
      for (let i = 0; i < this.width; i++, to += dx) pixels[to] = from[i];
    },
  }));
  const read = await readPasses(header, passes);
  const shrunk = read.ok ? ok(shrink(full, width, height, factor)) : read;
  freeBuffer(full.buffer);
  return shrunk;
}

interface Pass {
  readonly width: number;
  readonly height: number;
  put(rgba: Uint8Array, row: number): void;
}

/** Inflates, unfilters and hands out every row; leaves the rest of the stream unread. */
async function readPasses(header: PngHeader, passes: readonly Pass[]): Promise<Result<undefined>> {
  const source = inflate(header.data);
  const expand = createExpander(header);
  const rgba = new Uint8Array(header.width * 4);
  const distance = filterDistance(header);
  try {
    for (const pass of passes) {
      if (pass.width <= 0 || pass.height <= 0) continue;
      const lineBytes = scanlineBytes(header, pass.width);
      let above = new Uint8Array(lineBytes + 1);
      let line = new Uint8Array(lineBytes + 1);
      for (let row = 0; row < pass.height; row++) {
        if (!(source.take(line) || (await source.fill(line)))) return truncated();
        if (!unfilter(line[0], line.subarray(1), above.subarray(1), distance)) return damaged();
        expand(line.subarray(1), pass.width, rgba);
        pass.put(rgba, row);
        [line, above] = [above, line];
      }
    }
    return ok(undefined);
  } catch (error) {
    // What DecompressionStream throws on a malformed stream, and nothing else here.
    if (error instanceof TypeError) return damaged();
    throw error;
  } finally {
    source.close();
  }
}
