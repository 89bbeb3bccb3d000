/**
 * False match rates in decades of a given rate: rate, rate / 10, rate / 100 and so on. A caller who may choose only
 * among these has too few thresholds to measure a distance with them.
 */

/** Tolerance of the logarithm: decimals as people write them are this close to a whole number of decades. */
const tolerance = 1e-9;

/**
 * Returns the decade of `rate` that `asked` stands for, written exactly, so that the digits sent do not move it.
 * Undefined for a value above `rate` or between two decades.
 */
export function decadeOf(rate: number, asked: number): number | undefined {
  const decades = Math.log10(rate / asked);
  const whole = Math.round(decades);
  // The condition is written so that NaN and infinity fail too.
  if (!(whole >= 0 && whole <= 300 && Math.abs(decades - whole) <= tolerance)) return undefined;
  return divide(rate, whole);
}

/**
 * Returns the largest decade of `rate` that is not above `limit`, up to rounding.
 *
 * @param limit above 0
 */
export function decadeBelow(rate: number, limit: number): number {
  return divide(rate, Math.max(0, Math.ceil(Math.log10(rate / limit) - tolerance)));
}

/** Rounds to twelve digits, so that 1e-4 / 10 is 1e-5. */
function divide(rate: number, decades: number): number {
  return decades === 0 ? rate : Number((rate / 10 ** decades).toPrecision(12));
}
