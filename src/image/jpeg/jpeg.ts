/**
 * Opens JPEGs: limits on the header, then the reader of `wasm/jpeg` at the smallest scale that the request allows:
 * 1/8, 1/4, 1/2 or 1. The cost of a decode is stated in jpeg-cost.ts, so that no decode asks for more memory than the
 * limits allow.
 */
import { ok, type Result } from "../../errors.ts";
import type { DecodeRequest, EncodedPhoto, Region } from "../encoded-photo.ts";
import { type ImageLimits, refuseSize } from "../limits.ts";
import { type Orientation, placeRaster, uprightSize, uprightToStored } from "../orientation.ts";
import type { Photo } from "../photo.ts";
import { invalid } from "../refusal.ts";
import { countBlocks, decodeBytes, leastCost, overviewCost } from "./jpeg-cost.ts";
import { type JpegHeader, readJpegHeader } from "./jpeg-header.ts";
import { type JpegFile, type JpegReader, type JpegView, scaledSide, scales } from "./jpeg-reader.ts";

/** Longest side, px: `JPEG_MAX_DIMENSION` of libjpeg. The format itself has sides of up to 65,535. */
const maxSidePixels = 65_500;

/** Reads and checks the header; `reader` is asked for at the first decode. Fails as `openPhoto` does. */
export function openJpeg(
  bytes: Uint8Array,
  limits: ImageLimits,
  reader: () => Promise<JpegReader>,
): Result<EncodedPhoto> {
  const read = readJpegHeader(bytes, limits, (width, height) =>
    refuseSize(width, height, limits.jpegMaxPixels, leastCost, limits),
  );
  if (!read.ok) return read;
  const header = read.value;
  const { width, height, orientation } = header;
  const tooLarge = refuseSize(width, height, limits.jpegMaxPixels, overviewCost(header), limits);
  if (tooLarge) return tooLarge;
  if (Math.max(width, height) > maxSidePixels) {
    return invalid(
      `it measures ${width} by ${height} pixels, and no side of a JPEG may be over ${maxSidePixels}`,
    );
  }
  if (header.codedBytes < fewestCodedBytes(header)) {
    return invalid("it holds less data than its size needs");
  }
  const upright = uprightSize(orientation, width, height);
  const file: JpegFile = { bytes: bytes.subarray(0, header.end), width, height };
  const planned = (request: DecodeRequest) => planDecode(header, request, limits);

  return ok({
    format: "jpeg",
    ...upright,
    orientation,
    // DC coefficients alone.
    quickScale: 1 / 8,
    workingBytes: (request) => planned(request).neededBytes - header.end,
    async decode(request) {
      const { view, neededBytes } = planned(request);
      const decoded = (await reader()).decode(file, view, neededBytes);
      if (!decoded.ok) return decoded;
      const toRaster = placeRaster(orientation, width, height, view.eighths / 8);
      return ok<Photo>({
        ...upright,
        raster: decoded.value,
        toRaster: { ...toRaster, tx: toRaster.tx - view.left, ty: toRaster.ty - view.top },
      });
    },
  });
}

interface DecodePlan {
  readonly view: JpegView;
  readonly neededBytes: number;
}

/** Plans the smallest scale at or above `scaleAtLeast`, or the largest that the limits allow. */
function planDecode(
  header: JpegHeader,
  { scaleAtLeast, region }: DecodeRequest,
  limits: ImageLimits,
): DecodePlan {
  const wanted = scales.findIndex((eighths) => eighths / 8 >= scaleAtLeast - 1e-9);
  for (let at = wanted < 0 ? scales.length - 1 : wanted; ; at--) {
    const view = viewOf(header, scales[at], region);
    const neededBytes = decodeBytes(header, view);
    const rasterPixels = (view.right - view.left) * (view.bottom - view.top);
    if (at === 0 || (rasterPixels <= limits.maxRasterPixels && neededBytes <= limits.maxWorkingBytes)) {
      return { view, neededBytes };
    }
  }
}

/**
 * Rectangle of the pixels that show any of the region, which is widened to one pixel where it lies outside of the
 * photo.
 */
function viewOf(
  { width, height, orientation }: JpegHeader,
  eighths: JpegView["eighths"],
  region: Region | undefined,
): JpegView {
  const right = scaledSide(width, eighths);
  const bottom = scaledSide(height, eighths);
  if (region === undefined) return { eighths, left: 0, top: 0, right, bottom };
  const stored = storedCorners(region, orientation, width, height);
  const [x, y] = [stored.map((corner) => corner.x), stored.map((corner) => corner.y)];
  const first = (values: number[], end: number) =>
    Math.max(0, Math.min(end - 1, Math.floor((Math.min(...values) * eighths) / 8)));
  const last = (values: number[], begin: number, end: number) =>
    Math.max(begin + 1, Math.min(end, Math.ceil((Math.max(...values) * eighths) / 8)));
  const left = first(x, right);
  const top = first(y, bottom);
  return { eighths, left, top, right: last(x, left, right), bottom: last(y, top, bottom) };
}

function storedCorners(region: Region, orientation: Orientation, width: number, height: number) {
  const { a, b, tx, c, d, ty } = uprightToStored(orientation, width, height);
  return [
    [region.x, region.y],
    [region.x + region.width, region.y + region.height],
  ].map(([x, y]) => ({ x: a * x + b * y + tx, y: c * x + d * y + ty }));
}

/**
 * Fewest entropy-coded bytes that a file of this size has. No code is shorter than one bit (T.81 C.2): a sequential
 * file spends at least a DC and an end-of-block code on each block, a progressive one at least its DC codes. A file
 * with less data is a bomb or cut short.
 */
function fewestCodedBytes(header: JpegHeader): number {
  return Math.floor((countBlocks(header) * (header.progressive ? 1 : 2)) / 8);
}
