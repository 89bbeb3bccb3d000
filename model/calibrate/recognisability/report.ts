/** Tables of a fit's effect. */
import type { Calibration } from "../../../src/face/decision/calibration.ts";
import type { RecognisabilityModel } from "../../../src/face/quality/recognisability-model.ts";
import {
  type Count,
  closerBy,
  countPairs,
  type JudgedFace,
  type Pair,
  pairsBetween,
  requireThreshold,
  strangersAmong,
} from "./judge.ts";

const maxFmr = 1e-4;
const stricterFmr = 1e-5;

/** Prints the refused share and both error rates at two thresholds, before and after. */
export function printOrdinary(
  faces: readonly JudgedFace[],
  model: RecognisabilityModel,
  calibration: Calibration,
): void {
  const refused = faces.filter(({ kept }) => !kept).length;
  console.log(`refused ${refused} of ${faces.length} (${percent({ within: refused, of: faces.length })})`);
  for (const rate of [maxFmr, stricterFmr]) {
    const threshold = requireThreshold(calibration, rate);
    const genuine = countPairs(genuineAmong(faces), threshold, closerBy(model));
    const impostor = countPairs(strangersAmong(faces), threshold, closerBy(model));
    const all = { within: genuine.after.within, of: genuine.before.of };
    console.log(
      `FMR ${rate}: genuine accepted ${counted(genuine.before)}, now ${counted(all)}; strangers ${counted(impostor.before)}, now ${counted(impostor.after)}`,
    );
  }
}

export interface GroupTotals {
  readonly alike: { readonly before: Count; readonly after: Count };
  readonly mixed: { readonly before: Count; readonly after: Count };
}

/** Prints a line for each kind, and one for all. */
export function printKinds(
  name: string,
  kinds: readonly (readonly JudgedFace[])[],
  ordinary: readonly JudgedFace[],
  model: RecognisabilityModel,
  calibration: Calibration,
): GroupTotals {
  const threshold = requireThreshold(calibration, maxFmr);
  const closer = closerBy(model);
  const count = (pairs: Iterable<Pair>) => countPairs(pairs, threshold, closer);
  const total: GroupTotals = {
    alike: { before: { within: 0, of: 0 }, after: { within: 0, of: 0 } },
    mixed: { before: { within: 0, of: 0 }, after: { within: 0, of: 0 } },
  };
  console.log(`\n${name}`);
  for (const faces of kinds) {
    const refused = faces.filter(({ kept }) => !kept).length;
    const alike = count(strangersAmong(faces));
    const mixed = count(pairsBetween(faces, ordinary, { genuine: false }));
    const genuine = count(pairsBetween(faces, ordinary, { genuine: true }));
    console.log(
      [
        `  ${faces[0].sample.kind.padEnd(24)} ${faces.length} faces, ${percent({ within: refused, of: faces.length })} refused`,
        `alike ${counted(alike.before)} -> ${counted(alike.after)}`,
        `with ordinary ${counted(mixed.before)} -> ${counted(mixed.after)}`,
        `genuine with ordinary ${counted(genuine.before)} -> ${counted(genuine.after)} of those not refused`,
      ].join("; "),
    );
    for (const key of ["before", "after"] as const) {
      add(total.alike[key], alike[key]);
      add(total.mixed[key], mixed[key]);
    }
  }
  printTotals([total]);
  return total;
}

export function printTotals(groups: readonly GroupTotals[]): void {
  const sum = (pick: (group: GroupTotals) => Count) => {
    const total = { within: 0, of: 0 };
    for (const group of groups) add(total, pick(group));
    return counted(total);
  };
  console.log(
    `together: alike ${sum(({ alike }) => alike.before)} -> ${sum(({ alike }) => alike.after)}; with ordinary ${sum(({ mixed }) => mixed.before)} -> ${sum(({ mixed }) => mixed.after)}`,
  );
}

export function* genuineAmong(faces: readonly JudgedFace[]): Generator<Pair> {
  const people = Map.groupBy(faces, ({ sample }) => sample.person);
  for (const photos of people.values()) {
    for (const [k, photo] of photos.entries())
      yield* pairsBetween([photo], photos.slice(0, k), { genuine: true });
  }
}

function add(total: Count, count: Count): void {
  total.within += count.within;
  total.of += count.of;
}

function counted(count: Count): string {
  return `${percent(count)} (${count.within}/${count.of})`;
}

function percent({ within, of }: Count): string {
  return of === 0 ? "none" : `${((100 * within) / of).toPrecision(3)} %`;
}
