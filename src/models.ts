/**
 * Makes the stages of the pipeline from the manifest and the models' bytes. The manifest decides which models run:
 * another encoder is another entry in it.
 */
import type {
  DetectorDescriptor,
  EncoderDescriptor,
  ModelDescriptor,
  PassiveDescriptor,
} from "./face/descriptor.ts";
import { createDetector, type Detection } from "./face/detection/detect.ts";
import { createLandmarkFinder } from "./face/detection/landmarks.ts";
import { createEncoder, encoderId } from "./face/encode.ts";
import { parseFusion } from "./face/passive/fusion.ts";
import { createPassiveJudge } from "./face/passive/passive.ts";
import type { OcclusionModel } from "./face/quality/occlusion.ts";
import { parseOcclusion } from "./face/quality/occlusion-model.ts";
import { parseRecognisability, type RecognisabilityModel } from "./face/quality/recognisability-model.ts";
import type { ModelFactory } from "./inference/engine.ts";
import type { Model } from "./inference/model.ts";
import type { PipelineParts } from "./pipeline.ts";

export interface Manifest {
  /** Ids of the models in use; the encoder may be several networks whose embeddings are joined into one. */
  readonly encoder: readonly string[];
  readonly detectors: readonly string[];
  readonly landmarks: string;
  /** Ids of the networks of the passive signal: belief in a person, then in an attack. */
  readonly passive?: readonly string[];
  /** Fusion of their opinions with the pixels' signals; without it there is no passive signal. */
  readonly passiveFusion?: unknown;
  readonly models: Readonly<Record<string, ModelDescriptor>>;
  /** Calibration of each encoder, by its id. */
  readonly calibration?: Readonly<Record<string, unknown>>;
}

/** Description of the encoder as a whole. */
export interface EncoderInUse {
  /** The `model` of its embeddings, and its key in the manifest's calibration. */
  readonly id: string;
  /** SHA-256 of each of its networks' bytes, hex, joined by "+". */
  readonly sha256: string;
  /** Float32 numbers in an embedding. */
  readonly embeddingLength: number;
  /** Number of networks. */
  readonly networks: number;
}

export function encoderInUse({ encoder, models }: Manifest): EncoderInUse {
  const parts = encoder.map((id) => models[id] as EncoderDescriptor);
  return {
    id: encoderId(encoder),
    sha256: parts.map(({ sha256 }) => sha256).join("+"),
    embeddingLength: parts.reduce((sum, { embeddingLength }) => sum + embeddingLength, 0),
    networks: parts.length,
  };
}

/** SHA-256 of the passive networks' bytes, hex, joined by "+". */
export function passiveNetworks({ passive = [], models }: Manifest): string {
  return passive.map((id) => models[id].sha256).join("+");
}

/** Reads the recognisability model of the encoder in use. Throws where it was not fitted: such a service must not start. */
export function recognisabilityIn(manifest: Manifest): RecognisabilityModel {
  const encoder = encoderInUse(manifest);
  return parseRecognisability(manifest.calibration?.[encoder.id], encoder);
}

/** Reads the occlusion model of the encoder in use. Throws where it was not fitted, as above. */
export function occlusionIn(manifest: Manifest): OcclusionModel {
  return parseOcclusion(manifest.calibration?.[encoderInUse(manifest).id]);
}

export interface Stages
  extends Pick<PipelineParts, "detectors" | "landmarks" | "encoder" | "sample" | "passive" | "models"> {
  /**
   * Looks once at a black picture and runs the encoder's networks: what they load, and what V8 compiles at a first call, is
   * then there for the first photo.
   */
  rehearse(): Promise<void>;
}

/**
 * Makes the stages; `bytesOf` gives the bytes of a file that the manifest names, and `sample` fills the networks' inputs. A
 * manifest that names a missing file is a broken build, and throws.
 */
export function createStages(
  manifest: Manifest,
  bytesOf: (file: string) => ArrayBuffer | Uint8Array,
  { artifactOf, createModel }: ModelFactory,
  sample: PipelineParts["sample"],
): Stages {
  function descriptor<D extends ModelDescriptor>(id: string): D {
    const found = manifest.models[id];
    if (found === undefined) throw new Error(`the manifest has no model ${id}`);
    return found as D;
  }
  function model(id: string): Model {
    const found = descriptor(id);
    const { input, outputs } = found;
    const { file, sha256 } = artifactOf(found);
    return createModel({
      id,
      bytes: bytesOf(file),
      sha256,
      inputName: input.name,
      inputShape: input.shape,
      outputNames: outputs.map(({ name }) => name),
    });
  }
  const { encoder, detectors, landmarks, passive = [], passiveFusion } = manifest;
  const finders = detectors.map((id) =>
    createDetector(model(id), descriptor<DetectorDescriptor>(id), sample),
  );
  const finder = createLandmarkFinder(model(landmarks), descriptor(landmarks), sample);
  const parts = encoder.map((id) => ({ model: model(id), descriptor: descriptor<EncoderDescriptor>(id) }));
  return {
    detectors: finders,
    landmarks: finder,
    encoder: createEncoder(parts, sample),
    sample,
    async rehearse() {
      await finders[0].detect(black);
      await finder.find(black, blackFace);
      for (const part of parts) await part.model.run((input) => void input.fill(0));
    },
    ...(passiveFusion !== undefined && {
      passive: createPassiveJudge(
        passive.map((id) => ({ model: model(id), descriptor: descriptor<PassiveDescriptor>(id) })),
        parseFusion(passiveFusion, passiveNetworks(manifest)),
        sample,
      ),
    }),
    models: [...detectors, landmarks, ...encoder].map((id) => {
      const { role, sha256 } = descriptor(id);
      return { id, role, sha256 };
    }),
  };
}

/** Sides of a rehearsal's picture, px. */
const blackSide = 160;

/** Picture of a rehearsal. */
const black = {
  width: blackSide,
  height: blackSide,
  raster: { width: blackSide, height: blackSide, data: new Uint8Array(4 * blackSide * blackSide) },
  toRaster: { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 },
};

/** Where a face might be in it: leaning, since faces that stand upright are sampled in another way. */
const blackFace: Detection = {
  box: { x: 30, y: 30, width: 100, height: 100 },
  score: 1,
  leftEye: { x: 60, y: 65 },
  rightEye: { x: 100, y: 60 },
  nose: { x: 80, y: 80 },
  mouth: { x: 80, y: 105 },
};
