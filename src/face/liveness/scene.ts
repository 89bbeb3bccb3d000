/** A small picture of a whole photo, by which frames of one scene are told from frames of several. */
import type { Photo } from "../../image/photo.ts";
import type { Sampler } from "../../image/sampling/sampler.ts";

/** Sides of the sketch, px; the photo is stretched to it. */
export const sketchSide = 32;

/** RGB, row-major, `sketchSide` squared, 0..255. As private as the photo. */
export type SceneSketch = Uint8Array;

const asIs = { mean: [0, 0, 0], scale: [1, 1, 1] };

export function sketchScene(sample: Sampler, photo: Photo): SceneSketch {
  const toPhoto = { a: photo.width / sketchSide, b: 0, tx: 0, c: 0, d: photo.height / sketchSide, ty: 0 };
  const size = sketchSide * sketchSide;
  const planes = new Float32Array(3 * size);
  sample(photo, toPhoto, sketchSide, sketchSide, asIs, planes);
  const sketch = new Uint8ClampedArray(3 * size);
  for (let i = 0; i < size; i++) {
    for (let channel = 0; channel < 3; channel++) sketch[3 * i + channel] = planes[channel * size + i];
  }
  return new Uint8Array(sketch.buffer);
}
