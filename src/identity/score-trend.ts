/**
 * Trend of a person's scores, in three numbers. Faces age: matches come closer and closer to the threshold, until one day the
 * person is refused. Once two fifths of the room between how the person began and the threshold is used up, it is time to
 * enrol a new photo.
 *
 * A score is the distance of a match to the template together with all that it must come closer, so that templates of
 * all numbers of photos have one scale; the smaller the better. The functions are pure.
 */
export interface ScoreTrend {
  /** Matches since the subject's faces last changed. */
  readonly matches: number;
  /** Mean score of the first `settling` matches. */
  readonly first: number;
  /** Mean score of the later ones, in which each counts for a fifth of what came before it. */
  readonly recent: number;
}

/** Matches that say how a person begins. */
const settling = 5;

/** Share of the newest score in the recent mean. */
const newest = 0.2;

/** Fewest matches of which a trend is told. */
export const fewestMatches = 10;

/** Share of the room to the threshold that is used up when a new photo is suggested. */
export const usedUp = 0.4;

/** Counts one more match. */
export function countScore(trend: ScoreTrend | undefined, score: number): ScoreTrend {
  if (trend === undefined) return { matches: 1, first: score, recent: score };
  const matches = trend.matches + 1;
  if (matches <= settling) {
    const mean = trend.first + (score - trend.first) / matches;
    return { matches, first: mean, recent: mean };
  }
  return { matches, first: trend.first, recent: trend.recent + newest * (score - trend.recent) };
}

/** True when a new photo should be enrolled before the person is refused. */
export function isAgeing({ matches, first, recent }: ScoreTrend, threshold: number): boolean {
  return matches >= fewestMatches && recent - first >= usedUp * (threshold - first);
}
