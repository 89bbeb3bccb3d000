/** The grid of a screen, the dots of a print or the moire of both, in the pixels around the face. */
import type { Photo } from "../../image/photo.ts";
import type { Sampler } from "../../image/sampling/sampler.ts";
import type { Box } from "../geometry.ts";
import { lumaOf } from "../luma.ts";
import { measurePeaks, spectrumSide } from "./spectrum.ts";
import { type Square, samplePlanes, squareAround, untouched } from "./square.ts";

/** Returns the square of `spectrumSide` pixels, as they are stored, around the middle of the box. */
export function gridSquare(photo: Photo, box: Box): Square {
  const { a, b, c, d } = photo.toRaster;
  const rasterPerPhoto = Math.sqrt(Math.abs(a * d - b * c));
  return squareAround(box, spectrumSide / rasterPerPhoto / Math.max(box.width, box.height), photo);
}

/** Measures the peaks of that square's spectrum. */
export function measureGrid(sample: Sampler, photo: Photo, box: Box): number {
  return measurePeaks(lumaOf(samplePlanes(sample, photo, gridSquare(photo, box), spectrumSide), untouched));
}
