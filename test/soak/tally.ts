/** Records of the run: outcomes by kind of request, times by the traffic they were taken in, faults. */

import { summarise } from "../bench/instruments/statistics.ts";
import { nameOf, type Outcome } from "../bench/service/connection.ts";

export interface Fault {
  readonly kind: string;
  readonly fault: string;
  /** The service's answer, or its start. */
  readonly said: string;
  /** Reason from the service's log. */
  reason?: string;
}

const mostKept = 50;

export class Tally {
  requests = 0;
  wrong = 0;
  readonly faults: Fault[] = [];
  readonly answers: Record<string, number> = {};
  readonly byKind: Record<string, Record<string, number>> = {};
  /** Times of successes, ms, by traffic and by size of the photo. */
  readonly #times = new Map<string, number[]>();

  note(kind: string, traffic: string, outcome: Outcome, fault: string | undefined): void {
    this.requests++;
    const name = nameOf(outcome);
    this.answers[name] = (this.answers[name] ?? 0) + 1;
    this.byKind[kind] ??= {};
    this.byKind[kind][name] = (this.byKind[kind][name] ?? 0) + 1;
    if (outcome.kind === "answered" && outcome.status < 400 && !kind.startsWith("slow")) {
      const group = `${traffic}, ${kind.startsWith("large") ? "large photos" : "all others"}`;
      const times = this.#times.get(group) ?? [];
      times.push(outcome.ms);
      this.#times.set(group, times);
    }
    if (fault === undefined) return;
    this.wrong++;
    const said = outcome.kind === "answered" ? outcome.body.toString().slice(0, 300) : "";
    if (this.faults.length < mostKept) this.faults.push({ kind, fault, said });
  }

  /** Takes the reasons of faults from the service's log, which may lag behind its answers. */
  explain(reasons: ReadonlyMap<string, string>): void {
    for (const fault of this.faults) {
      const id = /"request_id":"([^"]+)"/.exec(fault.said)?.[1];
      const reason = id === undefined ? undefined : reasons.get(id);
      if (reason !== undefined) fault.reason = reason;
    }
  }

  times(): { readonly traffic: string; readonly n: number; readonly p50: number; readonly p99: number }[] {
    return [...this.#times].map(([traffic, times]) => {
      const { n, p50, p99 } = summarise(times);
      return { traffic, n, p50, p99 };
    });
  }
}
