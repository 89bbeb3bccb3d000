/**
 * Quality of a face for comparison: one number for each property (after ISO/IEC 29794-5), and the reasons for a
 * refusal where a number is beyond its limit.
 */
import { fail, ok, type Result } from "../../errors.ts";
import type { Detection } from "../detection/detect.ts";
import type { Landmarks, Point } from "../geometry.ts";
import { estimatePose, type Pose } from "./pose.ts";

/** Measures by geometry and pixels. */
export interface Measured extends Pose, Appearance {
  /** Distance between the eyes in the photo as sent, px. */
  readonly eyeDistancePx: number;
  /** Agreement of detector and landmark model on eyes and nose: 1 less the mean gap in eye distances, 0..1. */
  readonly agreement: number;
  /** Share of the encoder's crop that lies inside the photo, 0..1. */
  readonly inFrame: number;
}

export interface Quality extends Measured {
  /** Probability that the embedding tells whose face it is, 0..1: src/face/quality/recognisability.ts. */
  readonly recognisability: number;
  /** Score of the face being covered in part, 0..1: src/face/quality/occlusion.ts. */
  readonly occlusion: number;
}

/** Measures of the encoder's crop. */
export interface Appearance {
  /** Mean luma of the face, 0..255 (ITU-R BT.601). */
  readonly brightness: number;
  /** Standard deviation of the face's luma. */
  readonly contrast: number;
  /** Energy of the Laplacian over the variance of luma: detail, independent of contrast. */
  readonly sharpness: number;
}

export const qualityReasons = [
  "face_too_small",
  "blurred",
  "too_dark",
  "too_bright",
  "extreme_pose",
  "cut_off",
  "occluded",
  /** Refusal by the encoder's recognisability limit, which is none of `QualityLimits`: no policy admits such a face. */
  "unrecognizable",
] as const;

export type QualityReason = (typeof qualityReasons)[number];

export interface QualityLimits {
  readonly minEyeDistancePx: number;
  readonly minSharpness: number;
  readonly minBrightness: number;
  readonly maxBrightness: number;
  readonly maxYawDegrees: number;
  readonly maxPitchDegrees: number;
  readonly minInFrame: number;
  readonly maxOcclusion: number;
}

/**
 * Limits at which recognition visibly suffers and few ordinary photos are refused, measured on worsened photos; see
 * "Quality" in design/models.md.
 */
export const defaultQualityLimits: QualityLimits = {
  minEyeDistancePx: 16,
  minSharpness: 0.02,
  minBrightness: 40,
  maxBrightness: 200,
  maxYawDegrees: 50,
  maxPitchDegrees: 45,
  minInFrame: 0.8,
  maxOcclusion: 0.5,
};

/** Measures with limits here. Occlusion is unknown of a photo that was measured when there was no such measure. */
export interface Judged extends Measured {
  readonly occlusion?: number;
}

/** Lists every limit that the face does not meet. */
export function judgeQuality(quality: Judged, limits: QualityLimits): QualityReason[] {
  const reasons: QualityReason[] = [];
  // Each condition states the acceptable values, so that a NaN is refused.
  if (!(quality.eyeDistancePx >= limits.minEyeDistancePx)) reasons.push("face_too_small");
  if (!(quality.sharpness >= limits.minSharpness)) reasons.push("blurred");
  if (!(quality.brightness >= limits.minBrightness)) reasons.push("too_dark");
  if (!(quality.brightness <= limits.maxBrightness)) reasons.push("too_bright");
  const posed =
    Math.abs(quality.yaw) <= limits.maxYawDegrees && Math.abs(quality.pitch) <= limits.maxPitchDegrees;
  if (!posed) reasons.push("extreme_pose");
  if (!(quality.inFrame >= limits.minInFrame)) reasons.push("cut_off");
  const { occlusion } = quality;
  if (occlusion !== undefined && !(occlusion <= limits.maxOcclusion)) reasons.push("occluded");
  return reasons;
}

export function measureQuality(
  detection: Detection,
  landmarks: Landmarks,
  photo: { readonly width: number; readonly height: number },
  cropCorners: readonly Point[],
  appearance: Appearance,
): Measured {
  const eyeDistancePx = between(landmarks[0], landmarks[1]);
  const gaps = [
    between(landmarks[0], detection.leftEye),
    between(landmarks[1], detection.rightEye),
    between(landmarks[2], detection.nose),
  ];
  const meanGap = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return {
    ...estimatePose(landmarks),
    ...appearance,
    eyeDistancePx,
    agreement: Math.max(0, 1 - meanGap / eyeDistancePx),
    inFrame: shareInside(cropCorners, photo),
  };
}

/** Reads the luma of the encoder's input, 0..255, inside the face's ellipse. */
export function measureAppearance(luma: Float32Array, width: number, height: number): Appearance {
  // The ellipse is upright, brow to chin on the template: 0.7 of the width, 0.84 of the height.
  const across = ellipseTerms(width, 0.5, 0.1225);
  const down = ellipseTerms(height, 0.55, 0.1764);
  const sums = new Float64Array(4);
  for (let y = 1; y < height - 1; y++) addRow(luma, y, across, down[y], sums);
  const [count, sum, squares, energy] = sums;
  const brightness = sum / count;
  const variance = Math.max(0, squares / count - brightness * brightness);
  return {
    brightness,
    contrast: Math.sqrt(variance),
    // The 1 is one grey level of variance for quantisation; without it a flat face would divide by zero.
    sharpness: energy / count / (variance + 1),
  };
}

/**
 * Returns (x - centre)² / radius² of each pixel's centre along one axis: inside the ellipse the terms of both axes
 * sum to at most 1.
 */
function ellipseTerms(size: number, centre: number, squaredRadius: number): Float64Array {
  const terms = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const offset = (i + 0.5) / size - centre;
    terms[i] = (offset * offset) / squaredRadius;
  }
  return terms;
}

/** Adds the pixels of row `y` inside the ellipse: their number, luma, squared luma and squared Laplacian. */
function addRow(luma: Float32Array, y: number, across: Float64Array, down: number, sums: Float64Array): void {
  const width = across.length;
  let first = 1;
  let last = width - 2;
  while (first <= last && across[first] + down > 1) first++;
  while (last >= first && across[last] + down > 1) last--;
  let sum = sums[1];
  let squares = sums[2];
  let energy = sums[3];
  const end = y * width + last;
  for (let i = y * width + first; i <= end; i++) {
    const value = luma[i];
    const laplacian = luma[i - 1] + luma[i + 1] + luma[i - width] + luma[i + width] - 4 * value;
    sum += value;
    squares += value * value;
    energy += laplacian * laplacian;
  }
  sums[0] += last - first + 1;
  sums[1] = sum;
  sums[2] = squares;
  sums[3] = energy;
}

/** Returns the share of a 16 x 16 grid over the quadrilateral (corners in order) that lies inside the photo. */
function shareInside(
  [a, b, c, d]: readonly Point[],
  { width, height }: { width: number; height: number },
): number {
  const cells = 16;
  let inside = 0;
  for (let j = 0; j < cells; j++) {
    for (let i = 0; i < cells; i++) {
      const u = (i + 0.5) / cells;
      const v = (j + 0.5) / cells;
      const x = (1 - v) * ((1 - u) * a.x + u * b.x) + v * ((1 - u) * d.x + u * c.x);
      const y = (1 - v) * ((1 - u) * a.y + u * b.y) + v * ((1 - u) * d.y + u * c.y);
      if (x >= 0 && y >= 0 && x <= width && y <= height) inside++;
    }
  }
  return inside / (cells * cells);
}

function between(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

/** Fails with `low_quality`, which lists every reason. */
export function requireQuality(quality: Judged): Result<void> {
  const reasons = judgeQuality(quality, defaultQualityLimits);
  return reasons.length === 0 ? ok(undefined) : fail({ code: "low_quality", reasons });
}
