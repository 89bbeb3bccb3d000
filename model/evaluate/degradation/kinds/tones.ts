/** Tones and colours that are not the scene's. */
import { expose, type Picture } from "../degrade.ts";
import { fromGrey, type KindGroup, kind, lumaOf, mapPixels, mapValues } from "./kind.ts";

export const halftones: KindGroup = {
  name: "halftone",
  source: import.meta.url,
  kinds: [
    kind("ordered dither", "px a cell", [2, 4, 8], orderedDither),
    kind("dots", "px apart", [5, 7], dots),
    kind("error diffusion", "colours: 1 grey, 3 each", [1, 3], diffuse),
    kind("threshold", "grey level", [90, 128], (picture, level) => {
      const luma = lumaOf(picture);
      return fromGrey(picture.width, picture.height, (x, y) =>
        luma[y * picture.width + x] < level ? 0 : 255,
      );
    }),
    kind("random dither", "", [0], (picture, _, random) =>
      fromLuma(picture, (luma) => (luma < 255 * random() ? 0 : 255)),
    ),
  ],
};

export const tones: KindGroup = {
  name: "tones",
  source: import.meta.url,
  kinds: [
    kind("negative", "", [0], (picture) => mapValues(picture, (value) => 255 - value)),
    kind("solarised", "grey level", [80, 128], (picture, level) =>
      mapValues(picture, (value) => (value > level ? 255 - value : value)),
    ),
    kind("posterised", "levels", [2, 3, 4], (picture, levels) =>
      mapValues(picture, (value) => (255 * Math.round((value / 255) * (levels - 1))) / (levels - 1)),
    ),
    kind("flat", "share of the contrast", [0.12, 0.05], (picture, share) =>
      mapValues(picture, (value) => 128 + share * (value - 128)),
    ),
    kind("harsh", "times the contrast", [4, 8], (picture, factor) =>
      mapValues(picture, (value) => 128 + factor * (value - 128)),
    ),
  ],
};

export const colours: KindGroup = {
  name: "colours",
  source: import.meta.url,
  kinds: [
    kind("hue", "degrees", [90, 180], turnHue),
    kind("channels swapped", "", [0], (picture) =>
      mapPixels(picture, (red, green, blue) => [blue, red, green]),
    ),
    kind("false colours", "", [0], (picture) => {
      const luma = lumaOf(picture);
      return mapPixels(picture, (_r, _g, _b, at) => rainbow(luma[at] / 255));
    }),
    kind("one channel negative", "channel", [0, 1], (picture, channel) =>
      mapPixels(picture, (red, green, blue) =>
        channel === 0 ? [255 - red, green, blue] : [red, 255 - green, blue],
      ),
    ),
    kind("infrared", "", [0], (picture) =>
      mapPixels(picture, (red, _, blue) => [blue, 255 - red, 255 - red]),
    ),
  ],
};

export const lights: KindGroup = {
  name: "light",
  source: import.meta.url,
  kinds: [
    kind("low light", "stops", [-4, -5.5, -7], (picture, stops, random) =>
      expose(picture, stops, Math.floor(random() * 2 ** 31)),
    ),
    kind("low light, brightened", "stops", [-5, -7], (picture, stops, random) => {
      const dark = expose(picture, stops, Math.floor(random() * 2 ** 31));
      const white = lumaOf(dark).toSorted()[Math.floor(0.98 * dark.width * dark.height)];
      return mapValues(dark, (value) => (value * 235) / Math.max(1, white));
    }),
    kind("over-exposed", "stops", [3, 4, 5], (picture, stops, random) =>
      expose(picture, stops, Math.floor(random() * 2 ** 31)),
    ),
    kind("half in shadow", "share of the light", [0.1, 0.02], (picture, share) =>
      mapValues(picture, (value, at) => (at % picture.width < picture.width / 2 ? value * share : value)),
    ),
  ],
};

function fromLuma(picture: Picture, map: (luma: number) => number): Picture {
  const luma = lumaOf(picture);
  return fromGrey(picture.width, picture.height, (x, y) => map(luma[y * picture.width + x]));
}

/** Bayer's matrix of this size, a power of two, against luma. */
function orderedDither(picture: Picture, cellPx: number): Picture {
  let matrix = [[0]];
  while (matrix.length < cellPx) {
    const quarter = (add: number) => matrix.map((row) => row.map((value) => 4 * value + add));
    const [a, b, c, d] = [quarter(0), quarter(2), quarter(3), quarter(1)];
    matrix = [...a.map((row, k) => [...row, ...b[k]]), ...c.map((row, k) => [...row, ...d[k]])];
  }
  const luma = lumaOf(picture);
  return fromGrey(picture.width, picture.height, (x, y) => {
    const limit = ((matrix[y % cellPx][x % cellPx] + 0.5) * 255) / cellPx ** 2;
    return luma[y * picture.width + x] < limit ? 0 : 255;
  });
}

/** A printer's screen at 45 degrees: round dots that grow with darkness. */
function dots(picture: Picture, spacingPx: number): Picture {
  const luma = lumaOf(picture);
  return fromGrey(picture.width, picture.height, (x, y) => {
    const u = (((x + y) * Math.PI) / spacingPx) * Math.SQRT2;
    const v = (((x - y) * Math.PI) / spacingPx) * Math.SQRT2;
    const limit = 127.5 + 63 * (Math.cos(u) + Math.cos(v));
    return luma[y * picture.width + x] < limit ? 0 : 255;
  });
}

/** Floyd and Steinberg, 1976. */
function diffuse(picture: Picture, channels: number): Picture {
  const { width, height, data } = picture;
  const planes =
    channels === 1
      ? [lumaOf(picture)]
      : [0, 1, 2].map((channel) =>
          Float32Array.from({ length: width * height }, (_, at) => data[4 * at + channel]),
        );
  for (const plane of planes) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = y * width + x;
        const error = plane[at] - (plane[at] < 128 ? 0 : 255);
        plane[at] -= error;
        if (x + 1 < width) plane[at + 1] += (7 / 16) * error;
        if (y + 1 < height) {
          if (x > 0) plane[at + width - 1] += (3 / 16) * error;
          plane[at + width] += (5 / 16) * error;
          if (x + 1 < width) plane[at + width + 1] += (1 / 16) * error;
        }
      }
    }
  }
  return mapPixels(picture, (_r, _g, _b, at) => [
    planes[0][at],
    planes[1 % planes.length][at],
    planes[2 % planes.length][at],
  ]);
}

/** Chroma (YCbCr of BT.601) turned by an angle. */
function turnHue(picture: Picture, degrees: number): Picture {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  return mapPixels(picture, (red, green, blue) => {
    const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    const cb = (blue - luma) / 1.772;
    const cr = (red - luma) / 1.402;
    const [b, r] = [cb * cos - cr * sin, cb * sin + cr * cos];
    return [luma + 1.402 * r, luma - 0.344136 * b - 0.714136 * r, luma + 1.772 * b];
  });
}

/** Blue, cyan, green, yellow, red as 0 becomes 1. */
function rainbow(value: number): readonly [number, number, number] {
  const ramp = (centre: number) => 255 * Math.min(1, Math.max(0, 1.5 - Math.abs(4 * value - centre)));
  return [ramp(3), ramp(2), ramp(1)];
}
