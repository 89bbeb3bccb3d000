/**
 * Selects the templates that may belong to one of the k closest subjects. The true distance of each is known within
 * bounds. Once k subjects have an upper bound, a template whose lower bound is beyond the largest of these is out. So
 * the selection holds every template that an exact comparison would choose.
 *
 * Without k it holds every template that may lie within the distance, regardless of how close it is: where they are too
 * many, those enrolled first are kept.
 */
import { nearerBy } from "../../face/decision/calibration.ts";
import type { QuantizedProbe } from "../../face/quantize.ts";
import type { SearchQuery } from "../directory/data.ts";
import type { Block } from "./block.ts";

/**
 * Slack of a squared distance: float32 keeps squared lengths to 6e-8, and float32 arithmetic elsewhere may see a
 * distance smaller by this.
 */
const squaredSlack = 1e-6;

/**
 * Most records that a directory reads and a Worker opens. Only thousands of nearly equal templates exceed it; of the
 * k closest, those nearest by quantized distance are kept then.
 */
const maxSelected = 512;

export interface Selection {
  /** @param dots as `ScanBlock` wrote them for this block */
  take(block: Block, dots: Int32Array): void;
  /** Numbers of the templates, the nearest or the first enrolled first, and whether more were found than are kept. */
  chosen(): { readonly ids: readonly number[]; readonly more: boolean };
}

/** Query of a selection: as in `SearchQuery`. */
type Wanted = Pick<SearchQuery, "limit" | "maxDistance" | "nearer">;

export function createSelection(probe: QuantizedProbe, { limit, maxDistance, nearer }: Wanted): Selection {
  const templates = { nearer };
  /** Upper bounds of the closest subjects, nearest first. */
  const nearest: { owner: number; upper: number }[] = [];
  let selected: { id: number; lower: number }[] = [];
  let cutoff = maxDistance;
  let more = false;

  function lowerCutoff(owner: number, upper: number, limit: number): void {
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
    const sorted = selected
      .filter(({ lower }) => lower <= cutoff)
      .sort(limit === null ? (a, b) => a.id - b.id : (a, b) => a.lower - b.lower);
    // A template that moved from one block to another during the search was seen twice.
    const seen = new Set<number>();
    const once = sorted.filter(({ id }) => !seen.has(id) && seen.add(id));
    more ||= once.length > maxSelected;
    selected = once.slice(0, maxSelected);
  }

  return {
    take({ count, scales, squaredLengths, errors, ids, owners, photos }, dots) {
      const twice = 2 * probe.scale;
      for (let i = 0; i < count; i++) {
        const squared = probe.squaredLength + squaredLengths[i] - twice * scales[i] * dots[i];
        const error = probe.error + errors[i];
        // Templates of more photos count as farther, so that all are ranked by one scale.
        const closer = nearerBy({ templates }, photos[i]);
        const reach = cutoff - closer + error;
        if (reach < 0 || squared - squaredSlack > reach * reach) continue;
        const lower = Math.sqrt(Math.max(0, squared - squaredSlack)) - error + closer;
        selected.push({ id: ids[i], lower });
        if (limit !== null) {
          lowerCutoff(owners[i], Math.sqrt(Math.max(0, squared) + squaredSlack) + error + closer, limit);
        }
        if (selected.length >= 4 * maxSelected) tidy();
      }
    },
    chosen() {
      tidy();
      return { ids: selected.map(({ id }) => id), more };
    },
  };
}
