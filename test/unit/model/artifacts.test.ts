/**
 * The shipped models against golden vectors that other implementations made of the sources' own files
 * (`npm run model:build -- --vectors`).
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSession } from "../../../model/convert/onnx/session.ts";
import { normalise, seededImage } from "../../../model/convert/proof/images.ts";
import type { SampledOutput, VectorsFile } from "../../../model/convert/proof/vectors.ts";
import manifest from "../../../model/networks/manifest.json" with { type: "json" };

const root = join(import.meta.dirname, "../../..");
const models = Object.entries(manifest.models);

/**
 * Largest difference, as a share of an output's range, and least cosine. The detectors' source has half floats, so
 * storing halves loses nothing; ONet's source has single floats. The encoder's integers were fitted to faces, and are
 * less accurate on these patterns.
 */
const tolerances: Readonly<Record<string, { readonly difference: number; readonly cosine: number }>> = {
  "mobilefacenet-192": { difference: 0.12, cosine: 0.985 },
  "mobilefacenet-160": { difference: 0.12, cosine: 0.985 },
  "blazeface-short": { difference: 1e-4, cosine: 0.999999 },
  "blazeface-full": { difference: 1e-4, cosine: 0.999999 },
  "mtcnn-onet": { difference: 2e-3, cosine: 0.9999 },
  // Ranges of the one, and the channels that the other is shipped without, were observed on faces too. On faces the
  // first network's log-odds are 0.09 off (standard deviation; 4.5 over faces), the second's logit 0.03 (of 0.6).
  "fr-liveness": { difference: 0.25, cosine: 0.95 },
  antispoof: { difference: 0.4, cosine: 0.985 },
};

describe.each(models)("%s", (id, { file, sha256, bytes, input, outputs, source }) => {
  const artifact = readFileSync(join(root, "model/networks", file));

  it("is the file that the manifest describes", () => {
    expect(createHash("sha256").update(artifact).digest("hex")).toBe(sha256);
    expect(artifact.length).toBe(bytes);
  });

  it("puts out what another implementation computes from the source, within its precision", async () => {
    const vectors = JSON.parse(
      readFileSync(join(root, "test/vectors", `model-${id}.json`), "utf8"),
    ) as VectorsFile;
    expect(vectors.generator).toContain(`${source.package}@${source.version} ${source.path}`);
    const session = await openSession(artifact, input.shape);
    for (const { seed, outputs: expected } of vectors.cases) {
      const actual = await session.run(normalise(seededImage(seed, input.shape.slice(1)), input));
      expect([...actual.keys()]).toEqual(outputs.map(({ name }) => name));
      for (const output of expected) {
        const { difference, cosine } = compare(actual.get(output.name)!, output);
        expect(difference, `${output.name}, seed ${seed}`).toBeLessThanOrEqual(tolerances[id].difference);
        expect(cosine, `${output.name}, seed ${seed}`).toBeGreaterThanOrEqual(tolerances[id].cosine);
      }
    }
    await session.release();
  });
});

describe("manifest", () => {
  it.each(["encoder", "detectors", "landmarks", "passive"] as const)(
    "names models that exist: %s",
    (role) => {
      for (const id of [manifest[role]].flat()) expect(Object.keys(manifest.models)).toContain(id);
    },
  );

  it("counts as many anchors as the detectors put out", () => {
    for (const id of manifest.detectors as (keyof typeof manifest.models)[]) {
      const model = manifest.models[id];
      if (!("anchors" in model)) throw new Error(`${id} has no anchors`);
      const { strides, perCell } = model.anchors;
      const cells = strides.map(
        (stride) => (model.input.shape[2] / stride) * (model.input.shape[3] / stride),
      );
      const anchors = cells.reduce((sum, count, level) => sum + count * perCell[level], 0);
      expect(model.outputs.map(({ shape }) => shape)).toEqual([
        [1, anchors, 16],
        [1, anchors, 1],
      ]);
    }
  });
});

describe("the comparison itself", () => {
  const expected: SampledOutput = { name: "x", length: 5, stride: 2, range: 10, values: [0, 4, 10] };

  it("accepts equal samples", () => {
    const { difference, cosine } = compare(Float32Array.of(0, 9, 4, 9, 10), expected);
    expect(difference).toBe(0);
    expect(cosine).toBeCloseTo(1, 12);
  });

  it("sees one value off by a tenth of the range", () => {
    expect(compare(Float32Array.of(0, 9, 5, 9, 10), expected).difference).toBeCloseTo(0.1, 12);
  });

  it.each([
    ["another length", Float32Array.of(0, 9, 4, 9)],
    ["NaN", Float32Array.of(0, 9, Number.NaN, 9, 10)],
  ])("fails on %s", (_, actual) => {
    expect(compare(actual, expected).difference).toBe(Number.POSITIVE_INFINITY);
  });
});

function compare(actual: Float32Array, { length, stride, range, values }: SampledOutput) {
  if (actual.length !== length) return { difference: Number.POSITIVE_INFINITY, cosine: 0 };
  const sampled = values.map((_, i) => actual[i * stride]);
  const differences = sampled.map((value, i) => Math.abs(value - values[i]) / range);
  const product = sampled.reduce((sum, value, i) => sum + value * values[i], 0);
  return {
    difference: differences.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...differences),
    cosine: product / (Math.hypot(...sampled) * Math.hypot(...values)),
  };
}
