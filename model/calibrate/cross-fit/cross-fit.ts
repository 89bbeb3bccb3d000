/**
 * Thresholds by cross-fitting: people are dealt out to folds, and a comparison of two people is decided by a calibration
 * that was fitted to people of neither's fold. Every comparison is judged, none by a fit that saw either person.
 */
import type { Acquired } from "../../evaluate/acquisition/acquire.ts";
import { compareAll, type People, type Trials } from "../../evaluate/comparisons.ts";
import { createRandom } from "../../evaluate/statistics/random.ts";
import type { ThresholdSource } from "../../evaluate/templates/by-photos.ts";
import { createFmrModel, type FmrModel } from "../fmr-model.ts";
import { compareForShift } from "../template-shift.ts";

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
  const trials = compareAll(acquired.embeddings, people);
  const { nearerFor } = compareForShift(acquired, people);
  const fits = new Map<string, FoldFit>();
  const thresholds = new Map<string, number>();
  const fitWithout = (a: number, b: number): FoldFit => {
    const known = fits.get(`${a} ${b}`);
    if (known !== undefined) return known;
    const others = Uint16Array.from(foldOf, (fold) => (fold === a || fold === b ? 0 : 1));
    const fit = { model: createFmrModel(among(trials, others)), nearer: nearerFor(others) };
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

/** Returns the trials between strangers who are both among those drawn. */
function among({ impostor, ...rest }: Trials, draws: Uint16Array): Trials {
  const isDrawn = (row: number) => draws[rest.identityOf[row]] > 0;
  const kept = Uint32Array.from({ length: impostor.distance.length }, (_, k) => k).filter(
    (k) => isDrawn(impostor.left[k]) && isDrawn(impostor.right[k]),
  );
  return {
    ...rest,
    impostor: {
      distance: Float32Array.from(kept, (k) => impostor.distance[k]),
      left: kept.map((k) => impostor.left[k]),
      right: kept.map((k) => impostor.right[k]),
    },
  };
}
