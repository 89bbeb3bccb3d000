/** Faces of a photo that shows several, by detectors that see what the test says. */
import { describe, expect, it } from "vitest";
import { fail, ok } from "../../../../src/errors.ts";
import type { Detection, Detector } from "../../../../src/face/detection/detect.ts";
import { findCompany, findEveryFace, findFirstFaces } from "../../../../src/face/detection/every-face.ts";
import type { Photo } from "../../../../src/image/photo.ts";

const raster = { width: 10, height: 10, data: new Uint8Array(400) };
const photo: Photo = {
  width: 1000,
  height: 500,
  raster,
  toRaster: { a: 0.01, b: 0, tx: 0, c: 0, d: 0.02, ty: 0 },
};

function face(x: number, y: number, side: number, score = 0.9): Detection {
  const eye = { x, y };
  return {
    box: { x, y, width: side, height: side },
    score,
    leftEye: eye,
    rightEye: eye,
    nose: eye,
    mouth: eye,
  };
}

/**
 * A detector that sees these faces in the whole photo, and `inQuarters` in the parts, by the corner where a part
 * begins; `faint` may be faces of the whole photo.
 */
function detector(
  whole: readonly Detection[],
  inQuarters: Readonly<Record<string, Detection>> = {},
  faint: readonly Detection[] = [],
) {
  const parts: string[] = [];
  const seeing: Detector = {
    model: {} as Detector["model"],
    look: async () => ok({ faces: whole, faint }),
    async detect({ width, toRaster }) {
      if (width === photo.width) return ok(whole);
      const corner = `${Math.round(toRaster.tx / toRaster.a)},${Math.round(toRaster.ty / toRaster.d)}`;
      parts.push(corner);
      return ok(corner in inQuarters ? [inQuarters[corner]] : []);
    },
  };
  return { seeing, parts };
}

const found = async (...detectors: Detector[]) => {
  const faces = await findEveryFace(detectors, photo);
  if (!faces.ok) throw new Error(faces.failure.code);
  return faces.value.map(({ box }) => [box.x, box.y]);
};

describe("every face", () => {
  it("is that of either detector, each once though both see it, the surest first", async () => {
    const first = detector([face(0, 0, 400, 0.8)]).seeing;
    const second = detector([face(10, 10, 390, 0.7), face(600, 0, 100, 0.9)]).seeing;
    expect(await found(first, second)).toEqual([
      [600, 0],
      [0, 0],
    ]);
  });

  it("is sampled as the first detector that sees a face shows it, however sure another look is, and as large as that look says", async () => {
    const [loose, close] = [face(0, 0, 400, 0.6), face(40, 40, 250, 0.9)];
    const blind = detector([]).seeing;
    for (const find of [findEveryFace, findCompany]) {
      expect(await find([detector([loose]).seeing, detector([close]).seeing], photo)).toEqual(
        ok([{ ...close, sampledAs: loose }]),
      );
      const quarters = { "0,0": { ...close, box: { ...close.box, width: 150, height: 150 } } };
      const small = face(40, 40, 140, 0.7);
      const found = await find([blind, detector([small], quarters).seeing], photo);
      expect(found.ok && found.value.map(({ sampledAs }) => sampledAs)).toEqual([small]);
    }
  });

  it("where none is larger than three tenths of the longer side is looked for in the quarters, which share a fifth", async () => {
    const first = detector([face(0, 0, 299)]).seeing;
    const { seeing, parts } = detector([], { "400,200": face(500, 250, 40) });
    expect(await found(first, seeing)).toEqual([
      [0, 0],
      [900, 450],
    ]);
    expect(parts).toEqual(["0,0", "400,0", "0,200", "400,200"]);
  });

  it("beside a face of three tenths of the longer side is looked for in the whole photo alone", async () => {
    const { seeing, parts } = detector([]);
    expect(await found(detector([face(0, 0, 300)]).seeing, seeing)).toEqual([[0, 0]]);
    expect(parts).toEqual([]);
  });

  it("fails where a detector does", async () => {
    const fails = async () => fail({ code: "not_ready", reason: "no memory" });
    const broken: Detector = { model: {} as Detector["model"], look: fails, detect: fails };
    expect(await findEveryFace([detector([]).seeing, broken], photo)).toMatchObject({ ok: false });
    expect(await findCompany([detector([]).seeing, broken], photo)).toMatchObject({ ok: false });
    expect(await findFirstFaces([broken], photo)).toMatchObject({ ok: false });
  });
});

describe("company of a small face is looked for in the quarters", () => {
  const alone = face(0, 0, 200);
  const corners = async (whole: readonly Detection[], faint: readonly Detection[]) => {
    const { seeing, parts } = detector(whole, {}, faint);
    expect(await findCompany([detector([alone]).seeing, seeing], photo)).toMatchObject({ ok: true });
    return parts.length;
  };

  it("where the last detector sees what may be another", async () => {
    expect(await corners([alone], [face(600, 100, 40, 0.13)])).toBe(4);
  });

  it("where there is another already", async () => {
    expect(await corners([alone, face(600, 100, 40)], [])).toBe(4);
  });

  it("where the face is far away", async () => {
    const { seeing, parts } = detector([face(0, 0, 159)]);
    expect(await findCompany([detector([face(0, 0, 159)]).seeing, seeing], photo)).toMatchObject({
      ok: true,
    });
    expect(parts).toHaveLength(4);
  });

  it("where no face is seen", async () => {
    const { seeing, parts } = detector([]);
    expect(await findCompany([detector([]).seeing, seeing], photo)).toEqual(ok([]));
    expect(parts).toHaveLength(4);
  });

  it("and not where what it sees lies on the face, or where there is nothing", async () => {
    expect(await corners([], [face(20, 20, 150, 0.4)])).toBe(0);
    expect(await corners([alone], [])).toBe(0);
  });
});

describe("the first faces", () => {
  it("are those of the first detector that sees one", async () => {
    const faces = [detector([]), detector([face(1, 1, 10)]), detector([face(2, 2, 10)])];
    const first = await findFirstFaces(
      faces.map(({ seeing }) => seeing),
      photo,
    );
    expect(first).toMatchObject({ ok: true, value: [{ box: { x: 1 } }] });
  });
});
