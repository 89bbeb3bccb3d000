/** Expands a plan's stored constants into the form that the kernels read, in their memory. */
import type { Call, KernelInstance } from "./instance.ts";
import { type Plan, PlanError } from "./plan.ts";
import { bitmapBytes, type Segment, storedBytes, unitBytes, unitsOf } from "./segments.ts";

/** Memory needed after the constants while they are placed. */
export function stagingBytes({ segments }: Plan): number {
  return Math.max(0, ...segments.map(stagedBytes));
}

/** Bytes of a sparse segment's bitmap, of as many units as it has, and of half floats before they are widened. */
function stagedBytes(segment: Segment): number {
  const units = unitsOf(segment);
  const dense = units * unitBytes[segment.type];
  const sparse = segment.present === undefined ? 0 : bitmapBytes(units) + dense;
  return sparse + (segment.type === "half" ? dense : 0);
}

/**
 * Places the constants. Throws `PlanError` when a bitmap's number of bits differs from its segment's number of units.
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
