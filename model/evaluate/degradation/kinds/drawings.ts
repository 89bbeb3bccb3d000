/** Photos redrawn by a program: pens, brushes, reliefs and cells. */
import { blur, type Picture } from "../degrade.ts";
import { fromGrey, type KindGroup, kind, lumaOf, mapPixels, mapValues, type Random } from "./kind.ts";

export const drawings: KindGroup = {
  name: "drawings",
  source: import.meta.url,
  kinds: [
    kind("pen", "grey levels a px", [5, 10], pen),
    kind("ink", "px", [1, 2], ink),
    kind("stippled", "px a dot", [2, 4], stipple),
    kind("cartoon", "px", [2, 4], cartoon),
    kind("shaded relief", "times as high", [0.06, 0.2], relief),
    kind("Kuwahara", "px, radius", [3, 5], kuwahara),
    kind("paper cut", "px", [2, 4], paperCut),
    kind("cells", "px apart", [7, 12], cells),
    kind("equalised", "", [0], equalise),
    kind("equalised in tiles", "px a tile", [12, 30], equaliseTiles),
    kind("high pass", "px", [2, 6], (picture, sigma) => {
      const soft = blur(picture, sigma).data;
      return mapPixels(picture, (red, green, blue, at) => [
        128 + 2.5 * (red - soft[4 * at]),
        128 + 2.5 * (green - soft[4 * at + 1]),
        128 + 2.5 * (blue - soft[4 * at + 2]),
      ]);
    }),
    kind("thickened", "px, radius; negative for dark", [3, 5, -3, -5], extreme),
    kind("duotone", "", [0], (picture, _, random) => {
      const luma = lumaOf(picture);
      const ends = Array.from({ length: 6 }, () => 255 * random());
      return mapPixels(picture, (_r, _g, _b, at) => {
        const t = luma[at] / 255;
        return [
          ends[0] + t * (ends[3] - ends[0]),
          ends[1] + t * (ends[4] - ends[1]),
          ends[2] + t * (ends[5] - ends[2]),
        ];
      });
    }),
    kind("tones by a wave", "periods", [1.5, 3], (picture, periods) =>
      mapValues(picture, (value) => 127.5 - 127.5 * Math.cos((periods * Math.PI * 2 * value) / 255)),
    ),
  ],
};

/** Thin lines where luma is steepest across the slope. */
function pen(picture: Picture, least: number): Picture {
  const { width, height } = picture;
  const luma = lumaOf(blur(picture, 1.2));
  const at = (x: number, y: number) =>
    luma[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))];
  const slope = (x: number, y: number) => [at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1)];
  return fromGrey(width, height, (x, y) => {
    const [dx, dy] = slope(x, y);
    const steep = Math.hypot(dx, dy);
    if (steep < 2 * least) return 255;
    const [sx, sy] = [Math.round(dx / steep), Math.round(dy / steep)];
    const isRidge =
      steep >= Math.hypot(...slope(x + sx, y + sy)) && steep > Math.hypot(...slope(x - sx, y - sy));
    return isRidge ? 0 : 255;
  });
}

/** Difference of two blurs, thresholded softly (Winnemöller et al., "XDoG", 2012). */
function ink(picture: Picture, sigma: number): Picture {
  const fine = lumaOf(blur(picture, sigma));
  const wide = lumaOf(blur(picture, 1.6 * sigma));
  return fromGrey(picture.width, picture.height, (x, y) => {
    const i = y * picture.width + x;
    const value = fine[i] + 12 * (fine[i] - wide[i]);
    return value > 110 ? 255 : 255 * (1 + Math.tanh(0.03 * (value - 110)));
  });
}

function stipple(picture: Picture, dotPx: number, random: Random): Picture {
  const { width, height } = picture;
  const luma = lumaOf(blur(picture, 1));
  const out = new Float32Array(width * height).fill(255);
  const count = (3 * width * height) / (dotPx * dotPx);
  for (let k = 0; k < count; k++) {
    const x = Math.floor(width * random());
    const y = Math.floor(height * random());
    if (255 * random() < luma[y * width + x]) continue;
    for (let dy = 0; dy < dotPx; dy++) {
      for (let dx = 0; dx < dotPx; dx++) {
        if (x + dx < width && y + dy < height) out[(y + dy) * width + x + dx] = 0;
      }
    }
  }
  return fromGrey(width, height, (x, y) => out[y * width + x]);
}

function cartoon(picture: Picture, sigma: number): Picture {
  const soft = blur(picture, sigma);
  const lines = pen(picture, 4).data;
  return mapPixels(soft, (red, green, blue, at) => {
    if (lines[4 * at] === 0) return [0, 0, 0];
    const flat = (value: number) => 51 * Math.round(value / 51);
    return [flat(red), flat(green), flat(blue)];
  });
}

/** Luma as a landscape under a low light from a side drawn by lot. */
function relief(picture: Picture, high: number, random: Random): Picture {
  const { width, height } = picture;
  const luma = lumaOf(blur(picture, 0.7));
  const angle = 2 * Math.PI * random();
  const at = (x: number, y: number) =>
    luma[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))];
  return fromGrey(width, height, (x, y) => {
    const dx = high * (at(x + 1, y) - at(x - 1, y));
    const dy = high * (at(x, y + 1) - at(x, y - 1));
    const lit = (0.6 - 0.8 * (dx * Math.cos(angle) + dy * Math.sin(angle))) / Math.hypot(dx, dy, 1);
    return 255 * Math.max(0, lit);
  });
}

/** The mean of the evenest of four squares that meet in a pixel (Kuwahara et al., 1976). */
function kuwahara(picture: Picture, radius: number): Picture {
  const { width, height, data } = picture;
  const luma = lumaOf(picture);
  const corners = [
    [-radius, -radius],
    [0, -radius],
    [-radius, 0],
    [0, 0],
  ];
  return mapPixels(picture, (_r, _g, _b, pixel) => {
    const x = pixel % width;
    const y = (pixel - x) / width;
    let least = Number.POSITIVE_INFINITY;
    let mean: [number, number, number] = [0, 0, 0];
    for (const [left, top] of corners) {
      const sums = [0, 0, 0, 0, 0, 0];
      for (let dy = 0; dy <= radius; dy++) {
        for (let dx = 0; dx <= radius; dx++) {
          const column = x + left + dx;
          const row = y + top + dy;
          if (column < 0 || row < 0 || column >= width || row >= height) continue;
          const at = row * width + column;
          sums[0]++;
          sums[1] += luma[at];
          sums[2] += luma[at] ** 2;
          for (let channel = 0; channel < 3; channel++) sums[3 + channel] += data[4 * at + channel];
        }
      }
      const spread = sums[2] / sums[0] - (sums[1] / sums[0]) ** 2;
      if (spread < least) {
        least = spread;
        mean = [sums[3] / sums[0], sums[4] / sums[0], sums[5] / sums[0]];
      }
    }
    return mean;
  });
}

/** Four layers of luma, each in one colour. */
function paperCut(picture: Picture, sigma: number, random: Random): Picture {
  const luma = lumaOf(blur(picture, sigma));
  const sorted = luma.toSorted();
  const limits = [0.25, 0.5, 0.75].map((share) => sorted[Math.floor(share * sorted.length)]);
  const colours = Array.from({ length: 4 }, (_, k): [number, number, number] => [
    60 * k + 75 * random(),
    60 * k + 75 * random(),
    60 * k + 75 * random(),
  ]);
  return mapPixels(picture, (_r, _g, _b, at) => colours[limits.filter((limit) => luma[at] > limit).length]);
}

/** Each pixel in the colour of the nearest of points strewn about. */
function cells(picture: Picture, apart: number, random: Random): Picture {
  const { width, height, data } = picture;
  const columns = Math.ceil(width / apart);
  const rows = Math.ceil(height / apart);
  const points = Array.from({ length: columns * rows }, (_, k): [number, number] => [
    ((k % columns) + random()) * apart,
    (Math.floor(k / columns) + random()) * apart,
  ]);
  return mapPixels(picture, (_r, _g, _b, pixel) => {
    const x = pixel % width;
    const y = (pixel - x) / width;
    let least = Number.POSITIVE_INFINITY;
    let nearest: readonly number[] = [x, y];
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const column = Math.floor(x / apart) + dx;
        const row = Math.floor(y / apart) + dy;
        if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
        const point = points[row * columns + column];
        const distance = (point[0] - x) ** 2 + (point[1] - y) ** 2;
        if (distance < least) {
          least = distance;
          nearest = point;
        }
      }
    }
    const at =
      4 *
      (Math.min(height - 1, Math.floor(nearest[1])) * width + Math.min(width - 1, Math.floor(nearest[0])));
    return [data[at], data[at + 1], data[at + 2]];
  });
}

function equalise(picture: Picture): Picture {
  const ranks = new Float64Array(256);
  for (const value of lumaOf(picture)) ranks[Math.round(value)]++;
  for (let k = 1; k < 256; k++) ranks[k] += ranks[k - 1];
  return mapValues(picture, (value) => (255 * ranks[value]) / ranks[255]);
}

/** Each pixel's rank in luma within its tile, in grey. */
function equaliseTiles(picture: Picture, tilePx: number): Picture {
  const { width, height } = picture;
  const luma = lumaOf(picture);
  const columns = Math.ceil(width / tilePx);
  const tiles = Array.from({ length: columns * Math.ceil(height / tilePx) }, () => new Float64Array(256));
  const tileAt = (x: number, y: number) => tiles[Math.floor(y / tilePx) * columns + Math.floor(x / tilePx)];
  luma.forEach((value, at) => {
    tileAt(at % width, Math.floor(at / width))[Math.round(value)]++;
  });
  for (const tile of tiles) for (let k = 1; k < 256; k++) tile[k] += tile[k - 1];
  return fromGrey(width, height, (x, y) => {
    const tile = tileAt(x, y);
    return (255 * tile[Math.round(luma[y * width + x])]) / tile[255];
  });
}

/** The lightest, or for a negative radius the darkest, value of each channel in a square. */
function extreme(picture: Picture, radius: number): Picture {
  const pick = radius > 0 ? Math.max : Math.min;
  const reach = Math.abs(radius);
  const { width, height } = picture;
  const along = (source: Uint8Array | Uint8ClampedArray, isAcross: boolean) => {
    const out = new Uint8Array(source.length).fill(255);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let channel = 0; channel < 3; channel++) {
          let value = source[4 * (y * width + x) + channel];
          for (let k = -reach; k <= reach; k++) {
            const column = isAcross ? Math.min(width - 1, Math.max(0, x + k)) : x;
            const row = isAcross ? y : Math.min(height - 1, Math.max(0, y + k));
            value = pick(value, source[4 * (row * width + column) + channel]);
          }
          out[4 * (y * width + x) + channel] = value;
        }
      }
    }
    return out;
  };
  return { width, height, data: along(along(picture.data, true), false) };
}
