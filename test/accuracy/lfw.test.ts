/** Least accuracy of the shipped models, on the development view of Labeled Faces in the Wild. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkThresholds } from "../../model/calibrate/check.ts";
import { acquireAll } from "../../model/evaluate/acquisition/acquire.ts";
import { readDataset } from "../../model/evaluate/dataset.ts";
import { type Evaluation, evaluate } from "../../model/evaluate/evaluate.ts";
import {
  evaluateByPhotos,
  type PhotosFigures,
  thresholdsInUse,
} from "../../model/evaluate/templates/by-photos.ts";
import { readCalibration, readRecognisability } from "../../model/runtime.ts";
import { thresholdAt } from "../../src/face/decision/calibration.ts";
import { defaultQualityLimits, judgeQuality, type Quality } from "../../src/face/quality/quality.ts";
import { lfwDev } from "../fixtures/data.ts";
import { eyewear } from "../fixtures/eyewear.ts";

const { folder, isPresent } = lfwDev;
const title = lfwDev.title("the shipped pipeline on lfw-dev test, all against all");

describe.skipIf(!isPresent)(title, () => {
  const dataset = isPresent
    ? readDataset({ pairs: join(folder, "test.pairs.tsv"), list: join(folder, "test.images.tsv") })
    : undefined;
  let evaluation: Evaluation;
  /** Qualities of the photos without sunglasses: an enrolment should refuse those with them. */
  let qualities: readonly Quality[];
  let byPhotos: readonly PhotosFigures[];

  beforeAll(async () => {
    if (dataset === undefined) return;
    const acquired = await acquireAll(dataset.images, {
      imagesFolder: join(folder, "images"),
      policy: "center",
    });
    qualities = acquired.qualities.filter(
      (quality, row) => quality !== null && !eyewear.has(dataset.images[row]),
    ) as Quality[];
    evaluation = evaluate(dataset, acquired, { replicates: 20, seed: 1, threshold: null });
    byPhotos = evaluateByPhotos(dataset, acquired, {
      photos: [1, 2, 3],
      thresholdOf: thresholdsInUse(readCalibration()),
      recognisability: readRecognisability(),
      replicates: 1,
      seed: 1,
    });
  });

  it("is right about at least 98.8 % of pairs in ten folds", () => {
    expect(evaluation.accuracy?.value).toBeGreaterThanOrEqual(0.988);
  });

  it("fails to acquire at most one photo in a thousand", () => {
    expect(evaluation.failureToAcquire.value).toBeLessThanOrEqual(0.001);
  });

  it("finds at most one photo in a hundred without sunglasses unfit for an enrolment", () => {
    const unfit = qualities.filter((quality) => judgeQuality(quality, defaultQualityLimits).length > 0);
    expect(unfit.length / qualities.length).toBeLessThanOrEqual(0.01);
  });

  it.each([
    ["1e-3", 0.986],
    ["1e-4", 0.968],
    ["1e-5", 0.935],
  ] as const)("at FMR %s accepts at least %f of genuine comparisons", (fmr, floor) => {
    expect(evaluation.tarAtFmr[fmr]?.value).toBeGreaterThanOrEqual(floor);
  });

  it.each([
    [1, "1e-4", 0.03],
    [2, "1e-4", 0.008],
    [3, "1e-4", 0.008],
    [2, "1e-5", 0.02],
    [3, "1e-5", 0.02],
  ] as const)(
    "with %i photos enrolled, at the threshold for %s, refuses at most %f of the person's others",
    (photos, fmr, most) => {
      const figures = byPhotos.find((one) => one.photos === photos);
      expect(figures?.fnmr[fmr].value).toBeLessThanOrEqual(most);
    },
  );

  it("lets in as many strangers with one, two and three photos, within a third: no chance is added", () => {
    const rates = byPhotos.map(({ realisedFmr }) => realisedFmr["1e-3"].value as number);
    expect(Math.max(...rates) / Math.min(...rates)).toBeLessThanOrEqual(4 / 3);
  });

  it("lets in as many strangers as the thresholds promise, within a factor of 2 at 1e-3 and 1e-4", () => {
    const calibration = readCalibration();
    const checked = checkThresholds(evaluation.trials, (fmr) => thresholdAt(calibration, fmr));
    const required = checked.filter((row) => row.required);
    expect(required.map((row) => row.promised)).toEqual([1e-3, 1e-4]);
    for (const row of required) expect(row, `realised ${row.realised}`).toMatchObject({ kept: true });
  });
});
