/**
 * Motion of a face from one frame to another: the homography of a plane, and three shapes of relief that are pushed beyond
 * it: cheeks that lie back at both sides, brow and chin that lie back above and below, and a nose. Points are in eye
 * distances from the middle of the eyes.
 */

/**
 * u (1 + g x + h y) = a x + b y + c + p · shapes, and v likewise with d, e, f: a, b, c, d, e, f, g, h, then the pushes p of
 * cheeks, chin and nose across, and theirs down.
 */
export type Motion = Float64Array;

/** Number of the homography's unknowns, and of all. */
export const unknownsOfPlane = 8;
export const unknownsOfMotion = 14;

export const standingStill: Motion = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** Shapes of relief at (x, y): cheeks, brow and chin, nose. The first goes by x alone, the second by y, the nose by both. */
export function shapes(x: number, y: number): readonly [number, number, number] {
  return [cheeksAt(x), chinAt(y), noseAcross(x) * noseDown(y)];
}

const cheeksAt = (x: number) => -x * x;
const chinAt = (y: number) => -((y - 0.5) ** 2);
const noseAcross = (x: number) => Math.exp(-((x / 0.3) ** 2));
const noseDown = (y: number) => Math.exp(-(((y - 0.5) / 0.35) ** 2));

/** Returns where the point goes. */
export function moved(motion: Motion, x: number, y: number): readonly [number, number] {
  const [a, b, c, d, e, f, g, h, cheeksX, chinX, noseX, cheeksY, chinY, noseY] = motion;
  const [cheeks, chin, nose] = shapes(x, y);
  const depth = 1 + g * x + h * y;
  return [
    (a * x + b * y + c + cheeksX * cheeks + chinX * chin + noseX * nose) / depth,
    (d * x + e * y + f + cheeksY * cheeks + chinY * chin + noseY * nose) / depth,
  ];
}

/** Writes u, v of every point of a grid, row by row: as `moved` by each, in a fraction of the time. */
export function movedGrid(motion: Motion, xs: Float64Array, ys: Float64Array, places: Float64Array): void {
  const [a, b, c, d, e, f, g, h, cheeksX, chinX, noseX, cheeksY, chinY, noseY] = motion;
  const across = xs.map(noseAcross);
  const cheeks = xs.map(cheeksAt);
  for (let row = 0, at = 0; row < ys.length; row++) {
    const y = ys[row];
    const down = noseDown(y);
    const chin = chinAt(y);
    const [u, v, w] = [b * y + c + chinX * chin, e * y + f + chinY * chin, 1 + h * y];
    for (let column = 0; column < xs.length; column++, at += 2) {
      const x = xs[column];
      const nose = down * across[column];
      const depth = w + g * x;
      places[at] = (u + a * x + cheeksX * cheeks[column] + noseX * nose) / depth;
      places[at + 1] = (v + d * x + cheeksY * cheeks[column] + noseY * nose) / depth;
    }
  }
}
