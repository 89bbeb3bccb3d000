/** Settings of the demo page. A caller could read each of them elsewhere. */
import type { Config } from "../../config.ts";
import type { DistanceHistograms } from "../../face/decision/calibration.ts";
import { defaultQualityLimits } from "../../face/quality/quality.ts";
import { defaultSettings } from "../../identity/settings.ts";
import { publishedKey } from "../../trust/authenticate.ts";
import type { Handler } from "../app-env.ts";

interface DemoDeps {
  readonly config: Pick<Config, "environment" | "apiKey" | "browser">;
  /** Distances measured with the encoder that runs; undefined where the manifest has none. */
  readonly distances: DistanceHistograms | undefined;
}

/** GET /demo/settings.json */
export function demoSettings({ config, distances }: DemoDeps): Handler {
  const { environment, apiKey } = config;
  // In development the page gets the published key and works at once. People enter any other key themselves.
  const key = environment === "development" && apiKey === publishedKey ? publishedKey : null;
  const limits = defaultQualityLimits;
  const settings = {
    key,
    browser: config.browser,
    default_max_fmr: defaultSettings.maxFmr,
    distances: distances ?? null,
    quality_limits: {
      min_eye_distance_px: limits.minEyeDistancePx,
      min_sharpness: limits.minSharpness,
      min_brightness: limits.minBrightness,
      max_brightness: limits.maxBrightness,
      max_yaw: limits.maxYawDegrees,
      max_pitch: limits.maxPitchDegrees,
      min_in_frame: limits.minInFrame,
      max_occlusion: limits.maxOcclusion,
    },
  };
  return async (c) => c.json(settings);
}
