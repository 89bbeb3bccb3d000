/** Normalised cross-correlation of a small template with the places of a picture (Lewis 1995). */

/** A picture with the sums over all above and left of each pixel, by which any square's mean and variance are known. */
export interface Summed {
  readonly side: number;
  readonly values: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  /** Number of pixels without a value. */
  readonly holes: Int32Array;
}

export interface Template {
  /** Values less their mean, row-major. */
  readonly values: Float64Array;
  readonly half: number;
  readonly energy: number;
}

/** Returns the square of half a side `half` around a pixel. */
export function templateOf(values: Float64Array, side: number, x: number, y: number, half: number): Template {
  const width = 2 * half + 1;
  const out = new Float64Array(width * width);
  let mean = 0;
  for (let j = -half, k = 0; j <= half; j++) {
    for (let i = -half; i <= half; i++, k++) {
      out[k] = values[(y + j) * side + x + i];
      mean += out[k] / out.length;
    }
  }
  let energy = 0;
  for (let k = 0; k < out.length; k++) {
    out[k] -= mean;
    energy += out[k] * out[k];
  }
  return { values: out, half, energy };
}

export function emptyPicture(side: number): Summed {
  const count = (side + 1) ** 2;
  return {
    side,
    values: new Float64Array(side * side),
    sums: new Float64Array(count),
    squares: new Float64Array(count),
    holes: new Int32Array(count),
  };
}

/** Writes the sums of the picture's values; those above the first row and left of the first column stay 0. */
export function sumUp({ side, values, sums, squares, holes }: Summed): void {
  const width = side + 1;
  for (let y = 0; y < side; y++) {
    let sum = 0;
    let square = 0;
    let hole = 0;
    for (let x = 0; x < side; x++) {
      const value = values[y * side + x];
      if (value < 0) hole++;
      sum += value;
      square += value * value;
      const at = (y + 1) * width + x + 1;
      sums[at] = sums[at - width] + sum;
      squares[at] = squares[at - width] + square;
      holes[at] = holes[at - width] + hole;
    }
  }
}

/** Place of the highest correlation as a shift in px, and that correlation, -1..1. */
export interface Peak {
  readonly dx: number;
  readonly dy: number;
  readonly correlation: number;
}

/**
 * Finds the shift of the highest correlation, at most `most` px from (fromX, fromY), and places its peak between pixels by
 * a parabola along each axis.
 *
 * @param correlations memory for those of all shifts
 */
export function peak(
  correlations: Float64Array,
  template: Template,
  there: Summed,
  x: number,
  y: number,
  fromX: number,
  fromY: number,
  most: number,
): Peak {
  const width = 2 * most + 1;
  // Where no correlation is a number, the middle stands.
  let highest = most * width + most;
  let correlation = -1;
  for (let row = 0; row < width; row++) {
    correlateRow(template, there, x + fromX - most, y + fromY - most + row, width, correlations, row * width);
    for (let at = row * width; at < (row + 1) * width; at++) {
      if (correlations[at] > correlation) {
        correlation = correlations[at];
        highest = at;
      }
    }
  }
  const dx = fromX + (highest % width) - most;
  const dy = fromY + Math.floor(highest / width) - most;
  const [u, v] = [x + dx, y + dy];
  const left = dx > fromX - most ? correlations[highest - 1] : correlate(template, there, u - 1, v);
  const right = dx < fromX + most ? correlations[highest + 1] : correlate(template, there, u + 1, v);
  const above = dy > fromY - most ? correlations[highest - width] : correlate(template, there, u, v - 1);
  const below = dy < fromY + most ? correlations[highest + width] : correlate(template, there, u, v + 1);
  return {
    dx: dx + vertex(left, correlation, right),
    dy: dy + vertex(above, correlation, below),
    correlation,
  };
}

/** Writes the correlations of `count` neighbours in a row, from (x, y) on. */
function correlateRow(
  template: Template,
  there: Summed,
  x: number,
  y: number,
  count: number,
  out: Float64Array,
  from: number,
): void {
  const { half } = template;
  const { side } = there;
  const isInside = y >= half && y < side - half;
  let done = 0;
  while (done < count) {
    // Four at a time, of which the last ones may be beyond the row, where the picture has them all.
    if (isInside && x + done >= half && x + done + 3 < side - half) {
      addProducts(template, there, x + done, y);
      for (let k = 0; k < 4 && done < count; k++, done++)
        out[from + done] = normalised(template, there, x + done, y, fourProducts[k]);
    } else {
      out[from + done] = correlate(template, there, x + done, y);
      done++;
    }
  }
}

const fourProducts = new Float64Array(4);

/** Sums the products of the template with the patches at (x, y) and its three neighbours to the right: four sums do not wait for each other. */
function addProducts(
  { values, half }: Template,
  { side, values: pixels }: Summed,
  x: number,
  y: number,
): void {
  const width = 2 * half + 1;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let j = 0, k = 0; j < width; j++) {
    let next = (y - half + j) * side + x - half;
    let p = pixels[next++];
    let q = pixels[next++];
    let r = pixels[next++];
    for (const end = k + width; k < end; k++) {
      const value = values[k];
      const s = pixels[next++];
      a += value * p;
      b += value * q;
      c += value * r;
      d += value * s;
      p = q;
      q = r;
      r = s;
    }
  }
  fourProducts[0] = a;
  fourProducts[1] = b;
  fourProducts[2] = c;
  fourProducts[3] = d;
}

/** Normalised correlation of a template with the patch at (x, y); 0 where the patch is not whole. */
function correlate(template: Template, there: Summed, x: number, y: number): number {
  const { values, half } = template;
  const { side, values: pixels } = there;
  if (x < half || y < half || x >= side - half || y >= side - half) return 0;
  let product = 0;
  for (let j = -half, k = 0; j <= half; j++) {
    const end = (y + j) * side + x + half;
    for (let at = end - 2 * half; at <= end; at++, k++) product += values[k] * pixels[at];
  }
  return normalised(template, there, x, y, product);
}

/** Divides the sum of products by the patches' energies. @param x, y of a patch inside the picture */
function normalised(
  { values, half, energy }: Template,
  { side, sums, squares, holes }: Summed,
  x: number,
  y: number,
  product: number,
): number {
  const width = 2 * half + 1;
  const a = (y - half) * (side + 1) + x - half;
  const b = a + width;
  const c = a + width * (side + 1);
  const d = c + width;
  if (holes[d] - holes[c] - holes[b] + holes[a] > 0) return 0;
  const sum = sums[d] - sums[c] - sums[b] + sums[a];
  const variance = squares[d] - squares[c] - squares[b] + squares[a] - (sum * sum) / values.length;
  if (!(variance > values.length)) return 0;
  return product / Math.sqrt(energy * variance);
}

/** Place of a parabola's vertex through three neighbours, -0.5..0.5. */
function vertex(before: number, at: number, after: number): number {
  const bend = before - 2 * at + after;
  return bend < -1e-9 ? Math.max(-0.5, Math.min(0.5, (before - after) / (2 * bend))) : 0;
}
