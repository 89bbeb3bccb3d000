import { describe, expect, it } from "vitest";
import type { Detection } from "../../../../src/face/detection/detect.ts";
import type { Landmarks } from "../../../../src/face/geometry.ts";
import { lumaOf } from "../../../../src/face/luma.ts";
import {
  defaultQualityLimits,
  type Judged,
  judgeQuality,
  measureAppearance,
  measureQuality,
  type QualityReason,
} from "../../../../src/face/quality/quality.ts";

const side = 112;
const normalisation = { mean: [127.5, 127.5, 127.5], scale: [1 / 128, 1 / 128, 1 / 128] };

type Colour = readonly [red: number, green: number, blue: number];

/** Measures a crop painted by a function of its pixels. */
function appearanceOf(colourAt: (x: number, y: number) => Colour) {
  const planes = new Float32Array(3 * side * side);
  for (let i = 0; i < side * side; i++) {
    colourAt(i % side, Math.floor(i / side)).forEach((value, channel) => {
      planes[channel * side * side + i] =
        (value - normalisation.mean[channel]) * normalisation.scale[channel];
    });
  }
  return measureAppearance(lumaOf(planes, normalisation), side, side);
}

/** Computes the same measures plainly. */
function plainAppearance(planes: Float32Array) {
  const size = side * side;
  const channel = (c: number, i: number) =>
    planes[c * size + i] / normalisation.scale[c] + normalisation.mean[c];
  const luma = (i: number) =>
    Math.fround(0.299 * channel(0, i) + 0.587 * channel(1, i) + 0.114 * channel(2, i));
  let [count, sum, squares, energy] = [0, 0, 0, 0];
  for (let y = 1; y < side - 1; y++) {
    for (let x = 1; x < side - 1; x++) {
      const u = (x + 0.5) / side - 0.5;
      const v = (y + 0.5) / side - 0.55;
      if ((u * u) / 0.1225 + (v * v) / 0.1764 > 1) continue;
      const i = y * side + x;
      const laplacian = luma(i - 1) + luma(i + 1) + luma(i - side) + luma(i + side) - 4 * luma(i);
      count++;
      sum += luma(i);
      squares += luma(i) * luma(i);
      energy += laplacian * laplacian;
    }
  }
  const brightness = sum / count;
  const variance = Math.max(0, squares / count - brightness * brightness);
  return { brightness, contrast: Math.sqrt(variance), sharpness: energy / count / (variance + 1) };
}

const grey = (value: number): Colour => [value, value, value];

describe("the appearance of a crop", () => {
  it.each([0, 20, 128, 255])("all of grey %d: that brightness, no contrast, no detail", (value) => {
    const appearance = appearanceOf(() => grey(value));
    expect(appearance.brightness).toBeCloseTo(value, 3);
    expect(appearance.contrast).toBeLessThan(0.1);
    expect(appearance.sharpness).toBeLessThan(1e-6);
  });

  it.each([
    [[255, 0, 0], 76.245],
    [[0, 255, 0], 149.685],
    [[0, 0, 255], 29.07],
  ] as const)("%j has the luma of BT.601", (colour, luma) => {
    expect(appearanceOf(() => colour).brightness).toBeCloseTo(luma, 3);
  });

  it("a board of single pixels: contrast is half its step, and the energy is (8 x 50)² over 50² + 1", () => {
    const { brightness, contrast, sharpness } = appearanceOf((x, y) => grey((x + y) % 2 === 0 ? 50 : 150));
    expect(brightness).toBeCloseTo(100, 1);
    expect(contrast).toBeCloseTo(50, 2);
    expect(sharpness).toBeCloseTo(400 ** 2 / (50 ** 2 + 1), 1);
  });

  it("is, in every bit, that of the ellipse's pixels taken one by one", () => {
    let state = 7;
    const noise = Float32Array.from({ length: 3 * side * side }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 31 - 1;
    });
    const appearance = measureAppearance(lumaOf(noise, normalisation), side, side);
    expect(appearance).toEqual(plainAppearance(noise));
  });

  it("a slope is not detail", () => {
    const { contrast, sharpness } = appearanceOf((x) => grey(2 * x));
    expect(contrast).toBeGreaterThan(20);
    expect(sharpness).toBeLessThan(1e-6);
  });

  it("sharpness falls with every blur of the same edges, and not with contrast or exposure", () => {
    const waves = (period: number, amplitude: number, middle: number) =>
      appearanceOf((x, y) => {
        const phase = (2 * Math.PI) / period;
        return grey(middle + amplitude * Math.sin(phase * x) * Math.sin(phase * y));
      }).sharpness;
    const byPeriod = [4, 6, 10, 20, 40].map((period) => waves(period, 60, 128));
    expect(byPeriod).toEqual(byPeriod.toSorted((a, b) => b - a));
    expect(waves(10, 30, 60) / waves(10, 60, 128)).toBeCloseTo(1, 2);
  });

  it("what lies outside the face's ellipse does not count", () => {
    const inside = (x: number, y: number) =>
      ((x + 0.5) / side - 0.5) ** 2 / 0.1225 + ((y + 0.5) / side - 0.55) ** 2 / 0.1764 <= 1.1;
    const { brightness, contrast } = appearanceOf((x, y) => grey(inside(x, y) ? 90 : 255));
    expect(brightness).toBeCloseTo(90, 3);
    expect(contrast).toBeLessThan(0.1);
  });
});

describe("the quality of a face", () => {
  const landmarks: Landmarks = [
    { x: 100, y: 100 },
    { x: 150, y: 100 },
    { x: 125, y: 130 },
    { x: 105, y: 155 },
    { x: 145, y: 155 },
  ];
  const appearance = { brightness: 120, contrast: 40, sharpness: 0.1 };
  const photo = { width: 250, height: 200 };

  function measure({ shift = 0, crop = [0, 0, 250, 200] as readonly number[], points = landmarks } = {}) {
    const [left, top, right, bottom] = crop;
    const corners = [
      { x: left, y: top },
      { x: right, y: top },
      { x: right, y: bottom },
      { x: left, y: bottom },
    ];
    const [leftEye, rightEye, nose] = landmarks.map(({ x, y }) => ({ x: x + shift, y }));
    const detection = { leftEye, rightEye, nose } as Detection;
    return measureQuality(detection, points, photo, corners, appearance);
  }

  it("knows how far the eyes are apart, along a slope too", () => {
    expect(measure().eyeDistancePx).toBe(50);
    const points = landmarks.with(1, { x: 130, y: 140 }) as unknown as Landmarks;
    expect(measure({ points }).eyeDistancePx).toBe(50);
  });

  it("agreement is 1 less the mean gap in eye distances, and never below 0", () => {
    expect(measure().agreement).toBe(1);
    expect(measure({ shift: 10 }).agreement).toBeCloseTo(0.8, 12);
    expect(measure({ shift: 500 }).agreement).toBe(0);
  });

  it.each([
    ["inside", [10, 10, 100, 100], 1],
    ["as large as the photo", [0, 0, 250, 200], 1],
    ["half beyond the left edge", [-50, 0, 50, 100], 0.5],
    ["a quarter beyond the bottom", [0, 125, 100, 225], 0.75],
    ["half beyond two edges", [200, 150, 300, 250], 0.25],
    ["beside the photo", [300, 0, 400, 100], 0],
  ] as const)("a crop %s", (_, crop, share) => {
    expect(measure({ crop }).inFrame).toBe(share);
  });

  it("is not a number where the eyes coincide, and so refused", () => {
    const points = landmarks.map(() => ({ x: 100, y: 100 })) as unknown as Landmarks;
    expect(judgeQuality(measure({ points }), defaultQualityLimits)).toContain("face_too_small");
  });
});

describe("limits", () => {
  const limits = defaultQualityLimits;
  const good: Judged = {
    eyeDistancePx: 60,
    sharpness: 0.1,
    brightness: 120,
    contrast: 40,
    yaw: 0,
    pitch: 0,
    roll: 0,
    agreement: 0.95,
    inFrame: 1,
    occlusion: 0.01,
  };
  const cases: [keyof Judged, limit: number, beyond: 1 | -1, QualityReason][] = [
    ["eyeDistancePx", limits.minEyeDistancePx, -1, "face_too_small"],
    ["sharpness", limits.minSharpness, -1, "blurred"],
    ["brightness", limits.minBrightness, -1, "too_dark"],
    ["brightness", limits.maxBrightness, 1, "too_bright"],
    ["yaw", limits.maxYawDegrees, 1, "extreme_pose"],
    ["yaw", -limits.maxYawDegrees, -1, "extreme_pose"],
    ["pitch", limits.maxPitchDegrees, 1, "extreme_pose"],
    ["pitch", -limits.maxPitchDegrees, -1, "extreme_pose"],
    ["inFrame", limits.minInFrame, -1, "cut_off"],
    ["occlusion", limits.maxOcclusion, 1, "occluded"],
  ];

  it("a good face has nothing against it", () => {
    expect(judgeQuality(good, limits)).toEqual([]);
  });

  it.each(cases)("%s of exactly %d passes, and just beyond it does not", (name, limit, beyond, reason) => {
    expect(judgeQuality({ ...good, [name]: limit }, limits)).toEqual([]);
    expect(judgeQuality({ ...good, [name]: limit + beyond * 1e-9 }, limits)).toEqual([reason]);
  });

  it.each([
    ["eyeDistancePx", ["face_too_small"]],
    ["sharpness", ["blurred"]],
    ["brightness", ["too_dark", "too_bright"]],
    ["yaw", ["extreme_pose"]],
    ["pitch", ["extreme_pose"]],
    ["inFrame", ["cut_off"]],
    ["occlusion", ["occluded"]],
  ] as const)("a %s that is no number is refused", (name, reasons) => {
    expect(judgeQuality({ ...good, [name]: Number.NaN }, limits)).toEqual(reasons);
  });

  it("names every reason", () => {
    const bad = { ...good, eyeDistancePx: 1, sharpness: 0, brightness: 0, yaw: 90, inFrame: 0, occlusion: 1 };
    expect(judgeQuality(bad, limits)).toEqual([
      "face_too_small",
      "blurred",
      "too_dark",
      "extreme_pose",
      "cut_off",
      "occluded",
    ]);
  });

  it("a face measured when occlusion was not has nothing against it for that", () => {
    const { occlusion: _, ...known } = good;
    expect(judgeQuality(known, limits)).toEqual([]);
  });
});
