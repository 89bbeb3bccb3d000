/** Operators on values: colours, tones, noise, dithers, steps. */
import type { Picture } from "../../degrade.ts";
import { faceFrame, lumaOf, mapPixels, mapValues, normalFrom, type Random, type Scene } from "../kind.ts";
import { between, drawColour, hash, logBetween, type Operator, pick } from "./draw.ts";
import { drawTexture, type Texture } from "./textures.ts";

/** A texture's value at each pixel. */
export function texturePixels(scene: Scene, texture: Texture): Float32Array {
  const { width, height } = scene.picture;
  const { toFace } = faceFrame(scene);
  const out = new Float32Array(width * height);
  for (let at = 0; at < out.length; at++)
    out[at] = texture(...toFace((at % width) + 0.5, Math.floor(at / width) + 0.5));
  return out;
}

/** A function of 0..255, smooth and not always rising. */
function drawCurve(random: Random): (value: number) => number {
  const form = pick(random, ["gamma", "contrast", "contrast", "wave", "folded", "steps", "any"]);
  const isNegative = random() < 0.15;
  const gamma = Math.exp(between(random, -1.6, 1.6));
  const gain = logBetween(random, 0.15, 6);
  const centre = between(random, 50, 200);
  const turns = between(random, 0.6, 2.2);
  const phase = random();
  const steps = Math.round(between(random, 1, 4));
  const points = Array.from({ length: 6 }, () => 255 * random());
  const curve = (value: number) => {
    if (form === "gamma") return 255 * (value / 255) ** gamma;
    if (form === "contrast") return 128 + gain * (value - centre);
    if (form === "wave") return 127.5 - 127.5 * Math.cos(2 * Math.PI * (turns * (value / 255) + phase));
    if (form === "folded") return value > centre ? 255 - value : value * (255 / centre) * 0.7;
    if (form === "steps") return (255 / steps) * Math.round((value / 255) * steps);
    const at = Math.min(4.999, (value / 255) * 5);
    const below = Math.floor(at);
    return points[below] + (at - below) * (points[below + 1] - points[below]);
  };
  return (value) => (isNegative ? 255 - curve(value) : curve(value));
}

/** The same curve for all channels, or one of their own; or for luma alone. */
export const tone: Operator = (random) => {
  const curves = [drawCurve(random), drawCurve(random), drawCurve(random)];
  const form = pick(random, ["all", "all", "each", "one", "luma"]);
  const channel = Math.floor(3 * random());
  return ({ picture }) => {
    if (form === "all") return mapValues(picture, curves[0]);
    if (form === "luma") {
      const luma = lumaOf(picture);
      return mapPixels(picture, (red, green, blue, at) => {
        const by = curves[0](luma[at]) - luma[at];
        return [red + by, green + by, blue + by];
      });
    }
    if (form === "each")
      return mapPixels(picture, (red, green, blue) => [curves[0](red), curves[1](green), curves[2](blue)]);
    return mapPixels(picture, (...values) => {
      const [red, green, blue] = values;
      const one = (value: number, k: number) => (k === channel ? curves[0](value) : value);
      return [one(red, 0), one(green, 1), one(blue, 2)];
    });
  };
};

/** Channels mixed, exchanged, turned in hue, reduced to two colours or to a few, grey apart from one colour. */
export const colour: Operator = (random) => {
  const form = pick(random, ["mix", "mix", "map", "map", "palette", "channel", "chroma", "hue"]);
  const mix = Array.from({ length: 9 }, (_, k) => (k % 4 === 0 ? 0.6 : 0) + 0.6 * normalFrom(random));
  const base = Array.from({ length: 3 }, () => 60 * normalFrom(random));
  const colours = Array.from({ length: Math.round(between(random, 2, 6)) }, () => drawColour(random));
  const [strength, turn] = [logBetween(random, 0.5, 8), 2 * Math.PI * random()];
  const [first, second] = [Math.floor(3 * random()), Math.floor(3 * random())];
  const isOrdered = random() < 0.5;
  if (form === "map" && isOrdered) colours.sort((a, b) => a[0] + a[1] + a[2] - b[0] - b[1] - b[2]);
  return ({ picture }) => {
    const luma = lumaOf(picture);
    return mapPixels(picture, (red, green, blue, at) => {
      const own = [red, green, blue];
      if (form === "mix") {
        const [a, b, c, d, e, f, g, h, i] = mix;
        return [
          base[0] + a * red + b * green + c * blue,
          base[1] + d * red + e * green + f * blue,
          base[2] + g * red + h * green + i * blue,
        ];
      }
      if (form === "map") {
        const along = Math.min(colours.length - 1.001, (luma[at] / 255) * (colours.length - 1));
        const below = Math.floor(along);
        const of = (k: number) =>
          colours[below][k] + (along - below) * (colours[below + 1][k] - colours[below][k]);
        return [of(0), of(1), of(2)];
      }
      if (form === "palette") {
        let best = colours[0];
        let least = Number.POSITIVE_INFINITY;
        for (const one of colours) {
          const far = (red - one[0]) ** 2 + (green - one[1]) ** 2 + (blue - one[2]) ** 2;
          if (far < least) {
            least = far;
            best = one;
          }
        }
        return best;
      }
      if (form === "channel") {
        const value = own[first] + strength * (own[first] - own[second]);
        return [value, value, value];
      }
      const cb = blue - luma[at];
      const cr = red - luma[at];
      const by = form === "chroma" ? strength : 1;
      const [b, r] = [
        by * (cb * Math.cos(turn) - cr * Math.sin(turn)),
        by * (cb * Math.sin(turn) + cr * Math.cos(turn)),
      ];
      return [luma[at] + r, luma[at] - 0.51 * r - 0.19 * b, luma[at] + b];
    });
  };
};

/** Noise of white or coloured spectrum, added or multiplied, in each channel or in all; single values lost. */
export const noise: Operator = (random) => {
  const form = pick(random, ["white", "white", "coarse", "lines", "lost"]);
  const sigma = logBetween(random, 20, 110);
  const isGrey = random() < 0.5;
  const isTimes = random() < 0.3;
  const cell = logBetween(random, 1.5, 8);
  const isRows = random() < 0.5;
  const share = between(random, 0.08, 0.5);
  const only = random() < 0.25 ? Math.floor(3 * random()) : undefined;
  return ({ picture }, detail) => {
    const salt = Math.floor(1e6 * detail());
    const { width } = picture;
    const at3 = (at: number, k: number) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      if (form === "white") return normalFrom(detail);
      if (form === "lines")
        return 3.4 * (hash(isRows ? y : x, Math.floor((isRows ? x : y) / 60), salt + k) - 0.5);
      const [u, v] = [x / cell, y / cell];
      const [i, j] = [Math.floor(u), Math.floor(v)];
      const corner = (di: number, dj: number) => hash(i + di, j + dj, salt + k) - 0.5;
      const upper = corner(0, 0) + (u - i) * (corner(1, 0) - corner(0, 0));
      const lower = corner(0, 1) + (u - i) * (corner(1, 1) - corner(0, 1));
      return 4.5 * (upper + (v - j) * (lower - upper));
    };
    return mapPixels(picture, (...values) => {
      const at = values[3];
      const own = [values[0], values[1], values[2]];
      if (form === "lost") {
        const to = 255 * Math.round(detail());
        const isLost = detail() < share;
        const of = (k: number) => (isLost && (isGrey || hash(at, k, salt) < 0.5) ? to : own[k]);
        return [of(0), of(1), of(2)];
      }
      const grey = at3(at, 0);
      const of = (k: number) => {
        if (only !== undefined && only !== k) return own[k];
        const value = isGrey ? grey : k === 0 ? grey : at3(at, k);
        return own[k] + sigma * value * (isTimes ? own[k] / 110 : 1);
      };
      return [of(0), of(1), of(2)];
    });
  };
};

/** Few levels, decided by a texture, by noise or by the error that the neighbours left. */
export const dither: Operator = (random) => {
  const form = pick(random, ["texture", "texture", "noise", "error", "plain"]);
  const steps = pick(random, [1, 1, 1, 2, 3]);
  const isGrey = random() < 0.6;
  const texture = drawTexture(random);
  const [dark, light] = [drawColour(random), drawColour(random)];
  const isBlack = random() < 0.7;
  const across = pick(random, [7 / 16, 0.5, 0.2]);
  return (scene, detail) => {
    const { picture } = scene;
    const { width, height } = picture;
    const mask = form === "texture" ? texturePixels(scene, texture(detail)) : new Float32Array(0);
    const planes = isGrey
      ? [lumaOf(picture)]
      : [0, 1, 2].map((k) =>
          Float32Array.from({ length: width * height }, (_, at) => picture.data[4 * at + k]),
        );
    for (const plane of planes) {
      for (let at = 0; at < plane.length; at++) {
        const value = (plane[at] / 255) * steps;
        const level =
          form === "texture"
            ? Math.floor(value + 0.05 + 0.9 * mask[at])
            : form === "noise"
              ? Math.floor(value + detail())
              : Math.round(value);
        const to = (255 / steps) * Math.min(steps, Math.max(0, level));
        const error = plane[at] - to;
        plane[at] = to;
        if (form !== "error") continue;
        if (at % width < width - 1) plane[at + 1] += across * error;
        if (at + width < plane.length) plane[at + width] += (0.95 - across) * error;
      }
    }
    return mapPixels(picture, (_r, _g, _b, at) => {
      const of = (k: number) => {
        const value = planes[k % planes.length][at];
        return isBlack || !isGrey ? value : dark[k] + (value / 255) * (light[k] - dark[k]);
      };
      return [of(0), of(1), of(2)];
    });
  };
};

/** Light that differs over the photo: less or more of it, coloured, from a side, in the form of a texture. */
export const light: Operator = (random) => {
  const texture = drawTexture(random);
  const [from, to] = [logBetween(random, 0.05, 1), logBetween(random, 0.7, 4)];
  const tint = random() < 0.5 ? [255, 255, 255] : drawColour(random);
  const veil = random() < 0.4 ? 200 * random() : 0;
  const isSensor = random() < 0.3;
  return (scene, detail) => {
    const values = texturePixels(scene, texture(detail));
    return mapPixels(scene.picture, (red, green, blue, at) => {
      const by = from * (to / from) ** values[at];
      const grain = isSensor ? 12 * normalFrom(detail) : 0;
      const of = (value: number, k: number) =>
        (value + grain) * by * (0.3 + (0.7 * tint[k]) / 255) + veil * values[at] * (tint[k] / 255);
      return [of(red, 0), of(green, 1), of(blue, 2)];
    });
  };
};

/** Blocks of a cosine transform of which little is kept; chroma coarser than luma. */
export const blocks: Operator = (random) => {
  const side = pick(random, [4, 8, 8, 16]);
  const step = logBetween(random, 40, 220) * (side / 8);
  const slope = pick(random, [0, 0.5, 2]);
  const loss = random() < 0.3 ? between(random, 0.05, 0.25) : 0;
  const cosines = Float64Array.from({ length: side * side }, (_, at) => {
    const [k, x] = [Math.floor(at / side), at % side];
    return Math.sqrt((k === 0 ? 1 : 2) / side) * Math.cos(((2 * x + 1) * k * Math.PI) / (2 * side));
  });
  return ({ picture }, detail): Picture => {
    const { width, height, data } = picture;
    const out = new Uint8ClampedArray(data.length).fill(255);
    const salt = Math.floor(1e6 * detail());
    const block = new Float64Array(side * side);
    const half = new Float64Array(side * side);
    const transform = (isBack: boolean) => {
      for (const [source, target] of [
        [block, half],
        [half, block],
      ]) {
        for (let row = 0; row < side; row++) {
          for (let k = 0; k < side; k++) {
            let sum = 0;
            for (let x = 0; x < side; x++)
              sum += source[row * side + x] * cosines[isBack ? x * side + k : k * side + x];
            target[k * side + row] = sum;
          }
        }
      }
    };
    for (let top = 0; top < height; top += side) {
      for (let left = 0; left < width; left += side) {
        const isLost = hash(left, top, salt) < loss;
        for (let channel = 0; channel < 3; channel++) {
          const at = (x: number, y: number) =>
            4 * (Math.min(height - 1, top + y) * width + Math.min(width - 1, left + x)) + channel;
          for (let k = 0; k < side * side; k++) block[k] = data[at(k % side, Math.floor(k / side))] - 128;
          transform(false);
          for (let k = 0; k < side * side; k++) {
            const by =
              step * (1 + (slope * ((k % side) + Math.floor(k / side))) / side) * (k === 0 ? 0.4 : 1);
            block[k] = isLost && k > 0 ? 0 : by * Math.round(block[k] / by);
          }
          transform(true);
          for (let y = 0; y < side && top + y < height; y++) {
            for (let x = 0; x < side && left + x < width; x++) out[at(x, y)] = block[y * side + x] + 128;
          }
        }
      }
    }
    return { width, height, data: new Uint8Array(out.buffer) };
  };
};
