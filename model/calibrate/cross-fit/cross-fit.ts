/**
 * Thresholds by cross-fitting: people are dealt out to folds, and a comparison of two people is decided by a calibration
 * that was fitted to people of neither's fold. Every comparison is judged, none by a fit that saw either person.
 */
import type { Acquired } from "../../evaluate/acquisition/acquire.ts";
import { compareAll, type People } from "../../evaluate/comparisons.ts";
import { createRandom } from "../../evaluate/statistics/random.ts";
import type { ThresholdSource } from "../../evaluate/templates/by-photos.ts";
import { createFmrModel, type FmrModel } from "../fmr-model.ts";
import { fitTemplateShift } from "../template-shift.ts";

interface FoldFit {
  readonly model: FmrModel;
  readonly nearer: number;
}

/** Makes the thresholds. A fit is made when it is first needed. */
export function crossFit(
  people: People,
  acquired: Acquired,
  { folds, seed }: { readonly folds: number; readonly seed: number },
): ThresholdSource {
  const foldOf = dealOut(people.identityCount, folds, seed);
  const fits = new Map<string, FoldFit>();
  const thresholds = new Map<string, number>();
  const fitWithout = (a: number, b: number): FoldFit => {
    const known = fits.get(`${a} ${b}`);
    if (known !== undefined) return known;
    const others = without(acquired, people, (person) => foldOf[person] === a || foldOf[person] === b);
    const fit = {
      model: createFmrModel(compareAll(others.embeddings, people)),
      nearer: fitTemplateShift(others, people, { replicates: 0, seed }).nearer,
    };
    fits.set(`${a} ${b}`, fit);
    return fit;
  };
  return (fmr, { photos, person }, probePerson) => {
    const [a, b] = [foldOf[person], foldOf[probePerson]].sort();
    const key = `${a} ${b} ${fmr} ${photos}`;
    const known = thresholds.get(key);
    if (known !== undefined) return known;
    const { model, nearer } = fitWithout(a, b);
    const threshold = model.distanceAt(fmr) - nearer * (1 - 1 / photos);
    thresholds.set(key, threshold);
    return threshold;
  };
}

/** Deals people out to folds of equal size, give or take one. */
function dealOut(people: number, folds: number, seed: number): Uint8Array {
  const random = createRandom(seed);
  const order = Array.from({ length: people }, (_, person) => person);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  const foldOf = new Uint8Array(people);
  order.forEach((person, place) => {
    foldOf[person] = place % folds;
  });
  return foldOf;
}

/** Returns the photos as if those of some people had given no embedding. */
function without(
  { embeddings, qualities }: Acquired,
  { identityOf }: People,
  isLeftOut: (person: number) => boolean,
): Pick<Acquired, "embeddings" | "qualities"> {
  const kept = embeddings.acquired.map((has, row) => (isLeftOut(identityOf[row]) ? 0 : has));
  return { embeddings: { ...embeddings, acquired: kept }, qualities };
}
