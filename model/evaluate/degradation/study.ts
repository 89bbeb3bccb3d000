/** Measures how the share of genuine matches falls as one measure of quality does. */
import {
  defaultQualityLimits,
  judgeQuality,
  type Quality,
  type QualityLimits,
} from "../../../src/face/quality/quality.ts";

/** One worsened photo compared with the untouched ones. */
export interface Probe {
  /** `null` when no face was found. */
  readonly quality: Quality | null;
  /** Distances to the person's own untouched photos; Infinity when no face was found. */
  readonly genuine: readonly number[];
  /** Distances to other people's photos; empty when no face was found. */
  readonly impostor: readonly number[];
}

export interface Row {
  readonly probes: number;
  /** Share of probes without a face. */
  readonly failures: number;
  /** True accept rate of all genuine trials of the row; a missing face counts as no match. */
  readonly tar: number;
  /** True accept rate of the genuine trials of probes with a face. */
  readonly tarAcquired: number;
  readonly fmr: number;
  /** Share of probes with a face that the limits refuse. */
  readonly refused: number;
  /** True accept rate of the genuine trials of probes that the limits accept; NaN when they accept none. */
  readonly tarAccepted: number;
}

export function summarizeProbes(
  probes: readonly Probe[],
  threshold: number,
  limits: QualityLimits = defaultQualityLimits,
): Row {
  const genuine = probes.flatMap((probe) => probe.genuine);
  const acquired = probes.filter((probe) => probe.quality !== null);
  const impostor = acquired.flatMap((probe) => probe.impostor);
  const accepted = acquired.filter(
    ({ quality }) => quality !== null && judgeQuality(quality, limits).length === 0,
  );
  return {
    probes: probes.length,
    failures: (probes.length - acquired.length) / probes.length,
    tar: shareWithin(genuine, threshold),
    tarAcquired: shareWithin(
      acquired.flatMap((probe) => probe.genuine),
      threshold,
    ),
    fmr: shareWithin(impostor, threshold),
    refused: (acquired.length - accepted.length) / acquired.length,
    tarAccepted: shareWithin(
      accepted.flatMap((probe) => probe.genuine),
      threshold,
    ),
  };
}

/** Bins probes with a face by measure, into [edges[k], edges[k + 1]); empty bins are left out. */
export function binProbes(
  probes: readonly Probe[],
  measure: (quality: Quality) => number,
  edges: readonly number[],
): { readonly from: number; readonly to: number; readonly probes: readonly Probe[] }[] {
  return edges.slice(0, -1).flatMap((from, k) => {
    const to = edges[k + 1];
    const inside = probes.filter(({ quality }) => {
      const value = quality === null ? Number.NaN : measure(quality);
      return value >= from && value < to;
    });
    return inside.length === 0 ? [] : [{ from, to, probes: inside }];
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function shareWithin(distances: readonly number[], threshold: number): number {
  return distances.filter((distance) => distance <= threshold).length / distances.length;
}
