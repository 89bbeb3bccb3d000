/** Copies of one capture, told from other captures by its sketch. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyFinder } from "../../../../src/face/replay/copy.ts";
import { readSketch, sketchBytes, writeSketch } from "../../../../src/face/replay/sketch.ts";
import { syntheticCapture, type View } from "../../../fixtures/people/captures.ts";

/** Says whether a file of a pattern is taken for a copy of the capture that left its sketch. */
function isCopy(pattern: number, view: View, { of = pattern, seen = {} as View } = {}): boolean {
  const sketch = readSketch(writeSketch(syntheticCapture(of, seen)));
  if (sketch === undefined) throw new Error("the sketch cannot be read");
  return copyFinder(syntheticCapture(pattern, view))(sketch);
}

const pattern = fc.nat(10_000);
const runs = { numRuns: 30 };
const cut = { left: 40, top: 10, width: 576, height: 432 };
/** Motions of the crop by as much as landmarks move. */
const jitter = fc.record({
  x: fc.double({ min: -2, max: 2, noNaN: true }),
  y: fc.double({ min: -2, max: 2, noNaN: true }),
  growth: fc.double({ min: 0.97, max: 1.03, noNaN: true }),
  turn: fc.double({ min: -0.03, max: 0.03, noNaN: true }),
});

describe("a file of a capture that was seen is a copy", () => {
  it.each<[string, View]>([
    ["as it was", {}],
    ["half as large", { scale: 0.5 }],
    ["half as large again", { scale: 1.5 }],
    ["cut to 90 %", { cut }],
    ["cut and enlarged to the same size", { cut, scale: 640 / 576 }],
    ["with a border around it", { cut: { left: -20, top: -30, width: 700, height: 540 } }],
    ["15 % brighter", { gain: 1.15 }],
    ["15 % darker", { gain: 0.85 }],
    ["mirrored", { mirrored: true }],
    ["mirrored, cut and resized", { mirrored: true, cut, scale: 0.7 }],
  ])("%s", (_, view) => {
    for (let name = 0; name < 8; name++) expect(isCopy(name, view), `pattern ${name}`).toBe(true);
  });

  it("wherever its landmarks put the crop", () => {
    fc.assert(
      fc.property(
        pattern,
        jitter,
        fc.boolean(),
        fc.double({ min: 0.5, max: 1.5, noNaN: true }),
        (...given) => {
          const [name, motion, mirrored, scale] = given;
          return isCopy(name, { ...motion, mirrored, scale });
        },
      ),
      runs,
    );
  });

  it("whichever of both was seen first", () => {
    fc.assert(fc.property(pattern, jitter, (name, motion) => isCopy(name, {}, { seen: { ...motion, cut } })));
  });
});

describe("no copy is", () => {
  it("a capture of something else", () => {
    fc.assert(fc.property(pattern, pattern, (name, of) => name === of || !isCopy(name, {}, { of })));
  });

  it.each<[string, View]>([
    ["beside its place in a photo of the same size", { cut: { left: 5, top: 0, width: 640, height: 480 } }],
    ["above its place in a photo of the same size", { cut: { left: 0, top: 5, width: 640, height: 480 } }],
    [
      "1 % nearer in a photo of the same size",
      { cut: { left: 0, top: 0, width: 640 / 1.01, height: 480 / 1.01 }, scale: 1.01 },
    ],
    ["1 degree turned", { photoTurn: Math.PI / 180 }],
    [
      "in part outside the photo that was seen, in part inside",
      { cut: { left: 60, top: -30, width: 600, height: 480 } },
    ],
  ])("a face that looks the same, but stands %s: a hand or a head moved", (_, view) => {
    for (let name = 0; name < 8; name++) expect(isCopy(name, view), `pattern ${name}`).toBe(false);
  });

  it("a flat picture, of itself or of anything", () => {
    const flat = { gain: 0, offset: 128 };
    expect(isCopy(1, flat, { seen: flat })).toBe(false);
    expect(isCopy(1, flat)).toBe(false);
    expect(isCopy(1, {}, { seen: flat })).toBe(false);
  });
});

describe("a sketch", () => {
  it("has 385 bytes", () => {
    expect([sketchBytes, writeSketch(syntheticCapture(1)).length]).toEqual([385, 385]);
  });

  it("comes back within half a level of its cells and with its frame", () => {
    const capture = syntheticCapture(3, { cut, turn: 0.1 });
    const { frame, cells } = readSketch(writeSketch(capture))!;
    for (const name of ["re", "im", "x", "y"] as const) {
      expect(frame[name]).toBeCloseTo(capture.frame[name], 4);
    }
    expect([frame.width, frame.height]).toEqual([cut.width, cut.height]);
    expect(cells.every((value) => Math.abs(value) <= 2.5)).toBe(true);
    expect(new Set(cells).size).toBeGreaterThan(20);
  });

  it.each([
    ["another version", (bytes: Uint8Array) => bytes.with(0, 2)],
    ["one byte less", (bytes: Uint8Array) => bytes.slice(0, -1)],
    ["one byte more", (bytes: Uint8Array) => new Uint8Array([...bytes, 0])],
    ["a frame of no size", (bytes: Uint8Array) => bytes.slice().fill(0, 1, 9)],
    ["a frame that is no number", (bytes: Uint8Array) => bytes.slice().fill(255, 1, 17)],
  ])("with %s is not read", (_, change) => {
    expect(readSketch(change(writeSketch(syntheticCapture(1))))).toBeUndefined();
  });

  it("of any bytes is compared without a fault", () => {
    const find = copyFinder(syntheticCapture(1));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: sketchBytes, maxLength: sketchBytes }), (bytes) => {
        const sketch = readSketch(bytes.with(0, 1));
        return sketch === undefined || find(sketch) === false;
      }),
    );
  });
});
