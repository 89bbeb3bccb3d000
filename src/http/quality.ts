/** Photos that are not fit for comparison are refused where that was asked for. */
import { fail, ok, type Result } from "../errors.ts";
import type { EncodedFace } from "../face/face.ts";
import { defaultQualityLimits, judgeQuality } from "../face/quality.ts";

/** Fails with `low_quality` and every reason. */
export function requireQuality({ quality }: EncodedFace): Result<void> {
  const reasons = judgeQuality(quality, defaultQualityLimits);
  return reasons.length === 0 ? ok(undefined) : fail({ code: "low_quality", reasons });
}
