/** Operators that look at a pixel's neighbours: blurs, edges, ranks, paint. */
import { blur, type Picture } from "../../degrade.ts";
import { lumaOf, mapPixels, normalFrom, resample, type Scene } from "../kind.ts";
import { between, logBetween, type Operator, pick } from "./draw.ts";
import { bendFace } from "./places.ts";

function eyesOf({ landmarks: [left, right] }: Scene): number {
  return Math.hypot(right.x - left.x, right.y - left.y);
}

/** A sum of pictures with weights that sum to 1. */
function sumOf(pictures: readonly Picture[], weights: readonly number[]): Picture {
  const [{ width, height, data }] = pictures;
  const sum = new Float32Array(data.length);
  for (const [k, one] of pictures.entries())
    for (let at = 0; at < sum.length; at++) sum[at] += weights[k] * one.data[at];
  return {
    width,
    height,
    data: Uint8Array.from(sum, (value) => Math.min(255, Math.max(0, Math.round(value)))),
  };
}

/** Light gathered while the face turned, grew, sheared or went along a curve; evenly, fading or at two moments alone. */
export const motion: Operator = (random) => {
  const form = pick(random, ["turn", "turn", "growth", "line", "curve", "mixed"]);
  const reach = logBetween(random, 0.12, 0.8);
  const isFading = random() < 0.3;
  const moments = pick(random, [11, 11, 2, 3]);
  const isOut = random() < 0.3;
  const [u0, v0] = [1.2 * (random() - 0.5), 0.55 + 1.2 * (random() - 0.5)];
  const direction = 2 * Math.PI * random();
  const mixed = Array.from({ length: 5 }, () => 0.5 * reach * normalFrom(random));
  const isAnyDirection = random() < 0.4;
  return (scene, detail) => {
    const along = isAnyDirection ? 2 * Math.PI * detail() : direction;
    const pictures = Array.from({ length: moments }, (_, k) => {
      const t = (k / (moments - 1) - 0.5) * reach;
      return bendFace(scene, (u, v) => {
        const [du, dv] = [u - u0, v - v0];
        if (form === "turn") {
          const angle = isOut ? (t * Math.hypot(du, dv)) / 0.8 : t;
          const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
          return [u0 + cos * du - sin * dv, v0 + sin * du + cos * dv];
        }
        if (form === "growth") return [u + t * du, v + (isOut ? 0 : t) * dv];
        if (form === "line") return [u + 0.8 * t * Math.cos(along), v + 0.8 * t * Math.sin(along)];
        if (form === "curve") {
          const bent = along + 3 * t;
          return [u + 0.8 * t * Math.cos(bent), v + 0.8 * t * Math.sin(bent)];
        }
        const by = t / reach;
        const [a, b, c, d, e] = mixed;
        return [u + by * (a * du + b * dv + 0.4 * e), v + by * (c * du + d * dv)];
      });
    });
    const weights = pictures.map((_, k) => (isFading ? 2 ** (-3 * (k / moments)) : 1));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return sumOf(
      pictures,
      weights.map((weight) => weight / total),
    );
  };
};

/** Blurred in a lens: by a bell, a disc, a ring, a box or a bar; sharp somewhere, or nowhere. */
export const soften: Operator = (random) => {
  const form = pick(random, ["bell", "disc", "ring", "box", "bar", "cross"]);
  const size = logBetween(random, 0.04, 0.16);
  const turn = Math.PI * random();
  const by = between(random, 0.7, 1);
  return (scene) => {
    const { picture } = scene;
    const radius = Math.max(1, size * eyesOf(scene));
    if (form === "bell") return sumOf([blur(picture, radius), picture], [by, 1 - by]);
    const offsets: [number, number][] = [];
    for (let y = -Math.ceil(1.5 * radius); y <= 1.5 * radius; y++) {
      for (let x = -Math.ceil(1.5 * radius); x <= 1.5 * radius; x++) {
        const r = Math.hypot(x, y) / radius;
        const [along, aside] = [
          Math.cos(turn) * x + Math.sin(turn) * y,
          Math.cos(turn) * y - Math.sin(turn) * x,
        ];
        const isIn =
          (form === "disc" && r < 1.2) ||
          (form === "ring" && r > 0.9 && r < 1.4) ||
          (form === "box" && Math.max(Math.abs(along), Math.abs(aside)) < radius) ||
          (form === "bar" && Math.abs(aside) < 0.6 && r < 1.5) ||
          (form === "cross" && Math.min(Math.abs(along), Math.abs(aside)) < 0.6 && r < 1.5);
        if (isIn) offsets.push([x, y]);
      }
    }
    return sumOf([gather(picture, offsets), picture], [by, 1 - by]);
  };
};

function gather({ width, height, data }: Picture, offsets: readonly (readonly [number, number])[]): Picture {
  const out = new Uint8Array(data.length).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [red, green, blue] = [0, 0, 0];
      for (let k = 0; k < offsets.length; k++) {
        const column = Math.min(width - 1, Math.max(0, x + offsets[k][0]));
        const row = Math.min(height - 1, Math.max(0, y + offsets[k][1]));
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
  return { width, height, data: out };
}

/** Differences of the photo and itself moved, blurred or convolved: relief, edges, halos, local contrast. */
export const contrast: Operator = (random) => {
  const form = pick(random, ["relief", "edges", "unsharp", "unsharp", "ratio", "kernel", "normal", "both"]);
  const size = logBetween(random, 0.02, 0.3);
  const strength = logBetween(random, 1, 12);
  const base = pick(random, [0, 128, 255]);
  const keep = random() < 0.5 ? 0 : between(random, 0.2, 0.8);
  const turn = 2 * Math.PI * random();
  const apart = between(random, 1, 3);
  const kernel = Array.from({ length: 9 }, () => normalFrom(random));
  const isGrey = random() < 0.5;
  const sum = kernel.reduce((total, value) => total + value, 0);
  const rest = pick(random, [0, 1]) - sum;
  return (scene) => {
    const { picture } = scene;
    const { width, height, data } = picture;
    const soft = blur(picture, Math.max(0.7, size * eyesOf(scene))).data;
    const moved = resample(picture, picture, (x, y) => [
      x + apart * Math.cos(turn),
      y + apart * Math.sin(turn),
    ]).data;
    const luma = lumaOf(picture);
    const at4 = (at: number, dx: number, dy: number, k: number) => {
      const x = Math.min(width - 1, Math.max(0, (at % width) + dx));
      const y = Math.min(height - 1, Math.max(0, Math.floor(at / width) + dy));
      return data[4 * (y * width + x) + k];
    };
    const of = (at: number, k: number) => {
      const value = data[4 * at + k];
      let to: number;
      if (form === "relief") to = 128 + strength * (value - moved[4 * at + k]);
      else if (form === "ratio") to = 128 * (value / Math.max(4, soft[4 * at + k])) ** Math.min(4, strength);
      else if (form === "unsharp") to = (base === 128 ? 128 : value) + strength * (value - soft[4 * at + k]);
      else if (form === "both") to = 127.5 + 127.5 * Math.tanh((strength * (value - soft[4 * at + k])) / 20);
      else if (form === "kernel") {
        to = rest * value + (sum + rest === 0 ? 128 : 0);
        for (let j = 0; j < 9; j++) to += kernel[j] * at4(at, (j % 3) - 1, Math.floor(j / 3) - 1, k);
      } else {
        const across = at4(at, 1, 0, k) - at4(at, -1, 0, k);
        const down = at4(at, 0, 1, k) - at4(at, 0, -1, k);
        const slope = Math.hypot(across, down);
        if (form === "edges") to = base === 255 ? 255 - strength * slope : strength * slope;
        else
          to = k === 0 ? 128 + strength * across : k === 1 ? 128 + strength * down : 255 - strength * slope;
      }
      return keep * value + (1 - keep) * to;
    };
    return mapPixels(picture, (_r, _g, _b, at) => {
      if (isGrey && form !== "normal") {
        const grey = (of(at, 0) + of(at, 1) + of(at, 2)) / 3 - (keep > 0 ? 0.3 * (luma[at] - 128) * keep : 0);
        return [grey, grey, grey];
      }
      return [of(at, 0), of(at, 1), of(at, 2)];
    });
  };
};

/** The pixel of a certain rank of luma among neighbours in a window of any form, once or again: grown, shrunk, painted. */
export const rank: Operator = (random) => {
  const count = pick(random, [5, 9, 13]);
  const size = logBetween(random, 0.04, 0.16);
  const form = pick(random, ["scattered", "disc", "bar", "cross"]);
  const share = pick(random, [0, 0.5, 0.5, 0.999, random()]);
  const times = pick(random, [1, 2, 3]);
  const isBack = random() < 0.3;
  const turn = Math.PI * random();
  const places = Array.from({ length: count }, (_, k) => {
    if (form === "disc") {
      const [r, angle] = [Math.sqrt((k + 0.5) / count), 2.4 * k];
      return [r * Math.cos(angle), r * Math.sin(angle)];
    }
    const along = (2 * k) / (count - 1) - 1;
    if (form === "bar") return [along * Math.cos(turn), along * Math.sin(turn)];
    if (form === "cross") return k % 2 === 0 ? [along, 0] : [0, along];
    return [2 * random() - 1, 2 * random() - 1];
  });
  return (scene) => {
    const radius = Math.max(1, size * eyesOf(scene));
    const offsets = places.map(([x, y]) => [Math.round(radius * x), Math.round(radius * y)] as const);
    const order = new Float64Array(count);
    const once = (picture: Picture, of: number): Picture => {
      const { width, height, data } = picture;
      const luma = lumaOf(picture);
      const out = new Uint8Array(data.length);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          for (let k = 0; k < count; k++) {
            const column = Math.min(width - 1, Math.max(0, x + offsets[k][0]));
            const row = Math.min(height - 1, Math.max(0, y + offsets[k][1]));
            const from = row * width + column;
            order[k] = Math.round(luma[from] * 8) * 1e7 + from;
          }
          order.sort();
          const from = 4 * (order[Math.floor(of * count)] % 1e7);
          out.set(data.subarray(from, from + 4), 4 * (y * width + x));
        }
      }
      return { width, height, data: out };
    };
    let { picture } = scene;
    for (let k = 0; k < times; k++) picture = once(picture, share);
    return isBack ? once(picture, 0.999 - share) : picture;
  };
};

/** Painted: the calmest of the windows beside a pixel, the commonest tone about it, or a stroke along its edges. */
export const paint: Operator = (random) => {
  const form = pick(random, ["calmest", "commonest", "stroke"]);
  const size = logBetween(random, 0.05, 0.14);
  const levels = Math.round(between(random, 4, 20));
  return (scene) => {
    const { picture } = scene;
    const { width, height, data } = picture;
    const radius = Math.max(2, Math.round(size * eyesOf(scene)));
    const luma = lumaOf(picture);
    const smooth = form === "stroke" ? lumaOf(blur(picture, radius / 2)) : luma;
    const inside = (x: number, y: number) =>
      Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x));
    const counts = new Float32Array(levels + 1);
    const sums = new Float32Array(3 * (levels + 1));
    return mapPixels(picture, (_r, _g, _b, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      let [red, green, blue, count] = [0, 0, 0, 0];
      const add = (from: number) => {
        red += data[4 * from];
        green += data[4 * from + 1];
        blue += data[4 * from + 2];
        count++;
      };
      if (form === "stroke") {
        const across = smooth[inside(x + 1, y)] - smooth[inside(x - 1, y)];
        const down = smooth[inside(x, y + 1)] - smooth[inside(x, y - 1)];
        const length = Math.hypot(across, down) + 1e-6;
        for (let k = -radius; k <= radius; k++)
          add(inside(Math.round(x - (k * down) / length), Math.round(y + (k * across) / length)));
      } else if (form === "commonest") {
        counts.fill(0);
        sums.fill(0);
        for (let dy = -radius; dy <= radius; dy++) {
          for (let dx = -radius; dx <= radius; dx += 2) {
            const from = inside(x + dx, y + dy);
            const level = Math.round((luma[from] / 255) * levels);
            counts[level]++;
            for (let k = 0; k < 3; k++) sums[3 * level + k] += data[4 * from + k];
          }
        }
        const most = counts.indexOf(Math.max(...counts));
        [red, green, blue, count] = [sums[3 * most], sums[3 * most + 1], sums[3 * most + 2], counts[most]];
      } else {
        let least = Number.POSITIVE_INFINITY;
        let [bestX, bestY] = [0, 0];
        for (const [cornerX, cornerY] of [
          [x - radius, y - radius],
          [x, y - radius],
          [x - radius, y],
          [x, y],
        ]) {
          let [sum, square, number] = [0, 0, 0];
          for (let dy = 0; dy <= radius; dy += 2) {
            for (let dx = 0; dx <= radius; dx += 2) {
              const value = luma[inside(cornerX + dx, cornerY + dy)];
              sum += value;
              square += value * value;
              number++;
            }
          }
          const spread = square / number - (sum / number) ** 2;
          if (spread < least) {
            least = spread;
            [bestX, bestY] = [cornerX, cornerY];
          }
        }
        for (let dy = 0; dy <= radius; dy += 2)
          for (let dx = 0; dx <= radius; dx += 2) add(inside(bestX + dx, bestY + dy));
      }
      return [red / count, green / count, blue / count];
    });
  };
};

/** Laid over itself moved, mirrored, enlarged or turned over in tone. */
export const ghost: Operator = (random) => {
  const form = pick(random, ["moved", "mirrored", "enlarged", "upside down", "leaning"]);
  const blend = pick(random, ["mean", "mean", "lighter", "darker", "difference", "channel"]);
  const by = between(random, 0.3, 0.6);
  const [du, dv] = [0.4 * normalFrom(random), 0.3 * normalFrom(random)];
  const times = between(random, 0.6, 1.6);
  const turn = 0.6 * normalFrom(random);
  const channel = Math.floor(3 * random());
  return (scene) => {
    const over = bendFace(scene, (u, v) => {
      const y = v - 0.55;
      if (form === "moved") return [u + du, v + dv];
      if (form === "mirrored") return [-u + 0.3 * du, v + 0.3 * dv];
      if (form === "enlarged") return [u * times, 0.55 + y * times];
      if (form === "upside down") return [u, 0.55 - y];
      return [Math.cos(turn) * u - Math.sin(turn) * y, 0.55 + Math.sin(turn) * u + Math.cos(turn) * y];
    }).data;
    return mapPixels(scene.picture, (red, green, blue, at) => {
      const of = (own: number, k: number) => {
        const other = over[4 * at + k];
        if (blend === "lighter") return Math.max(own, other);
        if (blend === "darker") return Math.min(own, other);
        if (blend === "difference") return 2 * by * Math.abs(own - other) + (1 - 2 * by) * own;
        if (blend === "channel") return k === channel ? other : own;
        return own + by * (other - own);
      };
      return [of(red, 0), of(green, 1), of(blue, 2)];
    });
  };
};
