/** Error against share of images discarded, as JSON for machines and as a table for people. */

import type { Evaluation } from "../evaluate.ts";
import type { Interval } from "../statistics/bootstrap.ts";
import type { DiscardPoint } from "./discard.ts";

/** Form in JSON: every figure `x` has its 95 % interval in `x_ci95`. */
export interface DiscardSummary {
  /** FMR that sets the threshold, whatever is discarded. */
  readonly fmr: string;
  readonly threshold: number;
  readonly measures: Readonly<Record<string, readonly PointSummary[]>>;
  readonly default_limits: {
    readonly discarded: number;
    readonly discarded_by_reason: Readonly<Record<string, number>>;
    readonly fnmr_before: number;
    readonly fnmr_before_ci95: Interval | null;
    readonly fnmr_after: number;
    readonly fnmr_after_ci95: Interval | null;
    readonly fnmr_saved: number;
    readonly fnmr_saved_ci95: Interval | null;
  };
}

interface PointSummary {
  readonly share: number;
  readonly discarded: number;
  readonly limit: number;
  readonly fnmr: number;
  readonly fnmr_ci95: Interval | null;
}

const reportedShares = [0, 0.01, 0.02, 0.05, 0.1];

export function summarizeDiscard(discard: Evaluation["errorVersusDiscard"]): DiscardSummary | null {
  if (discard === null) return null;
  const { fmr, threshold, measures, gate } = discard;
  const summarize = ({ share, discarded, limit, fnmr, interval }: DiscardPoint): PointSummary => {
    return { share, discarded, limit, fnmr, fnmr_ci95: interval };
  };
  return {
    fmr,
    threshold,
    measures: Object.fromEntries(
      measures.map(({ name, points }) => [
        name,
        points.filter(({ share }) => reportedShares.includes(share)).map(summarize),
      ]),
    ),
    default_limits: {
      discarded: gate.discarded,
      discarded_by_reason: gate.byReason,
      fnmr_before: gate.before.value,
      fnmr_before_ci95: gate.before.interval,
      fnmr_after: gate.after.value,
      fnmr_after_ci95: gate.after.interval,
      fnmr_saved: gate.saved.value,
      fnmr_saved_ci95: gate.saved.interval,
    },
  };
}

/** Formats the table that `npm run evaluate -- --quality` prints. */
export function formatDiscard(summary: DiscardSummary | null): string {
  if (summary === null) return "Quality: too few impostor trials for a threshold.";
  const { fmr, threshold, measures, default_limits: gate } = summary;
  const header = reportedShares.map((share) => `${share * 100} %`.padStart(17)).join("");
  const rows = Object.entries(measures).map(([name, points]) => {
    const cells = points.map((point) => `${percentage(point.fnmr)} (${shorten(point.limit)})`.padStart(17));
    return `${name.padEnd(18)}${cells.join("")}`;
  });
  const reasons = Object.entries(gate.discarded_by_reason).map(
    ([reason, share]) => `${reason} ${percentage(share)}`,
  );
  return [
    `FNMR (and worst value kept) by share of images discarded, at distance ${threshold.toFixed(4)} (FMR ${fmr})`,
    `${"".padEnd(18)}${header}`,
    ...rows,
    `Limits in use discard ${percentage(gate.discarded)}${reasons.length === 0 ? "" : `: ${reasons.join(", ")}`}`,
    `FNMR ${percentage(gate.fnmr_before)} before, ${percentage(gate.fnmr_after)} after; saved ${percentage(gate.fnmr_saved)} ${range(gate.fnmr_saved_ci95)}`.trimEnd(),
  ].join("\n");
}

function percentage(rate: number): string {
  return `${(100 * rate).toFixed(2)} %`;
}

function range(interval: Interval | null): string {
  return interval === null ? "" : `[${interval.map(percentage).join(", ")}]`;
}

function shorten(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
