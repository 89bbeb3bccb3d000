/**
 * Kinds that no fit is given: what it makes of these is what it may make of kinds that nobody thought of. No choice was made
 * by them: the fit in use was settled before any of them was looked at.
 */
import { blur, type Picture } from "./degrade.ts";
import {
  faceFrame,
  fromGrey,
  type Kind,
  type KindGroup,
  kind,
  lumaOf,
  mapFace,
  mapPixels,
  mapValues,
  normalFrom,
  type Random,
  resample,
} from "./kinds/kind.ts";

type Point = readonly [u: number, v: number];

export const fresh: KindGroup = {
  name: "fresh",
  source: import.meta.url,
  kinds: [
    bent("two pebbles in a pond", "eye distances", [0.05, 0.09], (reach) => (u, v) => {
      const [left, right] = [Math.hypot(u + 1.6, v + 0.8) + 0.01, Math.hypot(u - 1.4, v - 2) + 0.01];
      const [a, b] = [reach * Math.sin(left * 9), reach * Math.sin(right * 9)];
      return [
        u + (a * (u + 1.6)) / left + (b * (u - 1.4)) / right,
        v + (a * (v + 0.8)) / left + (b * (v - 2)) / right,
      ];
    }),
    bent("heat haze", "eye distances", [0.05, 0.1], (reach, random) => {
      const phases = Array.from({ length: 4 }, () => 6.3 * random());
      return (u, v) => {
        const by =
          Math.sin(11 * v + 2 * u + phases[0]) +
          Math.sin(17 * v - 3 * u + phases[1]) +
          0.7 * Math.sin(29 * v + phases[2]);
        return [u + reach * by * 0.6, v + 0.3 * reach * Math.sin(13 * u + 7 * v + phases[3])];
      };
    }),
    bent("wide-angle selfie", "nearness", [0.35, 0.6], (near) => (u, v) => {
      // The nose stands nearer to the lens than the ears.
      const depth = Math.exp(-(u * u + (v - 0.6) ** 2) / 0.8);
      const by = (1 + 0.35 * near) / (1 + near * depth);
      return [u * by, 0.6 + (v - 0.6) * by];
    }),
    bent("spoon", "of the width", [0.5, 0.9], (share) => (u, v) => {
      const x = u / 1.5;
      return [u * (1 + share * (v - 0.6) ** 2 * 0.5), 0.6 + (v - 0.6) * (1 + share * x * x)];
    }),
    bent("creased paper", "eye distances", [0.08, 0.16], (reach) => (u, v) => {
      const fold = (at: number) => Math.abs((((at % 1) + 1) % 1) - 0.5) * 2 - 0.5;
      return [u + reach * fold(0.9 * u + 0.5 * v), v + reach * fold(0.8 * v - 0.4 * u)];
    }),
    bent("insect's eye", "eye distances a facet", [0.3, 0.5], (side) => (u, v) => {
      const row = Math.round(v / (0.87 * side));
      const odd = Math.abs(row % 2) * 0.5;
      const column = Math.round(u / side - odd);
      const [u0, v0] = [(column + odd) * side, row * 0.87 * side];
      return [u0 + 1.9 * (u - u0), v0 + 1.9 * (v - v0)];
    }),
    bent("thin face", "times the width", [0.7, 1.4], (times) => (u, v) => [
      u / (1 + (times - 1) * Math.exp(-((v - 0.9) ** 2) / 0.7)),
      v,
    ]),
    bent("eyes apart", "eye distances", [0.14, -0.14], (by) => (u, v) => {
      const near = Math.exp(-((v / 0.45) ** 2)) * Math.exp(-(((Math.abs(u) - 0.5) / 0.4) ** 2));
      return [u - Math.sign(u) * by * near, v];
    }),
    kind("squeezed to a strip", "times the width", [0.6, 0.75], (picture, times) =>
      resample(picture, { width: Math.round(picture.width * times), height: picture.height }, (x, y) => [
        x / times,
        y,
      ]),
    ),
    kind("dizzy", "degrees", [9, 16], (picture, degrees) => {
      const turned = [-degrees, 0, degrees].map((by) => turnAbout(picture, (by * Math.PI) / 180).data);
      return mapPixels(picture, (_r, _g, _b, at) => {
        const of = (k: number) => (turned[0][4 * at + k] + turned[1][4 * at + k] + turned[2][4 * at + k]) / 3;
        return [of(0), of(1), of(2)];
      });
    }),
    kind("shower door", "px", [10, 20], (picture, reach, random) => {
      const smeared = Float32Array.from({ length: picture.height }, () => random());
      return resample(picture, picture, (x, y) => [
        x,
        y + reach * (smeared[Math.floor(x / 9) % picture.height] - 0.5) * Math.sin(y / 7 + x / 9),
      ]);
    }),
    kind("tilt and shift", "px", [5, 8], (picture, sigma) => {
      const soft = blur(picture, sigma).data;
      return mapPixels(picture, (red, green, blue, at) => {
        const by = Math.min(1, Math.abs(Math.floor(at / picture.width) / picture.height - 0.38) / 0.12);
        const mixed = (own: number, k: number) => own + by * (soft[4 * at + k] - own);
        return [mixed(red, 0), mixed(green, 1), mixed(blue, 2)];
      });
    }),
    kind("newspaper", "px a dot", [3.5, 5], (picture, pitch) => {
      const luma = lumaOf(blur(picture, 1));
      return mapPixels(picture, (_r, _g, _b, at) => {
        const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
        const [u, v] = [
          ((x + y) * Math.SQRT1_2 * 2 * Math.PI) / pitch,
          ((x - y) * Math.SQRT1_2 * 2 * Math.PI) / pitch,
        ];
        const ink = 0.5 + 0.25 * (Math.cos(u) + Math.cos(v));
        return luma[at] / 255 > ink ? [225, 215, 190] : [45, 42, 40];
      });
    }),
    kind("four greens", "px a pixel", [3, 5], (picture, side) => {
      const greens = [
        [15, 56, 15],
        [48, 98, 48],
        [139, 172, 15],
        [155, 188, 15],
      ] as const;
      const coarse = resample(blur(picture, side / 2), picture, (x, y) => [
        (Math.floor(x / side) + 0.5) * side,
        (Math.floor(y / side) + 0.5) * side,
      ]);
      const luma = lumaOf(coarse);
      return mapPixels(coarse, (_r, _g, _b, at) => {
        const cell = Math.floor((at % picture.width) / side) + Math.floor(at / picture.width / side);
        return greens[Math.min(3, Math.max(0, Math.floor((luma[at] + (cell % 2 === 0 ? 24 : -24)) / 64)))];
      });
    }),
    kind("stipple", "dots", [4000, 9000], (picture, count, random) => {
      const luma = lumaOf(picture);
      const paper = new Float32Array(luma.length).fill(250);
      for (let k = 0; k < count; k++) {
        const [x, y] = [Math.floor(picture.width * random()), Math.floor(picture.height * random())];
        if (255 * random() < luma[y * picture.width + x]) continue;
        for (const [dx, dy] of [
          [0, 0],
          [1, 0],
          [0, 1],
          [1, 1],
        ])
          paper[Math.min(picture.height - 1, y + dy) * picture.width + Math.min(picture.width - 1, x + dx)] =
            25;
      }
      return fromGrey(picture.width, picture.height, (x, y) => paper[y * picture.width + x]);
    }),
    kind("golden statue", "strength", [2, 5], (picture, strength) => {
      const luma = lumaOf(blur(picture, 1.2));
      const { width } = picture;
      return mapPixels(picture, (_r, _g, _b, at) => {
        const slope = luma[at] - luma[Math.max(0, at - 2 * width - 2)];
        const shine = Math.min(255, Math.max(0, 0.75 * luma[at] + strength * slope + 30));
        return [shine * 1.05, shine * 0.8, (shine * shine) / 420];
      });
    }),
    kind("X-ray", "px", [1, 2], (picture, sigma) => {
      const luma = lumaOf(blur(picture, sigma));
      return mapPixels(picture, (_r, _g, _b, at) => {
        const value = 255 * (1 - luma[at] / 255) ** 1.6;
        return [0.75 * value, 0.9 * value, value + 20];
      });
    }),
    kind("snowfall", "flakes", [350, 800], (picture, count, random) => {
      const light = new Float32Array(picture.width * picture.height);
      for (let k = 0; k < count; k++) {
        const [x0, y0, r] = [picture.width * random(), picture.height * random(), 1 + 3 * random() ** 2];
        for (let y = Math.max(0, Math.floor(y0 - r)); y < Math.min(picture.height, y0 + r); y++) {
          for (let x = Math.max(0, Math.floor(x0 - r)); x < Math.min(picture.width, x0 + r); x++) {
            const near = 1 - Math.hypot(x - x0, y - y0) / r;
            if (near > 0)
              light[y * picture.width + x] = Math.max(light[y * picture.width + x], Math.min(1, 2 * near));
          }
        }
      }
      return mapValues(picture, (value, at) => value + light[at] * (250 - value));
    }),
    kind("splashes of mud", "splashes", [25, 50], (picture, count, random) => {
      const splashes = Array.from({ length: count }, () => ({
        x: picture.width * (0.2 + 0.6 * random()),
        y: picture.height * (0.2 + 0.6 * random()),
        r: 3 + 11 * random() ** 2,
        phase: 6.3 * random(),
      }));
      return mapPixels(picture, (red, green, blue, at) => {
        const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
        const isMud = splashes.some(({ x: x0, y: y0, r, phase }) => {
          const angle = Math.atan2(y - y0, x - x0);
          return Math.hypot(x - x0, y - y0) < r * (1 + 0.35 * Math.sin(5 * angle + phase));
        });
        return isMud ? [84, 60, 38] : [red, green, blue];
      });
    }),
    kind("cracked screen", "cracks", [9, 16], (picture, count, random) => {
      const [x0, y0] = [picture.width * (0.35 + 0.3 * random()), picture.height * (0.35 + 0.3 * random())];
      const angles = Array.from({ length: count }, () => 6.283 * random());
      return resample(
        mapPixels(picture, (red, green, blue, at) => {
          const [dx, dy] = [(at % picture.width) - x0, Math.floor(at / picture.width) - y0];
          const angle = Math.atan2(dy, dx) + 0.08 * Math.sin(Math.hypot(dx, dy) / 6);
          const near =
            Math.min(...angles.map((one) => Math.abs(Math.sin((angle - one) / 2)))) * 2 * Math.hypot(dx, dy);
          return near < 1.2 ? [230, 235, 240] : [red, green, blue];
        }),
        picture,
        (x, y) => {
          const angle = Math.atan2(y - y0, x - x0);
          const sector = angles.filter((one) => one - Math.PI < angle).length;
          return [x + 4 * Math.sin(12.9 * sector), y + 4 * Math.sin(78.2 * sector)];
        },
      );
    }),
    kind("Venetian blind", "of the light", [0.75, 0.92], (picture, shade, random) => {
      const [apart, lean] = [14 + 10 * random(), 0.3 * normalFrom(random)];
      return mapValues(picture, (value, at) => {
        const along = (Math.floor(at / picture.width) + lean * (at % picture.width)) / apart;
        return value * (along - Math.floor(along) < 0.55 ? 1 - shade : 1.1);
      });
    }),
    kind("dashboard camera at night", "stops", [3, 4], (picture, stops, random) => {
      const moved = resample(picture, picture, (x, y) => [x + 2, y]);
      return mapPixels(picture, (red, green, blue, at) => {
        const noise = normalFrom(random);
        const of = (own: number, k: number) =>
          8 * Math.round(((0.5 * (own + moved.data[4 * at + k]) * 2 ** -stops + 3 * noise) * 3.2) / 8);
        return [of(red, 0), of(green, 1) + 6, of(blue, 2)];
      });
    }),
    faced("clown", "", [0], (_, random) => {
      const nose = 0.22 + 0.08 * random();
      return (u, v, own) => {
        if (Math.hypot(u, v - 0.62) < nose) return [215, 25, 30];
        if (Math.hypot(u / 0.6, (v - 1.12) / 0.28) < 1) return [200, 30, 40];
        if (Math.hypot((Math.abs(u) - 0.5) / 0.3, v / 0.42) < 1 && Math.abs(v) > 0.16) return [60, 90, 200];
        return Math.hypot(u / 1.15, (v - 0.5) / 1.5) < 1 ? own.map((value) => 0.45 * value + 135) : own;
      };
    }),
    faced("hair before the face", "of the width", [0.35, 0.55], (share, random) => {
      const shade = 25 + 70 * random();
      return (u, v, own) => {
        const edge = -1.2 + 2.4 * share + 0.12 * Math.sin(4 * v);
        const strand = 0.7 + 0.3 * Math.sin(38 * u + 5 * Math.sin(2 * v));
        return u < edge && v > -1.8 && u > -1.7
          ? [shade * strand, 0.8 * shade * strand, 0.6 * shade * strand]
          : own;
      };
    }),
    faced("mask and surgeon's cap", "", [0], (_, random) => {
      const tint = random();
      return (u, v, own) => {
        const isMask = v > 0.42 + 0.08 * Math.cos(2 * u) && v < 1.8 && Math.abs(u) < 1.05;
        const isCap = v < -0.42 && Math.abs(u) < 1.4 && v > -1.9;
        return isMask || isCap ? [120 + 50 * tint, 175, 190 - 20 * tint] : own;
      };
    }),
    faced("wrinkles", "opacity", [0.5, 0.8], (opacity) => (u, v, own) => {
      const brow = Math.sin(34 * v + 2 * Math.cos(3 * u)) > 0.75 && v < -0.3 && v > -1.1 && Math.abs(u) < 0.9;
      const crow =
        Math.sin(9 * Math.atan2(v, Math.abs(u) - 0.75)) > 0.85 &&
        Math.abs(Math.abs(u) - 1) < 0.22 &&
        Math.abs(v) < 0.35;
      const cheek = Math.abs(Math.abs(u) - 0.42 - 0.25 * (v - 0.75)) < 0.035 && v > 0.6 && v < 1.4;
      return brow || crow || cheek ? own.map((value) => value * (1 - opacity)) : own;
    }),
    faced("fingers", "", [0], (_, random) => {
      const lean = 0.4 * (random() - 0.5);
      return (u, v, own) => {
        const finger = (((u + lean * v) % 0.52) + 0.52) % 0.52;
        const isOver = v > -0.7 + 0.25 * Math.cos(2.2 * u) && v < 2.4 && Math.abs(u) < 1.25 && finger < 0.3;
        return isOver ? [196 - 120 * Math.abs(finger - 0.15), 150 - 120 * Math.abs(finger - 0.15), 122] : own;
      };
    }),
    faced("lit from below", "of the light", [0.8, 0.95], (share) => (_u, v, own) => {
      const light = Math.min(2.2, Math.max(1 - share, 0.2 + 1.1 * (v + 0.3)));
      return [own[0] * light, own[1] * light * 0.85, own[2] * light * 0.6];
    }),
  ],
};

/** Each pixel from elsewhere, in the face's own frame. */
function bent(
  name: string,
  unit: string,
  levels: readonly number[],
  fromOf: (level: number, random: Random) => (u: number, v: number) => Point,
): Kind {
  return {
    name,
    unit,
    levels,
    apply(scene, level, random) {
      const { toFace, fromFace } = faceFrame(scene);
      const from = fromOf(level, random);
      return resample(scene.picture, scene.picture, (x, y) => fromFace(...from(...toFace(x, y))));
    },
  };
}

/** Each pixel's colour by its place in the face. */
function faced(
  name: string,
  unit: string,
  levels: readonly number[],
  colourOf: (
    level: number,
    random: Random,
  ) => (u: number, v: number, own: readonly number[]) => readonly number[],
): Kind {
  return {
    name,
    unit,
    levels,
    apply(scene, level, random): Picture {
      const colour = colourOf(level, random);
      return mapFace(scene, (u, v, red, green, blue) => {
        const [r, g, b] = colour(u, v, [red, green, blue]);
        return [r, g, b];
      });
    },
  };
}

function turnAbout(picture: Picture, angle: number): Picture {
  const [x0, y0] = [picture.width / 2, picture.height / 2];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return resample(picture, picture, (x, y) => [
    x0 + cos * (x - x0) - sin * (y - y0),
    y0 + sin * (x - x0) + cos * (y - y0),
  ]);
}
