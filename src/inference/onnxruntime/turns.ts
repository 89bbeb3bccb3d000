/**
 * Exclusive use of a resource that all requests of an isolate share.
 *
 * No request ever waits on another request's promise: a request that is cancelled or killed never settles its
 * promises, nor runs its `finally`, and a chain of promises would stay locked for ever. Waiters look again on a timer
 * of their own, and a turn that outlives its lease is taken over.
 */
export interface Turns {
  /** Runs `work` when its turn has come. Work that does not await holds its turn for one task of the event loop. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

interface Holder {
  readonly since: number;
}

export function createTurns(
  leaseMs: number,
  now: () => number = Date.now,
  nextTask: () => Promise<void> = pause,
): Turns {
  let holder: Holder | null = null;

  return {
    async take(work) {
      while (holder !== null && now() - holder.since < leaseMs) await nextTask();
      const mine: Holder = { since: now() };
      holder = mine;
      try {
        return await work();
      } finally {
        // A holder whose lease ran out may come back; it must not end the turn of its successor.
        if (holder === mine) holder = null;
      }
    },
  };
}

/** A timer belongs to the request that waits. In workerd it also lets the clock advance. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
