/** Affine quantization: real = scale * (stored - zeroPoint). */

/** What a value may be; contains 0, which must be exact for padding and ReLU. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface Affine {
  readonly scale: number;
  /** 0..255 */
  readonly zeroPoint: number;
}

/** Unsigned 8 bits over the whole range. */
export function affineOf({ low, high }: Range): Affine {
  if (!(low <= 0 && high >= 0 && high > low)) throw new Error(`not a range around zero: [${low}, ${high}]`);
  const scale = Math.fround((high - low) / 255);
  return { scale, zeroPoint: Math.round(-low / scale) };
}

export interface QuantizedRows {
  /** -127..127, same layout. */
  readonly values: Int8Array;
  /** One for each row. */
  readonly scales: Float32Array;
}

/** Symmetric 8 bits, a scale for each of `rows` equal parts (output channels). */
export function quantizeRows(data: Float32Array, rows: number): QuantizedRows {
  const length = data.length / rows;
  const values = new Int8Array(data.length);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const part = data.subarray(row * length, (row + 1) * length);
    const largest = part.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const scale = Math.fround(largest === 0 ? 1 : largest / 127);
    scales[row] = scale;
    part.forEach((value, i) => {
      values[row * length + i] = Math.max(-127, Math.min(127, Math.round(value / scale)));
    });
  }
  return { values, scales };
}
