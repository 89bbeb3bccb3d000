import { expect, it } from "vitest";
import { countDistances } from "../../../../model/calibrate/distances.ts";
import { readManifest } from "../../../../model/runtime.ts";
import { encoderInUse } from "../../../../src/models.ts";

const trials = (...distances: number[]) => ({
  distance: Float32Array.from(distances),
  left: new Uint32Array(distances.length),
  right: new Uint32Array(distances.length),
});

it("counts each pair in the bin that its distance lies in, as a share of all", () => {
  const { binWidth, genuine, impostor } = countDistances({
    genuine: trials(0, 0.01, 0.05, Number.POSITIVE_INFINITY),
    impostor: trials(1.99, 2, 2.0000002),
    identityOf: new Uint32Array(),
    identityCount: 0,
  });
  expect(binWidth * genuine.length).toBe(2);
  expect(genuine.slice(0, 3)).toEqual([0.5, 0.25, 0]);
  expect(genuine.reduce((sum, share) => sum + share, 0)).toBe(0.75);
  expect(impostor.at(-1)).toBe(1);
});

it("the manifest's histograms agree with its table: the share of strangers below a distance is its FMR", () => {
  const manifest = readManifest();
  const entry = manifest.calibration?.[encoderInUse(manifest).id];
  if (entry === undefined) throw new Error("the encoder is not calibrated");
  const { distances, fmrTable } = entry as {
    distances: { binWidth: number; impostor: number[] };
    fmrTable: [number, number][];
  };
  for (const [distance, fmr] of fmrTable.filter(([, rate]) => rate >= 1e-4)) {
    const below = (bins: number) => distances.impostor.slice(0, bins).reduce((sum, share) => sum + share, 0);
    const bin = Math.floor(distance / distances.binWidth);
    expect(below(bin)).toBeLessThanOrEqual(fmr * 1.1);
    expect(below(bin + 1)).toBeGreaterThanOrEqual(fmr * 0.9);
  }
});
