/** Noise of several distributions, by value, by pixel and in grains. */
import type { Picture } from "../degrade.ts";
import { type KindGroup, kind, mapPixels, mapValues, normalFrom, type Random } from "./kind.ts";

export const noises: KindGroup = {
  name: "noise",
  source: import.meta.url,
  kinds: [
    kind("Gaussian noise", "standard deviation", [40, 70, 110], (picture, sigma, random) =>
      mapValues(picture, (value) => value + sigma * normalFrom(random)),
    ),
    kind("grey noise", "standard deviation", [50, 90], (picture, sigma, random) =>
      mapPixels(picture, (red, green, blue) => {
        const noise = sigma * normalFrom(random);
        return [red + noise, green + noise, blue + noise];
      }),
    ),
    kind("impulses", "share of values", [0.15, 0.35, 0.55], (picture, share, random) =>
      mapValues(picture, (value) => (random() < share ? 255 * Math.round(random()) : value)),
    ),
    kind("Poisson noise", "photons at white", [8, 3, 1], (picture, photons, random) =>
      mapValues(picture, (value) => (255 / photons) * poisson((value / 255) * photons, random)),
    ),
    kind("speckle", "standard deviation, of the value", [0.5, 1], (picture, sigma, random) =>
      mapValues(picture, (value) => value * (1 + sigma * normalFrom(random))),
    ),
    kind("uniform noise", "greatest", [120, 200], (picture, greatest, random) =>
      mapValues(picture, (value) => value + greatest * (2 * random() - 1)),
    ),
    kind("grain", "standard deviation, in grains of 5 px", [50, 90], grain),
  ],
};

/** Counts with this mean (Knuth, The Art of Computer Programming 2, 3.4.1). */
function poisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}

function grain(picture: Picture, sigma: number, random: Random): Picture {
  const { width, height } = picture;
  const cell = 5;
  const columns = Math.ceil(width / cell) + 1;
  const values = Float32Array.from({ length: columns * (Math.ceil(height / cell) + 1) }, () =>
    normalFrom(random),
  );
  const at = (pixel: number) => {
    const x = (pixel % width) / cell;
    const y = Math.floor(pixel / width) / cell;
    const left = Math.floor(x);
    const top = Math.floor(y);
    const corner = (dx: number, dy: number) => values[(top + dy) * columns + left + dx];
    const upper = (1 - x + left) * corner(0, 0) + (x - left) * corner(1, 0);
    const lower = (1 - x + left) * corner(0, 1) + (x - left) * corner(1, 1);
    return (1 - y + top) * upper + (y - top) * lower;
  };
  // Interpolation of four grains averages away two fifths of their deviation.
  return mapValues(picture, (value, pixel) => value + 1.6 * sigma * at(pixel));
}
