/**
 * Waiting requests for one kind of room, served in the order of arrival. No request waits on another request's
 * promise: each looks again on a timer of its own, since a request that is cancelled or killed settles no promise.
 */
import { fail } from "../errors.ts";

/** Outcome of one look for room; "not yet" waits for a turn, not for memory. */
export type Attempt = "taken" | "no memory" | "not yet";

export interface Manners {
  /** True when the youngest leaves if the oldest lacks memory for long. */
  readonly yields: boolean;
  /** True when it goes ahead of waiters that do not. */
  readonly goesAhead: boolean;
}

export interface Line {
  /** Number of waiters. */
  readonly length: number;
  /** True once `attempt` succeeds after all waiters ahead; false when that takes, or would take, too long. */
  wait(attempt: () => Attempt, manners: Manners): Promise<boolean>;
  /** Failure of a request whose wait is too long, with the time after which to try again. */
  overloaded(): ReturnType<typeof fail>;
}

export interface LineParts {
  readonly maxWaitMs: number;
  /** ms since 1970. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

interface Waiter {
  polls: number;
  /** Number of looks that each waiter ahead had made when this one last counted. */
  seen: Map<Waiter, number>;
  /** True when its last look was refused for lack of memory, false when it waits for its turn. */
  lacksMemory: boolean;
  readonly goesAhead: boolean;
}

/** Own looks after which a waiter ahead that no longer looks is passed over. */
const looksUntilDead = 20;

/** Looks after which the youngest make room for the oldest. */
const looksUntilYielding = 3;

const longestPauseMs = 25;
const longestRetrySeconds = 10;

export function createLine({ maxWaitMs, now, pause }: LineParts): Line {
  const waiters: Waiter[] = [];
  /** Time between two that were served while others waited: a moving mean. */
  let intervalMs = 0;
  let servedAtMs = 0;

  function join(me: Waiter): void {
    const first = me.goesAhead ? waiters.findIndex(({ goesAhead }) => !goesAhead) : -1;
    waiters.splice(first === -1 ? waiters.length : first, 0, me);
  }

  /** Removes waiters ahead that stopped looking: their requests were cancelled or killed. */
  function dropDead(me: Waiter): void {
    if (me.polls % looksUntilDead !== 0) return;
    const ahead = waiters.slice(0, waiters.indexOf(me));
    for (const waiter of ahead) {
      if (me.seen.get(waiter) === waiter.polls) waiters.splice(waiters.indexOf(waiter), 1);
    }
    me.seen = new Map(ahead.map((waiter) => [waiter, waiter.polls]));
  }

  function served(): void {
    const nowMs = now();
    if (waiters.length > 0 && servedAtMs > 0) intervalMs += (nowMs - servedAtMs - intervalMs) / 4;
    servedAtMs = waiters.length > 0 ? nowMs : 0;
  }

  return {
    get length() {
      return waiters.length;
    },

    async wait(attempt, { yields, goesAhead }) {
      if (!goesAhead && waiters.length * intervalMs > maxWaitMs) return false;
      const me: Waiter = { polls: 0, seen: new Map(), lacksMemory: false, goesAhead };
      const sinceMs = now();
      join(me);
      let waiting = 0;
      let steadyLooks = 0;
      try {
        for (;;) {
          dropDead(me);
          const position = waiters.indexOf(me);
          if (position === 0) {
            const result = attempt();
            me.lacksMemory = result === "no memory";
            if (result === "taken") {
              waiters.shift();
              served();
              return true;
            }
          }
          // A waiter that left may have made enough room: the oldest looks first.
          steadyLooks = waiters.length === waiting ? steadyLooks + 1 : 0;
          waiting = waiters.length;
          const youngest = position > 0 && position === waiters.length - 1;
          if (yields && youngest && waiters[0].lacksMemory && steadyLooks >= looksUntilYielding) return false;
          if (now() - sinceMs >= maxWaitMs) return false;
          await pause(Math.min(longestPauseMs, 1 + position));
          me.polls++;
          if (!waiters.includes(me)) join(me);
        }
      } finally {
        const index = waiters.indexOf(me);
        if (index >= 0) waiters.splice(index, 1);
      }
    },

    overloaded() {
      const seconds = Math.ceil((waiters.length * intervalMs) / 1000);
      return fail({
        code: "overloaded",
        reason: `${waiters.length} others wait for memory`,
        retryAfterSeconds: Math.min(longestRetrySeconds, Math.max(1, seconds)),
      });
    },
  };
}
