/** Faces covered: drawn over by the landmarks of the untouched photo, one eye distance as the unit. */
import type { Picture } from "../degrade.ts";
import { faceFrame, type Kind, type KindGroup, mapPixels, type Random, type Scene } from "./kind.ts";

export const covers: KindGroup = {
  name: "covers",
  source: import.meta.url,
  kinds: [
    cover("mask", "", [0], (_, random) => {
      const top = 0.35 + 0.15 * random();
      return [clothColour(random), (u, v) => v > top && (u / 1.15) ** 2 + ((v - 0.75) / 1.15) ** 2 < 1];
    }),
    cover("sunglasses", "", [0], (_, random) => {
      const radius = 0.36 + 0.08 * random();
      const shade = 10 + 40 * random();
      return [
        [shade, shade, shade],
        (u, v) =>
          ((Math.abs(u) - 0.5) / radius) ** 2 + (v / (0.8 * radius)) ** 2 < 1 ||
          (Math.abs(u) < 1 && Math.abs(v + 0.12) < 0.06),
      ];
    }),
    cover("mask and sunglasses", "", [0], (_, random) => {
      const shade = 10 + 40 * random();
      return [
        [shade, shade, shade],
        (u, v) =>
          (v > 0.4 && (u / 1.15) ** 2 + ((v - 0.75) / 1.15) ** 2 < 1) ||
          ((Math.abs(u) - 0.5) / 0.4) ** 2 + (v / 0.32) ** 2 < 1 ||
          (Math.abs(u) < 1 && Math.abs(v + 0.12) < 0.06),
      ];
    }),
    cover("hand", "fingers", [3, 4], (fingers, random) => {
      const lean = 0.6 * (random() - 0.5);
      const from = random() < 0.5 ? -1 : 1;
      const height = 0.2 + 0.9 * random();
      const skin: Colour = [150 + 80 * random(), 110 + 60 * random(), 90 + 50 * random()];
      return [
        skin,
        (u, v) => {
          const along = u * from;
          const across = v - height - lean * u;
          const palm = ((along - 0.9) / 0.6) ** 2 + (across / 0.55) ** 2 < 1;
          const finger = Math.abs(across) < 0.5 && along < 0.9 && along > -0.4;
          const gap = Math.abs(((across + 0.5) * fingers) % 1) > 0.85;
          return palm || (finger && !gap);
        },
      ];
    }),
    cover("bar over the eyes", "eye distances high", [0.35, 0.7], (high, random) => [
      random() < 0.5 ? [0, 0, 0] : clothColour(random),
      (u, v) => Math.abs(v) < high / 2 && Math.abs(u) < 1.3,
    ]),
    cover("half covered", "", [0], (_, random) => {
      const side = random() < 0.5 ? -1 : 1;
      return [clothColour(random), (u, v) => u * side > 0 && Math.abs(u) < 1.6 && v > -1.2 && v < 2.2];
    }),
    cover("blocks", "of the face", [0.3, 0.5], (share, random) => {
      const cells = Array.from({ length: 36 }, () => random() < share);
      return [
        [128, 128, 128],
        (u, v) => {
          const column = Math.floor((u + 1.2) / 0.4);
          const row = Math.floor((v + 0.8) / 0.4);
          return column >= 0 && column < 6 && row >= 0 && row < 6 && cells[6 * row + column];
        },
      ];
    }),
    cover("grating", "eye distances apart", [0.25, 0.5], (apart, random) => {
      const phase = random() * apart;
      return [[40, 40, 40], (u) => (((u + phase) % apart) + apart) % apart < 0.5 * apart];
    }),
    {
      name: "scrambled",
      unit: "eye distances a tile",
      levels: [0.5, 0.8],
      apply: scramble,
    },
  ],
};

type Colour = readonly [number, number, number];
/** True when a point is covered: u to the right and v down from between the eyes, in eye distances. */
type Shape = (u: number, v: number) => boolean;

function cover(
  name: string,
  unit: string,
  levels: readonly number[],
  draw: (level: number, random: Random) => readonly [Colour, Shape],
): Kind {
  return {
    name,
    unit,
    levels,
    apply({ picture, landmarks }, level, random) {
      const [colour, covers] = draw(level, random);
      const { toFace } = faceFrame({ picture, landmarks });
      return mapPixels(picture, (red, green, blue, at) => {
        const x = (at % picture.width) + 0.5;
        const y = Math.floor(at / picture.width) + 0.5;
        // Noise as of uneven cloth.
        const shade = 8 * Math.sin(0.3 * x + 0.2 * y);
        if (!covers(...toFace(x, y))) return [red, green, blue];
        return [colour[0] + shade, colour[1] + shade, colour[2] + shade];
      });
    },
  };
}

const clothColour = (random: Random): Colour => [255 * random(), 255 * random(), 255 * random()];

/** The face's tiles in another order. */
function scramble({ picture, landmarks }: Scene, tile: number, random: Random): Picture {
  const [left, right] = landmarks;
  const side = Math.max(4, Math.round(tile * Math.hypot(right.x - left.x, right.y - left.y)));
  const count = Math.round(2.4 / tile);
  const startX = Math.round((left.x + right.x) / 2 - (side * count) / 2);
  const startY = Math.round((left.y + right.y) / 2 - side * count * 0.35);
  const order = Array.from({ length: count * count }, (_, k) => k);
  for (let k = order.length - 1; k > 0; k--) {
    const other = Math.floor(random() * (k + 1));
    [order[k], order[other]] = [order[other], order[k]];
  }
  const data = picture.data.slice();
  order.forEach((from, to) => {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const source = [startX + (from % count) * side + x, startY + Math.floor(from / count) * side + y];
        const target = [startX + (to % count) * side + x, startY + Math.floor(to / count) * side + y];
        const inside = [source, target].every(
          ([a, b]) => a >= 0 && b >= 0 && a < picture.width && b < picture.height,
        );
        if (!inside) continue;
        const at = 4 * (source[1] * picture.width + source[0]);
        data.set(picture.data.subarray(at, at + 4), 4 * (target[1] * picture.width + target[0]));
      }
    }
  });
  return { ...picture, data };
}
