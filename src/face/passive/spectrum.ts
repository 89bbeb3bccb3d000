/** The spectrum of a square of luma: moire and a screen's grid stand out of it as narrow peaks, blur as its fall. */

/** Side of the square, px; a power of two. */
export const spectrumSide = 128;

export interface Spectrum {
  /** Mean of the natural logarithms by which the highest peaks stand above the median of their ring. */
  readonly peaks: number;
  /** Natural logarithm of the power of fine detail against that of coarse detail. */
  readonly detail: number;
}

/** Rings whose peaks count, in cycles over the square: coarser ones hold the face itself. */
const firstRing = 14;
const lastRing = 62;
/** Number of peaks whose mean counts: a grid of lines has several harmonics, noise one high bin by chance. */
const peaksThatCount = 8;
/** Compressed blocks of 8 pixels repeat so often over the square. */
const blockFrequency = spectrumSide / 8;

/** @param luma [spectrumSide][spectrumSide], 0..255 */
export function measureSpectrum(luma: Float32Array): Spectrum {
  const power = powerOf(luma);
  ringsOfBins ??= listRings();
  const rings = ringsOfBins.map((bins) => bins.map((bin) => power[bin]));
  const heights: number[] = [];
  for (let ring = firstRing; ring <= lastRing; ring++) {
    const sorted = rings[ring].sort();
    const median = sorted[sorted.length >> 1] + 1e-3;
    for (const value of sorted.subarray(-2)) heights.push(Math.log((value + 1e-3) / median));
  }
  heights.sort((a, b) => b - a);
  const top = heights.slice(0, peaksThatCount);
  const band = (from: number, to: number) => {
    let [sum, count] = [1e-3, 0];
    for (const ring of rings.slice(from, to)) {
      for (const value of ring) sum += value;
      count += ring.length;
    }
    return sum / count;
  };
  return {
    peaks: top.reduce((sum, height) => sum + height, 0) / top.length,
    detail: Math.log(band(32, 60) / band(6, 14)),
  };
}

/** Bins of each ring of the upper half plane, those of compressed blocks left out; listed at the first measurement. */
let ringsOfBins: Float64Array[] | undefined;

function listRings(): Float64Array[] {
  const half = spectrumSide / 2;
  const rings: number[][] = Array.from({ length: half }, () => []);
  for (let y = 0; y < spectrumSide; y++) {
    for (let x = 0; x <= half; x++) {
      const v = y < half ? y : y - spectrumSide;
      const ring = Math.round(Math.sqrt(x * x + v * v));
      if (ring >= 1 && ring < half && !isOfBlocks(x, v)) rings[ring].push(y * spectrumSide + x);
    }
  }
  return rings.map((bins) => Float64Array.from(bins));
}

/** True on the axes near multiples of the frequency of compressed blocks. */
function isOfBlocks(x: number, y: number): boolean {
  const onAxis = Math.abs(x) <= 1 || Math.abs(y) <= 1;
  const frequency = Math.max(Math.abs(x), Math.abs(y));
  const rest = frequency % blockFrequency;
  return onAxis && (rest <= 1 || rest >= blockFrequency - 1);
}

/** Computes the power of the left half of the square's Fourier transform, less its mean, under a Hann window. */
function powerOf(luma: Float32Array): Float64Array {
  const side = spectrumSide;
  let mean = 0;
  for (const value of luma) mean += value / luma.length;
  const window = Float64Array.from({ length: side }, (_, k) => Math.sin((Math.PI * (k + 0.5)) / side) ** 2);
  const real = new Float64Array(luma.length);
  const imaginary = new Float64Array(luma.length);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) real[y * side + x] = (luma[y * side + x] - mean) * window[y] * window[x];
  }
  for (let line = 0; line < side; line++) transform(real, imaginary, line * side, 1);
  for (let line = 0; line <= side / 2; line++) transform(real, imaginary, line, side);
  for (let i = 0; i < real.length; i++) real[i] = real[i] * real[i] + imaginary[i] * imaginary[i];
  return real;
}

const bits = Math.log2(spectrumSide);
const reversed = Uint8Array.from({ length: spectrumSide }, (_, k) => {
  let out = 0;
  for (let bit = 0; bit < bits; bit++) if (k & (1 << bit)) out |= 1 << (bits - 1 - bit);
  return out;
});
const cosines = Float64Array.from({ length: spectrumSide }, (_, k) =>
  Math.cos((2 * Math.PI * k) / spectrumSide),
);
const sines = Float64Array.from(
  { length: spectrumSide },
  (_, k) => -Math.sin((2 * Math.PI * k) / spectrumSide),
);
const lineReal = new Float64Array(spectrumSide);
const lineImaginary = new Float64Array(spectrumSide);

/** Transforms one line in place (Cooley and Tukey, 1965). */
function transform(real: Float64Array, imaginary: Float64Array, from: number, step: number): void {
  for (let k = 0; k < spectrumSide; k++) {
    lineReal[k] = real[from + reversed[k] * step];
    lineImaginary[k] = imaginary[from + reversed[k] * step];
  }
  for (let size = 2; size <= spectrumSide; size *= 2) {
    const turn = spectrumSide / size;
    for (let start = 0; start < spectrumSide; start += size) {
      for (let k = 0; k < size / 2; k++) {
        const a = start + k;
        const b = a + size / 2;
        const cos = cosines[k * turn];
        const sin = sines[k * turn];
        const re = lineReal[b] * cos - lineImaginary[b] * sin;
        const im = lineReal[b] * sin + lineImaginary[b] * cos;
        lineReal[b] = lineReal[a] - re;
        lineImaginary[b] = lineImaginary[a] - im;
        lineReal[a] += re;
        lineImaginary[a] += im;
      }
    }
  }
  for (let k = 0; k < spectrumSide; k++) {
    real[from + k * step] = lineReal[k];
    imaginary[from + k * step] = lineImaginary[k];
  }
}
