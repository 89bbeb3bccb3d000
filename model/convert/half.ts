/** Half floats, IEEE 754 binary16, as their bits. */

/** Converts IEEE 754 binary16 to a number, exactly. */
export function widenHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Converts to the nearest IEEE 754 binary16, ties to even. Throws beyond its range. */
export function narrowToHalf(value: number): number {
  const magnitude = Math.abs(value);
  if (!(magnitude < 65520)) throw new Error(`${value} does not fit 16 bits`);
  const sign = value < 0 ? 0x8000 : 0;
  // Below 2^-14 the spacing stays 2^-24; above it is 2^-10 of the power of two beneath.
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude || 2 ** -24)));
  const steps = roundToEven(magnitude / 2 ** (exponent - 10));
  // A carry out of the fraction correctly increments the exponent.
  return sign | (((exponent + 14) << 10) + steps);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
