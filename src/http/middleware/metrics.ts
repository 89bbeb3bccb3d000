/**
 * One data point a request for Workers Analytics Engine, where the dataset is bound. Its columns, in
 * their order, so that SQL finds them:
 *
 *   index1   the tenant, empty where the caller is unknown
 *   blob1    route    blob2  method    blob3  error code    blob4  outcome    blob5  reasons
 *   double1  status   double2  total, ms   double3..9  the stages, ms, as stopwatch.ts has them
 *   double10  waited for memory, ms   double11  the isolate's budget in use, bytes
 *   double12  the passive signal, ms: a stage that came after the others' columns were settled
 *
 * And one data point a scheduled measurement of a tenant's live rate, with `live_rate` in blob1 and in the doubles
 * the promised rate, the measured one, its interval's ends and the number of comparisons.
 */
import { type Stage, stages } from "../../stopwatch.ts";
import type { RateEntry, RequestEntry } from "./log-entry.ts";

/** Workers Analytics Engine's binding, as far as it is used. */
export interface Dataset {
  writeDataPoint(point: { indexes: string[]; blobs: string[]; doubles: number[] }): void;
}

const lastStage: Stage = "passive";

/** Writes a measured rate; one that could not be measured is left out. */
export function writeRateMetrics(dataset: Dataset, entry: RateEntry): void {
  const { level, tenant, max_fmr, fmr, low, high, comparisons } = entry;
  if (fmr === null || low === null || high === null) return;
  dataset.writeDataPoint({
    indexes: [tenant],
    blobs: ["live_rate", "", "", level === "error" ? "above_promise" : "within_promise", ""],
    doubles: [max_fmr, fmr, low, high, comparisons],
  });
}

export function writeMetrics(dataset: Dataset, entry: RequestEntry): void {
  const { tenant, route, method, code, outcome, reason, status, total_ms, stages_ms } = entry;
  const { waited_ms, budget_used_bytes } = entry;
  dataset.writeDataPoint({
    indexes: [tenant ?? ""],
    blobs: [route, method, code ?? "", outcome ?? "", code === "low_quality" ? (reason ?? "") : ""],
    doubles: [
      status,
      total_ms,
      ...stages.filter((stage) => stage !== lastStage).map((stage) => stages_ms[stage] ?? 0),
      waited_ms,
      budget_used_bytes,
      stages_ms[lastStage] ?? 0,
    ],
  });
}
