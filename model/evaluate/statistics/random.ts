/**
 * Generates seeded uniform numbers in [0, 1) with 32 bits: sfc32 of Chris Doty-Humphrey's PractRand. It makes
 * resampling repeatable, and must not be used for secrets.
 */
export function createRandom(seed: number): () => number {
  let a = 0;
  let b = seed | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const next = () => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    c |= 0;
    return (result >>> 0) / 2 ** 32;
  };
  // PractRand discards the first outputs, which still reveal the seed.
  for (let skipped = 0; skipped < 15; skipped++) next();
  return next;
}
