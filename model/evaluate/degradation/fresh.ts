/**
 * Kinds that no fit is given: what it makes of these is what it may make of kinds that nobody thought of. No choice was made
 * by them: the fit in use was settled before any of them was looked at.
 */
import { blur, type Picture } from "./degrade.ts";
import {
  faceFrame,
  type Kind,
  type KindGroup,
  kind,
  lumaOf,
  mapFace,
  mapPixels,
  normalFrom,
  type Random,
  resample,
} from "./kinds/kind.ts";

type Point = readonly [u: number, v: number];
type Colour = readonly number[];

/** 1 at the middle of a bell of these half widths. */
const bell = (u: number, v: number, across: number, down: number) =>
  Math.exp(-((u / across) ** 2) - (v / down) ** 2);

export const fresh: KindGroup = {
  name: "fresh",
  source: import.meta.url,
  kinds: [
    bent("baby face", "strength", [0.6, 1], (by) => (u, v) => {
      const eye = Math.sign(u) * 0.5;
      const eyes = 0.35 * by * bell(Math.abs(u) - 0.5, v, 0.35, 0.3);
      const mouth = 0.5 * by * bell(u, v - 1.1, 0.5, 0.25);
      const chin = 0.35 * by * bell(u, v - 1.6, 0.9, 0.5);
      return [u - eyes * (u - eye) + mouth * u, v - eyes * v + mouth * (v - 1.1) + chin * (v - 1.2)];
    }),
    bent("sagging face", "eye distances", [0.1, 0.2], (by) => (u, v) => [
      u,
      v - by * (bell(Math.abs(u) - 0.6, v - 0.9, 0.4, 0.5) + 0.6 * bell(u, v + 0.1, 0.9, 0.25)),
    ]),
    bent("smirk", "eye distances", [0.15, 0.28], (by) => (u, v) => [
      u + 0.6 * by * bell(u - 0.35, v - 1.05, 0.3, 0.3),
      v + by * bell(u - 0.4, v - 1, 0.35, 0.3) - 0.5 * by * bell(u + 0.4, v - 1.1, 0.3, 0.3),
    ]),
    bent("bobble head", "times the forehead", [1.3, 1.6], (times) => (u, v) => {
      const up = 1 / (1 + Math.exp(3 * v));
      return [u / (1 + (times - 1) * up), v / (1 + 0.5 * (times - 1) * up)];
    }),
    bent("Cubist", "eye distances", [0.12, 0.25], (by) => (u, v) => {
      if (v < 0.3) return [u, v + (u > 0 ? by : -0.4 * by)];
      return [u + (v > 0.85 ? by : -0.5 * by), v];
    }),
    bent("hourglass", "of the width", [0.35, 0.6], (by) => (u, v) => [
      u * (1 + by * bell(0, v - 0.55, 1, 0.45)) * (1 - 0.3 * by),
      v,
    ]),
    bent("flag in the wind", "eye distances", [0.07, 0.13], (by, random) => {
      const phase = 6.3 * random();
      return (u, v) => {
        const wave = Math.sin(4.2 * u + 1.1 * v + phase) * (1 + 0.3 * u);
        return [u + 0.6 * by * Math.cos(4.2 * u + phase), v + by * wave];
      };
    }),
    bent("jelly", "eye distances", [0.06, 0.1], (by) => (u, v) => [
      u + by * Math.sin(6 * v) * Math.cos(3 * u),
      v + by * Math.cos(5 * u) * Math.sin(4 * v + 1),
    ]),
    bent("slit scan", "eye distances", [0.12, 0.22], (by, random) => {
      const phase = 6.3 * random();
      return (u, v) => [u + by * Math.sin(1.7 * v + phase), v + 0.4 * by * Math.sin(2.9 * v + 2 * phase)];
    }),
    bent("mug", "of a turn", [0.14, 0.2], (share) => (u, v) => {
      const angle = Math.asin(Math.max(-0.98, Math.min(0.98, u * 2 * share)));
      return [(angle / share) * 0.5, v + 0.12 * (1 - Math.cos(angle)) * 4];
    }),
    bent("bottle", "strength", [0.25, 0.4], (by) => (u, v) => {
      const x = u / 1.4;
      const near = Math.sqrt(Math.max(0.08, 1 - x * x));
      return [u * (1 - by * near), v + 0.04 * Math.sin(20 * x)];
    }),
    bent("melting", "eye distances", [0.12, 0.22], (by, random) => {
      const phase = 6.3 * random();
      return (u, v) => [
        u,
        v - by * Math.max(0, v + 0.4) * (1 + Math.sin(5 * u + phase) + 0.6 * Math.sin(11 * u)),
      ];
    }),
    kind("security glass", "px", [2, 4], (picture, reach) =>
      resample(picture, picture, (x, y) => {
        const [a, b] = [Math.sin((x + y) / 4.5), Math.sin((x - y) / 4.5)];
        return [x + reach * (a + b), y + reach * (a - b)];
      }),
    ),
    kind("crumpled foil", "px", [5, 9], (picture, reach, random) => {
      const facets = Array.from({ length: 60 }, () => ({
        x: picture.width * random(),
        y: picture.height * random(),
        dx: reach * normalFrom(random),
        dy: reach * normalFrom(random),
        shade: 0.75 + 0.5 * random(),
      }));
      const nearest = (x: number, y: number) => {
        let [best, least] = [facets[0], Number.POSITIVE_INFINITY];
        for (const one of facets) {
          const far = (x - one.x) ** 2 + (y - one.y) ** 2;
          if (far < least) [best, least] = [one, far];
        }
        return best;
      };
      const moved = resample(picture, picture, (x, y) => {
        const { dx, dy } = nearest(x, y);
        return [x + dx, y + dy];
      });
      return mapPixels(moved, (red, green, blue, at) => {
        const { shade } = nearest(at % picture.width, Math.floor(at / picture.width));
        return [red * shade, green * shade, blue * shade];
      });
    }),
    kind("curtain", "px", [4, 8], (picture, reach) => {
      const fold = (x: number) => Math.sin(x / 9 + Math.sin(x / 23));
      const moved = resample(picture, picture, (x, y) => [
        x + reach * fold(x),
        y + 0.5 * reach * fold(x + 14),
      ]);
      return mapPixels(moved, (red, green, blue, at) => {
        const shade = 0.8 + 0.3 * fold((at % picture.width) + 5);
        return [red * shade, green * shade, blue * shade];
      });
    }),
    kind("bright parts bleed", "px", [6, 11], (picture, sigma) => {
      const glow = blur(
        mapPixels(picture, (red, green, blue) => {
          const by = Math.max(0, (red + green + blue) / 3 - 120) / 60;
          return [red * by, green * by, blue * by];
        }),
        sigma,
      ).data;
      return mapPixels(picture, (red, green, blue, at) => [
        red + glow[4 * at],
        green + glow[4 * at + 1],
        blue + glow[4 * at + 2],
      ]);
    }),
    kind("wiped mirror", "px", [4, 7], (picture, sigma, random) => {
      const soft = blur(picture, sigma).data;
      const at0 = picture.height * (0.35 + 0.25 * random());
      return mapPixels(picture, (red, green, blue, at) => {
        const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
        const clear = Math.abs(y - at0 - 20 * Math.sin(x / 40)) < 24 ? 0.15 : 1;
        const of = (own: number, k: number) => own + clear * (0.65 * soft[4 * at + k] + 75 - own);
        return [of(red, 0), of(green, 1), of(blue, 2)];
      });
    }),
    kind("under water", "px", [2, 4], (picture, reach, random) => {
      const phase = 6.3 * random();
      const moved = resample(blur(picture, 1), picture, (x, y) => [
        x + reach * Math.sin(y / 11 + phase),
        y + reach * Math.sin(x / 14 + 2 * phase),
      ]);
      return mapPixels(moved, (red, green, blue, at) => {
        const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
        const light =
          1 + 0.5 * Math.max(0, Math.sin(x / 8 + 2 * Math.sin(y / 17)) * Math.sin(y / 9 + phase)) ** 2;
        return [0.35 * red * light, (0.75 * green + 25) * light, (0.85 * blue + 45) * light];
      });
    }),
    kind("night sight", "of the noise", [25, 45], (picture, sigma, random) => {
      const luma = lumaOf(blur(picture, 1.2));
      return mapPixels(picture, (_r, _g, _b, at) => {
        const [x, y] = [
          (at % picture.width) / picture.width - 0.5,
          Math.floor(at / picture.width) / picture.height - 0.5,
        ];
        const value =
          (1.5 * luma[at] + 20 + sigma * normalFrom(random)) * (Math.hypot(x, y) < 0.46 ? 1 : 0.1);
        return [0.25 * value, value, 0.3 * value];
      });
    }),
    kind("old film", "scratches", [8, 20], (picture, count, random) => {
      const luma = lumaOf(picture);
      const scratches = Array.from({ length: count }, () => picture.width * random());
      return mapPixels(picture, (_r, _g, _b, at) => {
        const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
        const isScratch = scratches.some((one) => Math.abs(x - one - 2 * Math.sin(y / 40 + one)) < 0.6);
        const value = isScratch ? 235 : 0.75 * luma[at] + 35 + 16 * normalFrom(random);
        return [1.05 * value + 12, 0.92 * value, 0.7 * value];
      });
    }),
    kind("stained glass", "px a pane", [9, 14], (picture, side, random) => {
      const [columns, rows] = [Math.ceil(picture.width / side), Math.ceil(picture.height / side)];
      const panes = Array.from({ length: columns * rows }, (_, k) => ({
        x: ((k % columns) + random()) * side,
        y: (Math.floor(k / columns) + random()) * side,
      }));
      const soft = blur(picture, side / 3).data;
      return mapPixels(picture, (_r, _g, _b, at) => {
        const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
        let [first, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
        let best = panes[0];
        for (const pane of panes) {
          if (Math.abs(pane.y - y) > 2 * side || Math.abs(pane.x - x) > 2 * side) continue;
          const far = Math.hypot(x - pane.x, y - pane.y);
          if (far < first) {
            [second, first] = [first, far];
            best = pane;
          } else if (far < second) second = far;
        }
        if (second - first < 1.4) return [18, 18, 20];
        const from =
          4 *
          (Math.min(picture.height - 1, Math.floor(best.y)) * picture.width +
            Math.min(picture.width - 1, Math.floor(best.x)));
        return [1.2 * soft[from], 1.2 * soft[from + 1], 1.2 * soft[from + 2]];
      });
    }),
    kind("interference", "px", [4, 8], (picture, reach, random) => {
      const phase = 6.3 * random();
      const moved = resample(picture, picture, (x, y) => [
        x + reach * Math.sin(y / 6 + phase) * Math.sin(y / 31) + (Math.sin(y / 3.1) > 0.93 ? 9 : 0),
        y,
      ]);
      return mapPixels(moved, (red, green, blue, at) => {
        const by = 22 * Math.sin(at / 5.3 + phase) + 14 * normalFrom(random);
        return [red + by, green + by, blue + by];
      });
    }),
    kind("bubble wrap", "px a bubble", [14, 20], (picture, side) => {
      const place = (x: number, y: number) => {
        const row = Math.floor(y / side);
        const shift = (row % 2) * 0.5 * side;
        const column = Math.floor((x + shift) / side);
        return [(column + 0.5) * side - shift, (row + 0.5) * side];
      };
      const moved = resample(picture, picture, (x, y) => {
        const [x0, y0] = place(x, y);
        const r = Math.hypot(x - x0, y - y0) / (side / 2);
        return r < 0.95 ? [x0 + 0.45 * (x - x0), y0 + 0.45 * (y - y0)] : [x, y];
      });
      return mapPixels(moved, (red, green, blue, at) => {
        const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
        const [x0, y0] = place(x, y);
        const isGlint = Math.hypot(x - x0 + side / 5, y - y0 + side / 5) < side / 9;
        return isGlint ? [245, 245, 245] : [0.9 * red + 15, 0.9 * green + 15, 0.9 * blue + 15];
      });
    }),
    faced("window's shadow", "of the light", [0.6, 0.85], (shade, random) => {
      const [du, dv] = [0.5 * random(), 0.5 * random()];
      return (u, v, own) => {
        const [x, y] = [u + 0.35 * v + du, v + dv];
        const isPane =
          Math.abs((((x % 0.9) + 0.9) % 0.9) - 0.45) < 0.33 &&
          Math.abs((((y % 1.1) + 1.1) % 1.1) - 0.55) < 0.42;
        return own.map((value) => value * (isPane ? 1.15 : 1 - shade));
      };
    }),
    faced("one candle", "of the light", [0.85, 0.95], (dark) => (u, v, own) => {
      const light = 1 - dark + 1.5 * dark * Math.exp(-((u + 0.9) ** 2 + (v - 0.9) ** 2) / 0.9);
      return [own[0] * light * 1.15, own[1] * light * 0.75, own[2] * light * 0.4];
    }),
    faced(
      "disco",
      "strength",
      [0.6, 0.9],
      (by) => (u, v, own) =>
        own.map((value, k) => {
          const lamp = bell(u - 0.7 * Math.cos(2.1 * k), v - 0.5 - 0.8 * Math.sin(2.1 * k), 0.8, 0.8);
          return value * (1 - by + 2.2 * by * lamp);
        }),
    ),
    faced("oily skin", "strength", [0.7, 1.1], (by) => (u, v, own) => {
      const shine =
        bell(u, v + 0.7, 0.6, 0.22) +
        bell(u, v - 0.6, 0.12, 0.35) +
        bell(Math.abs(u) - 0.62, v - 0.5, 0.22, 0.2) +
        bell(u, v - 1.6, 0.2, 0.14);
      return own.map((value) => value + by * 210 * Math.min(1, shine));
    }),
    faced("running mascara", "opacity", [0.6, 0.9], (opacity, random) => {
      const phase = 6.3 * random();
      return (u, v, own) => {
        const x = Math.abs(u) - 0.5;
        const ring = Math.hypot(x / 0.36, v / 0.24) < 1 ? 0.7 : 0;
        const streak =
          v > 0 &&
          v < 1.1 &&
          Math.abs(Math.sin(16 * x + 0.6 * Math.sin(6 * v + phase))) > 0.85 &&
          Math.abs(x) < 0.25
            ? 1
            : 0;
        const by = opacity * Math.max(ring, streak);
        return own.map((value) => value * (1 - by) + 15 * by);
      };
    }),
    faced("zebra", "opacity", [0.5, 0.8], (opacity) => (u, v, own) => {
      if (Math.hypot(u / 1.1, (v - 0.4) / 1.5) > 1) return own;
      const stripe = Math.sin(9 * v + 3.5 * Math.abs(u) + Math.sin(5 * u)) > 0.1 ? 235 : 20;
      return own.map((value) => value + opacity * (stripe - value));
    }),
    faced("sticking plaster", "plasters", [2, 4], (count, random) => {
      const plasters = Array.from({ length: count }, () => ({
        u: 1.4 * (random() - 0.5),
        v: -0.4 + 1.9 * random(),
        turn: 3.14 * random(),
      }));
      return (u, v, own) => {
        const isOn = plasters.some(({ u: u0, v: v0, turn }) => {
          const x = Math.cos(turn) * (u - u0) + Math.sin(turn) * (v - v0);
          const y = Math.cos(turn) * (v - v0) - Math.sin(turn) * (u - u0);
          return Math.abs(x) < 0.5 && Math.abs(y) < 0.15;
        });
        return isOn ? [222, 178, 140] : own;
      };
    }),
    faced("virtual-reality headset", "", [0], (_, random) => {
      const shade = 20 + 200 * random();
      return (u, v, own) => {
        const isBox = Math.abs(u) < 1.05 && v > -0.5 && v < 0.42 + 0.1 * Math.cos(4 * u);
        const isStrap = Math.abs(v + 0.1) < 0.14 && Math.abs(u) < 1.8;
        if (!isBox && !isStrap) return own;
        const edge = isBox && Math.abs(u) < 0.95 && v > -0.4 && v < 0.3 ? 1 : 0.6;
        return [shade * edge, shade * edge, shade * edge + 8];
      };
    }),
    faced("motorcycle helmet", "opacity of the visor", [0.35, 0.6], (opacity, random) => {
      const paint = [220 * random(), 220 * random(), 220 * random()];
      return (u, v, own) => {
        if (Math.hypot(u / 1.6, (v - 0.4) / 2) > 1) return own;
        const isVisor = Math.abs(u) < 1.15 && v > -0.55 && v < 0.8 + 0.1 * u * u;
        if (!isVisor) return paint.map((value) => value * (0.7 + 0.4 * bell(u + 0.5, v + 1, 0.8, 0.8)));
        const glint = 90 * bell(u - 0.5 + 0.3 * v, v, 0.12, 0.9);
        return own.map((value) => value * (1 - opacity) + glint);
      };
    }),
    faced("veil over the lower face", "", [0], (_, random) => {
      const cloth = [200 * random(), 200 * random(), 200 * random()];
      return (u, v, own) => {
        const isOver = v > 0.3 + 0.15 * u * u && Math.abs(u) < 1.4 && v < 3;
        const isScarf =
          Math.hypot(u / 1.05, (v - 0.3) / 1.15) > 1 && Math.hypot(u / 1.9, (v - 0.5) / 2.4) < 1;
        if (!isOver && !isScarf) return own;
        const fold = 0.8 + 0.2 * Math.sin(7 * u + 4 * v);
        return cloth.map((value) => value * fold);
      };
    }),
    faced("hands on the cheeks", "", [0], (_, random) => {
      const lean = 0.3 * random();
      return (u, v, own) => {
        const x = Math.abs(u) - 1.05 + lean * (v - 0.5);
        const knuckle = 0.09 * Math.abs(Math.sin(8 * v));
        const isOver = x > -0.42 + 0.25 * (v - 0.8) ** 2 - knuckle && x < 0.6 && v > 0.1 && v < 2.2;
        return isOver ? [208 - 60 * knuckle * 8, 160 - 55 * knuckle * 8, 132] : own;
      };
    }),
    faced("spilled paint", "", [0], (_, random) => {
      const phase = 6.3 * random();
      return (u, v, own) => {
        const edge =
          0.1 + 0.5 * Math.abs(Math.sin(3 * u + phase)) + 0.3 * Math.abs(Math.sin(7 * u + 2 * phase));
        return v < edge - 0.5 ? [40, 110 + 40 * bell(u, v, 0.6, 0.6), 190] : own;
      };
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
  colourOf: (level: number, random: Random) => (u: number, v: number, own: Colour) => Colour,
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
