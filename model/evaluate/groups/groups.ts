/**
 * Error rates by group of people or of images, at the one threshold in use, after ISO/IEC 19795-10.
 *
 * FMR within a group compares its images with those of other people of the group, FMR between two groups the images of one
 * with those of the other. FNMR compares images of one person, both of the group. Intervals come from a bootstrap over
 * people of all groups.
 */
import type { Acquired } from "../acquisition/acquire.ts";
import type { Trials } from "../comparisons.ts";
import { type Interval, percentileInterval, resampleIdentities } from "../statistics/bootstrap.ts";

export interface GroupFigure {
  /** NaN where nothing was compared. */
  readonly value: number;
  readonly interval: Interval | null;
  /** Number of comparisons, or of images. */
  readonly count: number;
  readonly people: number;
}

export interface GroupFigures {
  /** Names of the groups, in alphabetical order. */
  readonly groups: readonly string[];
  /** Number of images of the list that the file of groups does not name. */
  readonly ungrouped: number;
  readonly fmrWithin: Readonly<Record<string, GroupFigure>>;
  /** By both groups' names, joined by ` / `. */
  readonly fmrBetween: Readonly<Record<string, GroupFigure>>;
  readonly fnmr: Readonly<Record<string, GroupFigure>>;
  readonly failureToAcquire: Readonly<Record<string, GroupFigure>>;
  /** Largest rate among the groups over the mean of the groups' rates, of those that have one. */
  readonly worstOverMean: Readonly<
    Record<"fmr" | "fnmr" | "failureToAcquire", Omit<GroupFigure, "count" | "people">>
  >;
}

export interface GroupOptions {
  /** Group of each row of the list; undefined for an image without one. Rows after them have none, and are not counted. */
  readonly groupOf: readonly (string | undefined)[];
  readonly threshold: number;
  readonly replicates: number;
  readonly seed: number;
}

/** @param trials all against all */
export function evaluateGroups(trials: Trials, acquired: Acquired, options: GroupOptions): GroupFigures {
  const { identityOf, identityCount } = trials;
  const groups = [...new Set(options.groupOf.filter((group) => group !== undefined))].sort();
  const numberOf = new Map(groups.map((group, number) => [group, number]));
  const groupOf = Int32Array.from(options.groupOf, (group) =>
    group === undefined ? -1 : (numberOf.get(group) as number),
  );
  const tally = createTally(trials, acquired, groupOf, groups.length, options.threshold);
  const everyoneOnce = new Uint16Array(identityCount).fill(1);
  const observed = tally.rates(everyoneOnce);
  const resampled = Array.from(
    resampleIdentities(identityCount, options.replicates, options.seed),
    tally.rates,
  );
  const interval = (pick: (rates: GroupRates) => number) => percentileInterval(resampled.map(pick));
  const counts = tally.counts(everyoneOnce);
  const peopleOf = groups.map(
    (_, group) => new Set(Array.from(identityOf).filter((_, row) => groupOf[row] === group)).size,
  );
  const pairs = groups.flatMap((_, a) => groups.slice(a).map((_, k) => [a, a + k] as const));
  const byGroup = (kind: "fnmr" | "failures") =>
    Object.fromEntries(
      groups.map((name, group): [string, GroupFigure] => [
        name,
        {
          value: observed[kind][group],
          interval: interval((rates) => rates[kind][group]),
          count: counts[kind][group],
          people: peopleOf[group],
        },
      ]),
    );
  const fmrOf = ([a, b]: readonly [number, number]): GroupFigure => {
    const cell = a * groups.length + b;
    return {
      value: observed.fmr[cell],
      interval: interval((rates) => rates.fmr[cell]),
      count: counts.impostor[cell],
      people: a === b ? peopleOf[a] : peopleOf[a] + peopleOf[b],
    };
  };
  const within = (rates: GroupRates) => groups.map((_, group) => rates.fmr[group * groups.length + group]);
  const worst = (pick: (rates: GroupRates) => ArrayLike<number>) => ({
    value: worstOverMean(pick(observed)),
    interval: interval((rates) => worstOverMean(pick(rates))),
  });
  return {
    groups,
    ungrouped: options.groupOf.filter((group) => group === undefined).length,
    fmrWithin: Object.fromEntries(groups.map((name, group) => [name, fmrOf([group, group])])),
    fmrBetween: Object.fromEntries(
      pairs.filter(([a, b]) => a !== b).map(([a, b]) => [`${groups[a]} / ${groups[b]}`, fmrOf([a, b])]),
    ),
    fnmr: byGroup("fnmr"),
    failureToAcquire: byGroup("failures"),
    worstOverMean: {
      fmr: worst(within),
      fnmr: worst((rates) => rates.fnmr),
      failureToAcquire: worst((rates) => rates.failures),
    },
  };
}

/** Returns the largest value over the mean; NaN without a value above 0. */
function worstOverMean(values: ArrayLike<number>): number {
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return Math.max(...known) / mean;
}

interface GroupRates {
  /** By both groups' numbers, `a * groups + b` with a at most b. */
  readonly fmr: Float64Array;
  readonly fnmr: Float64Array;
  readonly failures: Float64Array;
}

interface GroupCounts {
  readonly impostor: Float64Array;
  readonly fnmr: Float64Array;
  readonly failures: Float64Array;
}

/** Counts weights of people drawn; trials beyond the threshold are counted in sums, not one by one. */
function createTally(
  { genuine, impostor, identityOf, identityCount }: Trials,
  { embeddings, failures }: Acquired,
  groupOf: Int32Array,
  groups: number,
  threshold: number,
) {
  /** Number of acquired images by person and group. */
  const images = new Float64Array(identityCount * groups);
  /** Number of all and of failed images, by person and group. */
  const all = new Float64Array(identityCount * groups);
  const failed = new Float64Array(identityCount * groups);
  groupOf.forEach((group, row) => {
    if (group < 0) return;
    const at = identityOf[row] * groups + group;
    all[at]++;
    if (failures[row] !== null) failed[at]++;
    if (embeddings.acquired[row]) images[at]++;
  });
  const near = Array.from(impostor.distance.keys()).filter((k) => {
    const isNear = impostor.distance[k] <= threshold;
    return isNear && groupOf[impostor.left[k]] >= 0 && groupOf[impostor.right[k]] >= 0;
  });
  const own = Array.from(genuine.distance.keys()).filter((k) => {
    const group = groupOf[genuine.left[k]];
    return group >= 0 && group === groupOf[genuine.right[k]];
  });

  function counts(draws: Uint16Array): GroupCounts {
    const sums = new Float64Array(groups);
    const same = new Float64Array(groups * groups);
    const failuresOf = new Float64Array(groups);
    for (let person = 0; person < identityCount; person++) {
      const drawn = draws[person];
      if (drawn === 0) continue;
      for (let a = 0; a < groups; a++) {
        const ofA = drawn * images[person * groups + a];
        sums[a] += ofA;
        failuresOf[a] += drawn * all[person * groups + a];
        for (let b = a; b < groups; b++) same[a * groups + b] += ofA * drawn * images[person * groups + b];
      }
    }
    const strangers = new Float64Array(groups * groups);
    for (let a = 0; a < groups; a++) {
      for (let b = a; b < groups; b++) {
        const pairs = sums[a] * sums[b] - same[a * groups + b];
        strangers[a * groups + b] = a === b ? pairs / 2 : pairs;
      }
    }
    const genuineOf = new Float64Array(groups);
    for (const k of own) genuineOf[groupOf[genuine.left[k]]] += draws[identityOf[genuine.left[k]]];
    return { impostor: strangers, fnmr: genuineOf, failures: failuresOf };
  }

  function rates(draws: Uint16Array): GroupRates {
    const total = counts(draws);
    const matched = new Float64Array(groups * groups);
    for (const k of near) {
      const [left, right] = [impostor.left[k], impostor.right[k]];
      const [a, b] = [groupOf[left], groupOf[right]];
      const weight = draws[identityOf[left]] * draws[identityOf[right]];
      matched[Math.min(a, b) * groups + Math.max(a, b)] += weight;
    }
    const missed = new Float64Array(groups);
    for (const k of own) {
      if (!(genuine.distance[k] <= threshold))
        missed[groupOf[genuine.left[k]]] += draws[identityOf[genuine.left[k]]];
    }
    const unacquired = new Float64Array(groups);
    for (let person = 0; person < identityCount; person++) {
      for (let a = 0; a < groups; a++) unacquired[a] += draws[person] * failed[person * groups + a];
    }
    return {
      fmr: matched.map((value, cell) => value / total.impostor[cell]),
      fnmr: missed.map((value, group) => value / total.fnmr[group]),
      failures: unacquired.map((value, group) => value / total.failures[group]),
    };
  }

  return { counts, rates };
}
