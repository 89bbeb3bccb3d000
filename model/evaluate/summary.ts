/** The evaluation as JSON for machines and as a table for people. */

import { type DiscardSummary, summarizeDiscard } from "./discard/discard-summary.ts";
import { type Estimate, type Evaluation, reportedFmrs, type ThresholdFigure } from "./evaluate.ts";
import { formatGroups, type GroupsSummary } from "./groups/groups-summary.ts";
import type { Interval } from "./statistics/bootstrap.ts";
import { formatByPhotos, type PhotosSummary } from "./templates/by-photos-summary.ts";

export interface Provenance {
  readonly encoder: string;
  readonly models: readonly { readonly id: string; readonly role: string; readonly sha256: string }[];
  readonly facePolicy: string;
  readonly images: number;
  readonly people: number;
  readonly pairs: number;
  readonly replicates: number;
  readonly seed: number;
  /** The threshold in use and the FMR it was calibrated for. */
  readonly shipped: { readonly threshold: number; readonly maxFmr: number } | null;
}

/** Form in JSON, with the field's names in snake case; every figure `x` has its 95 % interval in `x_ci95`. */
export interface Summary {
  readonly accuracy_10fold: number | null;
  readonly accuracy_10fold_ci95: Interval | null;
  readonly accuracy_10fold_standard_error: number | null;
  readonly failure_to_acquire: number;
  readonly failure_to_acquire_ci95: Interval | null;
  readonly failure_to_acquire_by_reason: Readonly<Record<string, number>>;
  readonly tar_at_fmr: Readonly<Record<string, number | null>>;
  readonly tar_at_fmr_ci95: Readonly<Record<string, Interval | null>>;
  readonly threshold_at_fmr: Readonly<Record<string, number | null>>;
  readonly lowest_supported_fmr: number;
  readonly eer: number;
  readonly eer_ci95: Interval | null;
  readonly auc: number;
  readonly auc_ci95: Interval | null;
  readonly d_prime: number;
  readonly d_prime_ci95: Interval | null;
  readonly at_shipped_threshold: Readonly<Record<string, number | Interval | null>> | null;
  /** By the number of photos enrolled; `null` unless asked for. */
  readonly by_photos: Readonly<Record<string, PhotosSummary>> | null;
  /** By group, at the threshold in use; `null` unless asked for. */
  readonly groups: GroupsSummary | null;
  readonly error_versus_discard: DiscardSummary | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly bootstrap: { readonly over: "people"; readonly replicates: number; readonly seed: number };
  readonly encoder: string;
  readonly models: Provenance["models"];
  readonly face_policy: string;
  readonly notes: readonly string[];
}

const notes: readonly string[] = [
  "A genuine trial with an image that gave no embedding counts as a non-match; an impostor trial with one is left out; a pair with one counts as wrong in the 10-fold accuracy.",
  "tar_at_fmr is the share of genuine trials accepted at the largest threshold whose observed FMR does not exceed the key; null where the key is below lowest_supported_fmr = 3 / impostor trials (rule of 3).",
  "Intervals are 95 % percentile intervals of a bootstrap over people; failure_to_acquire without a failure is bounded by the rule of 3.",
  "by_photos compares each photo, as a probe, with templates of the next photos of its person, the same probes for each number; a threshold is the one in use for templates of so many photos, at the promised rate, and a photo that enrolment would refuse as somebody else's is passed over.",
  "groups compares images of two people of one group (fmr_within) or of two groups (fmr_between), and images of one person that are both in the group (fnmr); worst_over_mean is the largest rate of a group over the mean of the groups' rates.",
  "error_versus_discard leaves out images without an embedding, and keeps the threshold, and the value that the worst image kept has, in every resample.",
  "Precision, recall and F1 are over the listed pairs and depend on their share of genuine ones.",
];

/** Parts of a summary that are measured only where they are asked for. */
export interface ExtraParts {
  readonly byPhotos?: Summary["by_photos"];
  readonly groups?: Summary["groups"];
}

export function summarize(
  evaluation: Evaluation,
  provenance: Provenance,
  { byPhotos = null, groups = null }: ExtraParts = {},
): Summary {
  const { accuracy, failureToAcquire, eer, auc, dPrime, trials } = evaluation;
  const points = reportedFmrs.map((fmr) => [fmr, evaluation.tarAtFmr[fmr]] as const);
  const { shipped } = provenance;
  return {
    accuracy_10fold: accuracy?.value ?? null,
    accuracy_10fold_ci95: accuracy?.interval ?? null,
    accuracy_10fold_standard_error: accuracy?.standardError ?? null,
    failure_to_acquire: failureToAcquire.value,
    failure_to_acquire_ci95: failureToAcquire.interval,
    failure_to_acquire_by_reason: evaluation.failuresByReason,
    tar_at_fmr: Object.fromEntries(points.map(([fmr, point]) => [fmr, point?.value ?? null])),
    tar_at_fmr_ci95: Object.fromEntries(points.map(([fmr, point]) => [fmr, point?.interval ?? null])),
    threshold_at_fmr: Object.fromEntries(points.map(([fmr, point]) => [fmr, point?.threshold ?? null])),
    lowest_supported_fmr: evaluation.lowestSupportedFmr,
    eer: eer.value,
    eer_ci95: eer.interval,
    auc: auc.value,
    auc_ci95: auc.interval,
    d_prime: dPrime.value,
    d_prime_ci95: dPrime.interval,
    at_shipped_threshold: shipped && {
      threshold: shipped.threshold,
      max_fmr: shipped.maxFmr,
      ...withIntervals(evaluation.atThreshold),
    },
    by_photos: byPhotos,
    groups,
    error_versus_discard: summarizeDiscard(evaluation.errorVersusDiscard),
    counts: {
      images: provenance.images,
      people: provenance.people,
      pairs: provenance.pairs,
      genuine_trials: trials.genuine.distance.length,
      impostor_trials: trials.impostor.distance.length,
    },
    bootstrap: { over: "people", replicates: provenance.replicates, seed: provenance.seed },
    encoder: provenance.encoder,
    models: provenance.models,
    face_policy: provenance.facePolicy,
    notes,
  };
}

/** Formats the table that `npm run evaluate` prints. */
export function formatTable(summary: Summary): string {
  const rows: [string, number | null, Interval | null][] = [
    ["10-fold accuracy", summary.accuracy_10fold, summary.accuracy_10fold_ci95],
    ["failure to acquire", summary.failure_to_acquire, summary.failure_to_acquire_ci95],
    ...Object.entries(summary.tar_at_fmr).map(([fmr, tar]): [string, number | null, Interval | null] => [
      `TAR at FMR ${fmr}`,
      tar,
      summary.tar_at_fmr_ci95[fmr],
    ]),
    ["EER", summary.eer, summary.eer_ci95],
    ["AUC", summary.auc, summary.auc_ci95],
    ["d-prime", summary.d_prime, summary.d_prime_ci95],
  ];
  const shipped = summary.at_shipped_threshold;
  if (shipped !== null) {
    const at = Number(shipped.threshold).toFixed(4);
    for (const name of ["fmr", "fnmr", "precision", "recall", "f1"]) {
      if (!(name in shipped)) continue;
      rows.push([`${name} at ${at}`, shipped[name] as number, shipped[`${name}_ci95`] as Interval | null]);
    }
  }
  const lines = rows.map(([name, value, interval]) => {
    const range = interval === null ? "" : `[${formatFigure(interval[0])}, ${formatFigure(interval[1])}]`;
    const shown = value === null ? "too few trials" : formatFigure(value);
    return `${name.padEnd(22)}${shown.padStart(10)}  ${range}`.trimEnd();
  });
  const { images, people, genuine_trials, impostor_trials } = summary.counts;
  return [
    `${summary.encoder}: ${images} images of ${people} people; ${genuine_trials} genuine and ${impostor_trials} impostor trials`,
    ...lines,
    ...(summary.by_photos === null ? [] : [formatByPhotos(summary.by_photos)]),
    ...(summary.groups === null ? [] : [formatGroups(summary.groups)]),
    `Brackets: 95 % interval over people (${summary.bootstrap.replicates} resamples).`,
  ].join("\n");
}

/** Formats four decimals, or three digits for a rate too small for them. */
export function formatFigure(value: number): string {
  return value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(2) : value.toFixed(4);
}

function withIntervals(estimates: Readonly<Partial<Record<ThresholdFigure, Estimate>>>) {
  return Object.fromEntries(
    Object.entries(estimates).flatMap(([name, { value, interval }]) => [
      [name, value],
      [`${name}_ci95`, interval],
    ]),
  );
}
