/** Straight long edges that frame a face: a screen's, a phone's or a paper's. */

/** Slopes at which edges are looked for, in px along the whole side. */
const slopes = [-12, -8, -4, 0, 4, 8, 12];
/** Share of the side, from each border, in which edges count: the face is in the middle. */
const border = 0.34;

/**
 * Returns how straight the straightest edges on the four sides are: for each, the mean of the gradient across it along
 * its whole length, as a share of the mean magnitude of all gradients in that direction; then the mean of the two
 * straightest sides.
 *
 * @param luma [side][side], the face in the middle, 0..255
 */
export function measureEdges(luma: Float32Array, side: number): number {
  const upright = straightest(luma, side, 1, side);
  const level = straightest(luma, side, side, 1);
  const [first, second] = [...upright, ...level].sort((a, b) => b - a);
  return (first + second) / 2;
}

/** @param across distance in `luma` across the edge; `along` is that along it */
function straightest(luma: Float32Array, side: number, across: number, along: number): [number, number] {
  const gradient = new Float32Array(side * side);
  let magnitude = 0;
  for (let line = 0; line < side; line++) {
    for (let k = 1; k < side; k++) {
      const at = line * along + k * across;
      const step = luma[at] - luma[at - across];
      gradient[line * side + k] = step;
      magnitude += Math.abs(step);
    }
  }
  magnitude /= side * (side - 1);
  const best: [number, number] = [0, 0];
  const reach = Math.floor(border * side);
  const shifts = new Int32Array(side);
  for (const slope of slopes) {
    for (let line = 0; line < side; line++) shifts[line] = Math.round(slope * (line / side - 0.5));
    for (let k = 1; k < side; k++) {
      if (k >= reach && k < side - reach) continue;
      let sum = 0;
      let count = 0;
      for (let line = 0; line < side; line++) {
        const place = k + shifts[line];
        if (place < 1 || place >= side) continue;
        sum += gradient[line * side + place];
        count++;
      }
      const part = k < reach ? 0 : 1;
      if (count > 0.8 * side) best[part] = Math.max(best[part], Math.abs(sum) / count / (magnitude + 1));
    }
  }
  return best;
}
