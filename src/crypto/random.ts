/** Source of unpredictable bytes; the Worker takes them from `crypto.getRandomValues`. */
export type RandomBytes = (length: number) => Uint8Array<ArrayBuffer>;

/** Returns an unpredictable number in [0, 1), a multiple of 2^-32. */
export function chanceOf(randomBytes: RandomBytes): number {
  const [a, b, c, d] = randomBytes(4);
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32;
}
