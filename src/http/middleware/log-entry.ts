/** Lines of the structured log: never a body, a key, an embedding, or the name of a subject. */
import type { Stage } from "../../stopwatch.ts";

export interface RequestEntry {
  readonly level: "info" | "error";
  readonly event: "request";
  readonly request_id: string;
  readonly method: string;
  /** The route's pattern, not the path: a path names a person. */
  readonly route: string;
  readonly status: number;
  readonly code?: string;
  readonly reason?: string;
  /** Of a caller who was let in. */
  readonly tenant?: string;
  /** Of a decision: `match`, `no_match`; of a search: `found`, `not_found`. */
  readonly outcome?: string;
  readonly total_ms: number;
  /** Waited for memory, ms. */
  readonly waited_ms: number;
  /** Of the isolate's budget, held by all requests and codecs when this one was answered, bytes. */
  readonly budget_used_bytes: number;
  readonly stages_ms: Partial<Record<Stage, number>>;
}

export type LogEntry =
  | RequestEntry
  | {
      readonly level: "error";
      readonly event: "unexpected";
      readonly request_id: string;
      readonly error: string;
      readonly stack: string | undefined;
    };
