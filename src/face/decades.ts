/**
 * False match rates in decades of another: rate, rate / 10, rate / 100 and so on. Whoever may choose
 * among these alone has too few thresholds to measure a distance between them.
 */

/** Of a logarithm: decimals as people write them are this close to a whole number of decades. */
const tolerance = 1e-9;

/**
 * The decade of `rate` that `asked` is, as exactly as it can be written: what was sent does not move it.
 * Undefined for anything above or in between.
 */
export function decadeOf(rate: number, asked: number): number | undefined {
  const decades = Math.log10(rate / asked);
  const whole = Math.round(decades);
  // Written so that NaN and infinity fail too.
  if (!(whole >= 0 && whole <= 300 && Math.abs(decades - whole) <= tolerance)) return undefined;
  return divide(rate, whole);
}

/**
 * The largest decade of `rate` that is not above `limit`, but for rounding.
 *
 * @param limit above 0
 */
export function decadeBelow(rate: number, limit: number): number {
  return divide(rate, Math.max(0, Math.ceil(Math.log10(rate / limit) - tolerance)));
}

/** Twelve digits, so that 1e-4 / 10 is 1e-5. */
function divide(rate: number, decades: number): number {
  return decades === 0 ? rate : Number((rate / 10 ** decades).toPrecision(12));
}
