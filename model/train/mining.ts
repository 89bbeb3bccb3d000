/**
 * Chooses the comparisons in a batch. Every photo is an anchor to every other photo of its person; the stranger
 * beside them is drawn at random, is the nearest of all (hard), or is the nearest that is farther than the person's
 * own photo (semi-hard: FaceNet, 2015).
 */

export const minings = ["random", "semi-hard", "hard"] as const;
export type Mining = (typeof minings)[number];

export interface Batch {
  /** Identity of each row. */
  readonly identityOf: readonly number[];
  /** Side of each row, 0 or 1, when only rows of two sides are compared; or null. */
  readonly sides: readonly number[] | null;
}

/** Rows of a batch; the arrays are of one length. `others` are strangers to the anchor and to the negative. */
export interface Tuples {
  readonly anchors: number[];
  readonly positives: number[];
  readonly negatives: number[];
  readonly others: number[];
}

/**
 * @param distance between two rows of the batch
 * @param random uniform in [0, 1)
 */
export function mineTuples(
  { identityOf, sides }: Batch,
  mining: Mining,
  distance: (a: number, b: number) => number,
  random: () => number,
): Tuples {
  const tuples: Tuples = { anchors: [], positives: [], negatives: [], others: [] };
  const rows = identityOf.map((_, row) => row);
  const comparable = (a: number, b: number) => sides === null || sides[a] !== sides[b];
  for (const anchor of rows) {
    const strangers = rows.filter((row) => identityOf[row] !== identityOf[anchor] && comparable(anchor, row));
    for (const positive of rows) {
      if (positive === anchor || identityOf[positive] !== identityOf[anchor]) continue;
      if (!comparable(anchor, positive) || strangers.length === 0) continue;
      const negative = choose(strangers, anchor, distance(anchor, positive), mining, distance, random);
      const others = rows.filter(
        (row) =>
          identityOf[row] !== identityOf[anchor] &&
          identityOf[row] !== identityOf[negative] &&
          comparable(negative, row),
      );
      if (others.length === 0) continue;
      tuples.anchors.push(anchor);
      tuples.positives.push(positive);
      tuples.negatives.push(negative);
      tuples.others.push(choose(others, negative, distance(anchor, positive), mining, distance, random));
    }
  }
  return tuples;
}

function choose(
  strangers: readonly number[],
  anchor: number,
  genuine: number,
  mining: Mining,
  distance: (a: number, b: number) => number,
  random: () => number,
): number {
  if (mining === "random") return strangers[Math.floor(random() * strangers.length)];
  const nearest = (rows: readonly number[]) =>
    rows.reduce((best, row) => (distance(anchor, row) < distance(anchor, best) ? row : best));
  if (mining === "hard") return nearest(strangers);
  const farther = strangers.filter((row) => distance(anchor, row) > genuine);
  // When every stranger is nearer than the person, the farthest stranger is taken.
  if (farther.length > 0) return nearest(farther);
  return strangers.reduce((best, row) => (distance(anchor, row) > distance(anchor, best) ? row : best));
}

/**
 * Returns an anchor and a positive for each person that has both, each person once. With sides, they are of different
 * sides.
 */
export function pairPeople(
  { identityOf, sides }: Batch,
  random: () => number,
): Pick<Tuples, "anchors" | "positives"> {
  const anchors: number[] = [];
  const positives: number[] = [];
  for (const identity of new Set(identityOf)) {
    const own = [...identityOf.keys()].filter((row) => identityOf[row] === identity);
    const first = own.filter((row) => sides === null || sides[row] === 0);
    if (first.length === 0) continue;
    const anchor = first[Math.floor(random() * first.length)];
    const second = own.filter((row) => (sides === null ? row !== anchor : sides[row] === 1));
    if (second.length === 0) continue;
    anchors.push(anchor);
    positives.push(second[Math.floor(random() * second.length)]);
  }
  return { anchors, positives };
}
