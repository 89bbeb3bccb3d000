/** Photo in, face and embedding out: the whole flow on one screen. */
import { ok, type Result } from "./errors.ts";
import type { Detection, Detector } from "./face/detect.ts";
import type { Encoder } from "./face/encode.ts";
import type { EncodedFace, FacePolicy } from "./face/face.ts";
import type { LandmarkFinder } from "./face/landmarks.ts";
import { measureQuality } from "./face/quality.ts";
import { selectFace } from "./face/select.ts";
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
/**
 * Side of a face's box below which the photo is decoded again, larger: more than the crop's 89 px for a frontal face.
 */
const detailedFacePx = 112;
/** Side of the part that is decoded again, in sides of the face's box: their crops reached 1.24 of them from its centre at most in 1,613 photos. */
const regionSides = 3;

export function createPipeline({
  openPhoto,
  detectors,
  landmarks,
  encoder,
  models,
}: PipelineParts): Pipeline {
  async function detect(photo: Photo): Promise<Result<readonly Detection[]>> {
    for (const detector of detectors) {
      const found = await detector.detect(photo);
      if (!found.ok || found.value.length > 0) return found;
    }
    return ok([]);
  }

  return {
    encoderId: encoder.id,

    async encodeFace(image, policy, { time = untimed, room = unlimited, keepCrop = false } = {}) {
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
        const scaleAtLeast = Math.min(1, detectionSidePx / Math.max(file.width, file.height));
        const overview = await decode({ scaleAtLeast });
        if (!overview.ok) return overview;

        const detections = await time("detect", () => detect(overview.value));
        if (!detections.ok) return detections;
        const selected = selectFace(detections.value, policy, file);
        if (!selected.ok) return selected;

        const larger = scaleWanted(file, overview.value, selected.value);
        const detail = larger === undefined ? overview : await decode(detailOf(larger, selected.value));
        if (!detail.ok) return detail;

        const located = await time("landmarks", () => landmarks.find(detail.value, selected.value));
        if (!located.ok) return located;
        const { landmarks: points } = located.value;
        const encoded = await time("encode", () => encoder.encode(detail.value, points, { keepCrop }));
        if (!encoded.ok) return encoded;

        const { box, score } = selected.value;
        const { embedding, appearance, cropCorners, crop } = encoded.value;
        return ok({
          face: { box, score, landmarks: points },
          embedding,
          quality: measureQuality(selected.value, points, file, cropCorners, appearance),
          image: { width: file.width, height: file.height, format: file.format },
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

/** Request for the face at that scale, with the surroundings that the landmark finder and the encoder sample. */
function detailOf(scaleAtLeast: number, { box }: Detection): DecodeRequest {
  const side = regionSides * Math.max(box.width, box.height);
  const region: Region = {
    x: box.x + box.width / 2 - side / 2,
    y: box.y + box.height / 2 - side / 2,
    width: side,
    height: side,
  };
  return { scaleAtLeast, region };
}

/** Returns the scale at which the photo shows the face in full detail; undefined when the overview does. */
function scaleWanted(file: EncodedPhoto, overview: Photo, { box }: Detection): number | undefined {
  const scaleAtHand =
    Math.max(overview.raster.width, overview.raster.height) / Math.max(file.width, file.height);
  const wanted = Math.min(1, detailedFacePx / Math.max(box.width, box.height));
  return scaleAtHand >= wanted ? undefined : wanted;
}
