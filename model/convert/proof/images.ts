/**
 * Images made from a seed, so that golden vectors need not store them. Even seeds give smooth ones (a few waves a
 * channel, since most of a photo's energy is in low frequencies), odd ones white noise.
 */

/** Makes values 0..255, CHW, the same for the same seed and shape on every machine. */
export function seededImage(seed: number, [channels, height, width]: readonly number[]): Float32Array {
  const random = seededRandom(seed);
  const image = new Float32Array(channels * height * width);
  if (seed % 2 === 1) return image.map(() => Math.floor(256 * random()));
  for (let channel = 0; channel < channels; channel++) {
    const waves = Array.from({ length: 6 }, () => ({
      rows: Math.floor(4 * random()),
      columns: Math.floor(4 * random()),
      phase: random(),
    }));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const sum = waves.reduce(
          (total, { rows, columns, phase }) =>
            total + triangle((rows * y) / height + (columns * x) / width + phase),
          0,
        );
        image[(channel * height + y) * width + x] = Math.floor(127.5 + 127.5 * (sum / waves.length));
      }
    }
  }
  return image;
}

/** A wave of period 1 between -1 and 1, in exact arithmetic, where a sine might differ in its last bit. */
function triangle(t: number): number {
  return 4 * Math.abs(t - Math.floor(t) - 0.5) - 1;
}

/** mulberry32: uniform in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Turns pixels into the model's input: y = (x - mean) * scale for each channel. */
export function normalise(
  pixels: Float32Array,
  { mean, scale }: { readonly mean: readonly number[]; readonly scale: readonly number[] },
): Float32Array {
  const plane = pixels.length / mean.length;
  return pixels.map((value, i) => {
    const channel = Math.floor(i / plane);
    return (value - mean[channel]) * scale[channel];
  });
}
