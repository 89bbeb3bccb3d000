/** Operators that gather each pixel from its neighbours: irregular motion and lenses, minima and maxima of a window. */
import type { Picture } from "../../degrade.ts";
import { mapPixels, normalFrom, type Random } from "../kind.ts";
import { between, logBetween, type Operator, pick } from "./draw.ts";
import { eyesOf } from "./neighbours.ts";

type Offset = readonly [x: number, y: number];

/** Places of a kernel in units of its size, and their weights. */
function drawKernel(random: Random): { x: number; y: number; weight: number }[] {
  const form = pick(random, ["comet", "comet", "walk", "walk", "arc", "corners", "star", "twice", "hook"]);
  const turn = 2 * Math.PI * random();
  const count = 22;
  const spread = 0.12 * random();
  const bend = 2 * normalFrom(random);
  const rays = Math.round(between(random, 2, 7));
  let [walkX, walkY, heading] = [0, 0, turn];
  return Array.from({ length: count }, (_, k) => {
    const t = k / (count - 1);
    const near = (x: number, y: number, weight: number) => ({
      x: x + spread * normalFrom(random),
      y: y + spread * normalFrom(random),
      weight,
    });
    const on = (length: number, angle: number, weight: number) =>
      near(length * Math.cos(angle), length * Math.sin(angle), weight);
    if (form === "comet") return on(2 * t, turn, Math.exp(-4 * t * t));
    if (form === "walk") {
      heading += 0.9 * normalFrom(random);
      walkX += 0.22 * Math.cos(heading);
      walkY += 0.22 * Math.sin(heading);
      return near(walkX, walkY, 1);
    }
    if (form === "arc") return on(0.9, turn + bend * (t - 0.5), 1);
    if (form === "corners") return on(1, turn + (2 * Math.PI * (k % rays)) / rays, 1);
    if (form === "star")
      return on(1.4 * Math.floor(k / rays) * (rays / count), turn + (2 * Math.PI * (k % rays)) / rays, 1);
    if (form === "twice") return on(k % 3 === 0 ? 1.2 : 0.2 * t, turn, 1);
    return t < 0.5
      ? on(2 * t, turn, 1)
      : near(
          Math.cos(turn) - (t - 0.5) * 2 * Math.sin(turn),
          Math.sin(turn) + (t - 0.5) * 2 * Math.cos(turn),
          1,
        );
  });
}

/** Light along a comet's tail, a shaken hand's path, an arc, the corners of a lens. */
export const smear: Operator = (random) => {
  const places = drawKernel(random);
  const size = logBetween(random, 0.06, 0.32);
  const keep = random() < 0.25 ? between(random, 0.1, 0.5) : 0;
  const gain = random() < 0.15 ? logBetween(random, 0.6, 1.8) : 1;
  const total = places.reduce((sum, { weight }) => sum + weight, 0);
  return (scene) => {
    const { picture } = scene;
    const { width, height, data } = picture;
    const radius = size * eyesOf(scene);
    const taps = places.map(({ x, y, weight }) => ({
      x: Math.round(radius * x),
      y: Math.round(radius * y),
      weight: (gain * (1 - keep) * weight) / total,
    }));
    return mapPixels(picture, (red, green, blue, at) => {
      const [x0, y0] = [at % width, Math.floor(at / width)];
      let [r, g, b] = [keep * red, keep * green, keep * blue];
      for (const { x, y, weight } of taps) {
        const column = Math.min(width - 1, Math.max(0, x0 + x));
        const from = 4 * (Math.min(height - 1, Math.max(0, y0 + y)) * width + column);
        r += weight * data[from];
        g += weight * data[from + 1];
        b += weight * data[from + 2];
      }
      return [r, g, b];
    });
  };
};

function drawWindow(random: Random): (radius: number) => Offset[] {
  const form = pick(random, ["disc", "disc", "square", "diamond", "octagon", "bar", "cross", "ring"]);
  const turn = Math.PI * random();
  return (radius) => {
    const offsets: Offset[] = [];
    const reach = Math.ceil(radius);
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        const [ax, ay] = [Math.abs(x), Math.abs(y)];
        const r = Math.hypot(x, y);
        const aside = Math.abs(Math.cos(turn) * y - Math.sin(turn) * x);
        const isIn =
          (form === "disc" && r <= radius) ||
          (form === "square" && Math.max(ax, ay) <= 0.85 * radius) ||
          (form === "diamond" && ax + ay <= 1.2 * radius) ||
          (form === "octagon" && Math.max(ax, ay) <= 0.95 * radius && ax + ay <= 1.4 * radius) ||
          (form === "bar" && aside < 0.71 && r <= 1.3 * radius) ||
          (form === "cross" && Math.min(ax, ay) === 0 && r <= radius) ||
          (form === "ring" && Math.abs(r - radius + 0.5) < 0.6);
        if (isIn || (x === 0 && y === 0 && form !== "ring")) offsets.push([x, y]);
      }
    }
    return offsets;
  };
}

/** The least or the greatest of each channel's values in a window. */
function extreme(picture: Picture, offsets: readonly Offset[], isGreatest: boolean): Picture {
  const { width, height, data } = picture;
  const out = new Uint8Array(data.length).fill(isGreatest ? 0 : 255);
  for (let y = 0; y < height; y++) {
    for (const [dx, dy] of offsets) {
      const row = Math.min(height - 1, Math.max(0, y + dy)) * width;
      for (let x = 0; x < width; x++) {
        const from = 4 * (row + Math.min(width - 1, Math.max(0, x + dx)));
        const at = 4 * (y * width + x);
        for (let k = at, j = from; k < at + 3; k++, j++) {
          if (isGreatest ? data[j] > out[k] : data[j] < out[k]) out[k] = data[j];
        }
      }
    }
  }
  for (let at = 3; at < out.length; at += 4) out[at] = 255;
  return { width, height, data: out };
}

/** Opened, closed, both; the difference that this makes; grown less shrunk. */
export const openings: Operator = (random) => {
  const form = pick(random, [
    "open",
    "open",
    "close",
    "close",
    "both",
    "bright",
    "bright",
    "dark",
    "dark",
    "border",
    "inner",
    "outer",
    "grow",
    "shrink",
  ]);
  const window = drawWindow(random);
  const size = logBetween(random, 0.04, 0.2);
  const gain = logBetween(random, 1, 5);
  const show = pick(random, ["alone", "alone", "alone", "negative", "added", "taken"]);
  const isGrey = random() < 0.25;
  const keep = random() < 0.7 ? 0 : between(random, 0.2, 0.6);
  return (scene) => {
    const { picture } = scene;
    const offsets = window(Math.min(10, Math.max(1, size * eyesOf(scene))));
    const grown = (of: Picture) => extreme(of, offsets, true);
    const shrunk = (of: Picture) => extreme(of, offsets, false);
    const opened = (of: Picture) => grown(shrunk(of));
    const closed = (of: Picture) => shrunk(grown(of));
    const simple = new Map([
      ["open", opened],
      ["close", closed],
      ["both", (of: Picture) => closed(opened(of))],
      ["grow", grown],
      ["shrink", shrunk],
    ]).get(form);
    const pairs: Record<string, () => readonly [Picture, Picture]> = {
      bright: () => [picture, opened(picture)],
      dark: () => [closed(picture), picture],
      border: () => [grown(picture), shrunk(picture)],
      inner: () => [picture, shrunk(picture)],
      outer: () => [grown(picture), picture],
    };
    const [more, less] = simple ? [simple(picture), undefined] : pairs[form]();
    return mapPixels(picture, (red, green, blue, at) => {
      const of = (own: number, k: number) => {
        if (less === undefined) return own * keep + (1 - keep) * more.data[4 * at + k];
        const by = gain * (more.data[4 * at + k] - less.data[4 * at + k]);
        return show === "alone"
          ? by
          : show === "negative"
            ? 255 - by
            : show === "added"
              ? own + by
              : own - by;
      };
      const values = [of(red, 0), of(green, 1), of(blue, 2)] as const;
      const grey = (values[0] + values[1] + values[2]) / 3;
      return isGrey ? [grey, grey, grey] : values;
    });
  };
};
