import { expect, test } from "vitest";
import { ok } from "../../src/errors.ts";
import type { DetectorDescriptor } from "../../src/face/descriptor.ts";
import { createDetector } from "../../src/face/detect.ts";
import type { Photo } from "../../src/image/photo.ts";
import golden from "../vectors/detect.json" with { type: "json" };

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
  const model = {
    id: "fixed",
    inputShape: [1, 3, side, side],
    load: async () => ok(null),
    run: async () => ok([boxes, logits]),
  };
  return createDetector(model, descriptor);
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
    // The golden decoder stops at its own minimum score; ours takes every box from 0.5 on.
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
