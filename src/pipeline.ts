/** Photo in, face and embedding out: the whole flow on one screen. */
import {
  createDecoder,
  type DecodeRoom,
  type Decoder,
  farReach,
  holds,
  nearReach,
  unlimited,
} from "./decoder.ts";
import { fail, ok, type Result } from "./errors.ts";
import type { Detection, Detector } from "./face/detection/detect.ts";
import {
  type FindFaces,
  findCompany,
  findEveryFace,
  findFirstFaces,
  findLargeFaces,
  findOddFaces,
} from "./face/detection/every-face.ts";
import type { LandmarkFinder } from "./face/detection/landmarks.ts";
import { defaultBackgroundFaceShare, listOf, selectFace } from "./face/detection/select.ts";
import {
  evidenceFor,
  mapDetection,
  mapLandmarks,
  mapPoint,
  saysOfFaces,
  turnsToTry,
} from "./face/detection/turned.ts";
import type { Encoder } from "./face/encode.ts";
import type { EncodedFace, FacePolicy } from "./face/face.ts";
import { sketchScene } from "./face/liveness/scene.ts";
import type { PassiveSignal } from "./face/passive/fusion.ts";
import type { PassiveJudge } from "./face/passive/passive.ts";
import { type OcclusionModel, occlusionOf } from "./face/quality/occlusion.ts";
import { defaultQualityLimits, judgeQuality, measureQuality } from "./face/quality/quality.ts";
import { isRecognisable, recognisabilityInFrame, recognisabilityOf } from "./face/quality/recognisability.ts";
import type { RecognisabilityModel } from "./face/quality/recognisability-model.ts";
import type { EncodedPhoto } from "./image/decode.ts";
import type { Photo } from "./image/photo.ts";
import type { Sampler } from "./image/sampling/sampler.ts";
import { fromTurned, type QuarterTurn, turnPhoto } from "./image/turn.ts";
import type { Stopwatch } from "./stopwatch.ts";

export interface Pipeline {
  /** The encoder's id: the `model` of every embedding that this pipeline makes. */
  readonly encoderId: string;
  /**
   * Decodes, detects, aligns and encodes one photo.
   *
   * Fails with `unsupported_media_type`, `image_too_large`, `invalid_image`, `face_not_found`,
   * `multiple_faces` (policy `only`), `low_quality` (`unrecognizable`, unless it is to be shown), `overloaded` or
   * `not_ready`.
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
  /** True to keep the view of the capture by which its copies are told. */
  readonly keepCapture?: boolean;
  /** True to keep a small picture of the whole photo. */
  readonly keepScene?: boolean;
  /** True to list every face of the photo. */
  readonly listFaces?: boolean;
  /** True to answer an unrecognisable face, which says that it is one, in place of a failure. */
  readonly showUnrecognisable?: boolean;
  /**
   * Tells whether this is the face that the caller looks for. An unrecognisable face of which that is true is not looked
   * for again, at odd sizes and in quarter turns: none can be found that is wanted more.
   */
  readonly isSought?: (face: EncodedFace) => boolean;
  /** True to judge whether the photo shows a person or a picture of one. */
  readonly judgePassive?: boolean;
  /** Share of the largest face's side from which a further face counts, 0..1. */
  readonly backgroundFaceShare?: number;
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
  /** The stages' own sampler. */
  readonly sample: Sampler;
  /** Absent where nothing was fitted: a run that asks for the passive signal fails then. */
  readonly passive?: PassiveJudge;
  /** Model of the faces that this encoder can tell apart. */
  readonly recognisability: RecognisabilityModel;
  /** Model of the faces that are covered in part. */
  readonly occlusion: OcclusionModel;
  readonly models: readonly ModelStatus[];
}

export function createPipeline({
  openPhoto,
  detectors,
  landmarks,
  encoder,
  sample,
  passive: passiveJudge,
  recognisability: recognisabilityModel,
  occlusion: occlusionModel,
  models,
}: PipelineParts): Pipeline {
  /** Looks for a face that stands upright in the photo turned so. */
  async function look(
    decoder: Decoder,
    turned: QuarterTurn,
    findFaces: FindFaces,
    policy: FacePolicy,
    observation: Observation,
  ): Promise<Result<EncodedFace>> {
    const { time = untimed, keepCrop = false, keepCapture = false, keepScene = false } = observation;
    const { listFaces = false } = observation;
    const { backgroundFaceShare = defaultBackgroundFaceShare } = observation;
    const { file } = decoder;
    const overview = await decoder.overview();
    if (!overview.ok) return overview;
    const seen = turnPhoto(overview.value, turned);
    const detections = await time("detect", () => findFaces(detectors, seen));
    if (!detections.ok) return detections;
    const selected = selectFace(detections.value, policy, seen, backgroundFaceShare);
    if (!selected.ok) return selected;

    const toPhoto = fromTurned(turned, file);
    const detection = mapDetection(toPhoto, selected.value);
    const reaches = turned === 0 ? [nearReach, farReach] : [farReach];
    for (const reach of reaches) {
      const decoded = await decoder.showing(detection.box, reach);
      if (!decoded.ok) return decoded;
      const detail = turnPhoto(decoded.value, turned);
      const located = await time("landmarks", () => landmarks.find(detail, selected.value));
      if (!located.ok) return located;
      const { seenCorners, beliefs } = located.value;
      const encoded = await time("encode", () =>
        encoder.encode(detail, located.value.landmarks, { keepCrop, keepCapture }),
      );
      if (!encoded.ok) return encoded;
      const { embedding, norms, appearance, cover, cropCorners, crop, capture } = encoded.value;
      if (reach === nearReach && !holds(detail, [...seenCorners, ...cropCorners])) continue;

      const passive = observation.judgePassive
        ? await judge(decoder, turned, detail, selected.value, detection, time)
        : undefined;
      if (passive?.ok === false) return passive;

      const points = mapLandmarks(toPhoto, located.value.landmarks);
      const corners = cropCorners.map((corner) => mapPoint(toPhoto, corner));
      const measured = measureQuality(detection, points, file, corners, appearance);
      const evidence = {
        embedding,
        norms,
        beliefs,
        detection: detection.score,
        agreement: measured.agreement,
      };
      const faces = detections.value.map((each) => mapDetection(toPhoto, each));
      return ok({
        face: { box: detection.box, score: detection.score, landmarks: points },
        embedding,
        quality: {
          ...measured,
          recognisability: recognisabilityInFrame(
            recognisabilityModel,
            recognisabilityOf(recognisabilityModel, evidence),
            measured.inFrame,
          ),
          occlusion: occlusionOf(occlusionModel, cover, measured),
        },
        turned,
        image: { width: file.width, height: file.height, format: file.format },
        ...(listFaces && { faces: listOf(faces, backgroundFaceShare) }),
        ...(keepScene && { scene: sketchScene(sample, overview.value) }),
        ...(crop === undefined ? {} : { crop, cropCorners: corners }),
        ...(capture === undefined ? {} : { capture }),
        ...(passive === undefined ? {} : { passive: passive.value }),
      });
    }
    throw new Error("the last reach was not taken");
  }

  /**
   * Asks for the passive signal of a face, given in the turned picture's coordinates and in the file's. `detail` serves
   * where it shows enough around the face.
   */
  async function judge(
    decoder: Decoder,
    turned: QuarterTurn,
    detail: Photo,
    seen: Detection,
    { box }: Detection,
    time: Stopwatch["time"],
  ): Promise<Result<PassiveSignal>> {
    if (passiveJudge === undefined)
      return fail({ code: "not_ready", reason: "no passive signal was fitted" });
    let shown = detail;
    if (!holds(detail, passiveJudge.seenCorners(detail, seen))) {
      const decoded = await decoder.showing(box, farReach);
      if (!decoded.ok) return decoded;
      shown = turnPhoto(decoded.value, turned);
    }
    return time("passive", () => passiveJudge.passiveSignal(shown, seen));
  }

  const isRefused = ({ quality }: EncodedFace) =>
    !isRecognisable(recognisabilityModel, quality.recognisability);

  /** Lists the looks to try after a first one: at faces of odd sizes where the evidence is weak, and at the photo turned. */
  function furtherLooks(
    first: Result<EncodedFace>,
    findFaces: FindFaces,
    isWeakFace: (face: EncodedFace) => boolean,
  ) {
    const isMissing = !first.ok && first.failure.code === "face_not_found";
    const isWeak = isMissing || (first.ok && isWeakFace(first.value));
    const turns = turnsToTry(first, isWeakFace).map((turned) => ({ turned, findFaces }));
    // Where further faces were looked for and none found, the quarters were looked at.
    const findOthers = isMissing && findFaces !== findFirstFaces ? findLargeFaces : findOddFaces;
    return isWeak ? [{ turned: 0 as const, findFaces: findOthers }, ...turns] : turns;
  }

  return {
    encoderId: encoder.id,

    async encodeFace(image, policy, observation = {}) {
      const opened = await openPhoto(image);
      if (!opened.ok) return opened;
      const decoder = createDecoder(opened.value, observation.time ?? untimed, observation.room ?? unlimited);
      try {
        const findEnough = policy === "only" ? findCompany : findFirstFaces;
        const find = observation.listFaces ? findEveryFace : findEnough;
        const { isSought = () => false } = observation;
        const isWeak = (face: EncodedFace) => isRefused(face) && !isSought(face);
        let best = await look(decoder, 0, find, policy, observation);
        for (const { turned, findFaces } of furtherLooks(best, find, isWeak)) {
          const other = await look(decoder, turned, findFaces, policy, observation);
          if (!other.ok && !saysOfFaces(other.failure)) return other;
          const stands = other.ok && turnsToTry(other, isWeak).length === 0;
          // Where the largest of several faces stands, the photo was turned right and shows several people.
          if (!other.ok && other.failure.code === "multiple_faces") {
            const largest = await look(decoder, turned, findFaces, "largest", observation);
            if (largest.ok && turnsToTry(largest, isWeak).length === 0) return other;
          }
          if (stands || evidenceFor(other) > evidenceFor(best)) best = other;
          if (stands) break;
        }
        if (!best.ok || !isRefused(best.value)) return best;
        if (observation.showUnrecognisable) return ok({ ...best.value, unrecognisable: true });
        const reasons = ["unrecognizable", ...judgeQuality(best.value.quality, defaultQualityLimits)];
        return fail({ code: "low_quality", reasons });
      } finally {
        decoder.free();
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
