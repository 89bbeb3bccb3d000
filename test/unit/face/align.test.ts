import fc from "fast-check";
import { expect, test } from "vitest";
import { alignToTemplate } from "../../../src/face/align.ts";
import golden from "../../vectors/align.json" with { type: "json" };

const template = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

test("landmarks that are the template turned, scaled and shifted are brought back exactly", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
      fc.double({ min: 0.05, max: 50, noNaN: true }),
      fc.double({ min: -5000, max: 5000, noNaN: true }),
      fc.double({ min: -5000, max: 5000, noNaN: true }),
      (angle, scale, tx, ty) => {
        const cos = scale * Math.cos(angle);
        const sin = scale * Math.sin(angle);
        const landmarks = template.map(([x, y]) => ({
          x: cos * x - sin * y + tx,
          y: sin * x + cos * y + ty,
        }));
        const map = alignToTemplate(template, landmarks)!;
        template.forEach(([x, y], i) => {
          expect(map.a * x + map.b * y + map.tx).toBeCloseTo(landmarks[i].x, 5);
          expect(map.c * x + map.d * y + map.ty).toBeCloseTo(landmarks[i].y, 5);
        });
      },
    ),
  );
});

test("the map is a similarity without reflection, whatever the landmarks", () => {
  const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 5, maxLength: 5 }),
      (landmarks) => {
        const map = alignToTemplate(template, landmarks);
        if (map === null) return;
        expect(map.a).toBe(map.d);
        expect(map.b).toBe(-map.c);
        expect(map.a * map.d - map.b * map.c).toBeGreaterThan(0);
      },
    ),
  );
});

test.each([
  ["coincident", { x: 10, y: 10 }],
  ["not a number", { x: Number.NaN, y: 10 }],
  ["infinite", { x: Number.POSITIVE_INFINITY, y: 10 }],
])("landmarks that are %s give no map", (_, point) => {
  expect(alignToTemplate(template, [point, point, point, point, point])).toBeNull();
});

test.each(golden.cases)(
  "agrees with scikit-image's Umeyama on noisy landmarks, case %#",
  ({ landmarks, templateToPhoto }) => {
    const map = alignToTemplate(
      golden.template,
      landmarks.map(([x, y]) => ({ x, y })),
    )!;
    const [[a, b, tx], [c, d, ty]] = templateToPhoto;
    for (const [key, value] of Object.entries({ a, b, tx, c, d, ty }))
      expect(map[key as "a"]).toBeCloseTo(value, 6);
  },
);
