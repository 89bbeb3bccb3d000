import { expect, it } from "vitest";
import { readCalibration } from "../../../../model/runtime.ts";
import { thresholdAt } from "../../../../src/face/decision/calibration.ts";
import { defaultSettings } from "../../../../src/identity/settings.ts";

it("the manifest's calibration is of the very encoder that it ships", () => {
  expect(readCalibration).not.toThrow();
});

it("the calibration covers the default false match rate", () => {
  expect(thresholdAt(readCalibration(), defaultSettings.maxFmr).ok).toBe(true);
});
