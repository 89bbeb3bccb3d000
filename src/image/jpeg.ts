/**
 * JPEG: limits on the header, then libjpeg-turbo at the smallest of its DCT scales n/8 that is wanted.
 * The cost of a decode is stated here, so that no decode asks for more memory than the limits allow.
 */
import { ok, type Result } from "../errors.ts";
import type { DecodeRequest, EncodedPhoto } from "./encoded-photo.ts";
import { type JpegHeader, readJpegHeader } from "./jpeg-header.ts";
import { type JpegTurbo, scaledSide } from "./jpeg-turbo.ts";
import { allowsRaster, type DecodingCost, type ImageLimits, refuseSize, workingBytes } from "./limits.ts";
import { placeRaster, uprightSize } from "./orientation.ts";
import type { Photo, Raster } from "./photo.ts";
import { invalid } from "./refusal.ts";

/** `JPEG_MAX_DIMENSION` of libjpeg. The format itself has sides of up to 65,535. */
const maxSidePixels = 65_500;

/** Reads and checks the header; `turbo` is asked for at the first decode. Fails as `openPhoto` does. */
export function openJpeg(
  bytes: Uint8Array,
  limits: ImageLimits,
  turbo: () => Promise<JpegTurbo>,
): Result<EncodedPhoto> {
  const read = readJpegHeader(bytes, limits.maxScans, (width, height) =>
    refuseSize(width, height, limits.jpegMaxPixels, leastCost, limits),
  );
  if (!read.ok) return read;
  const header = read.value;
  const { width, height, orientation } = header;
  const tooLarge = refuseSize(width, height, limits.jpegMaxPixels, decodingCost(header), limits);
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

  function planDecode({ scaleAtLeast }: DecodeRequest) {
    const eighths = chooseScale(header, scaleAtLeast, limits);
    const rasterWidth = scaledSide(width, eighths);
    const rasterHeight = scaledSide(height, eighths);
    const neededBytes = workingBytes(width * height, rasterWidth * rasterHeight, decodingCost(header));
    return { eighths, rasterWidth, rasterHeight, neededBytes };
  }

  return ok({
    format: "jpeg",
    ...upright,
    orientation,
    workingBytes: (request) => planDecode(request).neededBytes - header.end,
    async decode(request) {
      const { eighths, rasterWidth, rasterHeight, neededBytes } = planDecode(request);
      const decoded = (await turbo()).decode(bytes.subarray(0, header.end), {
        fullWidth: width,
        fullHeight: height,
        width: rasterWidth,
        height: rasterHeight,
        channels: header.components.length === 4 ? "inks" : "rgba",
        neededBytes,
      });
      if (!decoded.ok) return decoded;
      if (header.components.length === 4) inksToRgb(decoded.value, header.adobe);
      return ok<Photo>({
        ...upright,
        raster: decoded.value,
        toRaster: placeRaster(orientation, width, height, eighths / 8),
      });
    },
  });
}

/** The smallest n of n/8 at or above `scaleAtLeast`, or the largest that the limits allow. */
function chooseScale(header: JpegHeader, scaleAtLeast: number, limits: ImageLimits): number {
  const { width, height } = header;
  const cost = decodingCost(header);
  let eighths = Math.max(1, Math.ceil(8 * Math.min(1, scaleAtLeast) - 1e-9));
  while (
    eighths > 1 &&
    !allowsRaster(width * height, scaledSide(width, eighths) * scaledSide(height, eighths), cost, limits)
  ) {
    eighths--;
  }
  return eighths;
}

/** Of any JPEG, known as soon as its frame is. */
const leastCost: DecodingCost = { fixedBytes: 0, bytesPerPixel: 0, bytesPerRasterPixel: 8 };

/** The library's own tables and rows, and the first page of its heap. */
const libraryBytes = 512 * 1024;

/** The file twice, the coefficients where they are buffered (int16 each), and the raster twice. */
function decodingCost(header: JpegHeader): DecodingCost {
  const coefficientBytes = header.buffersCoefficients ? countBlocks(header) * 64 * 2 : 0;
  return {
    fixedBytes: 2 * header.end + libraryBytes,
    bytesPerPixel: coefficientBytes / (header.width * header.height),
    bytesPerRasterPixel: 8,
  };
}

/**
 * No code is shorter than one bit (T.81 C.2): a sequential file spends at least a DC and an end-of-block
 * code on each block, a progressive one at least its DC codes. Less is a bomb or a torso.
 */
function fewestCodedBytes(header: JpegHeader): number {
  return Math.floor((countBlocks(header) * (header.progressive ? 1 : 2)) / 8);
}

/** 8x8 blocks of all components, T.81 A.1.1. */
function countBlocks({ width, height, components }: JpegHeader): number {
  const maxHorizontal = Math.max(...components.map((component) => component.horizontal));
  const maxVertical = Math.max(...components.map((component) => component.vertical));
  let blocks = 0;
  for (const { horizontal, vertical } of components) {
    const across = Math.ceil(Math.ceil((width * horizontal) / maxHorizontal) / 8);
    const down = Math.ceil(Math.ceil((height * vertical) / maxVertical) / 8);
    blocks += across * down;
  }
  return blocks;
}

/** C, M, Y, K to opaque R, G, B in place, without a colour profile; Adobe stores inks inverted. */
function inksToRgb({ data }: Raster, inverted: boolean): void {
  const flip = inverted ? 0 : 255;
  for (let i = 0; i < data.length; i += 4) {
    const paper = data[i + 3] ^ flip;
    for (let channel = i; channel < i + 3; channel++) {
      data[channel] = ((data[channel] ^ flip) * paper + 127) / 255;
    }
    data[i + 3] = 255;
  }
}
