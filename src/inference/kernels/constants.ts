/** From a plan's stored constants to those that the kernels read, in their memory. */
import type { Call, KernelInstance } from "./instance.ts";
import { type Plan, PlanError } from "./plan.ts";
import { bitmapBytes, type Segment, storedBytes, unitBytes, unitsOf } from "./segments.ts";

/** Memory needed behind the constants while they are placed. */
export function stagingBytes({ segments }: Plan): number {
  return Math.max(0, ...segments.map(stagedBytes));
}

/** A sparse segment's bitmap, as many units as its bits could ask for, and half floats to be widened. */
function stagedBytes(segment: Segment): number {
  const units = unitsOf(segment);
  const dense = units * unitBytes[segment.type];
  const sparse = segment.present === undefined ? 0 : bitmapBytes(units) + dense;
  return sparse + (segment.type === "half" ? dense : 0);
}

/**
 * Throws `PlanError` where a bitmap has another number of bits than its segment has units.
 *
 * @param stored as `readPlan` gives them
 * @param base address of `plan.constantBytes` bytes, a multiple of 4
 * @param staging address of `stagingBytes` bytes, a multiple of 4
 */
export function placeConstants(
  { memory, helpers }: Pick<KernelInstance, "memory" | "helpers">,
  plan: Plan,
  stored: Uint8Array,
  base: number,
  staging: number,
): void {
  const bytesOfMemory = new Uint8Array(memory.buffer);
  const scatter: Record<Segment["type"], Call> = { half: helpers.scatterHalves, raw: helpers.scatterBytes };
  let from = 0;
  let to = base;
  for (const segment of plan.segments) {
    const { type, bytes, present } = segment;
    const units = unitsOf(segment);
    const run = stored.subarray(from, from + storedBytes(segment));
    let halves = staging;
    if (present === undefined) bytesOfMemory.set(run, type === "half" ? halves : to);
    else {
      bytesOfMemory.set(run, staging);
      const values = staging + bitmapBytes(units);
      halves = values + units * unitBytes[type];
      const population = scatter[type](staging, values, type === "half" ? halves : to, units);
      if (population !== present) throw new PlanError(`a bitmap has ${population} bits for ${present} units`);
    }
    if (type === "half") helpers.widen(halves, to, units);
    from += run.length;
    to += bytes;
  }
}
