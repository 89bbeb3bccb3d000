/** Error rates by group, as JSON for machines and as tables for people. */
import type { Interval } from "../statistics/bootstrap.ts";
import type { GroupFigure, GroupFigures } from "./groups.ts";

/** A rate of one group, or of two: `ci95` over people, `count` of comparisons or images. */
export interface GroupRate {
  readonly value: number | null;
  readonly ci95: Interval | null;
  readonly count: number;
  readonly people: number;
}

/** Form in JSON. */
export interface GroupsSummary {
  readonly threshold: number;
  readonly max_fmr: number;
  readonly ungrouped_images: number;
  readonly fmr_within: Readonly<Record<string, GroupRate>>;
  readonly fmr_between: Readonly<Record<string, GroupRate>>;
  readonly fnmr: Readonly<Record<string, GroupRate>>;
  readonly failure_to_acquire: Readonly<Record<string, GroupRate>>;
  /** Largest rate of a group over the mean of the groups' rates. */
  readonly worst_over_mean: Readonly<Record<"fmr" | "fnmr" | "failure_to_acquire", Worst>>;
}

interface Worst {
  readonly value: number | null;
  readonly ci95: Interval | null;
}

export function summarizeGroups(
  figures: GroupFigures,
  inUse: { readonly threshold: number; readonly maxFmr: number },
): GroupsSummary {
  const rates = (figuresOf: Readonly<Record<string, GroupFigure>>) =>
    Object.fromEntries(Object.entries(figuresOf).map(([name, figure]) => [name, rateOf(figure)]));
  const { fmr, fnmr, failureToAcquire } = figures.worstOverMean;
  return {
    threshold: inUse.threshold,
    max_fmr: inUse.maxFmr,
    ungrouped_images: figures.ungrouped,
    fmr_within: rates(figures.fmrWithin),
    fmr_between: rates(figures.fmrBetween),
    fnmr: rates(figures.fnmr),
    failure_to_acquire: rates(figures.failureToAcquire),
    worst_over_mean: {
      fmr: worstOf(fmr),
      fnmr: worstOf(fnmr),
      failure_to_acquire: worstOf(failureToAcquire),
    },
  };
}

function rateOf({ value, interval, count, people }: GroupFigure): GroupRate {
  return { ...worstOf({ value, interval }), count, people };
}

function worstOf({ value, interval }: Pick<GroupFigure, "value" | "interval">): Worst {
  return Number.isFinite(value) ? { value, ci95: interval } : { value: null, ci95: null };
}

/** Formats a line for each group and each two groups. */
export function formatGroups(summary: GroupsSummary): string {
  const lines = (title: string, rates: Readonly<Record<string, GroupRate>>) =>
    Object.entries(rates).map(([name, rate]) => `  ${title} ${name.padEnd(24)} ${formatRate(rate)}`);
  const worst = Object.entries(summary.worst_over_mean).map(
    ([name, { value, ci95 }]) =>
      `  worst over mean ${name.padEnd(20)} ${value === null ? "–" : value.toFixed(2)}${ci95 === null ? "" : ` [${ci95.map((end) => end.toFixed(2)).join(", ")}]`}`,
  );
  return [
    `By group, at ${summary.threshold.toFixed(4)} (FMR ${summary.max_fmr}):`,
    ...lines("FMR within ", summary.fmr_within),
    ...lines("FMR between", summary.fmr_between),
    ...lines("FNMR       ", summary.fnmr),
    ...lines("failures   ", summary.failure_to_acquire),
    ...worst,
  ].join("\n");
}

function formatRate({ value, ci95, count, people }: GroupRate): string {
  if (value === null) return `– (nothing compared)`;
  const range = ci95 === null ? "" : ` [${ci95.map((end) => end.toExponential(1)).join(", ")}]`;
  return `${value.toExponential(2)}${range}, of ${count}, ${people} people`;
}
