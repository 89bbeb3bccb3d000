/** Lines of the structured log. None has a body, a key, an embedding, or the name of a subject in it. */
import type { Stage } from "../../stopwatch.ts";

export interface RequestEntry {
  readonly level: "info" | "error";
  readonly event: "request";
  readonly request_id: string;
  readonly method: string;
  /** Pattern of the route, not its path: a path names a person. */
  readonly route: string;
  readonly status: number;
  readonly code?: string;
  readonly reason?: string;
  /** Tenant of a caller who was let in. */
  readonly tenant?: string;
  /** Result of a decision (`match`, `no_match`, `replayed`) or of a search (`found`, `not_found`). */
  readonly outcome?: string;
  readonly total_ms: number;
  /** Time that the request waited for memory, ms. */
  readonly waited_ms: number;
  /** Bytes of the isolate's budget that all requests and codecs held when this one was answered. */
  readonly budget_used_bytes: number;
  readonly stages_ms: Partial<Record<Stage, number>>;
}

/** Scheduled measurement of the false match rate among a tenant's people: counts, and nothing about any of them. */
export interface RateEntry {
  /** `error` where the whole interval lies above the promised rate. */
  readonly level: "info" | "error";
  readonly event: "live_rate";
  readonly tenant: string;
  /** Rate that the tenant's threshold promises. */
  readonly max_fmr: number;
  /** Null where too few people are enrolled. */
  readonly fmr: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly comparisons: number;
}

export type LogEntry =
  | RequestEntry
  | RateEntry
  | {
      readonly level: "error";
      readonly event: "unexpected";
      readonly request_id: string;
      readonly error: string;
      readonly stack: string | undefined;
    };
