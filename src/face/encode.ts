/**
 * A face into an embedding: the encoder looks at the face brought onto its template, and what it
 * says is scaled to unit length. With mirror averaging it looks at the mirrored crop too, and the
 * embedding is the direction between the two (the usual test-time augmentation of ArcFace's authors,
 * arXiv:1801.07698).
 */
import { fail, ok, type Result } from "../errors.ts";
import type { Affine, Photo } from "../image/photo.ts";
import { type Normalisation, warp } from "../image/warp.ts";
import type { Model } from "../inference/model.ts";
import { alignToTemplate } from "./align.ts";
import type { EncoderDescriptor } from "./descriptor.ts";
import type { Embedding } from "./embedding.ts";
import type { Crop, Landmarks, Point } from "./face.ts";
import { type Appearance, measureAppearance } from "./quality.ts";

/** What the encoder made of a face, and how the crop that it saw looked. */
export interface Encoding {
  readonly embedding: Embedding;
  readonly appearance: Appearance;
  /** Of the crop, in the photo's coordinates: top left, top right, bottom right, bottom left. */
  readonly cropCorners: readonly Point[];
  /** Where it was asked for. */
  readonly crop?: Crop;
}

export interface Encoder {
  readonly model: Model;
  /** Fails with `face_not_found` where the landmarks do not span a face, or with `not_ready`. */
  encode(photo: Photo, landmarks: Landmarks, options?: { keepCrop?: boolean }): Promise<Result<Encoding>>;
}

export function createEncoder(model: Model, descriptor: EncoderDescriptor): Encoder {
  const [, , height, width] = model.inputShape;
  const { template, input: normalisation, embeddingLength, mirrorAveraging } = descriptor;

  /** Unit length. */
  async function look(fill: (crop: Float32Array) => void): Promise<Result<Float32Array>> {
    const run = await model.run(fill);
    return run.ok ? ok(toUnitLength(run.value[0], embeddingLength)) : run;
  }

  return {
    model,
    async encode(photo, landmarks, { keepCrop = false } = {}) {
      const toPhoto = alignToTemplate(template, landmarks);
      if (toPhoto === null) return fail({ code: "face_not_found" });
      let appearance: Appearance | undefined;
      let kept: Crop | undefined;
      // Kept apart: by the second look the model's own buffer may hold another request's crop.
      const mirrored = mirrorAveraging ? new Float32Array(3 * height * width) : null;
      const upright = await look((crop) => {
        warp(photo, toPhoto, width, height, normalisation, "black", crop);
        appearance = measureAppearance(crop, width, height, normalisation);
        if (mirrored !== null) mirror(crop, width, mirrored);
        if (keepCrop) kept = { width, height, rgb: toBytes(crop, normalisation) };
      });
      if (!upright.ok) return upright;
      if (appearance === undefined) throw new Error("the encoder ran without its input");
      const values = upright.value;
      if (mirrored !== null) {
        const other = await look((crop) => crop.set(mirrored));
        if (!other.ok) return other;
        for (let i = 0; i < values.length; i++) values[i] += other.value[i];
        toUnitLength(values, embeddingLength);
      }
      return ok({
        embedding: { model: model.id, values },
        appearance,
        cropCorners: corners(toPhoto, width, height),
        ...(kept === undefined ? {} : { crop: kept }),
      });
    },
  };
}

/** Planes R, G, B as `normalisation` made them, back to RGB by pixel. */
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

/** Left and right exchanged: every row of every plane backwards. */
function mirror(planes: Float32Array, width: number, out: Float32Array): void {
  out.set(planes);
  for (let row = 0; row < out.length; row += width) out.subarray(row, row + width).reverse();
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
