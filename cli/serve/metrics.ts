/** Counts the lines of the service's log, and writes the counts in Prometheus' text format. */
import type { LogEntry, RequestEntry } from "../../src/http/middleware/log-entry.ts";

/** Upper bounds of the buckets of durations, seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  /** Counts a line of the log; a line that is none of a request or an error counts nothing. */
  readonly count: (line: string) => void;
  /** Writes all counts. `residentBytes` is the memory of workerd; undefined where it is not known. */
  readonly write: (residentBytes: number | undefined) => string;
}

export function createMetrics(startedSeconds: number): Metrics {
  const requests = new Map<string, number>();
  const outcomes = new Map<string, number>();
  const stages = new Map<string, number>();
  const durations = new Map<string, { counts: number[]; sum: number; count: number }>();
  let waitedSeconds = 0;
  let budgetUsedBytes = 0;
  let unexpected = 0;

  const add = (counts: Map<string, number>, labels: Record<string, string | number>, by = 1) => {
    const name = Object.entries(labels)
      .map(([label, value]) => `${label}="${String(value).replace(/["\\\n]/g, "_")}"`)
      .join(",");
    counts.set(name, (counts.get(name) ?? 0) + by);
  };

  function countRequest(entry: RequestEntry): void {
    const { method, route, status, code = "", outcome, total_ms, stages_ms } = entry;
    add(requests, { method, route, status, code });
    if (outcome !== undefined) add(outcomes, { route, outcome });
    for (const [stage, ms] of Object.entries(stages_ms)) add(stages, { stage }, ms / 1000);
    waitedSeconds += entry.waited_ms / 1000;
    budgetUsedBytes = entry.budget_used_bytes;
    const duration = durations.get(route) ?? { counts: buckets.map(() => 0), sum: 0, count: 0 };
    durations.set(route, duration);
    for (const [i, bound] of buckets.entries()) if (total_ms / 1000 <= bound) duration.counts[i]++;
    duration.sum += total_ms / 1000;
    duration.count++;
  }

  return {
    count(line) {
      const entry = parse(line);
      if (entry?.event === "request") countRequest(entry);
      else if (entry?.event === "unexpected") unexpected++;
    },
    write(residentBytes) {
      const lines = (name: string, kind: string, help: string, values: readonly string[]) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${values.map((value) => `${value}\n`).join("")}`;
      const counted = (name: string, help: string, counts: Map<string, number>) =>
        lines(
          name,
          "counter",
          help,
          [...counts].map(([labels, value]) => `${name}{${labels}} ${value}`),
        );
      const single = (name: string, kind: string, help: string, value: number) =>
        lines(name, kind, help, [`${name} ${value}`]);
      return [
        counted("sameface_requests_total", "Requests that were answered.", requests),
        counted("sameface_outcomes_total", "Decisions and searches, by outcome.", outcomes),
        lines(
          "sameface_request_seconds",
          "histogram",
          "Time from a request's arrival to its answer.",
          [...durations].flatMap(([route, { counts, sum, count }]) => [
            ...buckets.map(
              (bound, i) => `sameface_request_seconds_bucket{route="${route}",le="${bound}"} ${counts[i]}`,
            ),
            `sameface_request_seconds_bucket{route="${route}",le="+Inf"} ${count}`,
            `sameface_request_seconds_sum{route="${route}"} ${sum}`,
            `sameface_request_seconds_count{route="${route}"} ${count}`,
          ]),
        ),
        counted("sameface_stage_seconds_total", "Time in each stage of a photo's way.", stages),
        single(
          "sameface_waited_seconds_total",
          "counter",
          "Time that requests waited for memory.",
          waitedSeconds,
        ),
        single(
          "sameface_budget_used_bytes",
          "gauge",
          "Memory that requests held at the last answer.",
          budgetUsedBytes,
        ),
        single("sameface_unexpected_errors_total", "counter", "Errors that nobody foresaw.", unexpected),
        single("sameface_start_time_seconds", "gauge", "Start of the process, since 1970.", startedSeconds),
        ...(residentBytes === undefined
          ? []
          : [single("sameface_resident_memory_bytes", "gauge", "Memory of workerd.", residentBytes)]),
      ].join("");
    },
  };
}

function parse(line: string): LogEntry | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return undefined;
  }
}
