/**
 * Comparison of a capture with a sketch. The cells of the capture are moved onto those of the sketch by the similarity
 * that fits best, found by Gauss-Newton steps (inverse compositional alignment, Baker and Matthews 2004), since
 * landmarks move by a pixel or two when a photo is resized or compressed anew.
 */
import { type Capture, shows } from "./capture.ts";
import { across, atRest, createCellReader, type Motion, offsetOf } from "./cells.ts";
import type { Sketch } from "./sketch.ts";

/** Cells at each border that are not compared: a moved crop does not show them. */
const margin = 2;
const inner = across - 2 * margin;
const count = inner * inner;
/** Distance from a photo's border within which cells are not compared, px of the crop: a cut changes them. */
const borderPx = 8;
/** Fewest cells that are compared, half of all. */
const leastShown = count / 2;
/** Parameters of a similarity near the identity: shift right and down, px; growth and turn, px at `arm` from the centre. */
const parameters = 4;
const arm = 40;
const maxSteps = 10;
/** Step below which the motion is found, px. */
const smallStep = 0.005;
/** Correlation that a copy has reached after so many steps; others are given up. */
const patience = [
  { afterSteps: 0, least: 0.2 },
  { afterSteps: 3, least: 0.75 },
] as const;

/** Correlation from which the motion is refined. */
const worthRefining = 0.85;
const refinements = 4;
/** Distance over which slopes are measured, px. */
const nudge = 0.25;

export interface Likeness {
  /** Correlation of the cells, -1 to 1, after the motion. */
  readonly correlation: number;
  /** Motion from the sketch's crop to the capture's. */
  readonly motion: Motion;
  /** True when the capture is the sketch's mirror image. */
  readonly mirrored: boolean;
}

/** Compares a capture with sketches, one after the other. */
export function likenessTo(capture: Capture): (sketch: Sketch) => Likeness {
  const readCells = createCellReader();
  const wanted = new Float32Array(count);
  const found = new Float32Array(count);
  const slopes = new Float32Array(parameters * count);

  return (sketch) => {
    const { cells } = sketch;
    const align = (mirrored: boolean): Likeness => {
      const shown = shownInBoth(sketch, capture, mirrored);
      takeSlopes(cells, slopes, shown);
      takeInner(cells, shown, wanted);
      const inverse = shown.length < leastShown ? undefined : invert(gram(slopes));
      let motion = atRest;
      let best: Likeness = { correlation: -1, motion, mirrored };
      for (let step = 0; ; step++) {
        takeInner(readCells(capture, motion, mirrored), shown, found);
        const correlation = shown.length < leastShown ? -1 : dot(wanted, found, 0) / shown.length;
        if (correlation > best.correlation) best = { correlation, motion, mirrored };
        const hopeless = patience.some(
          ({ afterSteps, least }) => step === afterSteps && !(best.correlation >= least),
        );
        if (step === maxSteps || inverse === undefined || hopeless) return best;
        for (let i = 0; i < count; i++) found[i] -= wanted[i];
        const gradient = [0, 1, 2, 3].map((k) => dot(found, slopes, k * count));
        const change = inverse.map((line) => line.reduce((sum, value, k) => sum + value * gradient[k], 0));
        if (Math.hypot(...change) < smallStep) return best;
        motion = afterInverse(motion, change);
      }
    };
    const direct = align(false);
    const turned = align(true);
    const closer = direct.correlation >= turned.correlation ? direct : turned;
    if (closer.correlation < worthRefining) return closer;
    const shown = shownInBoth(sketch, capture, closer.mirrored);
    takeInner(cells, shown, wanted);
    return refine(capture, wanted, shown, closer);
  };
}

/**
 * Refines a motion by forward Gauss-Newton steps. Their slopes are differences of the capture's own cells, which are
 * exact where those between cells that lie far apart are not.
 */
function refine(capture: Capture, wanted: Float32Array, shown: Int32Array, rough: Likeness): Likeness {
  const readCells = createCellReader();
  const { mirrored } = rough;
  const inner = (motion: Motion) => {
    const cells = new Float32Array(count);
    takeInner(readCells(capture, motion, mirrored), shown, cells);
    return cells;
  };
  const slopes = new Float32Array(parameters * count);
  let best = rough;
  let motion = rough.motion;
  for (let step = 0; step < refinements; step++) {
    const here = inner(motion);
    for (const [k, name] of (["x", "y", "re", "im"] as const).entries()) {
      const unit = k < 2 ? nudge : nudge / arm;
      const there = inner({ ...motion, [name]: motion[name] + unit });
      for (let i = 0; i < count; i++) slopes[k * count + i] = (there[i] - here[i]) / nudge;
    }
    const inverse = invert(gram(slopes));
    if (inverse === undefined) return best;
    for (let i = 0; i < count; i++) here[i] = wanted[i] - here[i];
    const gradient = [0, 1, 2, 3].map((k) => dot(here, slopes, k * count));
    const change = inverse.map((line) => line.reduce((sum, value, k) => sum + value * gradient[k], 0));
    motion = {
      x: motion.x + change[0],
      y: motion.y + change[1],
      re: motion.re + change[2] / arm,
      im: motion.im + change[3] / arm,
    };
    const correlation = dot(wanted, inner(motion), 0) / shown.length;
    if (correlation > best.correlation) best = { correlation, motion, mirrored };
    if (Math.hypot(...change) < smallStep) return best;
  }
  return best;
}

/** Composes the motion with the inverse of a small change that was found for the sketch. */
function afterInverse(motion: Motion, [right, down, growth, turn]: readonly number[]): Motion {
  const re = 1 + growth / arm;
  const im = turn / arm;
  const size = re * re + im * im;
  const backRe = re / size;
  const backIm = -im / size;
  const x = -(backRe * right - backIm * down);
  const y = -(backIm * right + backRe * down);
  return {
    re: motion.re * backRe - motion.im * backIm,
    im: motion.im * backRe + motion.re * backIm,
    x: motion.x + motion.re * x - motion.im * y,
    y: motion.y + motion.im * x + motion.re * y,
  };
}

/** Lists the inner cells, by their index among all, that both photos show away from their borders. */
function shownInBoth(sketch: Sketch, capture: Capture, mirrored: boolean): Int32Array {
  const shown: number[] = [];
  for (let row = margin; row < across - margin; row++) {
    for (let column = margin; column < across - margin; column++) {
      const right = offsetOf(column);
      const down = offsetOf(row);
      if (!shows(sketch.frame, right, down, borderPx)) continue;
      if (shows(capture.frame, mirrored ? -right : right, down, borderPx)) shown.push(row * across + column);
    }
  }
  return Int32Array.from(shown);
}

/** Takes how the shown cells change with each parameter; the others do not count. */
function takeSlopes(cells: Float32Array, slopes: Float32Array, shown: Int32Array): void {
  const spacing = offsetOf(1) - offsetOf(0);
  slopes.fill(0);
  for (let i = 0; i < shown.length; i++) {
    const at = shown[i];
    const dx = slopeAt(cells, at, 1) / spacing;
    const dy = slopeAt(cells, at, across) / spacing;
    const x = offsetOf(at % across);
    const y = offsetOf(Math.floor(at / across));
    slopes[i] = dx;
    slopes[count + i] = dy;
    slopes[2 * count + i] = (dx * x + dy * y) / arm;
    slopes[3 * count + i] = (dy * x - dx * y) / arm;
  }
}

/** Slope by five points, a cell. */
function slopeAt(cells: Float32Array, at: number, step: number): number {
  return (8 * (cells[at + step] - cells[at - step]) - (cells[at + 2 * step] - cells[at - 2 * step])) / 12;
}

/** Takes the shown cells and gives them mean 0 and variance 1; equal cells become 0. The rest of `out` is 0. */
function takeInner(cells: Float32Array, shown: Int32Array, out: Float32Array): void {
  const size = shown.length;
  out.fill(0);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    out[i] = cells[shown[i]];
    sum += out[i];
  }
  const mean = sum / size;
  let squares = 0;
  for (let i = 0; i < size; i++) squares += (out[i] - mean) ** 2;
  const scale = squares > 0 ? Math.sqrt(size / squares) : 0;
  for (let i = 0; i < size; i++) out[i] = (out[i] - mean) * scale;
}

/** Sums the products of `values` and as many of `others`, from `start` on. */
function dot(values: Float32Array, others: Float32Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * others[start + i];
  return sum;
}

function gram(slopes: Float32Array): number[][] {
  const line = (k: number) => slopes.subarray(k * count, (k + 1) * count);
  return [0, 1, 2, 3].map((j) => [0, 1, 2, 3].map((k) => dot(line(j), slopes, k * count)));
}

/** Inverts by elimination (Gauss-Jordan); undefined for a singular matrix, which a flat sketch makes. */
function invert(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, k) => (i === k ? 1 : 0))]);
  for (let i = 0; i < size; i++) {
    const pivot = rows[i][i];
    if (!(Math.abs(pivot) > 1e-9)) return undefined;
    for (let k = 0; k < 2 * size; k++) rows[i][k] /= pivot;
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const factor = rows[j][i];
      for (let k = 0; k < 2 * size; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  return rows.map((row) => row.slice(size));
}
