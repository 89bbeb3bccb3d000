/**
 * Samples a photo straight into a model's input: one affine map from output pixels to the photo, float32 planes
 * (NCHW), normalised on the way. Nothing is copied in between.
 *
 * Where the map shrinks, each output pixel averages a grid of samples as fine as the raster (an area average); where
 * it does not, it is one bilinear sample. Everything outside the photo is black.
 */

import { type Affine, compose, type Photo } from "../photo.ts";
import { sampleBilinear } from "./bilinear.ts";
import { isLevel, sampleBilinearLevel } from "./bilinear-level.ts";
import { sampleNearest } from "./nearest.ts";
import type { Normalisation } from "./sampling.ts";

export type { Normalisation } from "./sampling.ts";

/**
 * Most samples an output pixel has along an axis. More gain nothing: detectors see 1/16 of a side at most. Sums of 16
 * x 16 samples of 8 bits also just fit 16 bits.
 */
const maxSamplesPerAxis = 16;
/** Fewest samples an axis at which each sample is its nearest pixel: their mean is the area's all the same. */
const fewestNearestSamples = 4;

/**
 * Fills `out` (3 x height x width, planes R, G, B) from `photo`. `toPhoto` maps output coordinates
 * (pixel centres at +0.5) to the photo's upright full-size coordinates.
 */
export function warp(
  photo: Photo,
  toPhoto: Affine,
  width: number,
  height: number,
  normalisation: Normalisation,
  out: Float32Array,
): void {
  const map = compose(toPhoto, photo.toRaster);
  const shrink = Math.sqrt(Math.abs(map.a * map.d - map.b * map.c));
  const samples = Math.min(maxSamplesPerAxis, Math.max(1, Math.ceil(shrink - 0.25)));
  const sampling = { raster: photo.raster, map, width, height, samples, normalisation, out };
  if (samples >= fewestNearestSamples) sampleNearest(sampling);
  else if (isLevel(sampling)) sampleBilinearLevel(sampling);
  else sampleBilinear(sampling);
}
