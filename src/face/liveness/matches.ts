/**
 * Dense matches between two portraits of a session: where each point of a grid over the frontal face lies in the
 * other frame. The other frame is first brought over the frontal one, by the affine map of the landmarks and a guess
 * of how the face moved beyond it; each patch is then searched by normalised cross-correlation in pictures of half the
 * size, and from the best place on by the pixel, with a parabola through the peak.
 */
import type { Landmarks } from "../geometry.ts";
import {
  emptyPicture,
  type Peak,
  peak,
  type Summed,
  sumUp,
  type Template,
  templateOf,
} from "./correlation.ts";
import type { Portrait } from "./frame.ts";
import { leastSquares } from "./linear.ts";
import { type Motion, moved, movedGrid } from "./motion.ts";

/** Points in units of the frontal frame's eye distance, from the middle of its eyes. */
export interface Matches {
  readonly count: number;
  /** Places in the frontal frame: x, y. */
  readonly from: Float64Array;
  /** Places in the other frame after the affine map: x, y. */
  readonly to: Float64Array;
  /** Direction of each patch's strongest gradients: x, y, of length 1. */
  readonly axis: Float64Array;
  /** Weights of the place along that direction and across it, 0..1: along an edge a patch could lie anywhere. */
  readonly weight: Float64Array;
  /** Sum of the weights: high where the patches look in the other frame as they do in the frontal one. */
  readonly likeness: number;
}

/** How far and how closely patches are looked for. */
export interface Search {
  /** Most by which a patch may lie off its guess, px of the crop. */
  readonly reach: number;
  /** True to look by the pixel too; pictures of half the size alone are enough for a guess. */
  readonly isFine: boolean;
}

/** Grids over the face and, closer, over the nose, eye distances. */
const grids = [
  { left: -1, right: 1, columns: 9, top: -0.6, bottom: 1.5, rows: 8 },
  { left: -0.3, right: 0.3, columns: 5, top: 0.15, bottom: 0.75, rows: 5 },
] as const;
/** Half side of a patch, px of the crop, in which eyes are 35 px apart. */
const patch = 6;
const leastCorrelation = 0.5;
/** Mean square of the gradients, levels a pixel, at which a place counts half. */
const halfGradient = 16;

/** A patch of the frontal face. */
interface Patch {
  /** Place of its middle pixel, px. */
  readonly x: number;
  readonly y: number;
  readonly fine: Template;
  readonly coarse: Template;
  readonly direction: readonly [number, number];
  /** Mean squares of the gradients along that direction and across it. */
  readonly along: number;
  readonly across: number;
}

/** The frontal face, ready to be found again in other frames. */
export interface SoughtFace {
  readonly portrait: Portrait;
  readonly patches: readonly Patch[];
  /** Middle of the eyes and their distance, px. */
  readonly middle: readonly [number, number];
  readonly unit: number;
  /** Memory for one look after another. */
  readonly pictures: Pictures;
}

/** The other portrait, brought over the frontal one. */
interface Pictures {
  /** Place of each pixel in eye distances: x, y. */
  readonly places: Float64Array;
  readonly fine: Summed;
  readonly coarse: Summed;
}

export function soughtFace(portrait: Portrait): SoughtFace {
  const { side } = portrait;
  const fine = Float64Array.from(portrait.luma);
  const coarse = new Float64Array((side >> 1) ** 2);
  halve(fine, side, coarse);
  const [left, right] = portrait.points;
  const unit = Math.hypot(right.x - left.x, right.y - left.y);
  const [midX, midY] = [(left.x + right.x) / 2, (left.y + right.y) / 2];
  const patches: Patch[] = [];
  for (const { left: first, right: last, columns, top, bottom, rows } of grids) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const x = Math.round(midX + (first + ((last - first) * c) / (columns - 1)) * unit - 0.5);
        const y = Math.round(midY + (top + ((bottom - top) * r) / (rows - 1)) * unit - 0.5);
        const border = patch + 1;
        if (!(x >= border && y >= border && x < side - border && y < side - border)) continue;
        const template = templateOf(fine, side, x, y, patch);
        // A patch with less than two grey levels of contrast has no place.
        if (template.energy < 4 * template.values.length) continue;
        const half = templateOf(coarse, side >> 1, x >> 1, y >> 1, patch >> 1);
        patches.push({ x, y, fine: template, coarse: half, ...gradientsOf(fine, side, x, y) });
      }
    }
  }
  const pictures = {
    places: new Float64Array(2 * side * side),
    fine: emptyPicture(side),
    coarse: emptyPicture(side >> 1),
  };
  return { portrait, patches, middle: [midX, midY], unit, pictures };
}

/** Finds the face's patches in another portrait, near their guesses. Null for landmarks that have no affine map. */
export function matchPatches(
  { portrait, patches, middle: [midX, midY], unit, pictures }: SoughtFace,
  other: Portrait,
  guess: Motion,
  search: Search,
): Matches | null {
  const toOther = affineOf(portrait.points, other.points);
  if (toOther === null) return null;
  const { side } = portrait;
  const inEyes = (middle: number) => Float64Array.from({ length: side }, (_, k) => (k + 0.5 - middle) / unit);
  const { places, fine, coarse } = pictures;
  movedGrid(guess, inEyes(midX), inEyes(midY), places);
  bring(other, places, inPixels(toOther, midX, midY, unit), fine.values);
  halve(fine.values, side, coarse.values);
  sumUp(coarse);
  if (search.isFine) sumUp(fine);
  const from: number[] = [];
  const to: number[] = [];
  const axis: number[] = [];
  const weight: number[] = [];
  let likeness = 0;
  const correlations = new Float64Array((Math.max(2, search.reach) + 1) ** 2);
  for (const sought of patches) {
    const found = findPatch(sought, pictures, correlations, search);
    if (found === null) continue;
    const { x, y, direction, along, across } = sought;
    from.push((x + 0.5 - midX) / unit, (y + 0.5 - midY) / unit);
    to.push(...moved(guess, (x + 0.5 + found.dx - midX) / unit, (y + 0.5 + found.dy - midY) / unit));
    axis.push(...direction);
    for (const power of [along, across]) {
      const counts = (found.correlation * power) / (power + halfGradient);
      weight.push(counts);
      likeness += counts;
    }
  }
  return {
    count: from.length / 2,
    from: Float64Array.from(from),
    to: Float64Array.from(to),
    axis: Float64Array.from(axis),
    weight: Float64Array.from(weight),
    likeness,
  };
}

/** Affine map [a, b, tx, c, d, ty] from one set of landmarks to the other by least squares. */
function affineOf(from: Landmarks, to: Landmarks): Float64Array | null {
  const rows = Float64Array.from(from.flatMap(({ x, y }) => [x, y, 1]));
  const even = new Float64Array(from.length).fill(1);
  const solved = (["x", "y"] as const).map((axis) =>
    leastSquares(
      rows,
      3,
      Float64Array.from(to, (point) => point[axis]),
      even,
    ),
  );
  const [x, y] = solved;
  return x === null || y === null ? null : Float64Array.of(...x, ...y);
}

/** Composes the map with that from eye distances to px. */
function inPixels([a, b, tx, c, d, ty]: Float64Array, midX: number, midY: number, unit: number) {
  return Float64Array.of(
    ...[a * unit, b * unit, a * midX + b * midY + tx],
    ...[c * unit, d * unit, c * midX + d * midY + ty],
  );
}

/** Writes samples of the other portrait where the map sends each place; outside it there is -1. */
function bring({ luma, side }: Portrait, places: Float64Array, map: Float64Array, out: Float64Array): void {
  const [a, b, tx, c, d, ty] = map;
  for (let i = 0; i < out.length; i++) {
    const u = a * places[2 * i] + b * places[2 * i + 1] + tx - 0.5;
    const v = c * places[2 * i] + d * places[2 * i + 1] + ty - 0.5;
    const x0 = Math.floor(u);
    const y0 = Math.floor(v);
    if (!(x0 >= 0 && y0 >= 0 && x0 < side - 1 && y0 < side - 1)) {
      out[i] = -1;
      continue;
    }
    const fx = u - x0;
    const fy = v - y0;
    const at = y0 * side + x0;
    const top = luma[at] * (1 - fx) + luma[at + 1] * fx;
    const bottom = luma[at + side] * (1 - fx) + luma[at + side + 1] * fx;
    out[i] = top * (1 - fy) + bottom * fy;
  }
}

/** Writes means of squares of two by two; -1 where one of the four has no value. */
function halve(values: Float64Array, side: number, out: Float64Array): void {
  const half = side >> 1;
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      const at = 2 * (y * side + x);
      const p = values[at];
      const q = values[at + 1];
      const r = values[at + side];
      const s = values[at + side + 1];
      out[y * half + x] = p < 0 || q < 0 || r < 0 || s < 0 ? -1 : (p + q + r + s) / 4;
    }
  }
}

function findPatch(
  { x, y, fine, coarse }: Patch,
  there: Pictures,
  correlations: Float64Array,
  { reach, isFine }: Search,
): Peak | null {
  const half = peak(correlations, coarse, there.coarse, x >> 1, y >> 1, 0, 0, reach >> 1);
  const first = { ...half, dx: 2 * half.dx, dy: 2 * half.dy };
  const found = isFine
    ? peak(correlations, fine, there.fine, x, y, Math.round(first.dx), Math.round(first.dy), 1)
    : first;
  const isNear = Math.abs(found.dx) < reach && Math.abs(found.dy) < reach;
  return found.correlation >= leastCorrelation && isNear ? found : null;
}

/** Mean squares of a patch's gradients along the direction in which they are strongest, and across it. */
function gradientsOf(
  values: Float64Array,
  side: number,
  x: number,
  y: number,
): Pick<Patch, "direction" | "along" | "across"> {
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let j = -patch; j <= patch; j++) {
    for (let i = -patch; i <= patch; i++) {
      const at = (y + j) * side + x + i;
      const gx = (values[at + 1] - values[at - 1]) / 2;
      const gy = (values[at + side] - values[at - side]) / 2;
      xx += gx * gx;
      xy += gx * gy;
      yy += gy * gy;
    }
  }
  const pixels = (2 * patch + 1) ** 2;
  const middle = (xx + yy) / 2 / pixels;
  const spread = Math.hypot(xx - yy, 2 * xy) / 2 / pixels;
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  return {
    direction: [Math.cos(angle), Math.sin(angle)],
    along: middle + spread,
    across: Math.max(0, middle - spread),
  };
}
