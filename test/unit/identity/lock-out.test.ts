import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Attempts, countAttempt, defaultLockOut, lockAt } from "../../../src/identity/lock-out.ts";

const none: Attempts = { failures: 0, lastFailureAtMs: 0 };

function failed(failures: number, atMs = 0): Attempts {
  return { failures, lastFailureAtMs: atMs };
}

describe("the lock-out", () => {
  it.each([0, 1, 4])("does not stop an attempt after %i failures in a row", (failures) => {
    expect(lockAt(failed(failures), defaultLockOut, 0)).toBeUndefined();
  });

  it.each([
    [5, 30],
    [6, 60],
    [7, 120],
    [10, 960],
    [16, 61_440],
    [17, 86_400],
    [49, 86_400],
  ])("after %i failures waits %i seconds", (failures, seconds) => {
    const attempts = failed(failures, 1000);
    const end = 1000 + 1000 * seconds;
    expect(lockAt(attempts, defaultLockOut, 1000)).toEqual({ until: "time", retryAfterSeconds: seconds });
    expect(lockAt(attempts, defaultLockOut, end - 1)).toEqual({ until: "time", retryAfterSeconds: 1 });
    expect(lockAt(attempts, defaultLockOut, end)).toBeUndefined();
  });

  it("after 50 failures stops everybody until the reset, however long that is", () => {
    expect(lockAt(failed(50), defaultLockOut, 1e15)).toEqual({ until: "reset" });
  });

  it("begins anew with a match", () => {
    expect(countAttempt(failed(4, 1), true, 2)).toEqual(none);
    expect(countAttempt(failed(4, 1), false, 2)).toEqual(failed(5, 2));
  });

  it("lets through at most 50 attempts that fail, whatever their times", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100_000_000 }), { maxLength: 300 }), (waits) => {
        let [attempts, nowMs, scored] = [none, 0, 0];
        for (const wait of waits) {
          nowMs += wait;
          if (lockAt(attempts, defaultLockOut, nowMs) !== undefined) continue;
          attempts = countAttempt(attempts, false, nowMs);
          scored++;
        }
        expect(scored).toBeLessThanOrEqual(50);
        // NIST asks for 30 s before each attempt after the fifth.
        expect(scored).toBeLessThanOrEqual(5 + nowMs / 30_000);
      }),
    );
  });
});
