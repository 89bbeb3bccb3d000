/**
 * The decoder's effect on accuracy: the test view of `lfw-dev` as JPEG files through the reader, and the same files
 * as jpeg-js decodes them, stored as PNG.
 *
 * Ten-fold accuracy has a standard error of 0.002 on its thousand pairs and moves by one or two of them with any
 * change of the pixels; the equal error rate over all comparisons is the finer measure.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import jpegJs from "jpeg-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { acquireAll } from "../../model/evaluate/acquisition/acquire.ts";
import { readDataset } from "../../model/evaluate/dataset.ts";
import { type Evaluation, evaluate } from "../../model/evaluate/evaluate.ts";
import { lfwDev } from "../fixtures/data.ts";
import { plainPng } from "../fixtures/photos/large-photos.ts";

const { folder, isPresent } = lfwDev;
const title = lfwDev.title("the JPEG reader against jpeg-js on lfw-dev test");

describe.skipIf(!isPresent)(title, () => {
  const redecoded = mkdtempSync(join(tmpdir(), "sameface-decoders-"));
  afterAll(() => rmSync(redecoded, { recursive: true }));
  let ours: Evaluation;
  let oracle: Evaluation;

  beforeAll(async () => {
    if (!isPresent) return;
    const files = { pairs: join(folder, "test.pairs.tsv"), list: join(folder, "test.images.tsv") };
    const dataset = readDataset(files);
    for (const image of dataset.images) {
      const raster = jpegJs.decode(readFileSync(join(folder, "images", image)), { useTArray: true });
      mkdirSync(dirname(join(redecoded, image)), { recursive: true });
      writeFileSync(join(redecoded, image), plainPng(raster, 0));
    }
    const evaluateIn = async (imagesFolder: string) => {
      const acquired = await acquireAll(dataset.images, { imagesFolder, policy: "center", jobs: 2 });
      return evaluate(dataset, acquired, { replicates: 20, seed: 1, threshold: null });
    };
    ours = await evaluateIn(join(folder, "images"));
    oracle = await evaluateIn(redecoded);
    for (const [name, { accuracy, eer }] of Object.entries({ ours, oracle })) {
      console.log(`${name}: ten-fold accuracy ${accuracy?.value.toFixed(4)}, EER ${eer.value.toFixed(5)}`);
    }
  });

  it("loses at most 0.001 of ten-fold accuracy", () => {
    // The tolerance covers the last bit of a mean: one pair of a thousand is 0.001.
    expect(ours.accuracy!.value).toBeGreaterThanOrEqual(oracle.accuracy!.value - 0.001 - 1e-9);
  });

  it("changes the equal error rate by at most 0.001", () => {
    expect(Math.abs(ours.eer.value - oracle.eer.value)).toBeLessThanOrEqual(0.001);
  });

  it("acquires as many photos", () => {
    expect(ours.failureToAcquire.value).toBe(oracle.failureToAcquire.value);
  });
});
