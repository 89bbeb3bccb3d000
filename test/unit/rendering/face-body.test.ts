import { expect, it } from "vitest";
import type { EncodedFace } from "../../../src/face/face.ts";
import { faceBody } from "../../../src/rendering/face-body.ts";

const point = { x: 1.234567, y: 9.876543 };

const face: EncodedFace = {
  face: {
    box: { ...point, width: 30.005001, height: 40.004999 },
    score: 0.98765432,
    landmarks: [point, point, point, point, point],
  },
  embedding: { model: "m-1", values: new Float32Array([0.6, 0.8]) },
  quality: {
    eyeDistancePx: 80.123456,
    sharpness: 0.123456,
    brightness: 120.123456,
    contrast: 40.123456,
    yaw: -1.123456,
    pitch: 2.987654,
    roll: -3.449,
    agreement: 0.987654,
    inFrame: 0.123456,
    recognisability: 0.987654,
    occlusion: 0.001,
  },
  turned: 90,
  image: { width: 640, height: 480, format: "jpeg" },
};

it("a face on the wire has the digits that were measured, and no more", async () => {
  const at = { x: 1.23, y: 9.88 };
  const { quality, ...place } = await faceBody(face);
  expect(place).toEqual({
    box: { ...at, width: 30.01, height: 40 },
    score: 0.9877,
    turned: 90,
    landmarks: ["left_eye", "right_eye", "nose", "left_mouth", "right_mouth"].map((name) => ({
      name,
      ...at,
    })),
  });
  const { reasons, ...measured } = quality;
  expect(measured).toEqual({
    eye_distance_px: 80.12,
    sharpness: 0.1235,
    brightness: 120.1,
    contrast: 40.1,
    yaw: -1.1,
    pitch: 3,
    roll: -3.4,
    agreement: 0.988,
    in_frame: 0.123,
    recognisability: 0.988,
    occlusion: 0.001,
  });
  expect(reasons).not.toEqual([]);
});
