/** What the page to try the service on must know: nothing that a caller could not read elsewhere. */
import type { Context } from "hono";
import { defaultQualityLimits } from "../../face/quality.ts";
import { defaultSettings } from "../../identity/settings.ts";
import { publishedKey } from "../../trust/authenticate.ts";
import type { AppEnv, Deps } from "../deps.ts";

/** GET /demo/settings.json */
export function demoSettings({ config, distances }: Deps) {
  const { environment, apiKey } = config;
  // In development the page works at once; any other key is for people to enter.
  const key = environment === "development" && apiKey === publishedKey ? publishedKey : null;
  const limits = defaultQualityLimits;
  const settings = {
    key,
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
    },
  };
  return (c: Context<AppEnv>): Response => c.json(settings);
}
