/** Calibrates a trained model's thresholds on people that it has not learned from. */
import { parseCalibration } from "../../../src/face/decision/calibration.ts";
import type { OcclusionEntry } from "../../../src/face/quality/occlusion-model.ts";
import type { RecognisabilityEntry } from "../../../src/face/quality/recognisability-model.ts";
import { calibrate } from "../../calibrate/calibrate.ts";
import { fitTemplateShift, type ShiftFit } from "../../calibrate/template-shift.ts";
import type { TrainingSet } from "../batches.ts";
import { compareSet, embeddingsOf } from "../gain.ts";
import type { Head } from "../head.ts";
import { carryRecognisability } from "./recognisability.ts";

/** Fits of the encoder that was trained further. Occlusion is told by the crop, which no head changes. */
interface Fits {
  readonly recognisability: RecognisabilityEntry;
  readonly occlusion: OcclusionEntry;
}

/** Returns the manifest's entry; null when there are too few people for one. */
export function calibrateOn(
  sets: readonly TrainingSet[],
  head: Head,
  {
    dataset,
    modelSha256,
    base,
  }: { readonly dataset: string; readonly modelSha256: string; readonly base: Fits },
): unknown {
  const set = join(sets);
  const trials = compareSet(set, head);
  const embeddings = set.variants.flatMap(([asItIs]) => (asItIs === undefined ? [] : [asItIs]));
  try {
    const entry = {
      dataset,
      modelSha256,
      ...calibrate(trials, { replicates: 200, seed: 1 }),
      ...templatesOf(set, head),
      recognisability: carryRecognisability(base.recognisability, embeddings, head),
      occlusion: base.occlusion,
    };
    parseCalibration(entry, modelSha256);
    return entry;
  } catch (error) {
    console.error(`not calibrated: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

/** Returns the entry's part about templates; nothing where too few people have several photos, so that caution stands in. */
function templatesOf(set: TrainingSet, head: Head): { readonly templates?: ShiftFit } {
  const photos = { embeddings: embeddingsOf(set, head), qualities: set.variants.map(() => null) };
  try {
    return { templates: fitTemplateShift(photos, set, { replicates: 200, seed: 1 }) };
  } catch (error) {
    console.error(`templates not calibrated: ${error instanceof Error ? error.message : error}`);
    return {};
  }
}

/** Joins sets, whose people are all different. */
function join(sets: readonly TrainingSet[]): TrainingSet {
  let people = 0;
  const identityOf = sets.flatMap((set) => {
    const first = people;
    people += set.identityCount;
    return Array.from(set.identityOf, (identity) => first + identity);
  });
  const sided = sets.every(({ sides }) => sides !== null);
  return {
    identityOf: Uint32Array.from(identityOf),
    identityCount: people,
    sides: sided ? Uint8Array.from(sets.flatMap(({ sides }) => [...sides!])) : null,
    variants: sets.flatMap(({ variants }) => variants),
  };
}
