/** Measures the live rates that are due, and tells the log and the metrics. */
import type { LogEntry, RateEntry } from "../http/middleware/log-entry.ts";
import { type Dataset, writeRateMetrics } from "../http/middleware/metrics.ts";
import { breaksPromise, type LiveRates } from "../trust/rates/live-rate.ts";

interface ScheduleDeps {
  readonly liveRates: Pick<LiveRates, "measureDue">;
  readonly metrics: Dataset | undefined;
  readonly log: (entry: LogEntry) => void;
}

/** Runs the schedule of one day, the day of the time that it was meant for: a run may come late. */
export async function runRateSchedule(
  { liveRates, metrics, log }: ScheduleDeps,
  scheduledAt: Date,
): Promise<void> {
  for await (const { tenant, rate } of liveRates.measureDue(scheduledAt)) {
    const [low, high] = rate.interval ?? [null, null];
    const entry: RateEntry = {
      level: breaksPromise(rate) ? "error" : "info",
      event: "live_rate",
      tenant,
      max_fmr: rate.maxFmr,
      fmr: rate.fmr,
      low,
      high,
      comparisons: rate.comparisons,
    };
    log(entry);
    if (metrics !== undefined) writeRateMetrics(metrics, entry);
  }
}
