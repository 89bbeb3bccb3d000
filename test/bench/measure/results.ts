/** One line of the raw results. Times are wall-clock ms unless the name says otherwise. */
import { summarise } from "../instruments/statistics.ts";

export interface Row {
  readonly section: "verify" | "load" | "stage" | "decode" | "networks" | "encoder" | "cold" | "memory";
  readonly name: string;
  /** Size of the photo. */
  readonly photo?: string;
  readonly connections?: number;
  readonly n: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  /** Mean processor time of all threads, ms. A busy machine stretches it less than wall-clock time. */
  readonly cpuMs?: number;
  /** Requests for each second that one core computed. */
  readonly perCoreSecond?: number;
}

export function row(
  labels: Pick<Row, "section" | "name"> & Partial<Pick<Row, "photo" | "connections" | "cpuMs">>,
  samples: readonly number[],
): Row {
  const { cpuMs } = labels;
  return { ...labels, ...summarise(samples), ...(cpuMs !== undefined && { perCoreSecond: 1000 / cpuMs }) };
}

/** Returns p50 of the one row that fits. Throws when none or several do. */
export function p50Of(rows: readonly Row[], wanted: Partial<Row>): number {
  const fitting = rows.filter((each) =>
    Object.entries(wanted).every(([key, value]) => each[key as keyof Row] === value),
  );
  if (fitting.length !== 1) throw new Error(`${fitting.length} rows fit ${JSON.stringify(wanted)}`);
  return fitting[0].p50;
}
