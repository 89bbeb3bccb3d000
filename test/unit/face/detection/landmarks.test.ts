import { describe, expect, it } from "vitest";
import { openSampler } from "../../../../model/runtime.ts";
import { fail, ok, type Result } from "../../../../src/errors.ts";
import type { ModelDescriptor } from "../../../../src/face/descriptor.ts";
import type { Detection } from "../../../../src/face/detection/detect.ts";
import { createLandmarkFinder } from "../../../../src/face/detection/landmarks.ts";
import type { Landmarks, Point } from "../../../../src/face/geometry.ts";
import type { Photo } from "../../../../src/image/photo.ts";

const side = 16;
const descriptor = {
  input: { name: "input", shape: [1, 3, side, side], colour: "RGB", mean: [0, 0, 0], scale: [1, 1, 1] },
} as unknown as ModelDescriptor;

/** Red is the column of a pixel, and green its row. */
const photo: Photo = (() => {
  const [width, height] = [240, 200];
  const data = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++) data.set([i % width, Math.floor(i / width), 0, 255], 4 * i);
  return {
    width,
    height,
    raster: { width, height, data },
    toRaster: { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 },
  };
})();

interface Said {
  readonly regression?: readonly number[];
  /** Five x, then five y, in fractions of the square. */
  readonly points?: readonly number[];
  readonly probability?: number;
}

const level = [0.3, 0.7, 0.5, 0.35, 0.65, 0.4, 0.4, 0.6, 0.8, 0.8];

/**
 * Makes a finder whose model gives these outputs in turn, and records the places of each look's corner pixels in the
 * photo.
 */
function finderSaying(...said: Said[]) {
  const looks: { first: Point; last: Point; topRight: Point }[] = [];
  const at = (input: Float32Array, x: number, y: number): Point => ({
    x: input[y * side + x] + 0.5,
    y: input[side * side + y * side + x] + 0.5,
  });
  const model = {
    id: "fixed",
    inputShape: [1, 3, side, side],
    load: async () => ok(null),
    run: async (fill: (input: Float32Array) => void): Promise<Result<readonly Float32Array[]>> => {
      const input = new Float32Array(3 * side * side);
      fill(input);
      const { regression = [0, 0, 0, 0], points = level, probability = 0.5 } = said[looks.length];
      looks.push({
        first: at(input, 0, 0),
        topRight: at(input, side - 1, 0),
        last: at(input, side - 1, side - 1),
      });
      return ok([
        Float32Array.of(1 - probability, probability),
        Float32Array.from(regression),
        Float32Array.from(points),
      ]);
    },
  };
  return { finder: createLandmarkFinder(model, descriptor, openSampler()), looks };
}

function detection(box: Detection["box"], leftEye: Point, rightEye: Point): Detection {
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  return { box, score: 1, leftEye, rightEye, nose: middle, mouth: middle };
}

/** The box is 80 wide: the square around it has a side of 92 px and its middle at (110, 90). */
const upright = detection({ x: 70, y: 60, width: 80, height: 60 }, { x: 90, y: 80 }, { x: 130, y: 80 });

function successOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.code);
  return result.value;
}

function expectNear(point: Point, x: number, y: number, digits = 1): void {
  expect(point.x).toBeCloseTo(x, digits);
  expect(point.y).toBeCloseTo(y, digits);
}

describe("the first look", () => {
  it("is at a square of 1.15 times the longer side, around the middle of the box", async () => {
    const { finder, looks } = finderSaying({}, {});
    await finder.find(photo, upright);
    const pixel = 92 / side;
    expectNear(looks[0].first, 110 - 46 + pixel / 2, 90 - 46 + pixel / 2, 0);
    expectNear(looks[0].last, 110 + 46 - pixel / 2, 90 + 46 - pixel / 2, 0);
  });

  it("measures a box that is taller than wide by its height", async () => {
    const { finder, looks } = finderSaying({}, {});
    const tall = detection({ x: 80, y: 50, width: 60, height: 80 }, { x: 95, y: 80 }, { x: 125, y: 80 });
    await finder.find(photo, tall);
    expect(looks[0].last.x - looks[0].first.x).toBeCloseTo((92 * (side - 1)) / side, 0);
  });

  it("is turned so that the detector's eyes are level", async () => {
    const { finder, looks } = finderSaying({}, {});
    // The line from eye to eye runs straight down, and so does the top edge of the square.
    await finder.find(photo, detection(upright.box, { x: 110, y: 70 }, { x: 110, y: 110 }));
    const reach = 46 - 92 / side / 2;
    expectNear(looks[0].first, 110 + reach, 90 - reach, 0);
    expectNear(looks[0].topRight, 110 + reach, 90 + reach, 0);
  });

  it("is upright where the detector's eyes coincide", async () => {
    const { finder, looks } = finderSaying({}, {});
    await finder.find(photo, detection(upright.box, { x: 110, y: 70 }, { x: 110, y: 70 }));
    expectNear(looks[0].first, 110 - 46 + 92 / side / 2, 90 - 46 + 92 / side / 2, 0);
  });
});

/** Landmarks of a mean face: in a square in which they lie so, the second look sees the same square. */
const atRest = [0.334, 0.666, 0.5, 0.351, 0.649, 0.378, 0.378, 0.571, 0.741, 0.741];
/** The mean face moved by (x, y), `times` as large and turned by `angle`, all about the square's middle. */
function faceAt(x: number, y: number, times = 1, angle = 0): number[] {
  const [cos, sin] = [times * Math.cos(angle), times * Math.sin(angle)];
  const from = (i: number) => [atRest[i] - 0.5, atRest[i + 5] - 0.5];
  const us = [0, 1, 2, 3, 4].map((i) => 0.5 + x + from(i)[0] * cos - from(i)[1] * sin);
  const vs = [0, 1, 2, 3, 4].map((i) => 0.5 + y + from(i)[0] * sin + from(i)[1] * cos);
  return [...us, ...vs];
}

describe("the second look", () => {
  it("is the last: its landmarks are four fifths of the answer, in the photo's coordinates", async () => {
    const { finder, looks } = finderSaying({ points: atRest, probability: 0.2 }, { probability: 0.75 });
    const { landmarks, beliefs } = successOf(await finder.find(photo, upright));
    expect(looks).toHaveLength(2);
    expect(beliefs).toEqual([Math.fround(0.2), 0.75]);
    level.slice(0, 5).forEach((u, i) => {
      const x = 0.8 * u + 0.2 * atRest[i];
      const y = 0.8 * level[i + 5] + 0.2 * atRest[i + 5];
      expectNear(landmarks[i], 110 + 92 * (x - 0.5), 90 + 92 * (y - 0.5), 3);
    });
  });

  /** The second look's share of an answer whose first look said `points` of the first square. */
  function ofSecond(landmarks: Landmarks, points: readonly number[]): Point[] {
    return landmarks.map(({ x, y }, i) => ({
      x: (x - 0.2 * (110 + 92 * (points[i] - 0.5))) / 0.8,
      y: (y - 0.2 * (90 + 92 * (points[i + 5] - 0.5))) / 0.8,
    }));
  }
  /** Opposite corners of the square, and its middle. */
  const corners = { points: [0, 1, 0.5, 0.5, 0.5, 0, 1, 0.5, 0.5, 0.5] };

  it.each([
    ["moves with them", 0.1, -0.2, 1, 0],
    ["grows with them", 0, 0, 1.3, 0],
    ["shrinks with them", 0, 0, 0.7, 0],
    ["turns with them", 0, 0, 1, Math.PI / 2],
    ["does all that at once", 0.05, 0.1, 1.2, -0.3],
  ])("is where the first one's landmarks lie as a mean face does: it %s", async (_, x, y, times, angle) => {
    const points = faceAt(x, y, times, angle);
    const { finder } = finderSaying({ points }, corners);
    const landmarks = ofSecond(successOf(await finder.find(photo, upright)).landmarks, points);
    const [middleX, middleY] = [110 + 92 * x, 90 + 92 * y];
    const half = 46 * times;
    expectNear(landmarks[2], middleX, middleY, 3);
    expectNear(
      landmarks[1],
      middleX + half * (Math.cos(angle) - Math.sin(angle)),
      middleY + half * (Math.sin(angle) + Math.cos(angle)),
      3,
    );
  });

  it("pays no heed to the box that the network says", async () => {
    const { finder } = finderSaying({ points: atRest, regression: [0.2, 0.1, 0.3, 0.2] }, corners);
    const landmarks = ofSecond(successOf(await finder.find(photo, upright)).landmarks, atRest);
    expectNear(landmarks[0], 64, 44, 3);
    expectNear(landmarks[1], 156, 136, 3);
  });

  it.each([
    ["just above half the side", faceAt(0.1, 0, 0.501), 0.1, 0.501],
    ["half the side or less", faceAt(0.1, 0, 0.499), 0, 1],
    ["just below twice the side", faceAt(0.1, 0, 1.999), 0.1, 1.999],
    ["twice the side or more", faceAt(0.1, 0, 2.001), 0, 1],
    ["nothing, all in one point", Array(10).fill(0.6), 0, 1],
  ])("of landmarks that make it %s keeps to the first square, or follows", async (_, points, x, times) => {
    const { finder } = finderSaying({ points }, corners);
    const landmarks = ofSecond(successOf(await finder.find(photo, upright)).landmarks, points);
    expect(landmarks[1].x - landmarks[0].x).toBeCloseTo(92 * times, 3);
    expectNear(landmarks[2], 110 + 92 * x, 90, 3);
  });
});

it("a landmark that is no number stays none, so that nothing is aligned to it", async () => {
  const { finder } = finderSaying({ points: [Number.NaN, ...atRest.slice(1)] }, { points: atRest });
  const { landmarks } = successOf(await finder.find(photo, upright));
  expect(landmarks[0].x).toBeNaN();
});

it("a model that is not ready is not_ready, at either look", async () => {
  const unready = fail({ code: "not_ready", reason: "no engine" });
  for (const readyLooks of [0, 1]) {
    const { finder } = finderSaying({}, {});
    let looks = 0;
    const model = {
      ...finder.model,
      run: (fill: (input: Float32Array) => void) =>
        looks++ < readyLooks ? finder.model.run(fill) : Promise.resolve(unready),
    };
    expect(await createLandmarkFinder(model, descriptor, openSampler()).find(photo, upright)).toEqual(
      unready,
    );
  }
});
