/**
 * Histograms of the distances between photos of one person and between photos of two people, for people to look at.
 */
import type { DistanceHistograms } from "../../src/face/decision/calibration.ts";
import type { Trials } from "../evaluate/comparisons.ts";

const binWidth = 0.04;
const binCount = Math.round(2 / binWidth);

/**
 * Counts distances by bin. A pair that was not acquired is in no bin, so the shares of a kind may sum to less than 1.
 */
export function countDistances({ genuine, impostor }: Trials): DistanceHistograms {
  return { binWidth, genuine: shares(genuine.distance), impostor: shares(impostor.distance) };
}

function shares(distances: Float32Array): number[] {
  const counts = new Uint32Array(binCount);
  for (const distance of distances) {
    // Rounding may put opposite vectors slightly beyond 2.
    if (Number.isFinite(distance)) counts[Math.min(binCount - 1, Math.floor(distance / binWidth))]++;
  }
  return Array.from(counts, (count) => Number((count / Math.max(1, distances.length)).toPrecision(3)));
}
