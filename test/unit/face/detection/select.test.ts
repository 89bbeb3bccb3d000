import { describe, expect, it } from "vitest";
import type { Detection } from "../../../../src/face/detection/detect.ts";
import { listOf, selectFace } from "../../../../src/face/detection/select.ts";
import type { FacePolicy } from "../../../../src/face/face.ts";

const photo = { width: 400, height: 200 };

function face(x: number, y: number, width: number, height: number): Detection {
  const eye = { x, y };
  return { box: { x, y, width, height }, score: 0.9, leftEye: eye, rightEye: eye, nose: eye, mouth: eye };
}

/** Returns the place of the chosen face in the list. */
function chosen(policy: FacePolicy, ...faces: Detection[]): number {
  const selected = selectFace(faces, policy, photo);
  if (!selected.ok) throw new Error(selected.failure.code);
  return faces.indexOf(selected.value);
}

/** Checks both orders, so that being first decides nothing. */
function expectChosen(policy: FacePolicy, wanted: Detection, other: Detection): void {
  expect(chosen(policy, wanted, other)).toBe(0);
  expect(chosen(policy, other, wanted)).toBe(1);
}

describe("no face", () => {
  it.each(["largest", "center", "only"] as const)("is face_not_found under policy %s", (policy) => {
    expect(selectFace([], policy, photo)).toEqual({ ok: false, failure: { code: "face_not_found" } });
  });
});

describe("policy only", () => {
  it("takes a single face, and refuses two with their number", () => {
    expect(chosen("only", face(0, 0, 10, 10))).toBe(0);
    const two = [face(0, 0, 10, 10), face(50, 50, 10, 10)];
    expect(selectFace(two, "only", photo)).toEqual({
      ok: false,
      failure: { code: "multiple_faces", count: 2 },
    });
  });
});

describe("a further face under policy only", () => {
  const main = face(0, 0, 100, 100);

  it("counts from a fifth of the largest face's side on, whichever side of its box is longer", () => {
    expect(chosen("only", main, face(200, 0, 19, 19.9))).toBe(0);
    for (const other of [face(200, 0, 20, 20), face(200, 0, 5, 20), face(200, 0, 20, 5)]) {
      expect(selectFace([other, main], "only", photo)).toMatchObject({
        failure: { code: "multiple_faces", count: 2 },
      });
    }
  });

  it("counts by the share that is asked for: every one at 0, and only those as large at 1", () => {
    const small = face(200, 0, 1, 1);
    expect(selectFace([main, small], "only", photo, 0)).toMatchObject({ failure: { count: 2 } });
    expect(selectFace([main, face(200, 0, 99, 99)], "only", photo, 1)).toMatchObject({ ok: true });
    expect(selectFace([main, face(200, 0, 100, 1)], "only", photo, 1)).toMatchObject({
      failure: { count: 2 },
    });
  });

  it("that does not count is not taken in place of the largest, and is listed after it as not counted", () => {
    const behind = face(200, 0, 10, 10);
    expect(chosen("only", behind, main)).toBe(1);
    expect(listOf([behind, main], 0.2)).toEqual([
      { box: main.box, score: 0.9, counted: true },
      { box: behind.box, score: 0.9, counted: false },
    ]);
  });
});

describe("policy largest", () => {
  it("takes the larger area, be it the wider or the taller", () => {
    expectChosen("largest", face(0, 0, 50, 21), face(100, 0, 20, 50));
    expectChosen("largest", face(0, 0, 21, 50), face(100, 0, 50, 20));
  });

  it("of two that are alike takes the first, the detector's surest", () => {
    expect(chosen("largest", face(0, 0, 50, 50), face(100, 0, 50, 50))).toBe(0);
  });

  it.each([
    ["left", face(-60, 50, 100, 100)],
    ["right", face(360, 50, 100, 100)],
    ["upper", face(100, -60, 100, 100)],
    ["lower", face(100, 160, 100, 100)],
  ])("counts only what is visible of a face that the %s edge cuts to 100 x 40", (_, cut) => {
    expectChosen("largest", face(200, 50, 64, 63), cut);
    expectChosen("largest", cut, face(200, 50, 63, 63));
  });

  it("counts nothing of a face outside of the photo, though it lies beyond two edges at once", () => {
    expectChosen("largest", face(200, 50, 1, 1), face(-300, -300, 100, 100));
    expectChosen("largest", face(200, 50, 1, 1), face(-300, 50, 100, 100));
    expectChosen("largest", face(200, 50, 1, 1), face(200, 300, 100, 100));
  });
});

describe("policy center", () => {
  it("takes the face whose middle is nearest the photo's, whatever the sizes", () => {
    // The photo's middle is (200, 100).
    expectChosen("center", face(190, 90, 22, 22), face(110, 30, 200, 160));
    expectChosen("center", face(150, 80, 100, 38), face(195, 105, 10, 12));
  });

  it("measures across and down alike", () => {
    expectChosen("center", face(225, 95, 10, 10), face(195, 126, 10, 10));
    expectChosen("center", face(195, 125, 10, 10), face(226, 95, 10, 10));
    expectChosen("center", face(225, 95, 10, 10), face(164, 95, 10, 10));
  });
});
