import { describe, expect, it } from "vitest";
import { fail, ok, type Result } from "../../../../src/errors.ts";
import { evidenceFor, mapDetection, turnsToTry } from "../../../../src/face/detection/turned.ts";
import type { EncodedFace } from "../../../../src/face/face.ts";
import { fromTurned, type QuarterTurn } from "../../../../src/image/turn.ts";

const none: Result<EncodedFace> = fail({ code: "face_not_found" });
const several: Result<EncodedFace> = fail({ code: "multiple_faces", count: 2 });

function found(roll: number, { recognisability = 0.9, turned = 0 as QuarterTurn } = {}): Result<EncodedFace> {
  return ok({ quality: { roll, recognisability }, turned } as EncodedFace);
}

const isRefused = ({ quality }: EncodedFace) => !(quality.recognisability >= 0.5);

describe("the turns to try", () => {
  it.each<[string, Result<EncodedFace>, QuarterTurn[]]>([
    ["none after a recognisable face that stands upright", found(3), []],
    ["none after one that leans by 45 degrees", found(45), []],
    ["the one that undoes a lean to the right", found(46), [270]],
    ["the one that undoes a lean to the left", found(-90), [90]],
    ["half a turn after a face upside down", found(-178), [180]],
    ["none after a face that stands upright in the turned photo", found(-88, { turned: 90 }), []],
    ["all others after an unrecognisable face", found(3, { recognisability: 0.2 }), [90, 180, 270]],
    [
      "all others after one whose recognisability is not a number",
      found(3, { recognisability: Number.NaN }),
      [90, 180, 270],
    ],
    ["all others, half a turn first, where there is no face", none, [180, 90, 270]],
    ["none where there are several faces and one is asked for", several, []],
  ])("are %s", (_, look, turns) => {
    expect(turnsToTry(look, isRefused)).toEqual(turns);
  });
});

it("evidence ranks no face below several, those below any one, and faces by recognisability", () => {
  const ranked = [
    none,
    several,
    found(0, { recognisability: Number.NaN }),
    found(0, { recognisability: 0 }),
    found(0),
  ];
  const evidence = ranked.map(evidenceFor);
  expect(evidence).toEqual(evidence.toSorted((a, b) => a - b));
  expect(new Set(evidence).size).toBe(evidence.length);
});

it("a detection in the turned picture lies where the photo has it", () => {
  const at = { x: 4, y: 1 };
  const detection = {
    score: 0.5,
    box: { x: 1, y: 2, width: 3, height: 4 },
    leftEye: at,
    rightEye: at,
    nose: at,
    mouth: at,
  };
  // A photo of 20 x 10, turned clockwise by 90 degrees, is 10 x 20: its top is the photo's left.
  const mapped = mapDetection(fromTurned(90, { width: 20, height: 10 }), detection);
  expect(mapped.box).toEqual({ x: 2, y: 6, width: 4, height: 3 });
  expect(mapped.leftEye).toEqual({ x: 1, y: 6 });
});
