/** The grid of a screen, the dots of a print or the moire of both, in the pixels around the face. */
import type { Photo } from "../../image/photo.ts";
import type { Box } from "../geometry.ts";
import { lumaOf } from "../luma.ts";
import { measurePeaks, spectrumSide } from "./spectrum.ts";
import { samplePlanes, squareAround, untouched } from "./square.ts";

/** Measures the spectrum's peaks in the pixels as they are stored, around the middle of the box. */
export function measureGrid(photo: Photo, box: Box): number {
  const { a, b, c, d } = photo.toRaster;
  const rasterPerPhoto = Math.sqrt(Math.abs(a * d - b * c));
  const reach = spectrumSide / rasterPerPhoto / Math.max(box.width, box.height);
  return measurePeaks(lumaOf(samplePlanes(photo, squareAround(box, reach, photo), spectrumSide), untouched));
}
