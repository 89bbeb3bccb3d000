/** The losses against hand-worked cases and, for their gradients, finite differences in double precision. */
import "../../../../model/train/autograd.ts";
import {
  grads,
  mul,
  type Scalar,
  sum,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
} from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { contrastiveLoss } from "../../../../model/train/losses/contrastive.ts";
import { nPairLoss } from "../../../../model/train/losses/npair.ts";
import { quadrupletLoss } from "../../../../model/train/losses/quadruplet.ts";
import { chooseRows } from "../../../../model/train/losses/rows.ts";
import { tripletLoss } from "../../../../model/train/losses/triplet.ts";

type Rows = number[][];

const value = (loss: Scalar) => loss.dataSync()[0];
const rows = (values: Rows) => tensor2d(values);
/** Places embeddings on the real axis, so that distances are differences. */
const at = (...places: number[]) => rows(places.map((x) => [x, 0]));

describe("the contrastive loss", () => {
  const cases: [name: string, distance: number, y: number, loss: number][] = [
    ["pulls one person together by half the square", 0.6, 0, 0.18],
    ["asks nothing of one photo twice", 0, 0, 0],
    ["pushes two people apart inside the margin", 0.4, 1, 0.18],
    ["asks nothing exactly at the margin", 1, 1, 0],
    ["asks nothing of two people beyond the margin", 1.5, 1, 0],
    ["is half the squared margin for two people at one place", 0, 1, 0.5],
  ];
  it.each(cases)("%s", (_, distance, y, loss) => {
    expect(value(contrastiveLoss(at(0), at(distance), tensor1d([y]), 1))).toBeCloseTo(loss, 5);
  });

  it("is the mean over pairs", () => {
    expect(value(contrastiveLoss(at(0, 0), at(0.6, 0.4), tensor1d([0, 1]), 1))).toBeCloseTo(0.18, 5);
    expect(value(contrastiveLoss(at(0, 0), at(0.6, 2), tensor1d([0, 1]), 1))).toBeCloseTo(0.09, 5);
  });

  it("has no gradient, rather than an infinite one, where two strangers coincide", () => {
    const [da] = grads((a: Tensor) => contrastiveLoss(a as Tensor2D, at(0), tensor1d([1]), 1))([at(0)]);
    expect([...da.dataSync()]).toEqual([0, 0]);
  });
});

describe("the triplet loss", () => {
  it.each([
    ["counts what is missing of the margin", 0.5, 0.6, 0.25 - 0.36 + 0.2],
    ["is nothing where the stranger is farther by the margin", 0.5, 0.8, 0],
    ["counts a stranger nearer than the person", 0.8, 0.5, 0.64 - 0.25 + 0.2],
  ])("%s", (_, positive, negative, loss) => {
    expect(value(tripletLoss(at(0), at(positive), at(negative), 0.2))).toBeCloseTo(loss, 5);
  });
});

describe("the quadruplet loss", () => {
  it.each([
    ["adds the pair of strangers to the triplet", 0.6, 0.7, 0.9, 0.36 - 0.49 + 0.2 + (0.36 - 0.04 + 0.1)],
    ["leaves strangers alone that are far from each other", 0.6, 0.7, -0.9, 0.36 - 0.49 + 0.2],
    ["keeps strangers apart though the triplet is content", 0.5, 1.5, 1.3, 0.25 - 0.04 + 0.1],
  ])("%s", (_, positive, first, second, loss) => {
    const computed = quadrupletLoss(at(0), at(positive), [at(first), at(second)], [0.2, 0.1]);
    expect(value(computed)).toBeCloseTo(loss, 5);
  });
});

describe("the N-pair loss", () => {
  it("of two people is a logistic loss of their difference", () => {
    const anchors = rows([
      [1, 0],
      [0, 1],
    ]);
    const positives = rows([
      [0.8, 0.6],
      [0, 1],
    ]);
    const expected = (Math.log1p(Math.exp(3 * (0 - 0.8))) + Math.log1p(Math.exp(3 * (0.6 - 1)))) / 2;
    expect(value(nPairLoss(anchors, positives, 3))).toBeCloseTo(expected, 5);
  });

  it("is log N where nothing tells people apart, and stays finite at any scale", () => {
    expect(value(nPairLoss(at(1, 1, 1), at(1, 1, 1), 1))).toBeCloseTo(Math.log(3), 5);
    expect(value(nPairLoss(at(1, -1), at(-1, 1), 1e4))).toBeCloseTo(2e4, 0);
  });
});

/** The formulas in plain double precision, for finite differences. */
const square = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0);
const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const labels = [0, 1, 1, 0];
const plain = {
  contrastive: ([a, b]: Rows[]) =>
    mean(
      a.map((row, i) => {
        const d = Math.sqrt(square(row, b[i]));
        return ((1 - labels[i]) * d ** 2 + labels[i] * Math.max(0, 1.2 - d) ** 2) / 2;
      }),
    ),
  triplet: ([a, p, n]: Rows[]) =>
    mean(a.map((row, i) => Math.max(0, square(row, p[i]) - square(row, n[i]) + 0.3))),
  quadruplet: ([a, p, n, o]: Rows[]) =>
    mean(
      a.map((row, i) => {
        const genuine = square(row, p[i]);
        return (
          Math.max(0, genuine - square(row, n[i]) + 0.3) + Math.max(0, genuine - square(n[i], o[i]) + 0.15)
        );
      }),
    ),
  npair: ([a, p]: Rows[]) =>
    mean(
      a.map((row, i) => {
        const others = p.filter((_, j) => j !== i);
        return Math.log1p(
          others.reduce((sum, other) => sum + Math.exp(5 * (dot(row, other) - dot(row, p[i]))), 0),
        );
      }),
    ),
};
const graph: Record<keyof typeof plain, { inputs: number; loss: (...inputs: Tensor2D[]) => Scalar }> = {
  contrastive: { inputs: 2, loss: (a, b) => contrastiveLoss(a, b, tensor1d(labels), 1.2) },
  triplet: { inputs: 3, loss: (a, p, n) => tripletLoss(a, p, n, 0.3) },
  quadruplet: { inputs: 4, loss: (a, p, n, o) => quadrupletLoss(a, p, [n, o], [0.3, 0.15]) },
  npair: { inputs: 2, loss: (a, p) => nPairLoss(a, p, 5) },
};

describe.each(Object.keys(plain) as (keyof typeof plain)[])("the %s loss of random embeddings", (name) => {
  const { inputs, loss } = graph[name];

  it.each([1, 2, 3, 4, 5])("has the formula's value and the slope of finite differences, seed %i", (seed) => {
    const random = createRandom(seed);
    const points = Array.from({ length: inputs }, () =>
      labels.map(() => Array.from({ length: 3 }, () => random() - 0.5)),
    );
    expect(value(loss(...points.map(rows)))).toBeCloseTo(plain[name](points), 5);

    const step = 1e-5;
    const slopes = grads((...tensors: Tensor[]) => loss(...(tensors as Tensor2D[])))(points.map(rows));
    slopes.forEach((slope, input) => {
      const found = slope.dataSync();
      points[input].forEach((row, i) => {
        row.forEach((x, k) => {
          row[k] = x + step;
          const above = plain[name](points);
          row[k] = x - step;
          const below = plain[name](points);
          row[k] = x;
          expect(found[i * row.length + k]).toBeCloseTo((above - below) / (2 * step), 4);
        });
      });
    });
  });
});

describe("chosen rows", () => {
  it("are copies, whose slopes add up in the row that they are of", () => {
    const matrix = rows([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const weights = rows([
      [1, 10],
      [2, 20],
      [3, 30],
    ]);
    expect([...chooseRows(matrix, [2, 0, 2]).dataSync()]).toEqual([5, 6, 1, 2, 5, 6]);
    const [slope] = grads((all: Tensor) => sum(mul(chooseRows(all as Tensor2D, [2, 0, 2]), weights)))([
      matrix,
    ]);
    expect([...slope.dataSync()]).toEqual([2, 20, 0, 0, 4, 40]);
  });
});
