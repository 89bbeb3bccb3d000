/** Luma of sampled planes. */
import type { Normalisation } from "../image/sampling/sampler.ts";

/** Returns luma, 0..255 (ITU-R BT.601), of planes R, G, B as `normalisation` made them. */
export function lumaOf(planes: Float32Array, { mean, scale }: Normalisation): Float32Array {
  const [meanRed, meanGreen, meanBlue] = mean;
  const [scaleRed, scaleGreen, scaleBlue] = scale;
  const luma = new Float32Array(planes.length / 3);
  const size = luma.length;
  for (let i = 0; i < size; i++) {
    luma[i] =
      0.299 * (planes[i] / scaleRed + meanRed) +
      0.587 * (planes[size + i] / scaleGreen + meanGreen) +
      0.114 * (planes[2 * size + i] / scaleBlue + meanBlue);
  }
  return luma;
}
