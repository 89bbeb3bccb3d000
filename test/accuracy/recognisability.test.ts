/** Photos that the encoder cannot read, and photos that do not stand upright, through the shipped pipeline. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { beforeAll, describe, expect, it } from "vitest";
import { acquireAll } from "../../model/evaluate/acquisition/acquire.ts";
import { readDataset } from "../../model/evaluate/dataset.ts";
import { kindGroups } from "../../model/evaluate/degradation/kinds/all.ts";
import { createRandom } from "../../model/evaluate/statistics/random.ts";
import { loadRuntime, readCalibration, readRecognisability } from "../../model/runtime.ts";
import type { Result } from "../../src/errors.ts";
import { decideAtFmr, distance } from "../../src/face/decision/decide.ts";
import type { EncodedFace } from "../../src/face/face.ts";
import {
  isRecognisable,
  recognisabilityOfEmbedding,
  toleranceOf,
} from "../../src/face/quality/recognisability.ts";
import type { Observation, Pipeline } from "../../src/pipeline.ts";
import { lfwDev } from "../fixtures/data.ts";

const { folder, isPresent } = lfwDev;
const maxFmr = 1e-4;
const photoCount = 60;

describe.skipIf(!isPresent)(lfwDev.title("recognisability on lfw-dev test"), () => {
  const calibration = readCalibration();
  const model = readRecognisability();
  let pipeline: Pipeline;
  /** One photo each of as many people. */
  const photos: { readonly bytes: Uint8Array; readonly face: EncodedFace }[] = [];

  beforeAll(async () => {
    ({ pipeline } = await loadRuntime());
    const { images, identityOf } = readDataset({ list: join(folder, "test.images.tsv") });
    const rows = [...images.keys()].filter((row) => identityOf.indexOf(identityOf[row]) === row);
    for (let k = 0; k < photoCount; k++) {
      const row = rows[Math.floor((k * rows.length) / photoCount)];
      const bytes = readFileSync(join(folder, "images", images[row]));
      const encoded = await pipeline.encodeFace(bytes, "center");
      if (encoded.ok) photos.push({ bytes, face: encoded.value });
    }
  }, 60_000);

  /** Worsens and encodes every photo, or one in `every`. */
  async function worsened(
    name: string,
    level: number,
    observation: Observation = {},
    every = 1,
  ): Promise<Result<EncodedFace>[]> {
    const kind = kindGroups.flatMap(({ kinds }) => kinds).find((each) => each.name === name)!;
    const encoded: Result<EncodedFace>[] = [];
    for (const [k, { bytes, face }] of photos.entries()) {
      if (k % every > 0) continue;
      const picture = jpeg.decode(bytes, { useTArray: true });
      const worse = kind.apply({ picture, landmarks: face.face.landmarks }, level, createRandom(k));
      encoded.push(await pipeline.encodeFace(jpeg.encode({ ...worse }, 90).data, "center", observation));
    }
    return encoded;
  }

  const shownBefore = new Map<string, Promise<Result<EncodedFace>[]>>();

  /** Returns the worsened photos with the refused ones shown: each kind is encoded once, for both tests that ask. */
  function shown(name: string, level: number): Promise<Result<EncodedFace>[]> {
    const known = shownBefore.get(name) ?? worsened(name, level, { showUnrecognisable: true });
    shownBefore.set(name, known);
    return known;
  }

  function isMatch(a: EncodedFace, b: EncodedFace): boolean {
    const side = ({ embedding, quality }: EncodedFace) => ({
      embedding,
      recognisability: quality.recognisability,
    });
    const apart = distance(a.embedding, b.embedding);
    if (!apart.ok) throw new Error(apart.failure.code);
    const closer = toleranceOf(model, side(a), side(b));
    const decision = decideAtFmr(calibration, apart.value, maxFmr, 1, closer);
    if (!decision.ok) throw new Error(decision.failure.code);
    return decision.value.match;
  }

  it("refuses no photo as it is", () => {
    expect(photos).toHaveLength(photoCount);
  });

  it.each([
    ["mosaic", 12],
    ["grey noise", 90],
    ["negative", 0],
    ["edges", 0],
    ["scrambled", 0.5],
    ["infrared", 0],
  ])(
    "of %s photos (%d) at most one in twenty is compared; the others are refused as unrecognizable or have no face",
    async (name, level) => {
      const encoded = await shown(name, level);
      const compared = encoded.filter((one) => one.ok && !one.value.unrecognisable);
      expect(compared.length).toBeLessThanOrEqual(photoCount / 20);
      for (const one of encoded) if (!one.ok) expect(one.failure.code).toBe("face_not_found");
      // A face that is shown as unrecognisable is refused where it is not to be shown.
      const refused = await worsened(name, level, {}, 10);
      for (const [i, one] of refused.entries()) {
        const same = encoded[10 * i];
        expect(one.ok).toBe(same.ok && !same.value.unrecognisable);
        if (one.ok || one.failure.code === "face_not_found") continue;
        expect(one.failure).toMatchObject({
          code: "low_quality",
          reasons: expect.arrayContaining(["unrecognizable"]),
        });
      }
    },
    60_000,
  );

  it.each([
    ["motion blur", 14],
    ["interlaced", 8],
    ["double exposure", 8],
    ["egg head", 0.3],
    ["arc", 130],
    ["wide middle", 0.5],
    ["bulge", 0.75],
  ])(
    "of strangers in %s (%d) that are compared at most three pairs in a thousand match",
    async (name, level) => {
      const faces = (await worsened(name, level)).flatMap((one) => (one.ok ? [one.value] : []));
      expect(faces.length).toBeGreaterThan(photoCount / 3);
      let pairs = 0;
      let matches = 0;
      for (const [k, a] of faces.entries()) {
        for (const b of faces.slice(0, k)) {
          pairs++;
          if (isMatch(a, b)) matches++;
        }
      }
      expect(matches / pairs).toBeLessThanOrEqual(3e-3);
    },
    60_000,
  );

  it("by the embedding alone refuses at most one in a thousand photos as they are, of the whole view", async () => {
    const { images } = readDataset({ list: join(folder, "test.images.tsv") });
    const imagesFolder = join(folder, "images");
    const { embeddings } = await acquireAll(images, { imagesFolder, policy: "center" });
    const { values, dimension, acquired } = embeddings;
    let refused = 0;
    for (let row = 0; row < images.length; row++) {
      if (acquired[row] === 0) continue;
      const embedding = {
        model: pipeline.encoderId,
        values: values.slice(row * dimension, (row + 1) * dimension),
      };
      if (!isRecognisable(model, recognisabilityOfEmbedding(model, embedding))) refused++;
    }
    expect(refused / images.length).toBeLessThanOrEqual(1e-3);
  }, 900_000);

  it.each([
    ["mosaic", 12],
    ["grey noise", 90],
    ["negative", 0],
    ["edges", 0],
    ["scrambled", 0.5],
    ["infrared", 0],
  ])(
    "by the embedding alone refuses nine of ten faces in %s photos (%d)",
    async (name, level) => {
      const faces = (await shown(name, level)).flatMap((one) => (one.ok ? [one.value.embedding] : []));
      const refused = faces.filter((face) => !isRecognisable(model, recognisabilityOfEmbedding(model, face)));
      expect(faces.length).toBeGreaterThan(0);
      expect(refused.length / faces.length).toBeGreaterThanOrEqual(0.9);
    },
    300_000,
  );

  it.each([90, 180, 270])(
    "turned by %d degrees, 98 of 100 match their own upright photo, and say by how much they were turned back",
    async (degrees) => {
      const encoded = await worsened("quarter turn", degrees);
      const own = encoded.filter(
        (one, k) => one.ok && one.value.turned === 360 - degrees && isMatch(one.value, photos[k].face),
      );
      expect(own.length / photos.length).toBeGreaterThanOrEqual(0.98);
    },
    60_000,
  );
});
