/**
 * A face into an embedding: the encoder looks at the face brought onto its template, and what it
 * says is scaled to unit length. With mirror averaging it looks at the mirrored crop too, and the
 * embedding is the direction between the two (the usual test-time augmentation of ArcFace's authors,
 * arXiv:1801.07698).
 */
import { fail, ok, type Result } from "../errors.ts";
import { type Affine, compose, type Photo } from "../image/photo.ts";
import { warp } from "../image/warp.ts";
import type { Model } from "../inference/model.ts";
import { alignToTemplate } from "./align.ts";
import type { EncoderDescriptor } from "./descriptor.ts";
import type { Embedding } from "./embedding.ts";
import type { Landmarks, Point } from "./face.ts";
import { type Appearance, measureAppearance } from "./quality.ts";

/** What the encoder made of a face, and how the crop that it saw looked. */
export interface Encoding {
  readonly embedding: Embedding;
  readonly appearance: Appearance;
  /** Of the crop, in the photo's coordinates: top left, top right, bottom right, bottom left. */
  readonly cropCorners: readonly Point[];
}

export interface Encoder {
  readonly model: Model;
  /** Fails with `face_not_found` where the landmarks do not span a face, or with `not_ready`. */
  encode(photo: Photo, landmarks: Landmarks): Promise<Result<Encoding>>;
}

export function createEncoder(model: Model, descriptor: EncoderDescriptor): Encoder {
  const [, , height, width] = model.inputShape;
  const { template, input: normalisation, embeddingLength, mirrorAveraging } = descriptor;

  /** Unit length. `inspect` sees the crop as the encoder is about to. */
  async function look(
    photo: Photo,
    toPhoto: Affine,
    inspect?: (crop: Float32Array) => void,
  ): Promise<Result<Float32Array>> {
    const run = await model.run((crop) => {
      warp(photo, toPhoto, width, height, normalisation, "black", crop);
      inspect?.(crop);
    });
    return run.ok ? ok(toUnitLength(run.value[0], embeddingLength)) : run;
  }

  return {
    model,
    async encode(photo, landmarks) {
      const toPhoto = alignToTemplate(template, landmarks);
      if (toPhoto === null) return fail({ code: "face_not_found" });
      let appearance: Appearance | undefined;
      const upright = await look(photo, toPhoto, (crop) => {
        appearance = measureAppearance(crop, width, height, normalisation);
      });
      if (!upright.ok) return upright;
      if (appearance === undefined) throw new Error("the encoder ran without its input");
      const values = upright.value;
      if (mirrorAveraging) {
        const mirrored = await look(photo, compose(mirror(width), toPhoto));
        if (!mirrored.ok) return mirrored;
        for (let i = 0; i < values.length; i++) values[i] += mirrored.value[i];
        toUnitLength(values, embeddingLength);
      }
      return ok({
        embedding: { model: model.id, values },
        appearance,
        cropCorners: corners(toPhoto, width, height),
      });
    },
  };
}

/** Crop coordinates, left and right exchanged. */
function mirror(width: number): Affine {
  return { a: -1, b: 0, tx: width, c: 0, d: 1, ty: 0 };
}

function corners(toPhoto: Affine, width: number, height: number): Point[] {
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

/** In place. A vector that cannot be scaled means a broken model: it throws, and is never compared. */
function toUnitLength(values: Float32Array, length: number): Float32Array {
  let squares = 0;
  for (const value of values) squares += value * value;
  const scale = 1 / Math.sqrt(squares);
  if (values.length !== length || !Number.isFinite(scale))
    throw new Error("the encoder's output is not an embedding");
  for (let i = 0; i < values.length; i++) values[i] *= scale;
  return values;
}
