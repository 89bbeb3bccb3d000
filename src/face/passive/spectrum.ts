/** The spectrum of a square of luma: moire, a screen's grid and a print's dots stand out of it as narrow peaks. */

/** Side of the square, px; a power of two. */
export const spectrumSide = 128;

const half = spectrumSide / 2;
/** Rings whose peaks count, in cycles over the square: coarser ones hold the face itself. */
const firstRing = 14;
const lastRing = 62;
/** Number of peaks whose mean counts: a grid of lines has several harmonics, noise one high bin by chance. */
const peaksThatCount = 8;
/** Compressed blocks of 8 pixels repeat so often over the square. */
const blockFrequency = spectrumSide / 8;
/** Added to powers: an even square has peaks of height 0. */
const leastPower = 1e-3;

/**
 * Returns the mean of the natural logarithms by which the highest peaks stand above the median of their ring. Each ring
 * has two.
 *
 * @param luma [spectrumSide][spectrumSide], 0..255
 */
export function measurePeaks(luma: Float32Array): number {
  const power = powerOf(luma);
  ringsOfBins ??= listRings();
  const heights: number[] = [];
  const ring = new Float64Array(Math.max(...ringsOfBins.map(({ length }) => length)));
  for (const bins of ringsOfBins) {
    const values = ring.subarray(0, bins.length);
    let [first, second] = [0, 0];
    for (let k = 0; k < bins.length; k++) {
      const value = power[bins[k]];
      values[k] = value;
      if (value > second) second = value;
      if (second > first) [first, second] = [second, first];
    }
    const median = selectRank(values, values.length >> 1) + leastPower;
    heights.push(Math.log((first + leastPower) / median), Math.log((second + leastPower) / median));
  }
  heights.sort((a, b) => b - a);
  return heights.slice(0, peaksThatCount).reduce((sum, height) => sum + height, 0) / peaksThatCount;
}

/** Returns the value of this rank from below, and reorders the values (Hoare's selection, 1961). */
function selectRank(values: Float64Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank];
}

/** Bins of each ring of the left half plane, those of compressed blocks left out; listed at the first measurement. */
let ringsOfBins: Uint16Array[] | undefined;

function listRings(): Uint16Array[] {
  const rings: number[][] = Array.from({ length: lastRing - firstRing + 1 }, () => []);
  for (let x = 0; x <= lastRing; x++) {
    for (let y = 0; y < spectrumSide; y++) {
      const v = y < half ? y : y - spectrumSide;
      const ring = Math.round(Math.sqrt(x * x + v * v));
      if (ring >= firstRing && ring <= lastRing && !isOfBlocks(x, v))
        rings[ring - firstRing].push(x * spectrumSide + y);
    }
  }
  return rings.map((bins) => Uint16Array.from(bins));
}

/** True on the axes near multiples of the frequency of compressed blocks. */
function isOfBlocks(x: number, y: number): boolean {
  const onAxis = Math.abs(x) <= 1 || Math.abs(y) <= 1;
  const frequency = Math.max(Math.abs(x), Math.abs(y));
  const rest = frequency % blockFrequency;
  return onAxis && (rest <= 1 || rest >= blockFrequency - 1);
}

const bits = Math.log2(spectrumSide);
const reversed = Uint8Array.from({ length: spectrumSide }, (_, k) => {
  let out = 0;
  for (let bit = 0; bit < bits; bit++) if (k & (1 << bit)) out |= 1 << (bits - 1 - bit);
  return out;
});
const angles = Float64Array.from({ length: half }, (_, k) => (2 * Math.PI * k) / spectrumSide);
const cosines = angles.map(Math.cos);
const sines = angles.map((angle) => -Math.sin(angle));
const window = Float64Array.from(
  { length: spectrumSide },
  (_, k) => Math.sin((Math.PI * (k + 0.5)) / spectrumSide) ** 2,
);

/**
 * Computes the power of the left half of the square's Fourier transform, [lastRing + 1][spectrumSide] by the frequency
 * across and the one down, of the luma less its mean under a Hann window.
 */
function powerOf(luma: Float32Array): Float64Array {
  const side = spectrumSide;
  let mean = 0;
  for (let i = 0; i < luma.length; i++) mean += luma[i];
  mean /= luma.length;
  const real = new Float64Array((lastRing + 1) * side);
  const imaginary = new Float64Array((lastRing + 1) * side);
  const lineReal = new Float64Array(side);
  const lineImaginary = new Float64Array(side);
  for (let y = 0; y < side; y += 2) {
    // Two rows of real numbers are transformed as one of complex ones, and told apart by their symmetry.
    const upper = window[y];
    const lower = window[y + 1];
    for (let x = 0; x < side; x++) {
      const at = reversed[x];
      lineReal[at] = (luma[y * side + x] - mean) * upper * window[x];
      lineImaginary[at] = (luma[(y + 1) * side + x] - mean) * lower * window[x];
    }
    transform(lineReal, lineImaginary, 0);
    for (let x = 0; x <= lastRing; x++) {
      const mirrored = (side - x) % side;
      const even = x * side + reversed[y];
      const odd = x * side + reversed[y + 1];
      real[even] = (lineReal[x] + lineReal[mirrored]) / 2;
      imaginary[even] = (lineImaginary[x] - lineImaginary[mirrored]) / 2;
      real[odd] = (lineImaginary[x] + lineImaginary[mirrored]) / 2;
      imaginary[odd] = (lineReal[mirrored] - lineReal[x]) / 2;
    }
  }
  for (let x = 0; x <= lastRing; x++) transform(real, imaginary, x * side);
  for (let i = 0; i < real.length; i++) real[i] = real[i] * real[i] + imaginary[i] * imaginary[i];
  return real;
}

/** Transforms `spectrumSide` numbers in place, which lie in bit-reversed order (Cooley and Tukey, 1965). */
function transform(real: Float64Array, imaginary: Float64Array, from: number): void {
  const end = from + spectrumSide;
  transformFours(real, imaginary, from, end);
  for (let reach = 4; reach < spectrumSide; reach *= 2) {
    const turn = half / reach;
    for (let k = 0; k < reach; k++) {
      const cos = cosines[k * turn];
      const sin = sines[k * turn];
      for (let a = from + k; a < end; a += 2 * reach) {
        const b = a + reach;
        const realB = real[b];
        const imaginaryB = imaginary[b];
        const re = realB * cos - imaginaryB * sin;
        const im = realB * sin + imaginaryB * cos;
        const realA = real[a];
        const imaginaryA = imaginary[a];
        real[b] = realA - re;
        imaginary[b] = imaginaryA - im;
        real[a] = realA + re;
        imaginary[a] = imaginaryA + im;
      }
    }
  }
}

/** Does the first two of its rounds, whose factors are 1 and -i. */
function transformFours(real: Float64Array, imaginary: Float64Array, from: number, end: number): void {
  for (let a = from; a < end; a += 4) {
    const sumReal = real[a] + real[a + 1];
    const sumImaginary = imaginary[a] + imaginary[a + 1];
    const offReal = real[a] - real[a + 1];
    const offImaginary = imaginary[a] - imaginary[a + 1];
    const nextReal = real[a + 2] + real[a + 3];
    const nextImaginary = imaginary[a + 2] + imaginary[a + 3];
    const turnedReal = imaginary[a + 2] - imaginary[a + 3];
    const turnedImaginary = real[a + 3] - real[a + 2];
    real[a] = sumReal + nextReal;
    imaginary[a] = sumImaginary + nextImaginary;
    real[a + 1] = offReal + turnedReal;
    imaginary[a + 1] = offImaginary + turnedImaginary;
    real[a + 2] = sumReal - nextReal;
    imaginary[a + 2] = sumImaginary - nextImaginary;
    real[a + 3] = offReal - turnedReal;
    imaginary[a + 3] = offImaginary - turnedImaginary;
  }
}
