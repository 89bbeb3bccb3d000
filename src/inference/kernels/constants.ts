/** From a plan's stored constants to those that the kernels read, in their memory. */
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
 * @param exports of the kernels
 * @param stored as `readPlan` gives them
 * @param base address of `plan.constantBytes` bytes, a multiple of 4
 * @param staging address of `stagingBytes` bytes, a multiple of 4
 */
export function placeConstants(
  exports: WebAssembly.Exports,
  plan: Plan,
  stored: Uint8Array,
  base: number,
  staging: number,
): void {
  const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  const widen = exports.widen as (halves: number, floats: number, count: number) => void;
  const scatter = { half: exports.scatterHalves, raw: exports.scatterBytes } as Record<
    Segment["type"],
    (bitmap: number, units: number, dense: number, count: number) => number
  >;
  let from = 0;
  let to = base;
  for (const segment of plan.segments) {
    const { type, bytes, present } = segment;
    const units = unitsOf(segment);
    const run = stored.subarray(from, from + storedBytes(segment));
    let halves = staging;
    if (present === undefined) memory.set(run, type === "half" ? halves : to);
    else {
      memory.set(run, staging);
      const values = staging + bitmapBytes(units);
      halves = values + units * unitBytes[type];
      const population = scatter[type](staging, values, type === "half" ? halves : to, units);
      if (population !== present) throw new PlanError(`a bitmap has ${population} bits for ${present} units`);
    }
    if (type === "half") widen(halves, to, units);
    from += run.length;
    to += bytes;
  }
}
