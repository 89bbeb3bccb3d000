import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../model/convert/proof/images.ts";
import { countScore, isAgeing, type ScoreTrend } from "../../../src/identity/score-trend.ts";

const threshold = 1.05;

const uniform = seededRandom(7);

/** Draws a score about a mean, with the spread of one person's photos. */
function scoreAbout(mean: number, spread = 0.08): number {
  return mean + spread * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Counts matches until a new photo is suggested, or the person is refused, which counts no score. */
function live(meanAt: (match: number) => number, most: number) {
  let trend: ScoreTrend | undefined;
  let refusals = 0;
  for (let match = 0; match < most; match++) {
    const score = scoreAbout(meanAt(match));
    if (score > threshold) refusals++;
    else trend = countScore(trend, score);
    if (trend !== undefined && isAgeing(trend, threshold)) return { suggestedAt: match, refusals };
  }
  return { suggestedAt: undefined, refusals };
}

describe("the trend of a person's scores", () => {
  it("is the mean of the first five matches, and one that follows the later ones", () => {
    let trend: ScoreTrend | undefined;
    for (const score of [0.5, 0.6, 0.7, 0.6, 0.6]) trend = countScore(trend, score);
    expect(trend).toMatchObject({ matches: 5 });
    expect(trend?.first).toBeCloseTo(0.6, 12);
    trend = countScore(trend, 0.85);
    expect(trend.first).toBeCloseTo(0.6, 12);
    expect(trend.recent).toBeCloseTo(0.65, 12);
  });

  it("suggests a new photo from two fifths of the room to the threshold on, and not before ten matches", () => {
    const room = { matches: 10, first: 0.65, recent: 0.81 };
    expect(isAgeing({ ...room, recent: 0.8101 }, threshold)).toBe(true);
    expect(isAgeing({ ...room, recent: 0.8099 }, threshold)).toBe(false);
    expect(isAgeing({ ...room, recent: 1, matches: 9 }, threshold)).toBe(false);
  });

  it("suggests it to hardly anybody whose scores stay as they are", () => {
    const people = 1000;
    let suggested = 0;
    for (let i = 0; i < people; i++) {
      const mean = 0.5 + 0.2 * uniform();
      if (live(() => mean, 100).suggestedAt !== undefined) suggested++;
    }
    expect(suggested / people).toBeLessThan(0.02);
  });

  it("suggests it before the first refusal to nearly everybody whose scores fall slowly", () => {
    const people = 1000;
    let before = 0;
    for (let i = 0; i < people; i++) {
      const begin = 0.5 + 0.2 * uniform();
      const { suggestedAt, refusals } = live((match) => begin + (0.5 * match) / 200, 400);
      if (suggestedAt !== undefined && refusals === 0) before++;
    }
    expect(before / people).toBeGreaterThan(0.95);
  });
});
