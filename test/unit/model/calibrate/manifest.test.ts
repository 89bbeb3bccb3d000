import { expect, it } from "vitest";
import { occlusionEntry, readCalibration, readManifest } from "../../../../model/runtime.ts";
import { thresholdAt } from "../../../../src/face/decision/calibration.ts";
import { eyeMeasures } from "../../../../src/face/quality/eyewear.ts";
import { occlusionMeasures } from "../../../../src/face/quality/occlusion.ts";
import { defaultSettings } from "../../../../src/identity/settings.ts";

it("the manifest's calibration is of the very encoder that it ships", () => {
  expect(readCalibration).not.toThrow();
});

it("the calibration covers the default false match rate", () => {
  expect(thresholdAt(readCalibration(), defaultSettings.maxFmr).ok).toBe(true);
});

it("the manifest says of the encoder that it ships which faces are covered", () => {
  const { regions, eyes } = occlusionEntry(readManifest());
  expect(regions.weights.length).toBe(occlusionMeasures);
  expect(eyes.weights.length).toBe(eyeMeasures);
});
