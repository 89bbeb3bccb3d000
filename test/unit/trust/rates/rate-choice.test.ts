import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Scope } from "../../../../src/identity/scopes.ts";
import { defaultRates } from "../../../../src/identity/settings.ts";
import { type AskedRate, chooseRate, type RateChoice } from "../../../../src/trust/rates/rate-choice.ts";

const keyWith = (...scopes: Scope[]) => ({ kind: "key" as const, scopes: new Set(scopes) });
const verifier = keyWith("verify");
const scorer = keyWith("verify", "scores");
const sessionAt = (maxFmr: number | undefined) => ({
  kind: "session" as const,
  scopes: new Set(["verify" as const]),
  maxFmr,
});

function choiceOf(
  caller: Parameters<typeof chooseRate>[0],
  asked: AskedRate,
  rules = defaultRates,
): RateChoice {
  const chosen = chooseRate(caller, rules, asked);
  if (!chosen.ok) throw new Error(JSON.stringify(chosen.failure));
  return chosen.value;
}

function refusalOf(caller: Parameters<typeof chooseRate>[0], asked: AskedRate, rules = defaultRates) {
  const chosen = chooseRate(caller, rules, asked);
  if (chosen.ok) throw new Error(`allowed: ${JSON.stringify(chosen.value)}`);
  return chosen.failure;
}

describe("a key without scores", () => {
  it("that names no rate has the tenant's", () => {
    expect(choiceOf(verifier, {}).maxFmr).toBe(1e-4);
    expect(choiceOf(verifier, {}, { maxFmr: 3e-3, maxFmrWithScores: null }).maxFmr).toBe(3e-3);
  });

  it.each([1e-4, 1e-5, 1e-6])("may ask for the tenant's 1e-4 and decades below: %f", (maxFmr) => {
    expect(choiceOf(verifier, { maxFmr })).toMatchObject({ maxFmr, resetsLockOut: true });
  });

  it.each([1, 0.5, 1e-3, 1.1e-4, 9e-5, 5e-5, 2e-5, 0, -1, Number.NaN])(
    "may not ask for %f, and is told what is allowed",
    (maxFmr) => {
      expect(refusalOf(verifier, { maxFmr })).toEqual({
        code: "forbidden",
        field: "max_fmr",
        reason:
          'Without the scope "scores" a "max_fmr" must be 0.0001, or that divided by 10, 100 and so on.',
      });
    },
  );

  it("may choose no rate of a search", () => {
    expect(refusalOf(keyWith("identify"), { maxFpir: 0.01 })).toMatchObject({
      code: "forbidden",
      field: "max_fpir",
    });
  });

  it("is told neither scores nor what is a clear match", () => {
    expect(choiceOf(verifier, {})).toMatchObject({ tellsScores: false, clearFmr: undefined });
  });

  it("has three rates from 1e-6 to the tenant's, of all that can be sent", () => {
    const allowed = new Set<number>();
    fc.assert(
      fc.property(fc.double({ min: -6, max: 0, noNaN: true }), fc.integer({ min: 0, max: 6 }), (log, k) => {
        for (const maxFmr of [10 ** log, 10 ** -k, Number((10 ** log).toPrecision(1))]) {
          const chosen = chooseRate(verifier, defaultRates, { maxFmr });
          if (chosen.ok) allowed.add(chosen.value.maxFmr);
        }
      }),
      { numRuns: 5000 },
    );
    expect(allowed).toEqual(new Set([1e-4, 1e-5, 1e-6]));
  });
});

describe("a key with scores", () => {
  it.each([1e-6, 3e-5, 1e-4, 0.5, 1])("may ask for any rate: %f", (maxFmr) => {
    expect(choiceOf(scorer, { maxFmr }).maxFmr).toBe(maxFmr);
    expect(choiceOf(scorer, { maxFpir: maxFmr }).maxFpir).toBe(maxFmr);
  });

  it.each([
    [1e-3, 1e-3, true],
    [1e-3, 1.0001e-3, false],
    // The tenant's own rate is always allowed.
    [1e-5, 1e-4, true],
    [1e-5, 1.0001e-4, false],
  ])("with a ceiling of %f may ask for %f: %s", (maxFmrWithScores, maxFmr, allowed) => {
    const rules = { maxFmr: 1e-4, maxFmrWithScores };
    expect(chooseRate(scorer, rules, { maxFmr }).ok).toBe(allowed);
    const ceiling = Math.max(1e-4, maxFmrWithScores);
    expect(choiceOf(scorer, {}, rules).ceilingFmr).toBe(ceiling);
    if (!allowed) expect(refusalOf(scorer, { maxFmr }, rules).code).toBe("forbidden");
  });

  it("is told scores, and of a match at a tenth of the rate that it is clear", () => {
    expect(choiceOf(scorer, { maxFmr: 1e-3 })).toMatchObject({ tellsScores: true, clearFmr: 1e-4 });
  });
});

describe("a session", () => {
  it.each([1e-5, 1e-4, 0.01])("made at %f has that rate, and no other may be asked for", (maxFmr) => {
    const session = sessionAt(maxFmr);
    expect(choiceOf(session, {}).maxFmr).toBe(maxFmr);
    expect(choiceOf(session, { maxFmr }).maxFmr).toBe(maxFmr);
    for (const other of [maxFmr / 10, maxFmr * 10]) {
      expect(refusalOf(session, { maxFmr: other })).toMatchObject({ code: "forbidden", field: "max_fmr" });
    }
    expect(choiceOf(session, {})).toMatchObject({ tellsScores: false, clearFmr: undefined });
  });

  it("of an earlier version, which has no rate, has the tenant's", () => {
    expect(choiceOf(sessionAt(undefined), {}, { maxFmr: 1e-3, maxFmrWithScores: null }).maxFmr).toBe(1e-3);
  });
});

describe("a match starts the lock-out's count anew", () => {
  it.each([
    ["a key with scores", scorer, 1e-3, false],
    ["a key with scores", scorer, 1e-4, true],
    ["a key with scores", scorer, 5e-5, true],
    ["a key without", verifier, 1e-5, true],
    ["a session", sessionAt(1e-3), 1e-3, false],
    ["a session", sessionAt(1e-4), 1e-4, true],
  ])("of %s at %#: %s", (_, caller, maxFmr, resets) => {
    expect(choiceOf(caller, { maxFmr }).resetsLockOut).toBe(resets);
  });
});
