/** Photo in, face and embedding out: the whole flow on one screen. */
import { ok, type Result } from "./errors.ts";
import type { Detection, Detector } from "./face/detect.ts";
import type { Encoder } from "./face/encode.ts";
import { findEveryFace, findFirstFaces } from "./face/every-face.ts";
import type { EncodedFace, FacePolicy } from "./face/face.ts";
import type { Point } from "./face/geometry.ts";
import type { LandmarkFinder } from "./face/landmarks.ts";
import { measureQuality } from "./face/quality.ts";
import { defaultBackgroundFaceShare, listOf, selectFace } from "./face/select.ts";
import { freeBuffer } from "./free-buffer.ts";
import type { DecodeRequest, EncodedPhoto, Region } from "./image/decode.ts";
import type { Photo } from "./image/photo.ts";
import type { Stopwatch } from "./stopwatch.ts";

export interface Pipeline {
  /** The encoder's id: the `model` of every embedding that this pipeline makes. */
  readonly encoderId: string;
  /**
   * Decodes, detects, aligns and encodes one photo.
   *
   * Fails with `unsupported_media_type`, `image_too_large`, `invalid_image`, `face_not_found`,
   * `multiple_faces` (policy `only`), `overloaded` or `not_ready`.
   */
  encodeFace(image: Uint8Array, policy: FacePolicy, observation?: Observation): Promise<Result<EncodedFace>>;
  /** Loads the models that every request needs. Fails with `not_ready`. */
  warmUp(): Promise<Result<readonly ModelStatus[]>>;
}

/** Companion of a run: times its stages and reserves its memory. */
export interface Observation {
  /** Called around each stage. */
  readonly time?: Stopwatch["time"];
  /** Asked before each decode. */
  readonly room?: DecodeRoom;
  /** True to keep the crop that the encoder saw. */
  readonly keepCrop?: boolean;
  /** True to list every face of the photo. */
  readonly listFaces?: boolean;
  /** Share of the largest face's side from which a further face counts, 0..1. */
  readonly backgroundFaceShare?: number;
}

/** Working memory for decodes, from the isolate's budget. */
export interface DecodeRoom {
  /** Reserves memory for one decode. Fails with `overloaded`. */
  decode(bytes: number): Promise<Result<void>>;
  /** Ends that decode; its pixels, `rasterBytes`, stay. */
  decoded(rasterBytes: number): void;
  /** Frees the pixels that the run's decodes left. */
  forgetRasters(): void;
}

export interface ModelStatus {
  readonly id: string;
  readonly role: string;
  /** SHA-256 of the model's bytes, hex, from the manifest. */
  readonly sha256: string;
}

export interface PipelineParts {
  openPhoto(image: Uint8Array): Promise<Result<EncodedPhoto>>;
  /** Detectors, tried in this order until one finds a face. */
  readonly detectors: readonly Detector[];
  readonly landmarks: LandmarkFinder;
  readonly encoder: Encoder;
  readonly models: readonly ModelStatus[];
}

/** Longer side of the photo that detectors see, px: a 12-megapixel photo at 1/8. */
const detectionSidePx = 480;
/** The same where a larger one takes much longer to decode: above the 192 px of the larger detector's input. */
const quickDetectionSidePx = 256;
/**
 * Side of a face's box below which the photo is decoded again, larger: more than the crop's 89 px for a frontal face.
 */
const detailedFacePx = 112;
/**
 * Parts that are decoded again, in sides of the face's box from its centre. The first holds all that is sampled of
 * nearly every face; no face of 1,613 photos reached beyond the second.
 */
const nearReach = { across: 1, up: 1.1, down: 0.75 };
const farReach = { across: 1.5, up: 1.5, down: 1.5 };

export function createPipeline({
  openPhoto,
  detectors,
  landmarks,
  encoder,
  models,
}: PipelineParts): Pipeline {
  /** Finds the landmarks and encodes the face; `corners` enclose all that was sampled. */
  async function look(
    photo: Photo,
    detection: Detection,
    { time, keepCrop }: Required<Pick<Observation, "time" | "keepCrop">>,
  ) {
    const located = await time("landmarks", () => landmarks.find(photo, detection));
    if (!located.ok) return located;
    const { landmarks: points, seenCorners } = located.value;
    const encoded = await time("encode", () => encoder.encode(photo, points, { keepCrop }));
    if (!encoded.ok) return encoded;
    return ok({ ...encoded.value, points, corners: [...seenCorners, ...encoded.value.cropCorners] });
  }

  return {
    encoderId: encoder.id,

    async encodeFace(image, policy, observation = {}) {
      const { time = untimed, room = unlimited, keepCrop = false, listFaces = false } = observation;
      const { backgroundFaceShare = defaultBackgroundFaceShare } = observation;
      const opened = await openPhoto(image);
      if (!opened.ok) return opened;
      const file = opened.value;
      const rasters: Photo["raster"][] = [];
      const decode = async (request: DecodeRequest) => {
        const taken = await room.decode(file.workingBytes(request));
        if (!taken.ok) return taken;
        let rasterBytes = 0;
        try {
          const photo = await time("decode", () => file.decode(request));
          if (photo.ok) {
            rasters.push(photo.value.raster);
            rasterBytes = photo.value.raster.data.byteLength;
          }
          return photo;
        } finally {
          room.decoded(rasterBytes);
        }
      };

      try {
        const overview = await decode({ scaleAtLeast: overviewScale(file) });
        if (!overview.ok) return overview;

        const findFaces = policy === "only" || listFaces ? findEveryFace : findFirstFaces;
        const detections = await time("detect", () => findFaces(detectors, overview.value));
        if (!detections.ok) return detections;
        const selected = selectFace(detections.value, policy, file, backgroundFaceShare);
        if (!selected.ok) return selected;

        const larger = scaleWanted(file, overview.value, selected.value);
        const near = larger && { scaleAtLeast: larger, region: regionOf(selected.value, nearReach) };
        const detail = near ? await decode(near) : overview;
        if (!detail.ok) return detail;
        let seen = await look(detail.value, selected.value, { time, keepCrop });
        if (near && seen.ok && !holds(detail.value, seen.value.corners)) {
          const far = await decode({ ...near, region: regionOf(selected.value, farReach) });
          if (!far.ok) return far;
          seen = await look(far.value, selected.value, { time, keepCrop });
        }
        if (!seen.ok) return seen;

        const { box, score } = selected.value;
        const { points, embedding, appearance, cropCorners, crop } = seen.value;
        return ok({
          face: { box, score, landmarks: points },
          embedding,
          quality: measureQuality(selected.value, points, file, cropCorners, appearance),
          image: { width: file.width, height: file.height, format: file.format },
          ...(listFaces && { faces: listOf(detections.value, backgroundFaceShare) }),
          ...(crop === undefined ? {} : { crop }),
        });
      } finally {
        for (const { data } of rasters) freeBuffer(data.buffer);
        room.forgetRasters();
      }
    },

    async warmUp() {
      for (const part of [detectors[0].model, landmarks.model, encoder]) {
        const loaded = await part.load();
        if (!loaded.ok) return loaded;
      }
      return ok(models);
    },
  };
}

const untimed: Stopwatch["time"] = (_, work) => work();

const unlimited: DecodeRoom = {
  decode: async () => ok(undefined),
  decoded: () => undefined,
  forgetRasters: () => undefined,
};

/** Returns the scale for the detectors. */
function overviewScale({ width, height, quickScale }: EncodedPhoto): number {
  const side = Math.max(width, height);
  const scale = Math.min(1, detectionSidePx / side);
  return quickScale !== undefined && quickScale * side >= quickDetectionSidePx
    ? Math.min(scale, quickScale)
    : scale;
}

function regionOf({ box }: Detection, { across, up, down }: typeof nearReach): Region {
  const side = Math.max(box.width, box.height);
  return {
    x: box.x + box.width / 2 - across * side,
    y: box.y + box.height / 2 - up * side,
    width: 2 * across * side,
    height: (up + down) * side,
  };
}

/** Tells whether the raster has all of the photo that lies between the points; to a pixel of the raster. */
function holds({ raster, toRaster, width, height }: Photo, points: readonly Point[]): boolean {
  return points.every((point) => {
    const [px, py] = [clamp(point.x, width), clamp(point.y, height)];
    const x = toRaster.a * px + toRaster.b * py + toRaster.tx;
    const y = toRaster.c * px + toRaster.d * py + toRaster.ty;
    return x >= -1 && y >= -1 && x <= raster.width + 1 && y <= raster.height + 1;
  });
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

/** Returns the scale at which the photo shows the face in full detail; undefined when the overview does. */
function scaleWanted(file: EncodedPhoto, overview: Photo, { box }: Detection): number | undefined {
  const scaleAtHand =
    Math.max(overview.raster.width, overview.raster.height) / Math.max(file.width, file.height);
  const wanted = Math.min(1, detailedFacePx / Math.max(box.width, box.height));
  return scaleAtHand >= wanted ? undefined : wanted;
}
