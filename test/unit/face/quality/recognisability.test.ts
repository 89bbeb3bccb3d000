import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Evidence,
  isRecognisable,
  recognisabilityInFrame,
  recognisabilityOf,
  recognisabilityOfEmbedding,
  toleranceOf,
  tolerancesFor,
} from "../../../../src/face/quality/recognisability.ts";
import { parseRecognisability } from "../../../../src/face/quality/recognisability-model.ts";

const entry = {
  dataset: "made up",
  centroids: { count: 3, codes: "f/QeBdh/CKYDPIFN" },
  leaning: {
    means: [0.1, 0, 0.2],
    spreads: [0.1, 0.2, 0.15],
    perOdds: 0.5,
    mostOdds: 3,
    knots: [
      [50, 0],
      [60, 0.5],
    ] as [number, number][],
  },
  shifts: { means: [], weights: [], knots: [[0, 0]] as [number, number][], codes: "" },
  rareDirections: { weights: [40.5, 120.25], codes: "ZH/sA/lafyE=" },
  weights: {
    bias: 1.25,
    similarity: -6.5,
    strangeness: -1.75,
    norms: [2.25, 1.5],
    detection: 0.375,
    beliefs: [0.25, 0.5] as [number, number],
    agreement: 1.125,
  },
  embeddingAlone: { bias: 6.5, similarity: -4.75, strangeness: -0.5 },
  limit: 0.5,
  tolerance: [
    [0.5, 0.3],
    [0.8, 0.1],
    [0.9, 0],
  ] as [number, number][],
};
const encoder = { networks: 2, embeddingLength: 4 };
const model = parseRecognisability({ recognisability: entry }, encoder);

function unit(values: readonly number[]) {
  const length = Math.hypot(...values);
  return { model: "m", values: Float32Array.from(values, (value) => value / length) };
}

const evidence: Evidence = {
  embedding: unit([1, 2, -1, 0.5]),
  norms: [9.5, 2.75],
  detection: 0.93,
  beliefs: [0.99, 0.999],
  agreement: 0.95,
};

describe("recognisability", () => {
  // The same sums in numpy 2.4.6, float64.
  it.each<[string, Evidence, number]>([
    ["a clear face", evidence, 0.9693554083916598],
    [
      "a face in a corner",
      {
        embedding: unit([1, 0, 0, 0]),
        norms: [4.5, 1.5],
        detection: 0.61,
        beliefs: [0.2, 0.7],
        agreement: 0.8,
      },
      0.00898403370902985,
    ],
    [
      "certainties, which count as one in a million of doubt",
      {
        embedding: unit([-1, -1, -1, -1]),
        norms: [12, 3.5],
        detection: 1,
        beliefs: [1, 0],
        agreement: 0.9,
      },
      0.9770048080306593,
    ],
  ])("of %s is what an independent computation says", (_, of, expected) => {
    expect(recognisabilityOf(model, of)).toBeCloseTo(expected, 6);
  });

  it("of an embedding alone follows its likeness to the nearest centroid and its strangeness", () => {
    expect(recognisabilityOfEmbedding(model, evidence.embedding)).toBeCloseTo(0.7803675083039758, 6);
  });

  const probability = fc.double({ min: 0, max: 1, noNaN: true });
  const direction = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 });

  it("lies within 0..1, and rises with each network's norm and each belief", () => {
    fc.assert(
      fc.property(direction, probability, probability, probability, (towards, detection, first, last) => {
        const of = { ...evidence, embedding: unit(towards), detection, beliefs: [first, last] as const };
        const plain = recognisabilityOf(model, of);
        expect(plain).toBeGreaterThanOrEqual(0);
        expect(plain).toBeLessThanOrEqual(1);
        expect(recognisabilityOf(model, { ...of, norms: [9.5, 3] })).toBeGreaterThanOrEqual(plain);
        expect(recognisabilityOf(model, { ...of, beliefs: [first, 1] })).toBeGreaterThanOrEqual(plain);
      }),
    );
  });

  it.each<[string, Partial<Evidence>]>([
    ["an embedding with a NaN", { embedding: { model: "m", values: Float32Array.of(Number.NaN, 0, 0, 1) } }],
    ["an embedding of another length", { embedding: unit([1, 2, 3]) }],
    ["a norm that is not a number", { norms: [Number.NaN, 2] }],
    ["a network too few", { norms: [9] }],
    ["a detector's score that is not a number", { detection: Number.NaN }],
    ["a belief that is not a number", { beliefs: [Number.NaN, 1] }],
    ["an agreement that is not a number", { agreement: Number.NaN }],
  ])("of %s is not a number, which is refused", (_, change) => {
    const found = recognisabilityOf(model, { ...evidence, ...change });
    expect(found).toBeNaN();
    expect(isRecognisable(model, found)).toBe(false);
  });

  it("at the limit is admitted, and just below it is not", () => {
    expect(isRecognisable(model, 0.5)).toBe(true);
    expect(isRecognisable(model, 0.5 - 1e-9)).toBe(false);
  });
});

describe("what a pair needs to come closer", () => {
  const side = (recognisability: number | undefined) => ({ embedding: evidence.embedding, recognisability });

  it.each([
    [0.5, 0.3],
    [0.65, 0.2],
    [0.8, 0.1],
    [0.85, 0.05],
    [0.9, 0],
    [1, 0],
    [0.4, 0.3],
  ])("at a recognisability of %d is %d, straight between knots", (recognisability, closer) => {
    expect(toleranceOf(model, side(recognisability), side(recognisability))).toBeCloseTo(closer, 12);
  });

  it("goes by the better of both: one poor face alone needs nothing", () => {
    expect(toleranceOf(model, side(0.5), side(0.95))).toBe(0);
    expect(toleranceOf(model, side(0.95), side(0.5))).toBe(0);
    expect(toleranceOf(model, side(0.5), side(0.65))).toBeCloseTo(0.2, 12);
  });

  it("takes a side whose photo is not known by its embedding alone", () => {
    const alone = recognisabilityOfEmbedding(model, evidence.embedding);
    expect(toleranceOf(model, side(undefined), side(0.1))).toBe(toleranceOf(model, side(alone), side(0.1)));
  });

  it("never rises with recognisability", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, (a, b, more) => {
        const better = Math.min(1, a + more);
        expect(toleranceOf(model, side(better), side(b))).toBeLessThanOrEqual(
          toleranceOf(model, side(a), side(b)),
        );
      }),
    );
  });

  it("of a face whose recognisability is not a number is a bug, and throws", () => {
    expect(() => toleranceOf(model, side(Number.NaN), side(1))).toThrow(RangeError);
  });
});

describe("a face that the frame cuts", () => {
  const closerAt = (recognisability: number) => {
    const side = { embedding: evidence.embedding, recognisability };
    return toleranceOf(model, side, side);
  };

  it.each([1, 0.8])(
    "is as recognisable as its evidence says where %d of the crop is in the photo",
    (inFrame) => {
      for (const recognisability of [0.1, 0.6, 0.95, 1])
        expect(recognisabilityInFrame(model, recognisability, inFrame)).toBe(recognisability);
    },
  );

  it.each([
    [0.7, 0.05875],
    [0.6, 0.1175],
    [0.4, 0.235],
  ])("needs to come closer where %d is, by %d, and no less than its evidence asks", (inFrame, closer) => {
    expect(closerAt(recognisabilityInFrame(model, 1, inFrame))).toBeCloseTo(closer, 10);
    expect(recognisabilityInFrame(model, 0.55, inFrame)).toBe(0.55);
  });

  it("needs to come as close as the poorest face that is compared where hardly any is", () => {
    expect(closerAt(recognisabilityInFrame(model, 1, 0.05))).toBeCloseTo(0.3, 10);
  });

  it("stays of unknown recognisability, and is of unknown recognisability where the share is not known", () => {
    expect(recognisabilityInFrame(model, Number.NaN, 0.5)).toBeNaN();
    expect(recognisabilityInFrame(model, 0.9, Number.NaN)).toBeNaN();
  });
});

describe("what a pair that leans towards one corner needs to come closer", () => {
  const corners = parseRecognisability(
    {
      recognisability: {
        ...entry,
        // The first two axes.
        centroids: { count: 2, codes: "fwAAAAB/AAA=" },
        leaning: {
          means: [0.2, 0.2],
          spreads: [0.1, 0.1],
          perOdds: 1,
          mostOdds: 2,
          knots: [
            [2, 0],
            [4, 0.4],
          ],
        },
        tolerance: [[0.5, 0]],
      },
    },
    encoder,
  );
  /** Cosines to both corners, the rest along an axis of its own. */
  const side = (first: number, second: number, recognisability = 0.5) => ({
    embedding: unit([first, second, Math.sqrt(1 - first * first - second * second), 0]),
    recognisability,
  });

  it.each([
    ["both far into it", side(0.6, 0), side(0.6, 0), 0.4],
    ["farther than any pair that was measured", side(0.9, 0), side(0.9, 0), 0.4],
    ["one farther than the other, by the lesser", side(0.9, 0), side(0.5, 0), 0.2],
    ["one as ordinary faces are", side(0.9, 0), side(0.2, 0), 0],
    ["each towards another corner", side(0.7, 0), side(0, 0.7), 0],
    ["both towards the second corner", side(0, 0.5), side(0.1, 0.5), 0.2],
    ["the better face making up for some", side(0.6, 0), side(0.6, 0, 1 / (1 + Math.exp(-1))), 0.2],
    ["the better face making up for no more than the most", side(0.7, 0, 1), side(0.7, 0), 0.2],
  ])("%s", (_, a, b, closer) => {
    expect(toleranceOf(corners, a, b)).toBeCloseTo(closer, 6);
    expect(toleranceOf(corners, b, a)).toBeCloseTo(closer, 6);
  });

  it("is the most for an embedding that is not finite", () => {
    const broken = {
      embedding: { model: "m", values: Float32Array.of(Number.NaN, 0, 0, 1) },
      recognisability: 1,
    };
    expect(toleranceOf(corners, broken, broken)).toBe(0.4);
  });
});

describe("what a pair that is shifted alike needs to come closer", () => {
  const shifted = parseRecognisability(
    {
      recognisability: {
        ...entry,
        shifts: {
          means: [0.1, -0.1],
          weights: [10, 5],
          knots: [
            [2, 0],
            [4, 0.5],
          ],
          // The first two axes.
          codes: "fwAAAAB/AAA=",
        },
        tolerance: [[0.5, 0]],
      },
    },
    encoder,
  );
  /** An embedding with these numbers along both directions, the rest along an axis of its own. */
  const side = (first: number, second: number) => ({
    embedding: unit([first, second, Math.sqrt(1 - first * first - second * second), 0]),
    recognisability: 0.5,
  });

  it.each([
    [
      "both far along the first direction: 10 * 0.5 * 0.5 - 0.05 is between the knots",
      side(0.6, 0),
      side(0.6, 0),
      0.1375,
    ],
    ["both far along both: 10 * 0.25 + 5 * 0.25", side(0.6, 0.4), side(0.6, 0.4), 0.4375],
    ["one farther than the other, by their product", side(0.9, -0.1), side(0.5, -0.1), 0.3],
    ["as far as any, and no more is asked", side(0.9, -0.1), side(0.9, -0.1), 0.5],
    ["one as ordinary faces are", side(0.9, -0.1), side(0.1, -0.1), 0],
    ["to opposite sides", side(0.7, -0.1), side(-0.6, -0.1), 0],
    [
      "alike along one direction and to opposite sides along the other",
      side(0.7, 0.2),
      side(0.7, -0.4),
      0.2875,
    ],
  ])("%s", (_, a, b, closer) => {
    expect(toleranceOf(shifted, a, b)).toBeCloseTo(closer, 6);
    expect(toleranceOf(shifted, b, a)).toBeCloseTo(closer, 6);
  });

  it("is the most for an embedding that is not finite", () => {
    const broken = {
      embedding: { model: "m", values: Float32Array.of(Number.NaN, 0, 0, 1) },
      recognisability: 1,
    };
    expect(toleranceOf(shifted, broken, side(0, 0))).toBe(0.5);
  });

  it("is the larger of this and what recognisability asks", () => {
    const poor = { ...shifted, tolerance: model.tolerance };
    expect(toleranceOf(poor, side(0.6, 0), side(0.6, 0))).toBeCloseTo(0.3, 6);
    expect(toleranceOf(poor, side(0.9, -0.1), side(0.9, -0.1))).toBe(0.5);
  });

  it("of a probe and each other face is that of the pair", () => {
    const share = fc.double({ min: -0.7, max: 0.7, noNaN: true });
    const anySide = fc.tuple(share, share).map(([a, b]) => side(a, b));
    fc.assert(
      fc.property(anySide, anySide, (probe, other) => {
        expect(tolerancesFor(shifted, probe)(other)).toBe(toleranceOf(shifted, probe, other));
      }),
    );
  });
});

describe("the manifest's entry", () => {
  it.each<[string, unknown]>([
    ["missing", undefined],
    ["of another number of networks", { ...entry, weights: { ...entry.weights, norms: [1] } }],
    ["of another length", { ...entry, centroids: { count: 2, codes: entry.centroids.codes } }],
    [
      "with a direction too few",
      { ...entry, rareDirections: { weights: [1], codes: entry.rareDirections.codes } },
    ],
    ["without a weight", { ...entry, weights: { ...entry.weights, agreement: undefined } }],
    ["with a NaN", { ...entry, weights: { ...entry.weights, bias: Number.NaN } }],
    ["with a limit of 0, which admits everything", { ...entry, limit: 0 }],
    [
      "with a rising tolerance",
      {
        ...entry,
        tolerance: [
          [0.5, 0],
          [0.6, 0.1],
        ],
      },
    ],
    ["with a tolerance that does not end at 0", { ...entry, tolerance: [[0.5, 0.1]] }],
    ["with a corner's mean too few", { ...entry, leaning: { ...entry.leaning, means: [0, 0] } }],
    ["with a corner's spread too many", { ...entry, leaning: { ...entry.leaning, spreads: [1, 1, 1, 1] } }],
    ["with a spread of 0", { ...entry, leaning: { ...entry.leaning, spreads: [1, 0, 1] } }],
    [
      "with a distance that falls as faces lean more",
      {
        ...entry,
        leaning: {
          ...entry.leaning,
          knots: [
            [1, 0],
            [2, 0.2],
            [3, 0.1],
          ],
        },
      },
    ],
    [
      "with a leaning that asks something of every pair",
      { ...entry, leaning: { ...entry.leaning, knots: [[1, 0.1]] } },
    ],
    ["with a shift's mean too many", { ...entry, shifts: { ...entry.shifts, means: [0] } }],
    ["with a shift's weight for no direction", { ...entry, shifts: { ...entry.shifts, weights: [1] } }],
    [
      "with a shift's weight of 0",
      { ...entry, shifts: { ...entry.shifts, means: [0], weights: [0], codes: "fwAAAA==" } },
    ],
    [
      "with a shift that asks something of every pair",
      { ...entry, shifts: { ...entry.shifts, knots: [[1, 0.1]] } },
    ],
    [
      "with a distance that falls as faces are shifted farther",
      {
        ...entry,
        shifts: {
          ...entry.shifts,
          knots: [
            [1, 0],
            [2, 0.2],
            [3, 0.1],
          ],
        },
      },
    ],
    ["with something unknown in it", { ...entry, more: 1 }],
    ["with a centroid of zeros", { ...entry, centroids: { count: 1, codes: "AAAAAA==" } }],
  ])("%s is refused", (_, recognisability) => {
    expect(() => parseRecognisability({ recognisability }, encoder)).toThrow(/calibration/);
  });

  it("gives centroids of unit length", () => {
    for (const centroid of model.centroids) {
      expect(Math.hypot(...centroid)).toBeCloseTo(1, 6);
    }
  });
});
