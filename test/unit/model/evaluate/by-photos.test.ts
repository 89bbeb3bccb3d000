import { describe, expect, it } from "vitest";
import type { Acquired } from "../../../../model/evaluate/acquisition/acquire.ts";
import type { People } from "../../../../model/evaluate/comparisons.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import {
  type ByPhotosOptions,
  evaluateByPhotos,
  type PhotosFigures,
  thresholdsInUse,
} from "../../../../model/evaluate/templates/by-photos.ts";
import { formatByPhotos, summarizeByPhotos } from "../../../../model/evaluate/templates/by-photos-summary.ts";
import { enrol, placesOf } from "../../../../model/evaluate/templates/enrolments.ts";
import { readRecognisability } from "../../../../model/runtime.ts";
import type { Quality } from "../../../../src/face/quality/quality.ts";

const dimension = 352;
const sure: Pick<Quality, "recognisability" | "agreement"> = { recognisability: 0.999, agreement: 0.93 };

/** Makes people whose photos are their own direction plus noise; row `failed` gave no embedding. */
function makePeople(
  photosOf: readonly number[],
  { noise = 0.7, failed = -1 } = {},
): { people: People; acquired: Acquired } {
  const random = createRandom(4);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const direction = () => unit(Float32Array.from({ length: dimension }, normal));
  const rows = photosOf.flatMap((count) => {
    const own = direction();
    return Array.from({ length: count }, () => {
      const other = direction();
      return unit(own.map((value, i) => value + noise * other[i]));
    });
  });
  const identityOf = Uint32Array.from(photosOf.flatMap((count, person) => Array(count).fill(person)));
  return {
    people: { identityOf, identityCount: photosOf.length },
    acquired: {
      embeddings: {
        values: Float32Array.from(rows.flatMap((row) => [...row])),
        dimension,
        acquired: Uint8Array.from(rows, (_, row) => (row === failed ? 0 : 1)),
      },
      failures: rows.map((_, row) => (row === failed ? "face_not_found" : null)),
      qualities: rows.map((_, row) => (row === failed ? null : (sure as Quality))),
    },
  };
}

function unit(values: Float32Array): Float32Array {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

const recognisability = readRecognisability();

function options(thresholdOf: ByPhotosOptions["thresholdOf"], photos = [1, 2, 3]): ByPhotosOptions {
  return { photos, thresholdOf, recognisability, replicates: 20, seed: 1 };
}

describe("places to enrol", () => {
  it("are of people with one photo more than are enrolled, each photo a probe of the next ones around", () => {
    const { people, acquired } = makePeople([3, 2, 4]);
    expect(placesOf(people, acquired, 2).places).toEqual([
      { person: 0, probe: 0, enrolled: [1, 2] },
      { person: 0, probe: 1, enrolled: [2, 0] },
      { person: 0, probe: 2, enrolled: [0, 1] },
      { person: 2, probe: 5, enrolled: [6, 7] },
      { person: 2, probe: 6, enrolled: [7, 8] },
      { person: 2, probe: 7, enrolled: [8, 5] },
      { person: 2, probe: 8, enrolled: [5, 6] },
    ]);
  });

  it("enrol no photo without an embedding, but have it as a probe", () => {
    const { people, acquired } = makePeople([4], { failed: 1 });
    expect(placesOf(people, acquired, 2).places).toEqual([
      { person: 0, probe: 0, enrolled: [2, 3] },
      { person: 0, probe: 1, enrolled: [2, 3] },
      { person: 0, probe: 2, enrolled: [3, 0] },
      { person: 0, probe: 3, enrolled: [0, 2] },
    ]);
  });
});

it("a photo of somebody else is refused, and the next one enrolled; a probe without enough others is none", () => {
  const { people, acquired } = makePeople([4, 1]);
  // The fourth photo of the first person is said to be the first person's, and shows the second.
  acquired.embeddings.values.copyWithin(3 * dimension, 4 * dimension);
  const { places, conflicting, notEnrolled } = placesOf(people, acquired, 2);
  expect(places).toEqual([
    { person: 0, probe: 0, enrolled: [1, 2] },
    { person: 0, probe: 1, enrolled: [2, 0] },
    { person: 0, probe: 3, enrolled: [0, 1] },
  ]);
  // With the third photo as the probe the fourth is enrolled first, and both others are refused.
  expect({ conflicting, notEnrolled }).toEqual({ conflicting: 3, notEnrolled: 1 });
});

it("a template is made as the service makes it: without a photo of somebody else", () => {
  const { acquired } = makePeople([3, 1]);
  const { rows, values, person } = enrol(0, [0, 3, 1, 2], acquired);
  expect(rows).toEqual([0, 1, 2]);
  expect(person).toBe(0);
  expect(values).toEqual(enrol(0, [0, 1, 2], acquired).values);
});

describe("rates by the number of photos", () => {
  const { people, acquired } = makePeople(Array(40).fill(4));
  const at =
    (distance: number): ByPhotosOptions["thresholdOf"] =>
    () =>
      distance;
  const of = (figures: readonly PhotosFigures[], photos: number) =>
    figures.find((one) => one.photos === photos)!;

  let beyond: PhotosFigures[] | undefined;
  /** Returns the figures at a threshold beyond all distances, where every comparison needs its tolerance. */
  const figuresBeyond = () => {
    beyond ??= evaluateByPhotos(people, acquired, options(at(2)));
    return beyond;
  };

  it("have the same probes for every number, and every stranger's photo against every template", () => {
    for (const figures of evaluateByPhotos(people, acquired, options(at(1)))) {
      expect(figures).toMatchObject({
        probes: 160,
        people: 40,
        impostorComparisons: 160 * 156,
        conflicting: 0,
      });
    }
  });

  it("refuse everybody at a threshold of 0, and nobody at one beyond them", () => {
    const [strict] = evaluateByPhotos(people, acquired, options(at(0)));
    expect(strict.fnmr["1e-4"].value).toBe(1);
    expect(strict.realisedFmr["1e-4"].value).toBe(0);
    const [lax] = figuresBeyond();
    expect(lax.fnmr["1e-4"].value).toBe(0);
    expect(lax.realisedFmr["1e-4"].value).toBe(1);
  });

  it("fall with more photos: a mean has less of each photo's own", () => {
    const figures = evaluateByPhotos(people, acquired, options(at(0.78)));
    const [one, two, three] = [1, 2, 3].map((photos) => of(figures, photos).fnmr["1e-4"].value as number);
    expect(one).toBeGreaterThan(two);
    expect(two).toBeGreaterThanOrEqual(three);
  });

  it("ask for the threshold of the photos that are in the template, and of both people", () => {
    const asked = new Set<string>();
    evaluateByPhotos(
      people,
      acquired,
      options(
        (fmr, { photos, person }, probe) => {
          asked.add(`${fmr} ${photos} ${person === probe ? "own" : "stranger"}`);
          return 2;
        },
        [2],
      ),
    );
    expect([...asked].filter((key) => !key.includes(" 2 "))).toEqual([]);
    expect(asked).toContain("0.0001 2 own");
    expect(asked).toContain("0.0001 2 stranger");
  });

  it("have no figure where the calibration does not reach the rate", () => {
    const [figures] = evaluateByPhotos(
      people,
      acquired,
      options((fmr) => (fmr < 1e-5 ? null : 1)),
    );
    expect(figures.fnmr["1e-6"]).toEqual({ value: null, interval: null });
    expect(figures.realisedFmr["1e-6"]).toEqual({ value: null, interval: null });
    expect(figures.fnmr["1e-5"].value).not.toBeNull();
  });

  it("count a probe without an embedding as refused at every rate", () => {
    const failed = makePeople(Array(40).fill(4), { failed: 0 });
    const [figures] = evaluateByPhotos(failed.people, failed.acquired, options(at(2)));
    // The other three photos of that person are enrolled together only for the one that failed.
    expect(figures.probes).toBe(157);
    expect(figures.fnmr["1e-3"].value).toBeCloseTo(1 / 157, 12);
  });

  it("have intervals that contain them", () => {
    const [{ fnmr, realisedFmr }] = evaluateByPhotos(people, acquired, options(at(0.8)));
    for (const { value, interval } of [fnmr["1e-4"], realisedFmr["1e-4"]]) {
      expect(interval![0]).toBeLessThanOrEqual(value!);
      expect(interval![1]).toBeGreaterThanOrEqual(value!);
    }
  });

  it("read off the share accepted at the largest distance that keeps the rate", () => {
    // The rate 1e-3 lets in 24 of 24,960 strangers, and 1e-4 lets in 2, which are too few to say.
    const [{ tar }] = figuresBeyond();
    expect(tar["1e-3"].value).toBe(1);
    expect(tar["1e-4"].value).toBeNull();
  });

  it("need somebody with enough photos", () => {
    expect(() => evaluateByPhotos(people, acquired, options(at(1), [4]))).toThrow(
      "nobody in the list has 5 photos",
    );
  });

  it("are written for machines by number and rate, and for people a line each", () => {
    const summaries = summarizeByPhotos(evaluateByPhotos(people, acquired, options(at(0.8))));
    expect(Object.keys(summaries)).toEqual(["1", "2", "3"]);
    expect(summaries["2"].fnmr_at_fmr["1e-4"]).toBeTypeOf("number");
    expect(summaries["2"].fnmr_at_fmr_ci95["1e-4"]).toHaveLength(2);
    expect(formatByPhotos(summaries)).toMatch(
      /^2 enrolled: 160 probes of 40 people, 24960 impostor comparisons$/m,
    );
    expect(formatByPhotos(summaries)).toMatch(/^ {2}FMR 1e-4 {2}FNMR \d+\.\d\d % \[.*realised FMR \d/m);
  });
});

it("the thresholds in use are the calibration's, nearer for more photos, and none below what was measured", () => {
  const thresholdOf = thresholdsInUse({
    modelSha256: "",
    fmrTable: [
      [0.8, 1e-5, 0, 1],
      [1, 1e-3, 0, 1],
    ],
    measuredDownTo: 1e-5,
    templates: { nearer: 0.04 },
  });
  expect(thresholdOf(1e-4, { photos: 1, person: 0 }, 1)).toBeCloseTo(0.9, 12);
  expect(thresholdOf(1e-4, { photos: 2, person: 0 }, 1)).toBeCloseTo(0.88, 12);
  expect(thresholdOf(1e-6, { photos: 2, person: 0 }, 1)).toBeNull();
});
