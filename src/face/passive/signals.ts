/** Signs of a picture of a person that need no network, from the pixels around the face. */
import type { Photo } from "../../image/photo.ts";
import type { Box } from "../geometry.ts";
import { lumaOf } from "../luma.ts";
import { measureEdges } from "./edges.ts";
import { measureSpectrum, spectrumSide } from "./spectrum.ts";
import { samplePlanes, squareAround, untouched } from "./square.ts";

export interface PixelSignals {
  /** Height of narrow peaks in the spectrum: moire, a screen's grid, a print's dots. Natural logarithm. */
  readonly grid: number;
  /** Power of fine detail against coarse detail: low in a blurred or twice taken photo. Natural logarithm. */
  readonly detail: number;
  /** Share of the face that is near white without colour: gloss. 0..1 */
  readonly highlights: number;
  /** Mean saturation of the face, 0..1: inks and screens have a smaller gamut. */
  readonly saturation: number;
  /** Luma of the darkest percent of the surroundings, 0..255: paper and backlight are never black. */
  readonly black: number;
  /** Straightness of the edges around the face: src/face/passive/edges.ts. */
  readonly edges: number;
}

const facePixels = 96;
const scenePixels = 128;
/** Sides of the squares, in sides of the detector's box. */
const faceReach = 1;
const sceneReach = 3;
/** Channels above which a pixel counts as a highlight, and the most by which they may differ. */
const brightValue = 232;
const colourless = 18;
/** Share of the surroundings that counts as the darkest. */
const darkShare = 0.01;
/** Steps of luma for which pixels are counted, each. */
const stepsOfLuma = 8;

/** @param photo shows 1.5 sides of the box to each side of its middle, as far as the photo reaches */
export function measurePixels(photo: Photo, box: Box): PixelSignals {
  const { a, b, c, d } = photo.toRaster;
  const rasterPerPhoto = Math.sqrt(Math.abs(a * d - b * c));
  const asStored = spectrumSide / rasterPerPhoto / Math.max(box.width, box.height);
  const detail = samplePlanes(photo, squareAround(box, asStored, photo), spectrumSide);
  const { peaks, detail: fine } = measureSpectrum(lumaOf(detail, untouched));
  const face = samplePlanes(photo, squareAround(box, faceReach, photo), facePixels);
  const scene = lumaOf(samplePlanes(photo, squareAround(box, sceneReach, photo), scenePixels), untouched);
  return {
    grid: peaks,
    detail: fine,
    ...measureColours(face),
    black: darkest(scene, darkShare),
    edges: measureEdges(scene, scenePixels),
  };
}

function measureColours(planes: Float32Array): Pick<PixelSignals, "highlights" | "saturation"> {
  const pixels = planes.length / 3;
  let highlights = 0;
  let saturation = 0;
  for (let i = 0; i < pixels; i++) {
    const [red, green, blue] = [planes[i], planes[pixels + i], planes[2 * pixels + i]];
    const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
    if (least > brightValue && most - least < colourless) highlights++;
    saturation += (most - least) / (most + 1);
  }
  return { highlights: highlights / pixels, saturation: saturation / pixels };
}

/** Returns the luma below which this share of the pixels lies, to an eighth. */
function darkest(luma: Float32Array, share: number): number {
  const counts = new Uint32Array(256 * stepsOfLuma);
  for (const value of luma) counts[Math.min(counts.length - 1, Math.floor(value * stepsOfLuma))]++;
  let step = 0;
  for (let below = counts[0]; below <= share * luma.length; below += counts[step]) step++;
  return step / stepsOfLuma;
}
