/** Least accuracy of the shipped models, on the development view of Labeled Faces in the Wild. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkThresholds } from "../../model/calibrate/check.ts";
import { acquireAll } from "../../model/evaluate/acquisition/acquire.ts";
import { readDataset } from "../../model/evaluate/dataset.ts";
import { type Evaluation, evaluate } from "../../model/evaluate/evaluate.ts";
import { readCalibration } from "../../model/runtime.ts";
import { thresholdAt } from "../../src/face/decision/calibration.ts";
import { defaultQualityLimits, judgeQuality, type Quality } from "../../src/face/quality/quality.ts";
import { lfwDev } from "../fixtures/data.ts";

const { folder, isPresent } = lfwDev;
const title = lfwDev.title("the shipped pipeline on lfw-dev test, all against all");

describe.skipIf(!isPresent)(title, () => {
  const dataset = isPresent
    ? readDataset({ pairs: join(folder, "test.pairs.tsv"), list: join(folder, "test.images.tsv") })
    : undefined;
  let evaluation: Evaluation;
  let qualities: readonly Quality[];

  beforeAll(async () => {
    if (dataset === undefined) return;
    const acquired = await acquireAll(dataset.images, {
      imagesFolder: join(folder, "images"),
      policy: "center",
    });
    qualities = acquired.qualities.filter((quality) => quality !== null);
    evaluation = evaluate(dataset, acquired, { replicates: 20, seed: 1, threshold: null });
  });

  it("is right about at least 98.8 % of pairs in ten folds", () => {
    expect(evaluation.accuracy?.value).toBeGreaterThanOrEqual(0.988);
  });

  it("fails to acquire at most one photo in a thousand", () => {
    expect(evaluation.failureToAcquire.value).toBeLessThanOrEqual(0.001);
  });

  it("finds at most one photo in a hundred unfit for an enrolment", () => {
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

  it("lets in as many strangers as the thresholds promise, within a factor of 2 at 1e-3 and 1e-4", () => {
    const calibration = readCalibration();
    const checked = checkThresholds(evaluation.trials, (fmr) => thresholdAt(calibration, fmr));
    const required = checked.filter((row) => row.required);
    expect(required.map((row) => row.promised)).toEqual([1e-3, 1e-4]);
    for (const row of required) expect(row, `realised ${row.realised}`).toMatchObject({ kept: true });
  });
});
