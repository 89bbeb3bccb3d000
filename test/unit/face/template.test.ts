import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Embedding } from "../../../src/face/embedding.ts";
import { closerOf, makeTemplate, type TemplatePhoto, weightOf } from "../../../src/face/template.ts";

/** Photo of person number `person`: a unit vector that has `likeness` as its cosine to the person's own direction. */
function photoOf(
  person: number,
  { likeness = 0.8, variation = 0, weight = 1, model = "m" } = {},
): TemplatePhoto {
  const values = new Float32Array(16);
  values[person] = likeness;
  values[8 + variation] = Math.sqrt(1 - likeness * likeness);
  return { embedding: { model, values }, weight };
}

function templateOf(photos: readonly TemplatePhoto[]) {
  const made = makeTemplate(photos);
  if (!made.ok) throw new Error(made.failure.code);
  return made.value;
}

const lengthOf = ({ values }: Embedding) => Math.hypot(...values);

describe("a template", () => {
  it("of one photo is its embedding, bit for bit", () => {
    const photo = photoOf(0, { weight: 0.3 });
    const { embedding, photos, outliers } = templateOf([photo]);
    expect(embedding).toEqual(photo.embedding);
    expect({ photos, outliers }).toEqual({ photos: 1, outliers: [] });
  });

  it("of several photos is their mean, of unit length", () => {
    const { embedding, photos, outliers } = templateOf([photoOf(0), photoOf(0, { variation: 1 })]);
    // The mean is (0.8, 0.3, 0.3), of length sqrt(0.82).
    expect(embedding.values[0]).toBeCloseTo(0.8 / Math.sqrt(0.82), 6);
    expect(embedding.values[8]).toBeCloseTo(0.3 / Math.sqrt(0.82), 6);
    expect(embedding.values[9]).toBeCloseTo(0.3 / Math.sqrt(0.82), 6);
    expect({ photos, outliers }).toEqual({ photos: 2, outliers: [] });
  });

  it("leans towards photos of more weight", () => {
    const { embedding } = templateOf([photoOf(0, { weight: 3 }), photoOf(0, { variation: 1, weight: 1 })]);
    expect(embedding.values[8] / embedding.values[9]).toBeCloseTo(3, 5);
  });

  it("has unit length whatever the photos and their weights are", () => {
    const photo = fc
      .record({
        variation: fc.nat(7),
        likeness: fc.double({ min: 0.6, max: 1, noNaN: true }),
        weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
      })
      .map((options) => photoOf(0, options));
    fc.assert(
      fc.property(fc.array(photo, { minLength: 1, maxLength: 20 }), (photos) => {
        expect(lengthOf(templateOf(photos).embedding)).toBeCloseTo(1, 5);
      }),
    );
  });

  it("leaves out a photo of somebody else, wherever it stands", () => {
    const own = [photoOf(0), photoOf(0, { variation: 1 }), photoOf(0, { variation: 2 })];
    const clean = templateOf(own).embedding;
    for (const place of [0, 1, 2, 3]) {
      const made = templateOf(own.toSpliced(place, 0, photoOf(1, { variation: 3 })));
      expect(made).toEqual({ embedding: clean, photos: 3, outliers: [place] });
    }
  });

  it("leaves out two photos of two others among five", () => {
    const photos = [
      photoOf(1),
      photoOf(0),
      photoOf(0, { variation: 1 }),
      photoOf(2),
      photoOf(0, { variation: 2 }),
    ];
    expect(templateOf(photos)).toMatchObject({ photos: 3, outliers: [0, 3] });
  });

  it("of two photos that disagree is the earlier one", () => {
    const earlier = photoOf(0);
    expect(templateOf([earlier, photoOf(1, { variation: 1 })])).toEqual({
      embedding: earlier.embedding,
      photos: 1,
      outliers: [1],
    });
  });

  it("of two photos that disagree is the earlier one, whichever way their distance is rounded", () => {
    const unitVector = fc
      .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 })
      .filter((values) => Math.hypot(...values) > 0.1)
      .map((values) => Float32Array.from(values, (value) => value / Math.hypot(...values)));
    fc.assert(
      fc.property(unitVector, unitVector, (a, b) => {
        fc.pre(Math.hypot(...a.map((value, i) => value - b[i])) > 1.21);
        const [first, second] = [a, b].map((values) => ({ embedding: { model: "m", values }, weight: 1 }));
        expect(templateOf([first, second])).toMatchObject({ embedding: { values: a }, outliers: [1] });
        expect(templateOf([second, first])).toMatchObject({ embedding: { values: b }, outliers: [1] });
      }),
    );
  });

  it("of two opposite vectors is the earlier one, not a division by zero", () => {
    const { embedding, weight } = photoOf(0);
    const opposite = { embedding: { model: "m", values: embedding.values.map((value) => -value) }, weight };
    expect(templateOf([photoOf(0), opposite, photoOf(0)])).toMatchObject({ photos: 2, outliers: [1] });
    expect(templateOf([photoOf(0), opposite])).toMatchObject({ photos: 1, outliers: [1] });
  });

  it("of two photos each of two people is of the one whose photo came first, and never of both", () => {
    const [a, b] = [0, 1].map((person) => [0, 1].map((i) => photoOf(person, { variation: 2 * person + i })));
    const alike = { photos: 2 };
    expect(templateOf([...a, ...b])).toMatchObject({ ...alike, outliers: [2, 3] });
    expect(templateOf([...b, ...a])).toMatchObject({ ...alike, outliers: [2, 3] });
    expect(templateOf([a[0], b[0], b[1], a[1]])).toMatchObject({ ...alike, outliers: [1, 2] });
    expect(templateOf([b[0], a[0], a[1], b[1]]).embedding).toEqual(templateOf(b).embedding);
  });

  it("of no photos is a failure", () => {
    expect(makeTemplate([])).toEqual({ ok: false, failure: { code: "subject_has_no_faces" } });
  });

  it("of two models is a failure, and so is one with a vector that is not a number", () => {
    const other = photoOf(0, { model: "n" });
    expect(makeTemplate([photoOf(0), other])).toMatchObject({ failure: { code: "model_mismatch" } });
    const broken = photoOf(0);
    broken.embedding.values[3] = Number.NaN;
    expect(makeTemplate([broken])).toMatchObject({ failure: { code: "model_mismatch" } });
  });
});

it("a template must come closer by the weighted mean of what its photos must", () => {
  expect(closerOf([{ weight: 1, closer: 0.4 }])).toBe(0.4);
  expect(
    closerOf([
      { weight: 3, closer: 0 },
      { weight: 1, closer: 0.4 },
    ]),
  ).toBeCloseTo(0.1, 12);
});

describe("the weight of a photo", () => {
  it("whose agreement is not known is 1", () => {
    expect(weightOf(undefined)).toBe(1);
    expect(weightOf({ recognisability: 0.6 })).toBe(1);
    expect(weightOf({ agreement: Number.NaN })).toBe(1);
  });

  it("is 1 for a usual one, and the fourth power of its agreement for others", () => {
    expect(weightOf({ agreement: 0.93 })).toBe(1);
    expect(weightOf({ agreement: 0.93 / 2 ** 0.25 })).toBeCloseTo(0.5, 12);
  });

  it.each([0.5, 0.2, 0, -3])("is never 0, however little detector and landmarks agree: %f", (agreement) => {
    expect(weightOf({ agreement })).toBeCloseTo((0.5 / 0.93) ** 4, 12);
  });
});
