/**
 * Synthetic templates, each made from its number alone, so that a Worker and the bench beside it agree on a million
 * of them without sending them.
 *
 * Strangers come as close as real ones: between LFW's people the cosine at FMR 1e-4 is 0.45 and at 1e-6 0.55, a
 * normal distribution of standard deviation 0.12 and so the spread of about 69 independent dimensions. Coordinates
 * whose variance falls by e^(-i / 34.5) have that spread.
 */
export const dimension = 352;

const decay = 34.5;
const spread = Float64Array.from({ length: dimension }, (_, i) => Math.exp(-i / (2 * decay)));

/** Noise between a template and another photo of the same face, for a distance of about 0.6. */
const genuineNoise = 0.65;

export function template(index: number): Float32Array {
  return toUnitLength(normals(2 * index + 1));
}

/** Makes a probe: even ones are of a face in the gallery, `template(index)`; odd ones of a stranger. */
export function probe(index: number, galleryIndex: number): Float32Array {
  const noise = normals(2 * index);
  if (index % 2 === 1) return toUnitLength(noise);
  const person = template(galleryIndex);
  const other = toUnitLength(noise);
  return toUnitLength(Float64Array.from(person, (value, i) => value + genuineNoise * other[i]));
}

/** Generates normal numbers by Box and Muller from mulberry32. */
function normals(seed: number): Float64Array {
  let state = Math.imul(seed, 0x9e3779b1) | 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const values = new Float64Array(dimension);
  for (let i = 0; i < dimension; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    values[i] = spread[i] * radius * Math.cos(angle);
    values[i + 1] = spread[i + 1] * radius * Math.sin(angle);
  }
  return values;
}

function toUnitLength(values: Float64Array | Float32Array): Float32Array {
  let squares = 0;
  for (const value of values) squares += value * value;
  const scale = 1 / Math.sqrt(squares);
  return Float32Array.from(values, (value) => value * scale);
}
