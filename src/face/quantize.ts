/**
 * Quantization of embeddings to small integers, with a bound on the error. x is stored as x' = scale * codes,
 * together with error = ||x - x'||2. For a probe p and its p' the triangle inequality then gives
 *
 *   | ||p - x|| - ||p' - x'|| |  <=  error of p + error of x
 *
 * and a template that is farther than the best by more than that cannot be the best. Templates have 8 bits (an
 * error of about 0.008 for a unit vector of some hundred numbers); a probe has 16, so that its own error is only
 * about 0.00003.
 */

/** Rows are padded with zeros to whole vectors of 16 bytes. */
const laneCount = 16;

const maxTemplateCode = 127;

export interface QuantizedTemplate {
  /** `strideOf(dimension)` codes, -127..127. */
  readonly codes: Int8Array;
  readonly scale: number;
  /** Squared length of scale * codes. */
  readonly squaredLength: number;
  readonly error: number;
}

export interface QuantizedProbe {
  readonly codes: Int16Array;
  readonly scale: number;
  readonly squaredLength: number;
  readonly error: number;
}

export function strideOf(dimension: number): number {
  return Math.ceil(dimension / laneCount) * laneCount;
}

export function quantizeTemplate(values: Float32Array): QuantizedTemplate {
  const codes = new Int8Array(strideOf(values.length));
  return { codes, ...quantizeInto(values, codes, maxTemplateCode) };
}

/** Quantizes a probe with codes so small that its inner product with a template's codes fits 32 bits. */
export function quantizeProbe(values: Float32Array): QuantizedProbe {
  const codes = new Int16Array(strideOf(values.length));
  const largest = Math.min(32767, Math.floor((2 ** 31 - 1) / (maxTemplateCode * codes.length)));
  return { codes, ...quantizeInto(values, codes, largest) };
}

/** Throws for a vector that is not finite or has no length: such a vector is never compared. */
function quantizeInto(values: Float32Array, codes: Int8Array | Int16Array, largestCode: number) {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) throw new RangeError("not an embedding");
  // The scale is rounded to float32, as it is stored, so that the error is that of the stored template.
  const scale = Math.fround(largest / largestCode);
  let squaredLength = 0;
  let squaredError = 0;
  for (let i = 0; i < values.length; i++) {
    const code = Math.max(-largestCode, Math.min(largestCode, Math.round(values[i] / scale)));
    codes[i] = code;
    squaredLength += code * code;
    squaredError += (values[i] - scale * code) ** 2;
  }
  return { scale, squaredLength: squaredLength * scale * scale, error: Math.sqrt(squaredError) };
}
