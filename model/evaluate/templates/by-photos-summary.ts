/** Error rates by the number of photos enrolled, as JSON for machines and as a table for people. */
import type { Interval } from "../statistics/bootstrap.ts";
import { type Figure, type PhotosFigures, type PromisedFmr, promisedFmrs } from "./by-photos.ts";

type ByRate<T> = Readonly<Record<PromisedFmr, T>>;

/** Form in JSON; every figure `x` has its 95 % interval over people in `x_ci95`, and `null` where there is none. */
export interface PhotosSummary {
  readonly probes: number;
  readonly people: number;
  readonly impostor_comparisons: number;
  /** Number of photos that enrolment refused as somebody else's. */
  readonly conflicting_photos: number;
  /** Number of photos that are no probe since too many of their person's others were refused. */
  readonly probes_not_enrolled: number;
  /** Share of the probes refused at the threshold in use for the promised rate. */
  readonly fnmr_at_fmr: ByRate<number | null>;
  readonly fnmr_at_fmr_ci95: ByRate<Interval | null>;
  /** Share of strangers accepted at that threshold. */
  readonly realised_fmr: ByRate<number | null>;
  readonly realised_fmr_ci95: ByRate<Interval | null>;
  /** Share of the probes accepted at the largest threshold that keeps the rate on these comparisons. */
  readonly tar_at_fmr: ByRate<number | null>;
  readonly tar_at_fmr_ci95: ByRate<Interval | null>;
}

/** @returns one summary for each number of photos, under that number */
export function summarizeByPhotos(figures: readonly PhotosFigures[]): Record<string, PhotosSummary> {
  return Object.fromEntries(
    figures.map((one) => [
      String(one.photos),
      {
        probes: one.probes,
        people: one.people,
        impostor_comparisons: one.impostorComparisons,
        conflicting_photos: one.conflicting,
        probes_not_enrolled: one.notEnrolled,
        fnmr_at_fmr: valuesOf(one.fnmr),
        fnmr_at_fmr_ci95: intervalsOf(one.fnmr),
        realised_fmr: valuesOf(one.realisedFmr),
        realised_fmr_ci95: intervalsOf(one.realisedFmr),
        tar_at_fmr: valuesOf(one.tar),
        tar_at_fmr_ci95: intervalsOf(one.tar),
      },
    ]),
  );
}

/** Formats a line for each number of photos and promised rate. */
export function formatByPhotos(summaries: Readonly<Record<string, PhotosSummary>>): string {
  const lines = Object.entries(summaries).flatMap(([photos, summary]) => {
    const { probes, people, impostor_comparisons, conflicting_photos, probes_not_enrolled } = summary;
    const left =
      conflicting_photos === 0
        ? ""
        : `; ${conflicting_photos} photos refused as somebody else's, and ${probes_not_enrolled} probes with them`;
    return [
      `${photos} enrolled: ${probes} probes of ${people} people, ${impostor_comparisons} impostor comparisons${left}`,
      ...promisedFmrs.map((fmr) =>
        [
          `  FMR ${fmr}`,
          `FNMR ${share(summary.fnmr_at_fmr[fmr], summary.fnmr_at_fmr_ci95[fmr])}`,
          `realised FMR ${rate(summary.realised_fmr[fmr], summary.realised_fmr_ci95[fmr])}`,
          `FNMR read off ${share(not(summary.tar_at_fmr[fmr]), turned(summary.tar_at_fmr_ci95[fmr]))}`,
        ].join("  "),
      ),
    ];
  });
  return lines.join("\n");
}

function valuesOf(figures: ByRate<Figure>): ByRate<number | null> {
  return map(figures, ({ value }) => value);
}

function intervalsOf(figures: ByRate<Figure>): ByRate<Interval | null> {
  return map(figures, ({ interval }) => interval);
}

function map<T>(figures: ByRate<Figure>, pick: (figure: Figure) => T): ByRate<T> {
  return Object.fromEntries(promisedFmrs.map((fmr) => [fmr, pick(figures[fmr])])) as ByRate<T>;
}

function not(value: number | null): number | null {
  return value === null ? null : 1 - value;
}

function turned(interval: Interval | null): Interval | null {
  return interval === null ? null : [1 - interval[1], 1 - interval[0]];
}

function share(value: number | null, interval: Interval | null): string {
  return withInterval(value, interval, (part) => (100 * part).toFixed(2), " %");
}

function rate(value: number | null, interval: Interval | null): string {
  return withInterval(value, interval, (part) => part.toExponential(2), "");
}

function withInterval(
  value: number | null,
  interval: Interval | null,
  format: (value: number) => string,
  unit: string,
): string {
  if (value === null) return "–";
  const range = interval === null ? "" : ` [${interval.map(format).join(", ")}]`;
  return `${format(value)}${unit}${range}`;
}
