/**
 * Encoding of a face: each network of the encoder sees the face aligned to the template and gives a vector. These
 * vectors, scaled to unit length, joined end to end and scaled to unit length again, are one embedding, whose squared
 * distance to another is the mean of the networks' squared distances: fusion of scores by their sum (Kittler et al.,
 * "On combining classifiers", 1998), with one vector to store and compare.
 */
import { fail, ok, type Result } from "../errors.ts";
import type { Affine, Photo } from "../image/photo.ts";
import type { Normalisation, Sampler } from "../image/sampling/sampler.ts";
import type { Model } from "../inference/model.ts";
import { alignToTemplate } from "./align.ts";
import type { EncoderDescriptor } from "./descriptor.ts";
import type { Embedding } from "./embedding.ts";
import type { Crop } from "./face.ts";
import type { Landmarks, Point } from "./geometry.ts";
import { lumaOf } from "./luma.ts";
import { type CoverMeasures, measureCover } from "./quality/occlusion.ts";
import { type Appearance, measureAppearance } from "./quality/quality.ts";
import { type Capture, captureOf } from "./replay/capture.ts";

/** Embedding of a face, and measures of the crop that the encoder saw. */
export interface Encoding {
  readonly embedding: Embedding;
  readonly appearance: Appearance;
  /** Measures of the crop by which occlusion is told. */
  readonly cover: CoverMeasures;
  /** Length of each network's output before it is scaled to 1, in the networks' order: small for what is no face to it. */
  readonly norms: readonly number[];
  /** Corners of the crop, in the photo's coordinates: top left, top right, bottom right, bottom left. */
  readonly cropCorners: readonly Point[];
  /** Present when the crop was asked for. */
  readonly crop?: Crop;
  /** Present when it was asked for. */
  readonly capture?: Capture;
}

/** Parts of an encoding that only some callers need. */
export interface Kept {
  readonly keepCrop?: boolean;
  /** True for the view of the capture by which its copies are told. */
  readonly keepCapture?: boolean;
}

export interface Encoder {
  /** The `model` of its embeddings: the ids of its networks, joined by "+". */
  readonly id: string;
  /** Fails with `not_ready`. */
  load(): Promise<Result<unknown>>;
  /** Fails with `face_not_found` when the landmarks do not span a face, or with `not_ready`. */
  encode(photo: Photo, landmarks: Landmarks, options?: Kept): Promise<Result<Encoding>>;
}

export interface EncoderPart {
  readonly model: Model;
  readonly descriptor: EncoderDescriptor;
}

/** Throws when the networks do not take the same crop. */
export function createEncoder(parts: readonly EncoderPart[], sample: Sampler): Encoder {
  const [{ model: first, descriptor: shared }] = parts;
  const [, , height, width] = first.inputShape;
  const { template, input: normalisation } = shared;
  for (const { model, descriptor } of parts) assertSameCrop(model.id, descriptor, shared);
  const embeddingLength = parts.reduce((sum, { descriptor }) => sum + descriptor.embeddingLength, 0);
  const id = encoderId(parts.map(({ model }) => model.id));

  return {
    id,
    async load() {
      for (const { model } of parts) {
        const loaded = await model.load();
        if (!loaded.ok) return loaded;
      }
      return ok(id);
    },
    async encode(photo, landmarks, { keepCrop = false, keepCapture = false } = {}) {
      const toPhoto = alignToTemplate(template, landmarks);
      if (toPhoto === null) return fail({ code: "face_not_found" });
      let appearance: Appearance | undefined;
      let cover: CoverMeasures | undefined;
      let kept: Crop | undefined;
      let capture: Capture | undefined;
      // Copied because the first network's own buffer may hold another request's crop when the second network runs.
      const shown = parts.length > 1 ? new Float32Array(3 * height * width) : null;
      const values = new Float32Array(embeddingLength);
      const norms: number[] = [];
      let offset = 0;
      for (const { model, descriptor } of parts) {
        const run = await model.run((crop) => {
          if (offset > 0) return void crop.set(shown!);
          const view = viewFace(sample, photo, toPhoto, width, height, normalisation, crop);
          const { luma } = view;
          appearance = view.appearance;
          cover = view.cover;
          shown?.set(crop);
          if (keepCapture) capture = captureOf(luma, width, toPhoto, photo);
          if (keepCrop) kept = { width, height, rgb: toBytes(crop, normalisation) };
        });
        if (!run.ok) return run;
        norms.push(toUnitLength(run.value[0], descriptor.embeddingLength));
        values.set(run.value[0], offset);
        offset += descriptor.embeddingLength;
      }
      if (appearance === undefined || cover === undefined)
        throw new Error("the encoder ran without its input");
      toUnitLength(values, embeddingLength);
      return ok({
        embedding: { model: id, values },
        appearance,
        cover,
        norms,
        cropCorners: cropCornersOf(toPhoto, width, height),
        ...(kept === undefined ? {} : { crop: kept }),
        ...(capture === undefined ? {} : { capture }),
      });
    },
  };
}

/** Measures of the aligned face, which need no network. */
export interface FaceView {
  readonly luma: Float32Array;
  readonly appearance: Appearance;
  readonly cover: CoverMeasures;
}

/** Samples the aligned face into `crop` (planes R, G, B), and measures it. */
export function viewFace(
  sample: Sampler,
  photo: Photo,
  toPhoto: Affine,
  width: number,
  height: number,
  normalisation: Normalisation,
  crop: Float32Array,
): FaceView {
  sample(photo, toPhoto, width, height, normalisation, crop);
  const luma = lumaOf(crop, normalisation);
  return {
    luma,
    appearance: measureAppearance(luma, width, height),
    cover: measureCover(crop, width, height, normalisation),
  };
}

/** Turns planes R, G, B, as `normalisation` made them, back into RGB by pixel. */
function toBytes(planes: Float32Array, { mean, scale }: Normalisation): Uint8Array {
  const size = planes.length / 3;
  const rgb = new Uint8ClampedArray(planes.length);
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < size; i++) {
      rgb[3 * i + channel] = planes[channel * size + i] / scale[channel] + mean[channel];
    }
  }
  return new Uint8Array(rgb.buffer);
}

/** Name under which the joined embeddings of these networks are stored and compared. */
export function encoderId(networks: readonly string[]): string {
  return networks.join("+");
}

function assertSameCrop(id: string, own: EncoderDescriptor, shared: EncoderDescriptor): void {
  const crop = ({ template, input: { shape, colour, mean, scale } }: EncoderDescriptor) =>
    JSON.stringify([template, shape, colour, mean, scale]);
  if (crop(own) !== crop(shared))
    throw new Error(`${id} takes another crop than the encoder's first network`);
}

/** Corners of the crop in the photo's coordinates: top left, top right, bottom right, bottom left. */
export function cropCornersOf(toPhoto: Affine, width: number, height: number): Point[] {
  return [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ].map(([x, y]) => ({
    x: toPhoto.a * x + toPhoto.b * y + toPhoto.tx,
    y: toPhoto.c * x + toPhoto.d * y + toPhoto.ty,
  }));
}

/** Scales in place and returns the length before. Throws for a vector that cannot be scaled, which means a broken model. */
function toUnitLength(values: Float32Array, length: number): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  const scale = 1 / Math.sqrt(squares);
  if (values.length !== length || !Number.isFinite(scale))
    throw new Error("the encoder's output is not an embedding");
  for (let i = 0; i < values.length; i++) values[i] *= scale;
  return Math.sqrt(squares);
}
