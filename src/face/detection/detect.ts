/**
 * Detection of faces by MediaPipe's BlazeFace (Bazarevsky et al. 2019, arXiv:1907.05047). The photo is fitted into
 * the detector's square, with black around it; boxes are returned in the photo's upright coordinates. Overlapping
 * boxes are blended by score rather than dropped (weighted non-maximum suppression, section 4 of the paper), which
 * steadies keypoints.
 */
import { ok, type Result } from "../../errors.ts";
import type { Photo } from "../../image/photo.ts";
import type { Sampler } from "../../image/sampling/sampler.ts";
import type { Model } from "../../inference/model.ts";
import type { DetectorDescriptor } from "../descriptor.ts";
import type { Box, Point } from "../geometry.ts";

export interface Detection {
  readonly box: Box;
  /** 0..1 */
  readonly score: number;
  /** Left and right are as seen in the picture. */
  readonly leftEye: Point;
  readonly rightEye: Point;
  readonly nose: Point;
  readonly mouth: Point;
  /** The same face as another look showed it, by which it is sampled; absent where this look decides. */
  readonly sampledAs?: Detection;
}

/** Result of one look at a photo. */
export interface Sight {
  /** Best score first, each once. */
  readonly faces: readonly Detection[];
  /** Boxes that score too little for a face, down to 0.12: perhaps a small one. They may lie on the faces. */
  readonly faint: readonly Detection[];
}

export interface Detector {
  readonly model: Model;
  /** Finds all faces, best score first, each once. Fails with `not_ready`. */
  detect(photo: Photo): Promise<Result<readonly Detection[]>>;
  /** Finds the same faces, and what may be one. Fails likewise. */
  look(photo: Photo): Promise<Result<Sight>>;
}

/** Intersection over union above which two boxes are one face: MediaPipe's `min_suppression_threshold`. */
const sameFaceOverlap = 0.3;
/** Least score of what may be a face. */
const faintScore = 0.12;
/** Box (centre x, y, width, height), then six keypoints (x, y). */
const valuesPerAnchor = 16;

interface Candidate {
  readonly score: number;
  /** Centre x, y, width, height, keypoints; in photo px. */
  readonly values: Float64Array;
}

export function createDetector(model: Model, descriptor: DetectorDescriptor, sample: Sampler): Detector {
  const side = model.inputShape[3];
  const anchors = anchorCentres(descriptor, side);
  const { clip, minimum } = descriptor.score;
  /** Finds what scores at least `least`: the faces, and where that is less than they need the rest. */
  async function see(photo: Photo, least: number): Promise<Result<Sight>> {
    const pxPerInput = Math.max(photo.width, photo.height) / side;
    const left = (side * pxPerInput - photo.width) / 2;
    const top = (side * pxPerInput - photo.height) / 2;
    const toPhoto = { a: pxPerInput, b: 0, tx: -left, c: 0, d: pxPerInput, ty: -top };
    const run = await model.run((input) => sample(photo, toPhoto, side, side, descriptor.input, input));
    if (!run.ok) return run;
    const [boxes, logits] = run.value;
    const candidates: Candidate[] = [];
    const faint: Candidate[] = [];
    for (let i = 0; i < logits.length; i++) {
      const score = 1 / (1 + Math.exp(-Math.max(-clip, Math.min(clip, logits[i]))));
      if (!(score >= least)) continue;
      const values = decodeAnchor(boxes, i, anchors, descriptor, side, pxPerInput, left, top);
      (score >= minimum ? candidates : faint).push({ score, values });
    }
    const [faces, rest] = [candidates, faint].map((each) => blendOverlapping(each).map(toDetection));
    return ok({ faces, faint: rest });
  }
  return {
    model,
    look: (photo) => see(photo, faintScore),
    async detect(photo) {
      const seen = await see(photo, minimum);
      return seen.ok ? ok(seen.value.faces) : seen;
    },
  };
}

/** Anchor centres as fractions of the input, in the order of the model's outputs. */
function anchorCentres({ anchors }: DetectorDescriptor, side: number): Float64Array {
  const centres: number[] = [];
  anchors.strides.forEach((stride, level) => {
    const cells = Math.ceil(side / stride);
    for (let y = 0; y < cells; y++) {
      for (let x = 0; x < cells; x++) {
        for (let k = 0; k < anchors.perCell[level]; k++) centres.push((x + 0.5) / cells, (y + 0.5) / cells);
      }
    }
  });
  return Float64Array.from(centres);
}

function decodeAnchor(
  boxes: Float32Array,
  index: number,
  anchors: Float64Array,
  { coordinateScale }: DetectorDescriptor,
  side: number,
  pxPerInput: number,
  left: number,
  top: number,
): Float64Array {
  const values = new Float64Array(valuesPerAnchor);
  const anchorX = anchors[2 * index];
  const anchorY = anchors[2 * index + 1];
  const base = index * valuesPerAnchor;
  const span = side * pxPerInput;
  for (let k = 0; k < valuesPerAnchor; k += 2) {
    const x = boxes[base + k] / coordinateScale;
    const y = boxes[base + k + 1] / coordinateScale;
    const isSize = k === 2;
    values[k] = isSize ? x * span : (x + anchorX) * span - left;
    values[k + 1] = isSize ? y * span : (y + anchorY) * span - top;
  }
  return values;
}

/** Replaces each group of boxes that overlap its best box by their score-weighted mean, with the best score. */
function blendOverlapping(candidates: readonly Candidate[]): Candidate[] {
  const blended: Candidate[] = [];
  let remaining = [...candidates].sort((a, b) => b.score - a.score);
  while (remaining.length > 0) {
    const best = remaining[0];
    const group = remaining.filter(
      (other) => other === best || overlap(best.values, other.values) > sameFaceOverlap,
    );
    remaining = remaining.filter((other) => !group.includes(other));
    const values = new Float64Array(valuesPerAnchor);
    const total = group.reduce((sum, { score }) => sum + score, 0);
    for (const member of group) {
      for (let k = 0; k < valuesPerAnchor; k++) values[k] += (member.values[k] * member.score) / total;
    }
    blended.push({ score: best.score, values });
  }
  return blended;
}

/** Intersection over union of two boxes given by centre and size. */
function overlap(a: Float64Array, b: Float64Array): number {
  const width = Math.min(a[0] + a[2] / 2, b[0] + b[2] / 2) - Math.max(a[0] - a[2] / 2, b[0] - b[2] / 2);
  const height = Math.min(a[1] + a[3] / 2, b[1] + b[3] / 2) - Math.max(a[1] - a[3] / 2, b[1] - b[3] / 2);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a[2] * a[3] + b[2] * b[3] - shared);
}

/** BlazeFace names the eyes by the person's own side; its first keypoint is the eye on the picture's left. */
function toDetection({ score, values: v }: Candidate): Detection {
  return {
    score,
    box: { x: v[0] - v[2] / 2, y: v[1] - v[3] / 2, width: v[2], height: v[3] },
    leftEye: { x: v[4], y: v[5] },
    rightEye: { x: v[6], y: v[7] },
    nose: { x: v[8], y: v[9] },
    mouth: { x: v[10], y: v[11] },
  };
}
