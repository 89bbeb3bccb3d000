import { expect, test } from "vitest";
import type { Landmarks } from "../../../../src/face/geometry.ts";
import { estimatePose } from "../../../../src/face/quality/pose.ts";

/** The generic face of the estimator, turned (degrees) and seen from far away at 2.5 px a millimetre. */
function landmarksAt({ yaw = 0, pitch = 0, roll = 0 }): Landmarks {
  const [y, p, r] = [yaw, pitch, roll].map((angle) => (angle * Math.PI) / 180);
  const face = [
    [-31.5, -32, 0],
    [31.5, -32, 0],
    [0, 4, -28],
    [-25, 34, -4],
    [25, 34, -4],
  ];
  return face.map(([x0, y0, z0]) => {
    // The rotations are pitch about x (up positive), then yaw about y (to the picture's right), then roll in the
    // picture.
    const y1 = y0 * Math.cos(p) + z0 * Math.sin(p);
    const z1 = -y0 * Math.sin(p) + z0 * Math.cos(p);
    const x2 = x0 * Math.cos(y) - z1 * Math.sin(y);
    return {
      x: 500 + 2.5 * (x2 * Math.cos(r) - y1 * Math.sin(r)),
      y: 400 + 2.5 * (x2 * Math.sin(r) + y1 * Math.cos(r)),
    };
  }) as unknown as Landmarks;
}

test.each([{}, { yaw: 25 }, { yaw: -40 }, { pitch: 20 }, { pitch: -15 }, { roll: 30 }, { roll: -170 }])(
  "a face turned by %j is read as turned so",
  (turned) => {
    const pose = estimatePose(landmarksAt(turned));
    expect(pose.yaw).toBeCloseTo(turned.yaw ?? 0, 3);
    expect(pose.pitch).toBeCloseTo(turned.pitch ?? 0, 3);
    expect(pose.roll).toBeCloseTo(turned.roll ?? 0, 3);
  },
);

test("turned three ways at once, each angle is found", () => {
  const pose = estimatePose(landmarksAt({ yaw: 20, pitch: 10, roll: 15 }));
  expect(pose.yaw).toBeCloseTo(20, 3);
  expect(pose.pitch).toBeCloseTo(10, 3);
  expect(pose.roll).toBeCloseTo(15, 3);
});
