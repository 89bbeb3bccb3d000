/** The head inside the networks, against the head applied to their embeddings; and files that replace others. */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compilePlan } from "../../../../model/compile/compile.ts";
import { openSession } from "../../../../model/convert/onnx/session.ts";
import { createRandom } from "../../../../model/evaluate/statistics/random.ts";
import { readKernels, readManifest, recognisabilityEntry } from "../../../../model/runtime.ts";
import {
  applyHead,
  decodeHead,
  type Head,
  type HeadFile,
  type HeadKind,
  type Matrix,
  normsBehind,
} from "../../../../model/train/head.ts";
import { fuseHead } from "../../../../model/train/release/fuse.ts";
import { carryRecognisability } from "../../../../model/train/release/recognisability.ts";
import { writeRelease } from "../../../../model/train/release/release.ts";
import { useModel } from "../../../../model/train/release/use.ts";
import {
  logit,
  recognisabilityOf,
  sharedShiftOf,
  shiftsOf,
} from "../../../../src/face/quality/recognisability.ts";
import {
  parseRecognisability,
  type RecognisabilityModel,
  type Shifts,
} from "../../../../src/face/quality/recognisability-model.ts";
import { createEngine } from "../../../../src/inference/kernels/engine.ts";
import { sweep } from "../../../fixtures/exhaustive.ts";

const base = readManifest();
const sizes = [192, 160];
const model = join(import.meta.dirname, "../../../../model/networks");
const folder = mkdtempSync(join(tmpdir(), "sameface-release-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes a head some way from the identity, in every direction. */
function someHead(kind: HeadKind, seed: number): Head {
  const random = createRandom(seed);
  const square = (size: number, spread: number, diagonal: number): Matrix => ({
    rows: size,
    columns: size,
    values: Float32Array.from(
      { length: size * size },
      (_, i) => (random() - 0.5) * spread + (i % (size + 1) === 0 ? diagonal : 0),
    ),
  });
  return {
    kind,
    blocks: sizes.map((size) =>
      kind === "linear" ? [square(size, 0.1, 1)] : [square(size, 0.3, 0), square(size, 0.2, 0)],
    ),
  };
}

/** Joins both networks' outputs into one embedding as the service does. */
async function encode(networks: readonly Uint8Array[], seed: number): Promise<Float32Array> {
  const random = createRandom(seed);
  const input = Float32Array.from({ length: 3 * 112 * 112 }, () => 2 * random() - 1);
  const blocks: Float32Array[] = [];
  for (const network of networks) {
    const session = await openSession(new Uint8Array(network), [1, 3, 112, 112]);
    const values = (await session.run(input)).get("embedding")!;
    const scale = 1 / Math.sqrt(2 * values.reduce((sum, x) => sum + x * x, 0));
    blocks.push(values.map((x) => x * scale));
    await session.release();
  }
  return Float32Array.from(blocks.flatMap((block) => [...block]));
}

const shipped = base.encoder.map((id) => new Uint8Array(readFileSync(join(model, base.models[id].file))));

describe.each(["linear", "hidden"] as const)("a %s head", (kind) => {
  const head = someHead(kind, 3);
  const fused = shipped.map((network, i) => fuseHead(network, head.blocks[i], `fused-${i}`));

  it("inside the networks makes the embedding that it lifts a stored one to", async () => {
    for (const seed of sweep([1, 2], [1])) {
      const [stored, made] = [await encode(shipped, seed), await encode(fused, seed)];
      const lifted = applyHead(head, stored);
      const cosine = lifted.reduce((sum, x, i) => sum + x * made[i], 0);
      const moved = stored.reduce((sum, x, i) => sum + x * made[i], 0);
      // The remaining difference is the rounding of weights to 16 bits.
      expect(cosine).toBeGreaterThan(0.99999);
      expect(moved).toBeLessThan(0.99);
    }
  });

  it("does the same whatever the length of an embedding", () => {
    const random = createRandom(5);
    const values = Float32Array.from({ length: 352 }, () => random() - 0.5);
    const once = applyHead(head, values);
    const thrice = applyHead(
      head,
      values.map((x) => 3 * x),
    );
    once.forEach((x, i) => {
      expect(thrice[i]).toBeCloseTo(x, 6);
    });
    expect(once.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 6);
  });
});

describe("a head", () => {
  it("refuses an embedding that is not of its length, and one that it makes nothing of", () => {
    const head = someHead("linear", 1);
    expect(() => applyHead(head, new Float32Array(351).fill(0.1))).toThrow();
    expect(() => applyHead(head, new Float32Array(353).fill(0.1))).toThrow("takes 352 numbers");
    expect(() => applyHead(head, new Float32Array(352))).toThrow("makes nothing");
  });
});

describe("a trained model", () => {
  const release = (
    name: string,
    seed: number,
    calibrate = (modelSha256: string): unknown => ({ ...entry, modelSha256 }),
  ) => writeRelease(join(folder, name), { name, head: someHead("linear", seed), base, calibrate });
  const entry = Object.values(base.calibration ?? {})[0] as object;

  it("has ids of its own, others when it is trained anew, and a head that says between which", () => {
    const once = release("cards", 1);
    const file = JSON.parse(readFileSync(join(folder, "cards/head.json"), "utf8")) as HeadFile;
    expect(file).toMatchObject({ from: "mobilefacenet-192+mobilefacenet-160", to: once });
    expect(decodeHead(file)).toEqual(someHead("linear", 1));
    expect(once).toMatch(/^cards-[0-9a-f]{8}-192\+cards-[0-9a-f]{8}-160$/);
    expect(release("cards", 1)).toBe(once);
    expect(release("cards", 2)).not.toBe(once);
  });

  it("takes the shipped one's place, and gives it back", () => {
    const place = join(folder, "place");
    mkdirSync(place);
    const files = Object.values(base.models).flatMap(({ file, plan }) => [file, plan?.file ?? file]);
    for (const file of ["manifest.json", ...files]) {
      cpSync(join(model, file), join(place, file));
    }
    const before = readFileSync(join(place, "manifest.json"), "utf8");
    release("gates", 7);
    expect(useModel(place, join(folder, "gates"))).toMatchObject({
      id: expect.stringMatching(/^gates-/),
      calibrated: true,
    });
    const manifest = JSON.parse(readFileSync(join(place, "manifest.json"), "utf8"));
    expect(Object.keys(manifest.models).sort()).toEqual(
      [...manifest.encoder, ...manifest.detectors, manifest.landmarks, ...manifest.passive].sort(),
    );
    expect(readFileSync(join(place, "mobilefacenet-192.onnx"))).toEqual(
      readFileSync(join(folder, "gates/mobilefacenet-192.onnx")),
    );
    release("few", 1, () => null);
    expect(useModel(place, join(folder, "few"))).toMatchObject({ calibrated: false });
    release("half", 1, (modelSha256) => ({ ...entry, modelSha256, recognisability: undefined }));
    expect(useModel(place, join(folder, "half"))).toMatchObject({ calibrated: false });
    expect(useModel(place, "shipped")).toEqual({
      id: "mobilefacenet-192+mobilefacenet-160",
      calibrated: true,
    });
    expect(readFileSync(join(place, "manifest.json"), "utf8")).toBe(before);
    expect(() => useModel(place, "shipped")).toThrow("the shipped model is in use");
    expect(readFileSync(join(place, "mobilefacenet-192.onnx")).equals(shipped[0])).toBe(true);
  });

  it("is not put into use when a file was altered", () => {
    const place = join(folder, "untouched");
    release("damaged", 1);
    const file = join(folder, "damaged/mobilefacenet-160.onnx");
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.of(0)]));
    expect(() => useModel(place, join(folder, "damaged"))).toThrow("not the file that its manifest names");
    expect(existsSync(place)).toBe(false);
  });
});

it("a hidden head inside a network has a plan for the kernels, which makes the same embedding", async () => {
  const head = someHead("hidden", 4);
  const fused = fuseHead(shipped[1], head.blocks[1], "hidden");
  const plan = compilePlan("hidden", fused);
  const kernels = createEngine(readKernels()).model({
    id: "hidden",
    bytes: plan,
    sha256: createHash("sha256").update(plan).digest("hex"),
    inputName: "input",
    inputShape: [1, 3, 112, 112],
    outputNames: ["embedding"],
  });
  const random = createRandom(9);
  const input = Float32Array.from({ length: 3 * 112 * 112 }, () => 2 * random() - 1);
  const session = await openSession(fused, [1, 3, 112, 112]);
  const expected = (await session.run(input)).get("embedding")!;
  await session.release();
  const ran = await kernels.run((values) => values.set(input));
  if (!ran.ok) throw new Error(ran.failure.code);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const [actual] = ran.value;
  const cosine = dot(actual, expected) / Math.sqrt(dot(actual, actual) * dot(expected, expected));
  expect(cosine).toBeGreaterThan(0.995);
});

describe("what is recognisable, carried over to a trained model", () => {
  const random = createRandom(11);
  /** Makes embeddings that fill the space along fewer directions than it has. */
  const embeddings = Array.from({ length: 500 }, () => {
    const values = Float32Array.from({ length: 352 }, (_, k) => (random() - 0.5) * 0.97 ** k);
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  });
  const encoder = { networks: 2, embeddingLength: 352 };

  it("finds ordinary faces as recognisable as before, whose norms the head has changed", () => {
    const head = someHead("linear", 4);
    const entry = recognisabilityEntry(base);
    const [before, after] = [entry, carryRecognisability(entry, embeddings, head)].map((recognisability) =>
      parseRecognisability({ recognisability }, encoder),
    );
    const oddsOf = (model: RecognisabilityModel, values: Float32Array, norms: readonly number[]) => {
      const embedding = { model: "", values };
      const face = { embedding, norms, detection: 0.9, beliefs: [0.9, 0.9], agreement: 0.9 } as const;
      return logit(recognisabilityOf(model, face));
    };
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value / values.length, 0);
    const was = embeddings.map((values) => oddsOf(before, values, [20, 2]));
    const is = embeddings.map((values) => {
      const [first, second] = normsBehind(head, values);
      return oddsOf(after, applyHead(head, values), [20 * first, 2 * second]);
    });
    expect(mean(is)).toBeCloseTo(mean(was), 1);
    expect(mean(is.map((odds) => Math.abs(odds - mean(is))))).toBeGreaterThan(0);
  });

  it("finds a face shifted like itself by as much as before, along directions that the head has moved", () => {
    const head = someHead("linear", 4);
    const entry = recognisabilityEntry(base);
    const [before, after] = [entry, carryRecognisability(entry, embeddings, head)].map(
      (recognisability) => parseRecognisability({ recognisability }, encoder).shifts,
    );
    const meanOf = (shifts: Shifts, of: readonly Float32Array[]) =>
      of.reduce((sum, values) => {
        const along = shiftsOf(shifts, values);
        return sum + sharedShiftOf(shifts, along, along) / of.length;
      }, 0);
    const lifted = embeddings.map((values) => applyHead(head, values));
    expect(meanOf(after, lifted) / meanOf(before, embeddings)).toBeCloseTo(1, 3);
    expect(after.directions).not.toEqual(before.directions);
    expect(after.knots).toEqual(before.knots);
  });
});
