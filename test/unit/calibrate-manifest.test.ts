import { expect, it } from "vitest";
import { readManifest } from "../../model/runtime.ts";
import { parseConfig } from "../../src/config.ts";
import { parseCalibration, thresholdAt } from "../../src/face/calibration.ts";

const { encoder, models, calibration } = readManifest();

it("the manifest's calibration is of the very encoder that it ships", () => {
  expect(() => parseCalibration(calibration?.[encoder], models[encoder].sha256)).not.toThrow();
});

it("the calibration covers the default false match rate", () => {
  const parsed = parseCalibration(calibration?.[encoder], models[encoder].sha256);
  expect(thresholdAt(parsed, parseConfig({}).defaultMaxFmr).ok).toBe(true);
});
