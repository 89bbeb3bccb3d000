/**
 * Dense matches between two portraits of a session: where each point of a grid over the frontal face lies in the
 * other frame. The other frame is first brought over the frontal one by the affine map of the landmarks; each patch
 * is then searched in a small neighbourhood by normalised cross-correlation, with a parabola through the peak.
 */
import type { Landmarks } from "../geometry.ts";
import type { Portrait } from "./frame.ts";
import { leastSquares } from "./linear.ts";

/** Points in units of the frontal frame's eye distance, from the middle of its eyes. */
export interface Matches {
  readonly count: number;
  /** Places in the frontal frame: x, y. */
  readonly from: Float64Array;
  /** Places in the other frame after the affine map: x, y. */
  readonly to: Float64Array;
  /** Correlation of each patch, 0..1; 0 for none. */
  readonly strength: Float64Array;
}

/** Grid over the face, eye distances. */
const across = { first: -1, last: 1, count: 9 };
const down = { first: -0.6, last: 1.5, count: 8 };
/** Half sides of a patch and of the neighbourhood searched, px of the crop, in which eyes are 35 px apart. */
const patch = 6;
const search = 10;
/** Step of the first look over the neighbourhood; a second looks at each pixel around its best. */
const coarse = 2;
const leastCorrelation = 0.5;

export function matchPortraits(frontal: Portrait, other: Portrait): Matches | null {
  const toOther = affineOf(frontal.points, other.points);
  if (toOther === null) return null;
  const { side } = frontal;
  const brought = bring(other, toOther, side);
  const [left, right] = frontal.points;
  const unit = Math.hypot(right.x - left.x, right.y - left.y);
  const [midX, midY] = [(left.x + right.x) / 2, (left.y + right.y) / 2];
  const from: number[] = [];
  const to: number[] = [];
  const strength: number[] = [];
  for (let r = 0; r < down.count; r++) {
    for (let c = 0; c < across.count; c++) {
      const u = across.first + ((across.last - across.first) * c) / (across.count - 1);
      const v = down.first + ((down.last - down.first) * r) / (down.count - 1);
      const x = Math.round(midX + u * unit - 0.5);
      const y = Math.round(midY + v * unit - 0.5);
      const reach = patch + 1;
      if (x < reach || y < reach || x >= side - reach || y >= side - reach) continue;
      const found = findPatch(frontal.luma, brought, side, x, y);
      if (found === null) continue;
      from.push((x + 0.5 - midX) / unit, (y + 0.5 - midY) / unit);
      to.push((x + 0.5 + found.dx - midX) / unit, (y + 0.5 + found.dy - midY) / unit);
      strength.push(found.correlation);
    }
  }
  return {
    count: strength.length,
    from: Float64Array.from(from),
    to: Float64Array.from(to),
    strength: Float64Array.from(strength),
  };
}

/** Affine map [a, b, tx, c, d, ty] from one set of landmarks to the other by least squares. */
function affineOf(from: Landmarks, to: Landmarks): Float64Array | null {
  const rows = Float64Array.from(from.flatMap(({ x, y }) => [x, y, 1]));
  const even = new Float64Array(from.length).fill(1);
  const x = leastSquares(
    rows,
    3,
    Float64Array.from(to, (point) => point.x),
    even,
  );
  const y = leastSquares(
    rows,
    3,
    Float64Array.from(to, (point) => point.y),
    even,
  );
  return x === null || y === null ? null : Float64Array.of(...x, ...y);
}

/** Samples the other portrait at the affine map of each pixel; outside it there is -1. */
function bring({ luma, side }: Portrait, map: Float64Array, size: number): Float32Array {
  const [a, b, tx, c, d, ty] = map;
  const out = new Float32Array(size * size).fill(-1);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = a * (x + 0.5) + b * (y + 0.5) + tx - 0.5;
      const v = c * (x + 0.5) + d * (y + 0.5) + ty - 0.5;
      const [x0, y0] = [Math.floor(u), Math.floor(v)];
      if (!(x0 >= 0 && y0 >= 0 && x0 < side - 1 && y0 < side - 1)) continue;
      const [fx, fy] = [u - x0, v - y0];
      const at = y0 * side + x0;
      const top = luma[at] * (1 - fx) + luma[at + 1] * fx;
      const bottom = luma[at + side] * (1 - fx) + luma[at + side + 1] * fx;
      out[y * size + x] = top * (1 - fy) + bottom * fy;
    }
  }
  return out;
}

function findPatch(luma: Uint8Array, brought: Float32Array, side: number, x: number, y: number) {
  const width = 2 * patch + 1;
  const template = new Float64Array(width * width);
  let mean = 0;
  for (let j = -patch, k = 0; j <= patch; j++) {
    for (let i = -patch; i <= patch; i++, k++) {
      template[k] = luma[(y + j) * side + x + i];
      mean += template[k] / template.length;
    }
  }
  let energy = 0;
  for (let k = 0; k < template.length; k++) {
    template[k] -= mean;
    energy += template[k] * template[k];
  }
  // A patch with less than two grey levels of contrast has no place.
  if (energy < 4 * template.length) return null;
  const at = (dx: number, dy: number) => correlate(template, energy, brought, side, x + dx, y + dy);
  let best = { dx: 0, dy: 0, correlation: -1 };
  const look = (dx: number, dy: number) => {
    const correlation = at(dx, dy);
    if (correlation > best.correlation) best = { dx, dy, correlation };
  };
  for (let dy = -search; dy <= search; dy += coarse) {
    for (let dx = -search; dx <= search; dx += coarse) look(dx, dy);
  }
  const { dx: nearX, dy: nearY } = best;
  for (let dy = nearY - 1; dy <= nearY + 1; dy++) {
    for (let dx = nearX - 1; dx <= nearX + 1; dx++) look(dx, dy);
  }
  const { dx, dy, correlation } = best;
  if (!(correlation >= leastCorrelation) || Math.abs(dx) >= search || Math.abs(dy) >= search) return null;
  return {
    dx: dx + vertex(at(dx - 1, dy), correlation, at(dx + 1, dy)),
    dy: dy + vertex(at(dx, dy - 1), correlation, at(dx, dy + 1)),
    correlation,
  };
}

/** Normalised correlation of a centred template with the patch at (x, y); 0 where the patch is not whole. */
function correlate(
  template: Float64Array,
  energy: number,
  brought: Float32Array,
  side: number,
  x: number,
  y: number,
): number {
  if (x < patch || y < patch || x >= side - patch || y >= side - patch) return 0;
  let sum = 0;
  let squares = 0;
  let product = 0;
  for (let j = -patch, k = 0; j <= patch; j++) {
    const row = (y + j) * side + x;
    for (let i = -patch; i <= patch; i++, k++) {
      const value = brought[row + i];
      if (value < 0) return 0;
      sum += value;
      squares += value * value;
      product += template[k] * value;
    }
  }
  const variance = squares - (sum * sum) / template.length;
  return variance > template.length ? product / Math.sqrt(energy * variance) : 0;
}

/** Place of a parabola's vertex through three neighbours, -0.5..0.5. */
function vertex(before: number, at: number, after: number): number {
  const bend = before - 2 * at + after;
  return bend < -1e-9 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : 0;
}
