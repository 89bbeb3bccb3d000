/**
 * Decides who may choose the false match rate, and what a decision at that rate tells and counts.
 *
 * A caller who may vary the rate at will measures a distance with it: a decision flips where the rate passes that of
 * the distance. So a caller without the scope "scores" has the tenant's own rate and the decades below it, 10^-k of
 * it, and no second threshold that costs no failure.
 */
import { fail, ok, type Result } from "../../errors.ts";
import { decadeOf } from "../../face/decision/decades.ts";
import type { RateRules } from "../../identity/settings.ts";
import type { Principal, SessionPrincipal } from "../principal.ts";

type RateCaller =
  | Pick<Exclude<Principal, SessionPrincipal>, "kind" | "scopes">
  | Pick<SessionPrincipal, "kind" | "scopes" | "maxFmr">;

/** Rates that a request asks for. Undefined leaves the choice to the tenant, or to the maker of the session. */
export interface AskedRate {
  readonly maxFmr?: number | undefined;
  /** False positive identification rate of a search. */
  readonly maxFpir?: number | undefined;
}

export interface RateChoice {
  /** Rate that sets the threshold of a verification or a comparison, and the highest of a search that names no rate. */
  readonly maxFmr: number;
  /** Rate that a search asked for. */
  readonly maxFpir: number | undefined;
  /** Highest rate of any comparison of this caller, whatever a search asks for; infinite for no limit. */
  readonly ceilingFmr: number;
  /** True when a match starts the lock-out's count anew. A match at a laxer rate than the tenant's does not. */
  readonly resetsLockOut: boolean;
  /**
   * True when the caller is told distances and rates. For all other callers a search has no steps finer than
   * decades and no order by closeness.
   */
  readonly tellsScores: boolean;
  /** Rate at or below which a match is called clear; undefined where the caller is not told so. */
  readonly clearFmr: number | undefined;
}

/** Factor by which the rate of a clear match lies below the rate that was asked for. */
const clearFactor = 10;

/** Chooses the rate. Fails with `forbidden`, whose reason says what is allowed. */
export function chooseRate(caller: RateCaller, rules: RateRules, asked: AskedRate): Result<RateChoice> {
  const tellsScores = caller.scopes.has("scores");
  if (asked.maxFpir !== undefined && !tellsScores) {
    return forbid("max_fpir", 'To choose "max_fpir" a key needs the scope "scores".');
  }
  const allowed = allowedRate(caller, rules, asked.maxFmr);
  if (!allowed.ok) return allowed;
  const maxFmr = allowed.value;
  return ok({
    maxFmr,
    maxFpir: asked.maxFpir,
    ceilingFmr: ceilingOf(rules),
    resetsLockOut: maxFmr <= rules.maxFmr,
    tellsScores,
    clearFmr: tellsScores ? maxFmr / clearFactor : undefined,
  });
}

function allowedRate(caller: RateCaller, rules: RateRules, asked: number | undefined): Result<number> {
  if (caller.kind === "session") {
    const rate = caller.maxFmr ?? rules.maxFmr;
    if (asked === undefined || asked === rate) return ok(rate);
    return forbid("max_fmr", `This session token was made for a "max_fmr" of ${rate}, and allows no other.`);
  }
  if (asked === undefined) return ok(rules.maxFmr);
  if (caller.scopes.has("scores")) {
    const ceiling = ceilingOf(rules);
    if (asked <= ceiling) return ok(asked);
    return forbid("max_fmr", `This tenant allows a "max_fmr" of at most ${ceiling}.`);
  }
  const decade = decadeOf(rules.maxFmr, asked);
  if (decade !== undefined) return ok(decade);
  return forbid(
    "max_fmr",
    `Without the scope "scores" a "max_fmr" must be ${rules.maxFmr}, or that divided by 10, 100 and so on.`,
  );
}

function ceilingOf({ maxFmr, maxFmrWithScores }: RateRules): number {
  return maxFmrWithScores === null ? Number.POSITIVE_INFINITY : Math.max(maxFmr, maxFmrWithScores);
}

function forbid(field: string, reason: string) {
  return fail({ code: "forbidden", field, reason });
}
