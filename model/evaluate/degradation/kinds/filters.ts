/** Photos convolved, drawn over or painted: blur, lines, brushes. */
import { blur, type Picture } from "../degrade.ts";
import { fromGrey, type KindGroup, kind, lumaOf, mapPixels, type Random } from "./kind.ts";

export const blurs: KindGroup = {
  name: "blur",
  source: import.meta.url,
  kinds: [
    kind("Gaussian blur", "px", [2, 3, 4.5, 7], blur),
    kind("motion blur", "px", [8, 14, 20, 28], moveCamera),
    kind("defocus", "px, radius", [3, 5, 7, 10], defocus),
    kind("zoom blur", "of the distance to the centre", [0.15, 0.3], zoomWhileOpen),
    kind("double exposure", "px apart", [8, 16], expose2),
  ],
};

export const lines: KindGroup = {
  name: "lines",
  source: import.meta.url,
  kinds: [
    kind("sketch", "px", [2, 5], sketch),
    kind("charcoal", "px", [1, 2], charcoal),
    kind("edges", "grey level; 0 as they are", [0, 60], edges),
    kind("emboss", "px", [1, 2], emboss),
  ],
};

export const paints: KindGroup = {
  name: "paint",
  source: import.meta.url,
  kinds: [
    kind("median", "px, radius", [4, 6, 9], median),
    kind("oil paint", "px, radius", [3, 5, 7], oilPaint),
    kind("spread", "px", [4, 8], (picture, reach, random) => scatter(picture, reach, random)),
  ],
};

type Offset = readonly [across: number, down: number];

/** The mean of a pixel's neighbours at these offsets, edges repeated. */
function averageOf(picture: Picture, offsetsAt: (x: number, y: number) => readonly Offset[]): Picture {
  const { width, height, data } = picture;
  const out = new Uint8ClampedArray(data.length).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const offsets = offsetsAt(x, y);
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let k = 0; k < offsets.length; k++) {
        const column = Math.min(width - 1, Math.max(0, x + Math.round(offsets[k][0])));
        const row = Math.min(height - 1, Math.max(0, y + Math.round(offsets[k][1])));
        const from = 4 * (row * width + column);
        red += data[from];
        green += data[from + 1];
        blue += data[from + 2];
      }
      const at = 4 * (y * width + x);
      out[at] = red / offsets.length;
      out[at + 1] = green / offsets.length;
      out[at + 2] = blue / offsets.length;
    }
  }
  return { width, height, data: new Uint8Array(out.buffer) };
}

/** Blurs along a line of this length, in a direction of its own for each photo. */
function moveCamera(picture: Picture, lengthPx: number, random: Random): Picture {
  const angle = Math.PI * random();
  const offsets = Array.from({ length: Math.round(lengthPx) }, (_, k): [number, number] => {
    const along = k - (lengthPx - 1) / 2;
    return [along * Math.cos(angle), along * Math.sin(angle)];
  });
  return averageOf(picture, () => offsets);
}

/** Blurs over a disc. */
function defocus(picture: Picture, radius: number): Picture {
  const offsets: [number, number][] = [];
  for (let dy = -radius; dy <= radius; dy++) {
    for (let dx = -radius; dx <= radius; dx++)
      if (dx * dx + dy * dy <= radius * radius) offsets.push([dx, dy]);
  }
  return averageOf(picture, () => offsets);
}

function zoomWhileOpen(picture: Picture, share: number): Picture {
  const steps = 16;
  return averageOf(picture, (x, y) =>
    Array.from({ length: steps }, (_, k): [number, number] => {
      const by = share * (k / (steps - 1) - 0.5);
      return [by * (x - picture.width / 2), by * (y - picture.height / 2)];
    }),
  );
}

function expose2(picture: Picture, apartPx: number, random: Random): Picture {
  const angle = 2 * Math.PI * random();
  const offset: [number, number] = [apartPx * Math.cos(angle), apartPx * Math.sin(angle)];
  return averageOf(picture, () => [[0, 0], offset]);
}

/** Draws as a pencil does: luma divided by its blurred self ("colour dodge"). */
function sketch(picture: Picture, sigma: number): Picture {
  const luma = lumaOf(picture);
  const soft = lumaOf(blur(picture, sigma));
  return fromGrey(picture.width, picture.height, (x, y) => {
    const at = y * picture.width + x;
    return 255 * Math.min(1, luma[at] / Math.max(1, soft[at])) ** 3;
  });
}

/** Sobel's gradient of luma; 0 at the border. */
function gradientOf({ width, height }: Picture, luma: Float32Array): Float32Array {
  const out = new Float32Array(luma.length);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = (dx: number, dy: number) => luma[(y + dy) * width + x + dx];
      const across = at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1);
      const down = at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1);
      out[y * width + x] = Math.hypot(across, down);
    }
  }
  return out;
}

/** Draws dark, soft edges on white. */
function charcoal(picture: Picture, sigma: number): Picture {
  const gradient = gradientOf(picture, lumaOf(blur(picture, sigma)));
  const drawn = fromGrey(picture.width, picture.height, (x, y) => 255 - 2 * gradient[y * picture.width + x]);
  return blur(drawn, sigma / 2);
}

/** Bright edges on black: as steep as they are, or all alike above a level. */
function edges(picture: Picture, level: number): Picture {
  const gradient = gradientOf(picture, lumaOf(blur(picture, 1)));
  return fromGrey(picture.width, picture.height, (x, y) => {
    const value = gradient[y * picture.width + x];
    return level === 0 ? value : value > level ? 255 : 0;
  });
}

/** Relief lit from the upper left. */
function emboss(picture: Picture, reach: number): Picture {
  const { width, height } = picture;
  const luma = lumaOf(picture);
  const at = (x: number, y: number) =>
    luma[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))];
  return fromGrey(width, height, (x, y) => 128 + 2 * (at(x + reach, y + reach) - at(x - reach, y - reach)));
}

/** Each channel's median over a square, by a histogram that moves along the row (Huang et al., 1979). */
function median(picture: Picture, radius: number): Picture {
  const { width, height, data } = picture;
  const out = new Uint8Array(data.length).fill(255);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < height; y++) {
      const top = Math.max(0, y - radius);
      const bottom = Math.min(height - 1, y + radius);
      const counts = new Int32Array(256);
      let total = 0;
      const count = (column: number, by: number) => {
        if (column < 0 || column >= width) return;
        for (let row = top; row <= bottom; row++) counts[data[4 * (row * width + column) + channel]] += by;
        total += by * (bottom - top + 1);
      };
      for (let column = 0; column < radius; column++) count(column, 1);
      for (let x = 0; x < width; x++) {
        count(x + radius, 1);
        let value = 0;
        for (let below = counts[0]; below <= total / 2; below += counts[++value]);
        out[4 * (y * width + x) + channel] = value;
        count(x - radius, -1);
      }
    }
  }
  return { width, height, data: out };
}

/** The mean colour of the commonest of eight brightnesses over a square. */
function oilPaint(picture: Picture, radius: number): Picture {
  const { width, height, data } = picture;
  const luma = lumaOf(picture);
  return mapPixels(picture, (_r, _g, _b, pixel) => {
    const x = pixel % width;
    const y = (pixel - x) / width;
    const counts = new Float64Array(8);
    const sums = new Float64Array(24);
    for (let row = Math.max(0, y - radius); row <= Math.min(height - 1, y + radius); row++) {
      for (let column = Math.max(0, x - radius); column <= Math.min(width - 1, x + radius); column++) {
        const at = row * width + column;
        const bin = Math.min(7, Math.floor(luma[at] / 32));
        counts[bin]++;
        for (let channel = 0; channel < 3; channel++) sums[3 * bin + channel] += data[4 * at + channel];
      }
    }
    const bin = counts.indexOf(Math.max(...counts));
    return [sums[3 * bin] / counts[bin], sums[3 * bin + 1] / counts[bin], sums[3 * bin + 2] / counts[bin]];
  });
}

/** Each pixel swapped for one nearby. */
function scatter(picture: Picture, reach: number, random: Random): Picture {
  return averageOf(picture, () => [[reach * (2 * random() - 1), reach * (2 * random() - 1)]]);
}
