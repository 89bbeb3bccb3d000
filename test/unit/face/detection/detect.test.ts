import { expect, test } from "vitest";
import { openSampler } from "../../../../model/runtime.ts";
import { fail, ok, type Result } from "../../../../src/errors.ts";
import type { DetectorDescriptor } from "../../../../src/face/descriptor.ts";
import { createDetector } from "../../../../src/face/detection/detect.ts";
import type { Photo } from "../../../../src/image/photo.ts";
import golden from "../../../vectors/detect.json" with { type: "json" };

const shortRange = { side: 128, minimum: 0.5, anchors: { strides: [8, 16], perCell: [2, 6] } };
const fullRange = { side: 192, minimum: 0.6, anchors: { strides: [4], perCell: [1] } };

function detectorSaying(
  { side, minimum, anchors }: typeof shortRange,
  count: number,
  raw: readonly { anchor: number; logit: number; values: readonly number[] }[],
) {
  const boxes = new Float32Array(count * 16);
  const logits = new Float32Array(count).fill(-20);
  for (const { anchor, logit, values } of raw) {
    boxes.set(values, anchor * 16);
    logits[anchor] = logit;
  }
  const descriptor = {
    anchors,
    coordinateScale: side,
    score: { clip: 100, minimum },
    input: { name: "input", shape: [1, 3, side, side], colour: "RGB", mean: [0, 0, 0], scale: [1, 1, 1] },
  } as unknown as DetectorDescriptor;
  const shown = new Float32Array(3 * side * side);
  const model = {
    id: "fixed",
    inputShape: [1, 3, side, side],
    load: async () => ok(null),
    run: async (fill: (input: Float32Array) => void): Promise<Result<readonly Float32Array[]>> => {
      fill(shown);
      return ok([boxes, logits]);
    },
  };
  return { ...createDetector(model, descriptor, openSampler()), shown };
}

function blank(width: number, height: number): Photo {
  return {
    width,
    height,
    raster: { width: 1, height: 1, data: new Uint8Array(4) },
    toRaster: { a: 1 / width, b: 0, tx: 0, c: 0, d: 1 / height, ty: 0 },
  };
}

test.each([
  ["short", shortRange],
  ["full", fullRange],
] as const)(
  "%s range: boxes, scores and keypoints are those of MediaPipe's own decoder",
  async (name, shape) => {
    const { anchors, raw, detections } = golden[name];
    const found = await detectorSaying(shape, anchors, raw).detect(blank(1000, 1000));
    if (!found.ok) throw new Error(found.failure.code);
    // The golden decoder stops at its own minimum score; this one takes every box from 0.5 on.
    expect(found.value.length).toBeGreaterThanOrEqual(detections.length);
    for (const { score, box, keypoints } of detections) {
      const match = found.value.find((other) => Math.abs(other.score - score) < 1e-6)!;
      expect(match.box.x).toBeCloseTo(box.xMin * 1000, 2);
      expect(match.box.y).toBeCloseTo(box.yMin * 1000, 2);
      expect(match.box.width).toBeCloseTo(box.width * 1000, 2);
      expect(match.box.height).toBeCloseTo(box.height * 1000, 2);
      const points = [match.leftEye, match.rightEye, match.nose, match.mouth];
      points.forEach((point, i) => {
        expect(point.x).toBeCloseTo(keypoints[i].x * 1000, 2);
        expect(point.y).toBeCloseTo(keypoints[i].y * 1000, 2);
      });
    }
  },
);

test("a photo that is not square is fitted in: its boxes are in its own coordinates", async () => {
  // The anchor at the middle of the input, with no offset, is the middle of the photo.
  const raw = [{ anchor: 2 * (8 * 16 + 8), logit: 3, values: [-4, -4, 64, 64, ...new Array(12).fill(0)] }];
  const found = await detectorSaying(shortRange, 896, raw).detect(blank(400, 200));
  if (!found.ok) throw new Error(found.failure.code);
  expect(found.value).toHaveLength(1);
  expect(found.value[0].box).toEqual({ x: 100, y: 0, width: 200, height: 200 });
});

test("boxes that overlap become one: their mean weighted by score, with the best score", async () => {
  const size = [64, 64, ...new Array(12).fill(0)];
  const middle = 2 * (8 * 16 + 8);
  const raw = [
    { anchor: middle, logit: Math.log(4), values: [-4, -4, ...size] }, // score 0.8
    { anchor: middle + 1, logit: Math.log(1.5), values: [3, -4, ...size] }, // score 0.6, 7 px further right
  ];
  const found = await detectorSaying(shortRange, 896, raw).detect(blank(128, 128));
  if (!found.ok) throw new Error(found.failure.code);
  expect(found.value).toHaveLength(1);
  expect(found.value[0].score).toBeCloseTo(0.8, 6);
  expect(found.value[0].box.x).toBeCloseTo(32 + (7 * 0.6) / 1.4, 4);
});

test("a score of exactly 0.5 is a face, and less is none; a score that is no number is none", async () => {
  const values = [0, 0, 64, 64, ...new Array(12).fill(0)];
  for (const [logit, count] of [
    [0, 1],
    [-1e-3, 0],
    [Number.NaN, 0],
  ]) {
    const found = await detectorSaying(shortRange, 896, [{ anchor: 5, logit, values }]).detect(
      blank(128, 128),
    );
    expect(found).toMatchObject({ ok: true, value: { length: count } });
  }
});

const middle = 2 * (8 * 16 + 8);
const noKeypoints = new Array(12).fill(0);

/** Makes a box whose top left corner and size are given in px of the detector's input, 128 px wide. */
function anchored(x: number, y: number, width: number, height: number, score: number) {
  // The anchor of the middle is at 68 px.
  const values = [x + width / 2 - 68, y + height / 2 - 68, width, height, ...noKeypoints];
  return { logit: Math.log(score / (1 - score)), values };
}

async function facesOf(...boxes: { logit: number; values: number[] }[]) {
  // Each cell has two anchors in its middle; the next cell's are 8 px further right.
  const raw = boxes.map(({ logit, values: [x, ...rest] }, i) => ({
    anchor: middle + i,
    logit,
    values: [x - 8 * Math.floor(i / 2), ...rest],
  }));
  const found = await detectorSaying(shortRange, 896, raw).detect(blank(128, 128));
  if (!found.ok) throw new Error(found.failure.code);
  return found.value;
}

test("faces come best score first, wherever their anchors lie", async () => {
  const faces = await facesOf(
    anchored(0, 0, 20, 20, 0.7),
    anchored(60, 0, 20, 20, 0.9),
    anchored(0, 60, 20, 20, 0.6),
    anchored(60, 60, 20, 20, 0.8),
  );
  expect(faces.map(({ score }) => Math.round(10 * score))).toEqual([9, 8, 7, 6]);
  expect(faces.map(({ box }) => [Math.round(box.x), Math.round(box.y)])).toEqual([
    [60, 0],
    [60, 60],
    [0, 0],
    [0, 60],
  ]);
});

test.each([
  // Two boxes of 40 x 20 that share a part of s px overlap by s / (1600 - s).
  ["beside each other, an overlap of 0.31", [21, 0], 1],
  ["beside each other, an overlap of 0.29", [22, 0], 2],
  ["above each other, an overlap of 0.33", [0, 10], 1],
  ["above each other, an overlap of 0.25", [0, 12], 2],
  ["side by side, touching", [40, 0], 2],
  ["one above the other, touching", [0, 20], 2],
  ["apart by a step to the right and far down", [1, 60], 2],
  ["apart by a step down and far to the right", [60, 1], 2],
])("two boxes %s", async (_, [dx, dy], count) => {
  expect(await facesOf(anchored(20, 20, 40, 20, 0.9), anchored(20 + dx, 20 + dy, 40, 20, 0.8))).toHaveLength(
    count,
  );
});

test("a small face inside of a large one is a face of its own until it fills 0.3 of it", async () => {
  const large = anchored(20, 20, 80, 80, 0.9);
  expect(await facesOf(large, anchored(40, 40, 43, 43, 0.8))).toHaveLength(2);
  expect(await facesOf(large, anchored(40, 40, 45, 45, 0.8))).toHaveLength(1);
});

test("what overlaps the best box alone joins it; what overlaps only the others stays", async () => {
  const faces = await facesOf(
    anchored(20, 20, 40, 40, 0.9),
    anchored(38, 20, 40, 40, 0.8),
    anchored(56, 20, 40, 40, 0.7),
  );
  expect(faces.map(({ score }) => Math.round(10 * score))).toEqual([9, 7]);
});

test("logits beyond the clip, either way, say no more", async () => {
  const values = [0, 0, 64, 64, ...noKeypoints];
  const scoreOf = async (logit: number) => {
    const found = await detectorSaying({ ...shortRange, minimum: 0 }, 896, [
      { anchor: 5, logit, values },
    ]).detect(blank(128, 128));
    return found.ok && Math.max(...found.value.map(({ score }) => score));
  };
  expect(await scoreOf(99)).toBe(1 / (1 + Math.exp(-99)));
  expect(await scoreOf(1e4)).toBe(1 / (1 + Math.exp(-100)));
});

test.each([
  ["wide", 200, 100, (x: number, y: number) => [x, y - 32]],
  ["tall", 100, 200, (x: number, y: number) => [x - 32, y]],
])(
  "a photo that is %s is shown in the middle of the input, black beside it",
  async (_, width, height, place) => {
    const data = new Uint8Array(4 * width * height).fill(200);
    const photo: Photo = {
      width,
      height,
      raster: { width, height, data },
      toRaster: { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 },
    };
    const detector = detectorSaying(shortRange, 896, []);
    await detector.detect(photo);
    for (let y = 0; y < 128; y += 9) {
      for (let x = 0; x < 128; x += 9) {
        const [left, top] = place(x, y);
        const isInside = left >= 0 && top >= 0 && left < (width * 128) / 200 && top < (height * 128) / 200;
        expect(detector.shown[y * 128 + x], `${x}, ${y}`).toBeCloseTo(isInside ? 200 : 0, 3);
      }
    }
  },
);

test("a model that is not ready is not_ready", async () => {
  const unready = fail({ code: "not_ready", reason: "no engine" });
  const { model } = detectorSaying(shortRange, 896, []);
  const descriptor = {
    anchors: shortRange.anchors,
    coordinateScale: 128,
    score: { clip: 100, minimum: 0.5 },
    input: { mean: [0, 0, 0], scale: [1, 1, 1] },
  } as unknown as DetectorDescriptor;
  const detector = createDetector({ ...model, run: async () => unready }, descriptor, openSampler());
  expect(await detector.detect(blank(10, 10))).toEqual(unready);
});

test("what scores too little for a face and 0.12 at least is faint, each once, and moves no face", async () => {
  const values = (x: number) => [x, 0, 20, 20, ...new Array(12).fill(0)];
  const logitOf = (score: number) => Math.log(score / (1 - score));
  const at = (anchor: number, score: number, x = 0) => ({ anchor, logit: logitOf(score), values: values(x) });
  const sure = [at(0, 0.9)];
  const unsure = [at(1, 0.4, 2), at(2, 0.3, 60), at(3, 0.2, 61), at(4, 0.121, -60), at(5, 0.119, 110)];
  const look = async (raw: typeof sure) => {
    const seen = await detectorSaying(shortRange, 896, raw).look(blank(128, 128));
    if (!seen.ok) throw new Error(seen.failure.code);
    return seen.value;
  };
  const seen = await look([...sure, ...unsure]);
  expect(seen.faces).toEqual((await look(sure)).faces);
  expect(seen.faint.map(({ score }) => Number(score.toFixed(3)))).toEqual([0.4, 0.3, 0.121]);
});
