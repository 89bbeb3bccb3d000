/**
 * Score, 0..1, of a face being covered in part (mask, sunglasses, a hand, a bar), by how nine regions of the encoder's
 * crop look beside the face as a whole. A cover is flatter than skin, eyes and mouth, has another colour or brightness,
 * or makes the two sides of a face unlike. A turned head does some of that too, so the pose has a say. Sunglasses as people
 * wear them reflect, are tinted and have no one shape: a second model looks at the eyes alone, in small cells (eyewear.ts).
 *
 * A covered face is still compared: recognisability says whether its embedding tells whose it is. It is a poor face to
 * enrol, since later photos will show what it hides.
 */
import type { Normalisation } from "../../image/sampling/sampler.ts";
import { type Chroma, measureEyes, templateSide } from "./eyewear.ts";
import { type LinearOdds, linearOdds } from "./linear-odds.ts";
import type { Pose } from "./pose.ts";

/** Weights of the measures; model/calibrate/occlusion fits them. A face is covered where either says so. */
export interface OcclusionModel {
  /** Model of the `occlusionMeasures` numbers. */
  readonly regions: LinearOdds;
  /** Model of the `eyeMeasures` numbers. */
  readonly eyes: LinearOdds;
}

/** Measures of a crop by which covers are told. */
export interface CoverMeasures {
  readonly regions: readonly number[];
  readonly eyes: readonly number[];
}

/** A part of the crop in px of a crop of 112 x 112; right and bottom are outside. */
type Box = readonly [left: number, top: number, right: number, bottom: number];

const wholeFace: Box = [22, 20, 90, 108];
/** Holds the whole face, all regions, the band of the eyes, and the next pixel to the right of each and below. */
const measured: Box = [20, 20, 93, 112];
/** Regions around the landmarks of the encoder's template, left and right as seen in the picture. */
const regions = {
  leftEye: [26, 44, 50, 60],
  rightEye: [62, 44, 86, 60],
  bridge: [48, 40, 64, 58],
  nose: [46, 62, 66, 80],
  mouth: [38, 84, 74, 100],
  leftCheek: [22, 66, 40, 84],
  rightCheek: [72, 66, 90, 84],
  chin: [44, 100, 68, 111],
  forehead: [36, 20, 76, 36],
} as const satisfies Readonly<Record<string, Box>>;
const sides = [
  ["leftEye", "rightEye"],
  ["leftCheek", "rightCheek"],
] as const;

const measuresOfRegion = 9;
const measuresOfSides = 4;
const measuresOfPose = 4;
/** Number of measures of a crop's regions. */
export const regionMeasures = measuresOfRegion * Object.keys(regions).length + measuresOfSides * sides.length;
export const occlusionMeasures = regionMeasures + measuresOfPose;

/** Luma steps below this, 0..255, are those of a flat surface. */
const flatStep = 3;

/** Statistics of a region; luma and chroma in 0..255. */
interface Region {
  readonly brightness: number;
  readonly contrast: number;
  /** Mean step of luma to the next pixel, across and down together. */
  readonly detail: number;
  /** Share of pixels whose step is that of a flat surface, 0..1. */
  readonly flat: number;
  readonly blue: number;
  readonly red: number;
  /** Standard deviation of chroma. */
  readonly colours: number;
}

/** Measures the encoder's input, planes R, G, B as `normalisation` made them. */
export function measureCover(
  planes: Float32Array,
  width: number,
  height: number,
  normalisation: Normalisation,
): CoverMeasures {
  const { luma, chroma } = inUsualLight(planes, width, height, normalisation);
  const look = (box: Box) => describe(luma, chroma, width, placeOf(box, width, height));
  const face = look(wholeFace);
  const contrast = face.contrast + 1;
  const detail = face.detail + 0.5;
  const found = Object.fromEntries(Object.entries(regions).map(([name, box]) => [name, look(box)])) as Record<
    keyof typeof regions,
    Region
  >;
  const relative = (region: Region) => [
    (region.brightness - face.brightness) / contrast,
    Math.log((region.contrast + 1) / contrast),
    Math.log((region.detail + 0.5) / detail),
  ];
  const measures: number[] = [];
  for (const region of Object.values(found)) {
    const tint = Math.hypot(region.blue - face.blue, region.red - face.red);
    measures.push(
      ...relative(region),
      Math.log(region.contrast + 1),
      Math.log(region.detail + 0.5),
      Math.log(region.colours + 1),
      region.flat,
      tint,
      tint / (face.colours + 1),
    );
  }
  for (const [left, right] of sides) {
    const a = found[left];
    const b = found[right];
    const other = relative(b);
    measures.push(...relative(a).map((value, k) => Math.abs(value - other[k])));
    measures.push(Math.hypot(a.blue - b.blue, a.red - b.red));
  }
  return { regions: measures, eyes: measureEyes(luma, width, height, { ...face, contrast }, chroma) };
}

/** Returns all `occlusionMeasures` numbers that the model weighs. */
export function withPose(
  ofRegions: readonly number[],
  { yaw, pitch }: Pick<Pose, "yaw" | "pitch">,
): number[] {
  return [...ofRegions, Math.abs(yaw), yaw * yaw, pitch, pitch * pitch];
}

/** Returns 0..1; NaN for measures that are not finite. */
export function occlusionOf(
  model: OcclusionModel,
  { regions, eyes }: CoverMeasures,
  pose: Pick<Pose, "yaw" | "pitch">,
): number {
  const odds = Math.max(linearOdds(model.regions, withPose(regions, pose)), linearOdds(model.eyes, eyes));
  return 1 / (1 + Math.exp(-odds));
}

/** Mean R, G and B that each face is brought to: near those of LFW's training view, 161, 121 and 99. */
const usualFace = [150, 115, 98] as const;
/** Least and most that a channel is multiplied by: beyond it a face is too dark or too bright for its cover to be told. */
const gains = [0.5, 6] as const;

/**
 * Returns luma and chroma (ITU-R BT.601) of what is measured, as if the whole face were as bright and of the colour that faces
 * usually are: dim and coloured light are no cover.
 */
function inUsualLight(
  planes: Float32Array,
  width: number,
  height: number,
  { mean, scale }: Normalisation,
): { readonly luma: Float32Array; readonly chroma: Chroma } {
  const size = width * height;
  const [left, top, right, bottom] = placeOf(wholeFace, width, height);
  const [red, green, blue] = usualFace.map((usual, channel) => {
    let sum = 0;
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) sum += planes[channel * size + y * width + x];
    const seen = sum / ((right - left) * (bottom - top)) / scale[channel] + mean[channel];
    const gain = Math.max(gains[0], Math.min(gains[1], usual / Math.max(seen, 1)));
    return { gain: gain / scale[channel], offset: gain * mean[channel], at: channel * size };
  });
  const luma = new Float32Array(size);
  const chroma = { blue: new Float64Array(size), red: new Float64Array(size) };
  const [startX, startY, endX, endY] = placeOf(measured, width, height);
  for (let y = startY; y < endY; y++) {
    for (let i = y * width + startX; i < y * width + endX; i++) {
      const r = planes[i] * red.gain + red.offset;
      const b = planes[blue.at + i] * blue.gain + blue.offset;
      luma[i] = 0.299 * r + 0.587 * (planes[green.at + i] * green.gain + green.offset) + 0.114 * b;
      chroma.blue[i] = 0.564 * (b - luma[i]);
      chroma.red[i] = 0.713 * (r - luma[i]);
    }
  }
  return { luma, chroma };
}

/** Returns where a box lies in a crop of this size. */
function placeOf([left, top, right, bottom]: Box, width: number, height: number): Box {
  return [
    Math.round((left * width) / templateSide),
    Math.round((top * height) / templateSide),
    Math.round((right * width) / templateSide),
    Math.round((bottom * height) / templateSide),
  ];
}

function describe(
  luma: Float32Array,
  chroma: Chroma,
  width: number,
  [left, top, right, bottom]: Box,
): Region {
  let sum = 0;
  let squares = 0;
  let steps = 0;
  let flat = 0;
  let blue = 0;
  let red = 0;
  let chromaSquares = 0;
  for (let y = top; y < bottom; y++) {
    for (let i = y * width + left; i < y * width + right; i++) {
      const value = luma[i];
      const step = Math.abs(luma[i + 1] - value) + Math.abs(luma[i + width] - value);
      const cb = chroma.blue[i];
      const cr = chroma.red[i];
      sum += value;
      squares += value * value;
      steps += step;
      if (step < flatStep) flat++;
      blue += cb;
      red += cr;
      chromaSquares += cb * cb + cr * cr;
    }
  }
  const count = (bottom - top) * (right - left);
  const brightness = sum / count;
  blue /= count;
  red /= count;
  return {
    brightness,
    contrast: Math.sqrt(Math.max(0, squares / count - brightness * brightness)),
    detail: steps / count,
    flat: flat / count,
    blue,
    red,
    colours: Math.sqrt(Math.max(0, chromaSquares / count - blue * blue - red * red)),
  };
}
