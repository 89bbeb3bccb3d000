/** Faces that something covers, and faces as they are, through the shipped pipeline. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { beforeAll, describe, expect, it } from "vitest";
import { readDataset } from "../../model/evaluate/dataset.ts";
import { covers } from "../../model/evaluate/degradation/kinds/covers.ts";
import { createRandom } from "../../model/evaluate/statistics/random.ts";
import { loadRuntime } from "../../model/runtime.ts";
import type { EncodedFace } from "../../src/face/face.ts";
import { defaultQualityLimits, judgeQuality } from "../../src/face/quality/quality.ts";
import type { Pipeline } from "../../src/pipeline.ts";
import { lfwDev } from "../fixtures/data.ts";
import { eyewear } from "../fixtures/eyewear.ts";

const { folder, isPresent } = lfwDev;
const photoCount = 300;
const coveredCount = 50;

describe.skipIf(!isPresent)(lfwDev.title("occlusion on lfw-dev test"), () => {
  let pipeline: Pipeline;
  /** Those of the test view, which no fit has seen. */
  let worn: readonly string[] = [];
  const photos: { readonly bytes: Uint8Array; readonly face: EncodedFace }[] = [];

  beforeAll(async () => {
    ({ pipeline } = await loadRuntime());
    const { images: all } = readDataset({ list: join(folder, "test.images.tsv") });
    worn = all.filter((image) => eyewear.has(image));
    const images = all.filter((image) => !eyewear.has(image));
    for (let k = 0; k < photoCount; k++) {
      const bytes = readFileSync(
        join(folder, "images", images[Math.floor((k * images.length) / photoCount)]),
      );
      const encoded = await pipeline.encodeFace(bytes, "center");
      if (encoded.ok) photos.push({ bytes, face: encoded.value });
    }
  }, 120_000);

  const isOccluded = ({ quality }: EncodedFace) =>
    judgeQuality(quality, defaultQualityLimits).includes("occluded");

  it("of photos with sunglasses at least eight in ten are called occluded", async () => {
    const faces: EncodedFace[] = [];
    for (const image of worn) {
      const encoded = await pipeline.encodeFace(readFileSync(join(folder, "images", image)), "center");
      if (encoded.ok) faces.push(encoded.value);
    }
    expect(faces.length).toBeGreaterThanOrEqual(30);
    expect(faces.filter(isOccluded).length / faces.length).toBeGreaterThanOrEqual(0.8);
  }, 60_000);

  it("of photos as they are, without sunglasses, at most one in a hundred is called occluded", () => {
    expect(photos.length).toBeGreaterThanOrEqual(photoCount - 1);
    expect(photos.filter(({ face }) => isOccluded(face)).length).toBeLessThanOrEqual(photoCount / 100);
  });

  it.each([
    ["mask", 0, 0.9],
    ["sunglasses", 0, 0.9],
    ["bar over the eyes", 0.7, 0.9],
    ["half covered", 0, 0.8],
  ])(
    "of faces behind %s (%d), which the fit has seen, a share of %d and more is called occluded",
    async (name, level, share) => {
      const kind = covers.kinds.find((each) => each.name === name)!;
      const faces: EncodedFace[] = [];
      for (const [k, { bytes, face }] of photos.slice(0, coveredCount).entries()) {
        const picture = jpeg.decode(bytes, { useTArray: true });
        const worse = kind.apply({ picture, landmarks: face.face.landmarks }, level, createRandom(k));
        const photo = jpeg.encode({ ...worse }, 90).data;
        const encoded = await pipeline.encodeFace(photo, "center", { showUnrecognisable: true });
        if (encoded.ok) faces.push(encoded.value);
      }
      expect(faces.length).toBeGreaterThan(0.8 * coveredCount);
      expect(faces.filter(isOccluded).length / faces.length).toBeGreaterThanOrEqual(share);
    },
    120_000,
  );
});
