/** A decision on the wire, as much of it as the caller may know. */
import type { CalibratedDecision } from "../face/decide.ts";
import type { Principal } from "../trust/scopes.ts";

/** How much further than asked for a match must be from strangers to be called clear. */
const clearFactor = 10;

/**
 * A distance lets a caller climb towards a template, so it is for keys with "scores" alone. The band
 * of the others has no steps below the threshold: a failed attempt tells nothing but that it failed.
 */
export function decisionBody(
  { match, distance, threshold, maxFmr, fmr }: CalibratedDecision,
  { scopes }: Pick<Principal, "scopes">,
) {
  const common = { match, threshold, max_fmr: maxFmr };
  if (!scopes.has("scores")) {
    const clear = fmr.fmr <= maxFmr / clearFactor;
    const band = match ? (clear ? ("clear_match" as const) : ("match" as const)) : ("no_match" as const);
    return { ...common, band };
  }
  const rate = Number(fmr.fmr.toPrecision(3));
  // A millionth is finer than the arithmetic of any two devices.
  return { ...common, distance: Number(distance.toFixed(6)), fmr: fmr.bounded ? `< ${rate}` : rate };
}
