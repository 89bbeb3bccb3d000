/**
 * Fits the distance by which two poorly recognisable faces must come closer, to the distances between strangers photographed
 * alike, by the recognisability of the better of both, against the calibration's thresholds.
 *
 * The better of both decides, since one poor face alone does no harm: strangers of whom one is poor and one ordinary match
 * less often than promised, and the more often the poorer both are.
 */
import type { Calibration } from "../../../src/face/decision/calibration.ts";
import type { ToleranceKnot } from "../../../src/face/quality/recognisability-model.ts";
import { quantile } from "./fit.ts";
import { type JudgedFace, requireThreshold, strangersAmong } from "./judge.ts";

/**
 * Largest tolerances, for pairs whose better face is as poor as this share of ordinary photos. Both of a genuine pair
 * are hardly ever so poor: on LFW's training view, limit and tolerances lose one of 2,218 pairs at 1e-4 and one at 1e-5.
 */
const affordable = [
  [0.003, 0.6],
  [0.01, 0.3],
  [0.02, 0.08],
  [0.03, 0],
] as const;
/** Rates at which strangers must not come closer than promised. */
const rates = [1e-2, 1e-3, 1e-4];
/** Fewest pairs expected within a rate's threshold for the rate to count. */
const fewestWithin = 1;

/**
 * @param ordinary as recognisable as each is found
 * @param kinds faces of one kind each, judged by a fit that has not seen it
 */
export function fitTolerance(
  ordinary: readonly number[],
  kinds: readonly (readonly JudgedFace[])[],
  calibration: Calibration,
): ToleranceKnot[] {
  const limit = 0.5;
  const edges = [limit, ...affordable.map(([share]) => Math.max(limit, quantile(ordinary, share)))];
  const bins = kinds.map((faces) => distancesByBin(faces, edges));
  const needed = edges.slice(1).map((_, bin) => {
    // The kind that most strangers match in is left out: what is asked of all follows what kinds have in common.
    const within = (distances: readonly number[]) =>
      distances.filter((distance) => distance <= requireThreshold(calibration, rates[2])).length;
    const some = bins.map((ofKind) => ofKind[bin]).sort((a, b) => within(b) - within(a));
    return neededCloser(some.slice(1).flat(), calibration);
  });
  for (let k = needed.length - 2; k >= 0; k--) needed[k] = Math.max(needed[k], needed[k + 1]);
  const most = [affordable[0][1], ...affordable.map(([, closer]) => closer)];
  // The line between two knots lies above what the bin between them needs.
  const knots = edges.map((edge, k): [number, number] => [
    Number(edge.toFixed(6)),
    Number(Math.min(most[k], needed[Math.max(0, k - 1)]).toFixed(4)),
  ]);
  return knots.filter(([at], k) => k === 0 || at > knots[k - 1][0]);
}

function distancesByBin(faces: readonly JudgedFace[], edges: readonly number[]): number[][] {
  const bins = edges.slice(1).map((): number[] => []);
  for (const { a, b, distance } of strangersAmong(faces.filter(({ kept }) => kept))) {
    const better = Math.max(a.recognisability, b.recognisability);
    const bin = edges.findLastIndex((edge) => better >= edge);
    if (bin >= 0 && bin < bins.length) bins[bin].push(distance);
  }
  return bins;
}

function neededCloser(distances: readonly number[], calibration: Calibration): number {
  return Math.max(
    0,
    ...rates
      .filter((rate) => rate * distances.length >= fewestWithin)
      .map((rate) => requireThreshold(calibration, rate) - quantile(distances, rate)),
  );
}
