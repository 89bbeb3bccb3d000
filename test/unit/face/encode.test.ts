import { describe, expect, it } from "vitest";
import { openSampler } from "../../../model/runtime.ts";
import { fail, ok, type Result } from "../../../src/errors.ts";
import type { EncoderDescriptor } from "../../../src/face/descriptor.ts";
import { createEncoder, encoderId } from "../../../src/face/encode.ts";
import type { Landmarks } from "../../../src/face/geometry.ts";
import type { Photo } from "../../../src/image/photo.ts";

const sample = openSampler();

const side = 8;
const template = [
  [2, 3],
  [6, 3],
  [4, 5],
  [2.5, 6],
  [5.5, 6],
];
const input = {
  name: "input",
  shape: [1, 3, side, side],
  colour: "RGB",
  mean: [127.5, 127.5, 127.5],
  scale: [1 / 128, 1 / 128, 1 / 128],
};
const descriptor = (embeddingLength: number, change: Partial<EncoderDescriptor> = {}) =>
  ({ template, input, embeddingLength, ...change }) as EncoderDescriptor;

const unready = fail({ code: "not_ready", reason: "no engine" });

/** A network that gives the same output for every crop, and records its inputs. */
function network(id: string, says: readonly number[], loads: Result<unknown> = ok(null)) {
  const shown: Float32Array[] = [];
  return {
    id,
    shown,
    inputShape: input.shape,
    load: async () => loads,
    run: async (fill: (crop: Float32Array) => void): Promise<Result<readonly Float32Array[]>> => {
      if (!loads.ok) return loads;
      // The buffer holds another request's crop by the time that the next network runs.
      const crop = new Float32Array(3 * side * side).fill(0.123);
      fill(crop);
      shown.push(crop);
      return ok([Float32Array.from(says)]);
    },
  };
}

/** Each pixel of this photo has a colour of its own. */
const photo: Photo = (() => {
  const [width, height] = [32, 24];
  const data = new Uint8Array(4 * width * height).map(
    (_, i) => [(i * 7) % 251, (i * 5) % 241, i % 239, 255][i % 4],
  );
  return {
    width,
    height,
    raster: { width, height, data },
    toRaster: { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 },
  };
})();

/** The template itself, moved right and down, so that crop pixels are pixels of the photo. */
const shift = { x: 10, y: 6 };
const landmarks = template.map(([x, y]) => ({ x: x + shift.x, y: y + shift.y })) as unknown as Landmarks;

function successOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.failure.code);
  return result.value;
}

describe("an encoder of two networks", () => {
  const make = () => {
    const [first, second] = [network("a", [3, 4]), network("b", [0, 0, 5])];
    const parts = [
      { model: first, descriptor: descriptor(2) },
      { model: second, descriptor: descriptor(3) },
    ];
    const encoder = createEncoder(parts, sample);
    return { encoder, first, second };
  };

  it("is named by both, and loads both", async () => {
    const { encoder } = make();
    expect(encoder.id).toBe("a+b");
    expect(encoderId(["a"])).toBe("a");
    expect(await encoder.load()).toEqual(ok("a+b"));
  });

  it("puts their outputs end to end, each of one length and all of unit length", async () => {
    const { embedding } = successOf(await make().encoder.encode(photo, landmarks));
    expect(embedding.model).toBe("a+b");
    expect(embedding.values).toHaveLength(5);
    const half = Math.SQRT1_2;
    for (const [i, value] of [0.6 * half, 0.8 * half, 0, 0, half].entries())
      expect(embedding.values[i]).toBeCloseTo(value, 6);
  });

  it("shows both the same crop of the photo, normalised", async () => {
    const { encoder, first, second } = make();
    await encoder.encode(photo, landmarks);
    expect(first.shown).toHaveLength(1);
    expect(second.shown).toEqual(first.shown);
    const at = 4 * ((2 + shift.y) * photo.width + 5 + shift.x);
    for (const channel of [0, 1, 2]) {
      const expected = (photo.raster.data[at + channel] - 127.5) / 128;
      expect(first.shown[0][channel * side * side + 2 * side + 5]).toBeCloseTo(expected, 4);
    }
  });

  it("says where the crop lies: top left, top right, bottom right, bottom left", async () => {
    const { cropCorners } = successOf(await make().encoder.encode(photo, landmarks));
    for (const [i, [x, y]] of [
      [10, 6],
      [18, 6],
      [18, 14],
      [10, 14],
    ].entries()) {
      expect(cropCorners[i].x).toBeCloseTo(x, 6);
      expect(cropCorners[i].y).toBeCloseTo(y, 6);
    }
  });

  it("turns and scales the crop with the face", async () => {
    // The face is turned a quarter to the right, at twice the size: the crop's x axis points down in the photo.
    const turned = template.map(([x, y]) => ({ x: 20 - 2 * y, y: 2 * x })) as unknown as Landmarks;
    const { cropCorners } = successOf(await make().encoder.encode(photo, turned));
    for (const [i, [x, y]] of [
      [20, 0],
      [20, 16],
      [4, 16],
      [4, 0],
    ].entries()) {
      expect(cropCorners[i].x).toBeCloseTo(x, 6);
      expect(cropCorners[i].y).toBeCloseTo(y, 6);
    }
  });

  it("keeps the crop where it was asked for, as the photo's own bytes, and else does not", async () => {
    const { encoder } = make();
    expect(successOf(await encoder.encode(photo, landmarks))).not.toHaveProperty("crop");
    const { crop } = successOf(await encoder.encode(photo, landmarks, { keepCrop: true }));
    expect(crop).toMatchObject({ width: side, height: side });
    expect(crop!.rgb).toHaveLength(3 * side * side);
    for (const [x, y] of [
      [0, 0],
      [7, 0],
      [3, 5],
      [7, 7],
    ]) {
      const from = 4 * ((y + shift.y) * photo.width + x + shift.x);
      const at = 3 * (y * side + x);
      expect([...crop!.rgb.subarray(at, at + 3)]).toEqual([...photo.raster.data.subarray(from, from + 3)]);
    }
  });

  it("measures how the crop looked", async () => {
    const { appearance } = successOf(await make().encoder.encode(photo, landmarks));
    expect(appearance.brightness).toBeGreaterThan(20);
    expect(appearance.contrast).toBeGreaterThan(20);
  });
});

describe("an encoder of one network", () => {
  it("scales its output to unit length, and gives the crop all the same", async () => {
    const model = network("a", [3, 4]);
    const encoder = createEncoder([{ model, descriptor: descriptor(2) }], sample);
    const { embedding, crop } = successOf(await encoder.encode(photo, landmarks, { keepCrop: true }));
    expect(embedding.model).toBe("a");
    expect(embedding.values[0]).toBeCloseTo(0.6, 6);
    expect(embedding.values[1]).toBeCloseTo(0.8, 6);
    expect([...crop!.rgb.subarray(0, 3)]).toEqual([
      ...photo.raster.data.subarray(4 * (6 * photo.width + 10), 4 * (6 * photo.width + 10) + 3),
    ]);
  });

  it.each([
    ["is all zeros", [0, 0]],
    ["is not a number", [Number.NaN, 1]],
    ["is infinite", [Number.POSITIVE_INFINITY, 1]],
    ["is too short", [1]],
    ["is too long", [1, 0, 0]],
  ])("throws where its output %s: that is never compared", async (_, says) => {
    const encoder = createEncoder([{ model: network("a", says), descriptor: descriptor(2) }], sample);
    await expect(encoder.encode(photo, landmarks)).rejects.toThrow("not an embedding");
  });

  it("of landmarks that do not span a face is face_not_found, and no network runs", async () => {
    const model = network("a", [1, 0]);
    const encoder = createEncoder([{ model, descriptor: descriptor(2) }], sample);
    const point = { x: 5, y: 5 };
    const encoded = await encoder.encode(photo, [point, point, point, point, point]);
    expect(encoded).toEqual(fail({ code: "face_not_found" }));
    expect(model.shown).toEqual([]);
  });
});

describe("a network that is not ready", () => {
  it.each([0, 1])("fails loading and encoding, be it number %i of two", async (broken) => {
    const models = [network("a", [1, 0]), network("b", [1, 0])];
    models[broken] = network("c", [1, 0], unready);
    const encoder = createEncoder(
      models.map((model) => ({ model, descriptor: descriptor(2) })),
      sample,
    );
    expect(await encoder.load()).toEqual(unready);
    expect(await encoder.encode(photo, landmarks)).toEqual(unready);
  });
});

describe("networks of one encoder", () => {
  it.each([
    ["another template", { template: template.toReversed() }],
    ["another size", { input: { ...input, shape: [1, 3, side, 16] } }],
    ["another order of colours", { input: { ...input, colour: "BGR" } }],
    ["another mean", { input: { ...input, mean: [0, 0, 0] } }],
    ["another scale", { input: { ...input, scale: [1, 1, 1] } }],
  ])("that take %s do not go together", (_, change) => {
    const parts = [descriptor(2), descriptor(2, change)].map((each, i) => ({
      model: network(`n${i}`, [1, 0]),
      descriptor: each,
    }));
    expect(() => createEncoder(parts, sample)).toThrow(
      "n1 takes another crop than the encoder's first network",
    );
  });

  it("may differ in the name of their input and in how much they say", () => {
    const parts = [descriptor(2), descriptor(3, { input: { ...input, name: "data" } })].map((each, i) => ({
      model: network(`n${i}`, [1, 0]),
      descriptor: each,
    }));
    expect(createEncoder(parts, sample).id).toBe("n0+n1");
  });
});
