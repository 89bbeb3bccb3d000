/** The worst trials, and the photos that gave no embedding. */
import type { Acquired } from "../acquisition/acquire.ts";
import { type Comparisons, sortByDistance } from "../comparisons.ts";
import type { Dataset } from "../dataset.ts";
import type { Evaluation } from "../evaluate.ts";

export interface ShownTrial {
  readonly left: string;
  readonly right: string;
  readonly distance: number;
}

export interface WorstTrials {
  /** Strangers, nearest first. */
  readonly falseMatches: readonly ShownTrial[];
  /** Photos of one person, farthest first. */
  readonly falseNonMatches: readonly ShownTrial[];
  readonly failures: readonly { readonly image: string; readonly reason: string }[];
}

/**
 * Returns at most `count` of each kind, and at most two trials with the same photo, so that one mislabelled photo
 * does not fill the page.
 */
export function worstTrials(
  { trials }: Evaluation,
  dataset: Dataset,
  acquired: Acquired,
  count: number,
): WorstTrials {
  const shown = (sorted: Comparisons, order: Iterable<number>): ShownTrial[] => {
    const appearances = new Map<number, number>();
    const found: ShownTrial[] = [];
    for (const k of order) {
      const { left, right } = { left: sorted.left[k], right: sorted.right[k] };
      const most = Math.max(appearances.get(left) ?? 0, appearances.get(right) ?? 0);
      if (!Number.isFinite(sorted.distance[k]) || most >= 2) continue;
      for (const row of [left, right]) appearances.set(row, (appearances.get(row) ?? 0) + 1);
      found.push({
        left: dataset.images[left],
        right: dataset.images[right],
        distance: sorted.distance[k],
      });
      if (found.length === count) break;
    }
    return found;
  };
  const genuine = sortByDistance(trials.genuine);
  const impostor = sortByDistance(trials.impostor);
  return {
    falseMatches: shown(impostor, impostor.distance.keys()),
    falseNonMatches: shown(genuine, [...genuine.distance.keys()].reverse()),
    failures: acquired.failures.flatMap((reason, row) =>
      reason === null ? [] : [{ image: dataset.images[row], reason }],
    ),
  };
}
