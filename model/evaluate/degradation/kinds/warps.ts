/** Photos bent, and photos that a screen, a cable or a camera's rows took apart. */
import type { Picture } from "../degrade.ts";
import { type KindGroup, kind, mapValues, type Random, resample } from "./kind.ts";

export const warps: KindGroup = {
  name: "warps",
  source: import.meta.url,
  kinds: [
    kind("swirl", "degrees at the centre", [60, 120], swirl),
    kind("wave", "px", [5, 9], (picture, amplitude) =>
      resample(picture, picture, (x, y) => [
        x + amplitude * Math.sin(y / 6),
        y + amplitude * Math.sin(x / 7),
      ]),
    ),
    kind("barrel", "power of the distance from the centre", [0.5, 1.8], barrel),
    kind("stretched", "times the height", [0.45, 2.2], stretch),
    kind("sheared", "px across a px down", [0.5, 0.9], (picture, shear) =>
      resample(picture, picture, (x, y) => [x + shear * (y - picture.height / 2), y]),
    ),
  ],
};

export const signals: KindGroup = {
  name: "signals",
  source: import.meta.url,
  kinds: [
    kind("interlaced", "px apart", [8, 16], (picture, apart) =>
      resample(picture, picture, (x, y) => [x + (Math.floor(y) % 2 === 0 ? -apart / 2 : apart / 2), y]),
    ),
    kind("rows astray", "px", [5, 10], rowsAstray),
    kind("moire", "grey levels", [60, 110], (picture, amplitude) =>
      mapValues(picture, (value, at) => {
        const x = at % picture.width;
        const y = Math.floor(at / picture.width);
        return value + amplitude * Math.sin(1.9 * x + 0.13 * y) * Math.sin(0.2 * x + 1.7 * y);
      }),
    ),
    kind("stripes", "px a stripe", [3, 8], (picture, stripePx) =>
      mapValues(picture, (value, at) =>
        Math.floor(at / picture.width / stripePx) % 2 === 0 ? value : value * 0.1,
      ),
    ),
  ],
};

/** Turns about the centre, less with the distance from it. */
function swirl(picture: Picture, degrees: number): Picture {
  const centreX = picture.width / 2;
  const centreY = picture.height / 2;
  const radius = Math.min(centreX, centreY);
  return resample(picture, picture, (x, y) => {
    const dx = x - centreX;
    const dy = y - centreY;
    const angle = (degrees * Math.PI * Math.max(0, 1 - Math.hypot(dx, dy) / radius)) / 180;
    return [
      centreX + dx * Math.cos(angle) - dy * Math.sin(angle),
      centreY + dx * Math.sin(angle) + dy * Math.cos(angle),
    ];
  });
}

/** Distances from the centre, as shares of the half width, raised to a power. */
function barrel(picture: Picture, power: number): Picture {
  const centreX = picture.width / 2;
  const centreY = picture.height / 2;
  return resample(picture, picture, (x, y) => {
    const distance = Math.hypot(x - centreX, y - centreY) / (centreX * 0.6);
    const factor = distance > 0 && distance < 1 ? distance ** (power - 1) : 1;
    return [centreX + (x - centreX) * factor, centreY + (y - centreY) * factor];
  });
}

function stretch(picture: Picture, factor: number): Picture {
  const height = Math.round(picture.height * Math.min(1, factor));
  const width = Math.round(picture.width / Math.max(1, factor));
  return resample(picture, { width, height }, (x, y) => [
    (x * picture.width) / width,
    (y * picture.height) / height,
  ]);
}

function rowsAstray(picture: Picture, reach: number, random: Random): Picture {
  const shifts = Float32Array.from({ length: picture.height }, () => reach * (2 * random() - 1));
  return resample(picture, picture, (x, y) => [x + shifts[Math.floor(y)], y]);
}
