import { describe, expect, it } from "vitest";
import { fail, ok, type Result } from "../../../../src/errors.ts";
import type { ModelDescriptor } from "../../../../src/face/descriptor.ts";
import type { Detection } from "../../../../src/face/detection/detect.ts";
import { createLandmarkFinder } from "../../../../src/face/detection/landmarks.ts";
import type { Point } from "../../../../src/face/geometry.ts";
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
  return { finder: createLandmarkFinder(model, descriptor), looks };
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

describe("the second look", () => {
  it("is the last: its landmarks are the answer, in the photo's coordinates", async () => {
    const { finder, looks } = finderSaying({ probability: 0.2 }, { probability: 0.75 });
    const { landmarks, beliefs } = successOf(await finder.find(photo, upright));
    expect(looks).toHaveLength(2);
    expect(beliefs).toEqual([Math.fround(0.2), 0.75]);
    level.slice(0, 5).forEach((u, i) => {
      expectNear(landmarks[i], 110 + 92 * (u - 0.5), 90 + 92 * (level[i + 5] - 0.5), 3);
    });
  });

  it("moves each edge by what the first look said", async () => {
    const all = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
    // The edges are at 0.2, 0.1, 1.3 and 1.2 of the square: 1.1 wide and high, its middle at (0.75, 0.65).
    const { finder } = finderSaying(
      { regression: [0.2, 0.1, 0.3, 0.2] },
      { points: [1, 0, ...all.slice(2, 5), 1, 0, ...all.slice(7)] },
    );
    const { landmarks } = successOf(await finder.find(photo, upright));
    const [x, y] = [110 + 92 * 0.25, 90 + 92 * 0.15];
    expectNear(landmarks[2], x, y, 3);
    expectNear(landmarks[0], x + 92 * 0.55, y + 92 * 0.55, 3);
    expectNear(landmarks[1], x - 92 * 0.55, y - 92 * 0.55, 3);
  });

  it.each([
    ["wider", [-0.1, 0, 0.1, 0.05], 1.2],
    ["higher", [0, -0.2, 0.1, 0.2], 1.4],
  ])("is a square of the longer side where the edges make a box that is %s", async (_, regression, times) => {
    const { finder } = finderSaying(
      { regression },
      { points: [0, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5] },
    );
    const { landmarks } = successOf(await finder.find(photo, upright));
    expect(landmarks[1].x - landmarks[0].x).toBeCloseTo(92 * times, 3);
  });

  it("is turned so that the eyes of the first are level", async () => {
    // The right eye is straight below the left one.
    const points = [0.5, 0.5, 0.4, 0.3, 0.3, 0.3, 0.7, 0.5, 0.4, 0.6];
    const { finder, looks } = finderSaying({ points }, {});
    const { landmarks } = successOf(await finder.find(photo, upright));
    const reach = 46 - 92 / side / 2;
    expectNear(looks[1].first, 110 + reach, 90 - reach, 0);
    // Right of the middle in the crop is below it in the photo, and below is left.
    expectNear(landmarks[1], 110 + 92 * 0.1, 90 + 92 * 0.2, 3);
  });

  const half = 0.25;
  it.each([
    ["just above half the side", [half - 1e-3, half - 1e-3, -half + 1e-3, -half + 1e-3], 0.502],
    ["half the side or less", [half, half, -half, -half], 1],
    ["just below twice the side", [-0.4995, -0.4995, 0.4995, 0.4995], 1.999],
    ["twice the side or more", [-0.5, -0.5, 0.5, 0.5], 1],
    ["no number", [Number.NaN, 0, 0, 0], 1],
  ])("of a box regressed to %s keeps to the first square, or follows", async (_, regression, times) => {
    const { finder } = finderSaying(
      { regression },
      { points: [0, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5] },
    );
    const { landmarks } = successOf(await finder.find(photo, upright));
    expect(landmarks[1].x - landmarks[0].x).toBeCloseTo(92 * times, 3);
    expectNear(landmarks[2], 110, 90, 3);
  });
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
    expect(await createLandmarkFinder(model, descriptor).find(photo, upright)).toEqual(unready);
  }
});
