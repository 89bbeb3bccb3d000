/** The decodes of one photo: small for finding faces, larger where a face needs it, none twice. */
import { ok, type Result } from "./errors.ts";
import type { Box, Point } from "./face/geometry.ts";
import { freeBuffer } from "./free-buffer.ts";
import type { DecodeRequest, EncodedPhoto, Region } from "./image/decode.ts";
import type { Photo } from "./image/photo.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** Working memory for decodes, from the isolate's budget. */
export interface DecodeRoom {
  /** Reserves memory for one decode. Fails with `overloaded`. */
  decode(bytes: number): Promise<Result<void>>;
  /** Ends that decode; its pixels, `rasterBytes`, stay. */
  decoded(rasterBytes: number): void;
  /** Frees the pixels that the run's decodes left. */
  forgetRasters(): void;
}

export const unlimited: DecodeRoom = {
  decode: async () => ok(undefined),
  decoded: () => undefined,
  forgetRasters: () => undefined,
};

/** Part of the photo around a face, in sides of its box from its centre. */
export interface Reach {
  readonly across: number;
  readonly up: number;
  readonly down: number;
}

/** Holds all that is sampled of nearly every face that stands upright. */
export const nearReach: Reach = { across: 1, up: 1.1, down: 0.75 };
/** Holds all that was sampled of each of 1,613 faces. */
export const farReach: Reach = { across: 1.5, up: 1.5, down: 1.5 };

export interface Decoder {
  readonly file: EncodedPhoto;
  /** The photo for detectors. Fails as a decode does, and with `overloaded`. */
  overview(): Promise<Result<Photo>>;
  /** The photo around this box, px of the full photo, at a scale that shows the face in full detail. Fails likewise. */
  showing(box: Box, reach: Reach): Promise<Result<Photo>>;
  /** Gives up all pixels. */
  free(): void;
}

/** Longer side of the photo that detectors see, px: a 12-megapixel photo at 1/8. */
const detectionSidePx = 480;
/** Least longer side at a format's quick scale, px: above the 192 px of the larger detector's input. */
const quickDetectionSidePx = 256;
/**
 * Side of a face's box below which the photo is decoded again, larger: more than the crop's 89 px for a frontal face.
 */
const detailedFacePx = 112;

export function createDecoder(file: EncodedPhoto, time: Stopwatch["time"], room: DecodeRoom): Decoder {
  const decoded: Photo[] = [];

  async function decode(request: DecodeRequest): Promise<Result<Photo>> {
    const taken = await room.decode(file.workingBytes(request));
    if (!taken.ok) return taken;
    let rasterBytes = 0;
    try {
      const photo = await time("decode", () => file.decode(request));
      if (photo.ok) {
        decoded.push(photo.value);
        rasterBytes = photo.value.raster.data.byteLength;
      }
      return photo;
    } finally {
      room.decoded(rasterBytes);
    }
  }

  return {
    file,
    async overview() {
      return decoded.length > 0 ? ok(decoded[0]) : decode({ scaleAtLeast: overviewScale(file) });
    },
    async showing(box, reach) {
      const scaleAtLeast = Math.min(1, detailedFacePx / Math.max(box.width, box.height));
      const region = regionOf(box, reach);
      const [atHand] = decoded
        .filter((photo) => scaleOf(photo) >= scaleAtLeast && holds(photo, cornersOf(region)))
        .sort((a, b) => scaleOf(a) - scaleOf(b));
      return atHand === undefined ? decode({ scaleAtLeast, region }) : ok(atHand);
    },
    free() {
      for (const { raster } of decoded) freeBuffer(raster.data.buffer);
      room.forgetRasters();
    },
  };
}

/** Tells whether the raster has all of the photo that lies between the points, to a pixel of the raster. */
export function holds({ raster, toRaster, width, height }: Photo, points: readonly Point[]): boolean {
  return points.every((point) => {
    const [px, py] = [clamp(point.x, width), clamp(point.y, height)];
    const x = toRaster.a * px + toRaster.b * py + toRaster.tx;
    const y = toRaster.c * px + toRaster.d * py + toRaster.ty;
    return x >= -1 && y >= -1 && x <= raster.width + 1 && y <= raster.height + 1;
  });
}

/** Returns the scale for the detectors. */
function overviewScale({ width, height, quickScale }: EncodedPhoto): number {
  const side = Math.max(width, height);
  const scale = Math.min(1, detectionSidePx / side);
  return quickScale !== undefined && quickScale * side >= quickDetectionSidePx
    ? Math.min(scale, quickScale)
    : scale;
}

/** Pixels of the raster for each of the full photo, along a side. */
function scaleOf({ toRaster: { a, b, c, d } }: Photo): number {
  return Math.sqrt(Math.abs(a * d - b * c)) + 1e-9;
}

function regionOf(box: Box, { across, up, down }: Reach): Region {
  const side = Math.max(box.width, box.height);
  return {
    x: box.x + box.width / 2 - across * side,
    y: box.y + box.height / 2 - up * side,
    width: 2 * across * side,
    height: (up + down) * side,
  };
}

function cornersOf({ x, y, width, height }: Region): Point[] {
  return [
    { x, y },
    { x: x + width, y: y + height },
  ];
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
