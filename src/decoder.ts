/** The decodes of one photo: small for finding faces, larger where a face needs it, none twice. */
import { ok, type Result } from "./errors.ts";
import { freeBuffer } from "./free-buffer.ts";
import type { EncodedPhoto } from "./image/decode.ts";
import type { Photo } from "./image/photo.ts";
import type { Stopwatch } from "./stopwatch.ts";

/** Working memory for decodes, out of what the isolate has. */
export interface DecodeRoom {
  /** Takes what one decode needs. Fails with `overloaded`. */
  decode(bytes: number): Promise<Result<void>>;
  /** Ends that decode, of which `rasterBytes` stay. */
  decoded(rasterBytes: number): void;
  /** Gives back what the run's decodes left. */
  forgetRasters(): void;
}

export const unlimited: DecodeRoom = {
  decode: async () => ok(undefined),
  decoded: () => undefined,
  forgetRasters: () => undefined,
};

export interface Decoder {
  readonly file: EncodedPhoto;
  /** The photo as detectors look at it. Fails as a decode does, and with `overloaded`. */
  overview(): Promise<Result<Photo>>;
  /** The photo at a scale that shows this face, of a size in px of the full photo, in full detail. Fails likewise. */
  showing(face: {
    readonly box: { readonly width: number; readonly height: number };
  }): Promise<Result<Photo>>;
  /** Gives up all pixels. */
  free(): void;
}

/** Longer side of the photo that detectors look at, px: at 1/8 of a 12-megapixel photo. */
const detectionSidePx = 480;
/** Side of a face's box below which its photo is decoded again, larger: more than the crop's 89 px for a frontal face. */
const detailedFacePx = 112;

export function createDecoder(file: EncodedPhoto, time: Stopwatch["time"], room: DecodeRoom): Decoder {
  const decoded: Photo[] = [];
  const fullSide = Math.max(file.width, file.height);

  async function decode(scaleAtLeast: number): Promise<Result<Photo>> {
    const taken = await room.decode(file.workingBytes({ scaleAtLeast }));
    if (!taken.ok) return taken;
    let rasterBytes = 0;
    try {
      const photo = await time("decode", () => file.decode({ scaleAtLeast }));
      if (photo.ok) {
        decoded.push(photo.value);
        rasterBytes = photo.value.raster.data.byteLength;
      }
      return photo;
    } finally {
      room.decoded(rasterBytes);
    }
  }

  /** The smallest decode at hand of this scale or more. */
  const atHand = (scale: number) =>
    decoded
      .filter(({ raster }) => Math.max(raster.width, raster.height) / fullSide >= scale)
      .sort((a, b) => a.raster.width - b.raster.width)[0];

  return {
    file,
    async overview() {
      return decoded.length > 0 ? ok(decoded[0]) : decode(Math.min(1, detectionSidePx / fullSide));
    },
    async showing({ box }) {
      const wanted = Math.min(1, detailedFacePx / Math.max(box.width, box.height));
      const found = atHand(wanted);
      return found === undefined ? decode(wanted) : ok(found);
    },
    free() {
      for (const { raster } of decoded) freeBuffer(raster.data.buffer);
      room.forgetRasters();
    },
  };
}
