/**
 * Senders in a closed loop: each sends its next request when it has the answer to the last. A sender that gets
 * `overloaded` comes back after a quarter of a second, far sooner than told.
 */
import { nameOf, type Outcome, openConnection } from "../service/connection.ts";
import type { Load } from "../setup/loads.ts";
import { summarise } from "./statistics.ts";

export interface Bounds {
  /** Successes after which no further request starts. */
  readonly answers: number;
  /** Time after which no further request starts, ms. */
  readonly mostMs: number;
}

export interface Answered {
  /** Number of answers by status and code, and of other outcomes. */
  readonly answers: Readonly<Record<string, number>>;
  readonly perSecond: number;
  /** Median time of successes, ms. */
  readonly p50: number;
  readonly p99: number;
}

const comeBackMs = 250;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Throws at any answer but a match, `overloaded` with `Retry-After` and, to slow senders, `request_timeout`. */
export async function sendLoad(
  url: URL,
  load: Load,
  connections: number,
  { answers: wanted, mostMs }: Bounds,
): Promise<Answered> {
  const answers: Record<string, number> = {};
  const times: number[] = [];
  const startedAt = performance.now();
  const sender = async (index: number) => {
    const connection = openConnection(url);
    do {
      const outcome = await connection.exchange(load.message, load.manner(index));
      const name = nameOf(outcome);
      check(load, name, outcome);
      answers[name] = (answers[name] ?? 0) + 1;
      if (name === "200") times.push(outcome.ms);
      else await pause(comeBackMs);
    } while (times.length < wanted && performance.now() - startedAt < mostMs);
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, (_, index) => sender(index)));
  const seconds = (performance.now() - startedAt) / 1000;
  const { p50, p99 } = summarise(times);
  return { answers, perSecond: times.length / seconds, p50, p99 };
}

function check(load: Load, name: string, outcome: Outcome): void {
  if (load.isSlow && (name === "hung up" || name === "408 request_timeout")) return;
  if (outcome.kind === "answered") {
    if (name === "503 overloaded" && outcome.headers.has("retry-after")) return;
    if (name === "200" && (JSON.parse(outcome.body.toString()) as { match?: boolean }).match) return;
  }
  const detail = outcome.kind === "answered" ? outcome.body.toString().slice(0, 500) : "";
  const reason = outcome.kind === "broken" ? outcome.reason : "";
  throw new Error(`${load.name}: ${name} ${reason}${detail}`);
}
