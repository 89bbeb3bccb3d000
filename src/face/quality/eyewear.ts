/**
 * How the band of the eyes looks in the encoder's crop, cell by cell: what sunglasses and goggles change and the regions of
 * occlusion.ts are too coarse to tell. Cells that mirror each other count as one, since both eyes are covered alike.
 */

/** Cells of 6 x 6 px of a crop of 112 x 112: 5 rows of 12 from the brows to below the eyes. */
const cellPx = 6;
const rows = 5;
const columns = 12;
const top = 38;
const left = 20;
/** Side of the crop that places are given in, px. */
export const templateSide = 112;
const cells = (rows * columns) / 2;
/** Number of measures of a crop: luma, detail and tint of each cell and its mirror image. */
export const eyeMeasures = 3 * cells;

/** The whole face's mean luma, its standard deviation (both 0..255, the latter plus one) and its mean chroma. */
export interface FaceTone {
  readonly brightness: number;
  readonly contrast: number;
  readonly blue: number;
  readonly red: number;
}

/** Chroma of each pixel, ITU-R BT.601. */
export interface Chroma {
  readonly blue: Float64Array;
  readonly red: Float64Array;
}

/**
 * Returns `eyeMeasures` numbers: for each cell its luma less the face's, the logarithm of its steps to the next pixels, and
 * its distance in chroma from the face, all by the face's contrast.
 *
 * @param luma 0..255, of a crop of `width` x `height` px
 */
export function measureEyes(
  luma: Float32Array,
  width: number,
  height: number,
  face: FaceTone,
  chroma: Chroma,
): readonly number[] {
  const sums = new Float64Array(3 * cells);
  const counts = new Float64Array(cells);
  const acrossPx = width / templateSide;
  const downPx = height / templateSide;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * (columns / 2) + Math.min(column, columns - 1 - column);
      const [fromX, toX] = [column, column + 1].map((k) => Math.round((left + cellPx * k) * acrossPx));
      const [fromY, toY] = [row, row + 1].map((k) => Math.round((top + cellPx * k) * downPx));
      for (let y = fromY; y < toY; y++) {
        for (let at = y * width + fromX; at < y * width + toX; at++) {
          sums[cell] += luma[at] - face.brightness;
          sums[cells + cell] += Math.abs(luma[at + 1] - luma[at]) + Math.abs(luma[at + width] - luma[at]);
          sums[2 * cells + cell] += Math.sqrt(
            (chroma.blue[at] - face.blue) ** 2 + (chroma.red[at] - face.red) ** 2,
          );
          counts[cell]++;
        }
      }
    }
  }
  return Array.from(sums, (sum, k) => {
    const mean = sum / (counts[k % cells] * face.contrast);
    return k >= cells && k < 2 * cells ? Math.log(mean + 0.02) : mean;
  });
}
