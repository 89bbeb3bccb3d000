/**
 * The templates that may belong to one of the k closest subjects. Of each the true distance is known
 * within bounds; once k subjects have an upper bound, whatever has its lower bound beyond the largest
 * of these is out. So the selection holds every face that an exact comparison would choose.
 */
import type { QuantizedProbe } from "../../face/quantize.ts";
import type { Block } from "./block.ts";

/**
 * Of a squared distance: float32 keeps squared lengths to 6e-8, and float32 arithmetic elsewhere may
 * see a distance this much smaller.
 */
const squaredSlack = 1e-6;

/**
 * Records that a directory reads, and a Worker opens, at most. Only thousands of nearly equal
 * templates have more; the ones nearest by quantized distance are kept then.
 */
const maxSelected = 512;

export interface Selection {
  /** @param dots as `ScanBlock` wrote them for this block */
  take(block: Block, dots: Int32Array): void;
  /** Numbers of faces, nearest first. */
  ids(): number[];
}

export function createSelection(probe: QuantizedProbe, limit: number, maxDistance: number): Selection {
  /** The upper bounds of the closest subjects, nearest first. */
  const nearest: { owner: number; upper: number }[] = [];
  let selected: { id: number; lower: number }[] = [];
  let cutoff = maxDistance;

  function lowerCutoff(owner: number, upper: number): void {
    const known = nearest.findIndex((each) => each.owner === owner);
    if (known >= 0) {
      if (nearest[known].upper <= upper) return;
      nearest.splice(known, 1);
    }
    const place = nearest.findIndex((each) => each.upper > upper);
    nearest.splice(place < 0 ? nearest.length : place, 0, { owner, upper });
    if (nearest.length > limit) nearest.pop();
    if (nearest.length === limit) cutoff = Math.min(cutoff, nearest[limit - 1].upper);
  }

  function tidy(): void {
    selected = selected
      .filter(({ lower }) => lower <= cutoff)
      .sort((a, b) => a.lower - b.lower)
      .slice(0, maxSelected);
  }

  return {
    take({ count, scales, squaredLengths, errors, ids, owners }, dots) {
      const twice = 2 * probe.scale;
      for (let i = 0; i < count; i++) {
        const squared = probe.squaredLength + squaredLengths[i] - twice * scales[i] * dots[i];
        const error = probe.error + errors[i];
        const reach = cutoff + error;
        if (squared - squaredSlack > reach * reach) continue;
        const lower = Math.sqrt(Math.max(0, squared - squaredSlack)) - error;
        selected.push({ id: ids[i], lower });
        lowerCutoff(owners[i], Math.sqrt(Math.max(0, squared) + squaredSlack) + error);
        if (selected.length >= 4 * maxSelected) tidy();
      }
    },
    ids() {
      tidy();
      // A face that moved from one block to another during the search was seen twice.
      return [...new Set(selected.map(({ id }) => id))];
    },
  };
}
