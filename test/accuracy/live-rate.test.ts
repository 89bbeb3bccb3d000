/** The live rate of a gallery of people from Labeled Faces in the Wild, beside the evaluation of the same photos. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkThresholds } from "../../model/calibrate/check.ts";
import { type Acquired, acquireAll } from "../../model/evaluate/acquisition/acquire.ts";
import { readDataset } from "../../model/evaluate/dataset.ts";
import { type Evaluation, evaluate } from "../../model/evaluate/evaluate.ts";
import { embeddingOf, enrol, rowsByPerson } from "../../model/evaluate/templates/enrolments.ts";
import { readCalibration } from "../../model/runtime.ts";
import { nearerBy, thresholdAt } from "../../src/face/decision/calibration.ts";
import { quantizeTemplate, strideOf } from "../../src/face/quantize.ts";
import { type BlockEntry, changeBlock, emptyBlock } from "../../src/identity/gallery/block.ts";
import { createRateMeasure } from "../../src/identity/gallery/measure.ts";
import { rateOf } from "../../src/trust/rates/live-rate.ts";
import { lfwDev } from "../fixtures/data.ts";
import { scanBlock } from "../fixtures/kernels/scan-reference.ts";

const { folder, isPresent } = lfwDev;

describe.skipIf(!isPresent)(lfwDev.title("the live rate of lfw-dev test"), () => {
  const calibration = readCalibration();
  const dataset = isPresent ? readDataset({ list: join(folder, "test.images.tsv") }) : undefined;
  let evaluation: Evaluation;
  let acquired: Acquired;
  /** Photos of each person, by the rows of the embedding set. */
  let people: number[][];

  beforeAll(async () => {
    if (dataset === undefined) return;
    acquired = await acquireAll(dataset.images, {
      imagesFolder: join(folder, "images"),
      policy: "center",
    });
    const { acquired: has } = acquired.embeddings;
    people = rowsByPerson(dataset)
      .map((rows) => rows.filter((row) => has[row] === 1))
      .filter((rows) => rows.length > 0);
    evaluation = evaluate(dataset, acquired, { replicates: 20, seed: 1, threshold: null });
  });

  /** Measures as a gallery does: one photo of each person against the templates of all others. */
  function measure(maxFmr: number, photosOf: (rows: readonly number[]) => readonly number[]) {
    const threshold = thresholdAt(calibration, maxFmr);
    if (!threshold.ok) throw new Error(threshold.failure.code);
    const entries = people.map((rows, person): BlockEntry => {
      const { values, rows: enrolled } = enrol(person, photosOf(rows), acquired);
      return { id: person, owner: person, photos: enrolled.length, template: quantizeTemplate(values) };
    });
    const probes = people.map(([first], owner) => ({ owner, values: embeddingOf(acquired, first).values }));
    const rates = createRateMeasure(
      probes,
      {
        maxDistance: threshold.value,
        nearer: nearerBy(calibration, Number.POSITIVE_INFINITY),
        duplicateDistance: 0,
      },
      scanBlock,
    );
    const stride = strideOf(acquired.embeddings.dimension);
    for (let at = 0; at < entries.length; at += 400)
      rates.take(changeBlock(emptyBlock(stride), new Set(), entries.slice(at, at + 400)));
    const counts = { ...rates.counts(), people: people.length, shardsLeftOut: 0 };
    return rateOf([counts], maxFmr, new Date(0));
  }

  it.each<[string, (rows: readonly number[]) => readonly number[]]>([
    ["one photo each", (rows) => rows.slice(0, 1)],
    ["all their photos", (rows) => rows],
  ])(
    "of people with %s agrees with the evaluation within its interval, at 1e-3 and 1e-4",
    (name, photosOf) => {
      const checked = checkThresholds(evaluation.trials, (fmr) => thresholdAt(calibration, fmr));
      for (const maxFmr of [1e-3, 1e-4]) {
        const evaluated = checked.find(({ promised }) => promised === maxFmr);
        const { fmr, interval, comparisons } = measure(maxFmr, photosOf);
        if (evaluated === undefined || interval === null || fmr === null) throw new Error("not measured");
        const shown = `${name}, ${maxFmr}: ${fmr.toExponential(2)} [${interval.map((r) => r.toExponential(2))}] of ${comparisons}; evaluated ${evaluated.realised.toExponential(2)}`;
        expect(interval[0], shown).toBeLessThanOrEqual(evaluated.realised);
        expect(interval[1], shown).toBeGreaterThanOrEqual(evaluated.realised);
      }
    },
  );
});
