import { expect, it } from "vitest";
import { readCalibration } from "../../model/runtime.ts";
import { parseConfig } from "../../src/config.ts";
import { thresholdAt } from "../../src/face/calibration.ts";

it("the manifest's calibration is of the very encoder that it ships", () => {
  expect(readCalibration).not.toThrow();
});

it("the calibration covers the default false match rate", () => {
  expect(thresholdAt(readCalibration(), parseConfig({}).defaultMaxFmr).ok).toBe(true);
});
