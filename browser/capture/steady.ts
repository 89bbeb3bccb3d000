/**
 * Steadies instructions over time: a new one is shown once it was wanted for a while, and a frame is taken once every rule
 * has held for a stated time. Reads no clock.
 */

export interface Timing {
  /** Time for which every rule must hold before a frame is taken, ms. */
  readonly holdMs: number;
  /** Fewest looks in that time. */
  readonly leastLooks: number;
  /** Time for which another instruction must be wanted before it is shown, ms. */
  readonly settleMs: number;
}

export interface Steadied<Instruction> {
  /** Instruction to show. */
  readonly instruction: Instruction | "hold";
  /** Share of the time for which every rule must hold, 0..1. */
  readonly held: number;
  /** True when the frame of this look is to be taken. */
  readonly take: boolean;
}

export interface Steady<Instruction> {
  next(wanted: Instruction | "hold", nowMs: number): Steadied<Instruction>;
  /** Begins anew, for another frame. */
  reset(): void;
}

export function createSteady<Instruction>({ holdMs, leastLooks, settleMs }: Timing): Steady<Instruction> {
  let shown: Instruction | "hold" | undefined;
  let pending: { readonly instruction: Instruction | "hold"; readonly sinceMs: number } | undefined;
  let holding: { readonly sinceMs: number; looks: number } | undefined;

  function show(wanted: Instruction | "hold", nowMs: number): Instruction | "hold" {
    if (pending?.instruction !== wanted) pending = { instruction: wanted, sinceMs: nowMs };
    // "Hold" is shown at once: whoever goes on moving would leave the place.
    if (shown === undefined || wanted === "hold" || nowMs - pending.sinceMs >= settleMs) shown = wanted;
    return shown;
  }

  return {
    next(wanted, nowMs) {
      if (wanted !== "hold") {
        holding = undefined;
        return { instruction: show(wanted, nowMs), held: 0, take: false };
      }
      holding ??= { sinceMs: nowMs, looks: 0 };
      holding.looks++;
      const heldMs = nowMs - holding.sinceMs;
      return {
        instruction: show(wanted, nowMs),
        held: heldMs >= holdMs ? 1 : heldMs / holdMs,
        take: heldMs >= holdMs && holding.looks >= leastLooks,
      };
    },
    reset() {
      shown = undefined;
      pending = undefined;
      holding = undefined;
    },
  };
}
