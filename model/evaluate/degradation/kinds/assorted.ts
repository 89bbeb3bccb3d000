/** Kinds of every sort, which fits were judged by for a while before they were given them. */
import { blur, type Picture } from "../degrade.ts";
import {
  faceFrame,
  fromGrey,
  type KindGroup,
  kind,
  lumaOf,
  mapPixels,
  mapValues,
  normalFrom,
  type Random,
  resample,
} from "./kind.ts";

export const assorted: KindGroup = {
  name: "assorted",
  source: import.meta.url,
  kinds: [
    {
      name: "points pulled",
      unit: "eye distances",
      levels: [0.2, 0.4],
      apply(scene, reach, random) {
        const { toFace, fromFace } = faceFrame(scene);
        const points = Array.from({ length: 7 }, () => ({
          u: 2.4 * (random() - 0.5),
          v: -0.6 + 2.2 * random(),
          du: reach * normalFrom(random),
          dv: reach * normalFrom(random),
        }));
        return resample(scene.picture, scene.picture, (x, y) => {
          const [u, v] = toFace(x, y);
          let du = 0;
          let dv = 0;
          for (const point of points) {
            const near = Math.exp(-((u - point.u) ** 2 + (v - point.v) ** 2) / 0.25);
            du += near * point.du;
            dv += near * point.dv;
          }
          return fromFace(u + du, v + dv);
        });
      },
    },
    kind("glass blocks", "px a block", [12, 22], (picture, side) =>
      resample(picture, picture, (x, y) => {
        const bend = (value: number) => {
          const middle = (Math.floor(value / side) + 0.5) * side;
          return middle + 1.8 * (value - middle);
        };
        return [bend(x), bend(y)];
      }),
    ),
    kind("rings on water", "px", [3, 6], (picture, amplitude) =>
      resample(picture, picture, (x, y) => {
        const dx = x - picture.width / 2;
        const dy = y - picture.height / 2;
        const r = Math.hypot(dx, dy) + 1e-6;
        const by = 1 + (amplitude * Math.sin(r / 4)) / r;
        return [picture.width / 2 + dx * by, picture.height / 2 + dy * by];
      }),
    ),
    kind("ink wash", "px", [3], (picture, sigma, random) => {
      const luma = lumaOf(blur(picture, sigma));
      const grain = Float32Array.from(luma, () => 14 * normalFrom(random));
      return fromGrey(picture.width, picture.height, (x, y) => {
        const at = y * picture.width + x;
        return 255 * Math.min(1, Math.max(0, luma[at] / 200) ** 0.6) + grain[at];
      });
    }),
    kind("cross-hatching", "px apart", [4, 6], (picture, apart) => {
      const luma = lumaOf(blur(picture, 1));
      return fromGrey(picture.width, picture.height, (x, y) => {
        const value = luma[y * picture.width + x];
        const on = (along: number) => ((along % apart) + apart) % apart < 1.3;
        const dark =
          (value < 190 && on(x + y)) ||
          (value < 130 && on(x - y)) ||
          (value < 80 && on(x)) ||
          (value < 40 && on(y));
        return dark ? 20 : 250;
      });
    }),
    kind("pixels sorted", "grey level", [70], sortPixels),
    kind("video tape", "px", [3, 6], (picture, shift, random) => {
      const jitter = Float32Array.from({ length: picture.height }, (_, y) =>
        y % 40 < 4 ? 4 * shift * random() : shift * (random() - 0.5),
      );
      const { data } = resample(picture, picture, (x, y) => [x + jitter[Math.floor(y)], y]);
      return mapPixels({ ...picture, data }, (red, _g, _b, at) => {
        const x = at % picture.width;
        const row = at - x;
        const blue = 4 * (row + Math.min(picture.width - 1, x + 2 * shift));
        const noise = 16 * normalFrom(random);
        const line = Math.floor(at / picture.width) % 2 === 0 ? 0.8 : 1;
        return [line * red + noise, line * data[4 * at + 1] + noise, line * data[blue + 2] + noise];
      });
    }),
    {
      name: "scarf",
      unit: "",
      levels: [0],
      apply(scene, _, random) {
        const { toFace } = faceFrame(scene);
        const top = 0.45 + 0.2 * random();
        const stripe = 0.15 + 0.2 * random();
        const [a, b] = [255 * random(), 255 * random()];
        return mapPixels(scene.picture, (red, green, blue, at) => {
          const [u, v] = toFace(at % scene.picture.width, Math.floor(at / scene.picture.width));
          if (v < top + 0.12 * Math.cos(2.5 * u) || v > 2.6 || Math.abs(u) > 1.5) return [red, green, blue];
          return Math.floor((v + 0.4 * u) / stripe) % 2 === 0 ? [a, 0.4 * a, 0.3 * b] : [b, b, 0.8 * a];
        });
      },
    },
    {
      name: "diver's mask",
      unit: "",
      levels: [0],
      apply(scene) {
        const { toFace } = faceFrame(scene);
        return mapPixels(scene.picture, (red, green, blue, at) => {
          const [u, v] = toFace(at % scene.picture.width, Math.floor(at / scene.picture.width));
          const r = Math.abs(u / 1.15) ** 4 + Math.abs((v - 0.15) / 0.65) ** 4;
          if (r < 0.75) return [0.6 * red + 40, 0.6 * green + 75, 0.6 * blue + 80];
          const tube =
            Math.hypot(u / 0.35, (v - 1.1) / 0.2) < 1 || (u > 1.15 && u < 1.4 && v < 1.1 && v > -1.5);
          return r < 1 || tube ? [20, 20, 25] : [red, green, blue];
        });
      },
    },
    kind("lens flare", "opacity", [0.9], (picture, opacity, random) => {
      const { width, height } = picture;
      const lights = Array.from({ length: 5 }, (_, k) => ({
        x: width * (0.3 + 0.4 * random()),
        y: height * (0.3 + 0.4 * random()),
        r: 12 + 12 * k,
      }));
      return mapPixels(picture, (red, green, blue, at) => {
        const [x, y] = [at % width, Math.floor(at / width)];
        let light = 0;
        for (const one of lights) {
          const r = Math.hypot(x - one.x, y - one.y) / one.r;
          light += r < 1 ? 0.35 : 0.25 * Math.exp(-((r - 1) ** 2) / 0.02);
        }
        const by = Math.min(1, opacity * light);
        return [red + by * (255 - red), green + by * (230 - green), blue + by * (190 - blue)];
      });
    }),
    kind("tilted on a screen", "grey levels", [40], (picture, depth) =>
      mapValues(
        resample(picture, picture, (x, y) => {
          const by = 1 + (0.8 * (x - picture.width / 2)) / picture.width;
          return [
            picture.width / 2 + (x - picture.width / 2) / by,
            picture.height / 2 + (y - picture.height / 2) / by,
          ];
        }),
        (value, at) => value * 0.8 + depth * Math.sin(at / 2.7),
      ),
    ),
    {
      name: "funhouse mirror",
      unit: "of the width",
      levels: [0.2, 0.35],
      apply(scene, share) {
        const { toFace, fromFace } = faceFrame(scene);
        return resample(scene.picture, scene.picture, (x, y) => {
          const [u, v] = toFace(x, y);
          return fromFace(u * (1 + share * Math.sin(3.2 * v)), v + 0.3 * share * Math.cos(3.2 * v));
        });
      },
    },
    {
      name: "egg head",
      unit: "of the width, a distance down",
      levels: [0.3, -0.25],
      apply(scene, share) {
        const { toFace, fromFace } = faceFrame(scene);
        return resample(scene.picture, scene.picture, (x, y) => {
          const [u, v] = toFace(x, y);
          return fromFace(u * Math.max(0.3, 1 + share * (v - 0.5)), v);
        });
      },
    },
    {
      name: "short nose",
      unit: "times",
      levels: [0.6, 1.6],
      apply(scene, times) {
        const { toFace, fromFace } = faceFrame(scene);
        const [from, to] = [0.15, 0.85];
        return resample(scene.picture, scene.picture, (x, y) => {
          const [u, v] = toFace(x, y);
          const end = from + (to - from) * times;
          if (v < from) return fromFace(u, v);
          return fromFace(u, v < end ? from + (v - from) / times : v - end + to);
        });
      },
    },
    kind("spin blur", "degrees", [14, 28], (picture, degrees) => {
      const turns = Array.from({ length: 15 }, (_, k) => (degrees * (k / 14 - 0.5) * Math.PI) / 180);
      const { width, height } = picture;
      const sum = new Float32Array(picture.data.length);
      for (const angle of turns) {
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const turned = resample(picture, picture, (x, y) => {
          const [dx, dy] = [x - width / 2, y - height / 2];
          return [width / 2 + cos * dx - sin * dy, height / 2 + sin * dx + cos * dy];
        });
        for (const [at, value] of turned.data.entries()) sum[at] += value / turns.length;
      }
      return { width, height, data: Uint8Array.from(sum, Math.round) };
    }),
    kind("anaglyph", "px apart", [8, 16], (picture, apart) =>
      mapPixels(picture, (_red, green, blue, at) => {
        const x = at % picture.width;
        const left = 4 * (at - x + Math.max(0, x - apart));
        return [picture.data[left], green, blue];
      }),
    ),
    {
      name: "balaclava",
      unit: "grey level",
      levels: [25],
      apply(scene, grey, random) {
        const { toFace } = faceFrame(scene);
        return mapPixels(scene.picture, (red, green, blue, at) => {
          const [u, v] = toFace(at % scene.picture.width, Math.floor(at / scene.picture.width));
          const isEyes = Math.hypot(u / 0.95, v / 0.35) < 1;
          const isMouth = Math.hypot(u / 0.5, (v - 1.15) / 0.25) < 1;
          if (isEyes || isMouth || Math.hypot(u / 1.5, (v - 0.5) / 2) > 1) return [red, green, blue];
          const wool = grey + 8 * random();
          return [wool, wool, wool];
        });
      },
    },
    kind("drops on glass", "drops", [40, 90], (picture, count, random) => {
      const { width, height } = picture;
      const drops = Array.from({ length: count }, () => ({
        x: width * random(),
        y: height * random(),
        r: 6 + 12 * random(),
      }));
      return resample(picture, picture, (x, y) => {
        const drop = drops.find((one) => Math.hypot(x - one.x, y - one.y) < one.r);
        return drop ? [drop.x - 1.6 * (x - drop.x), drop.y - 1.6 * (y - drop.y)] : [x, y];
      });
    }),
  ],
};

/** Runs of bright pixels of each row in the order of their luma. */
function sortPixels(picture: Picture, least: number, _random: Random): Picture {
  const luma = lumaOf(picture);
  const data = picture.data.slice();
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; ) {
      const row = y * picture.width;
      let end = x;
      while (end < picture.width && end - x < 24 && luma[row + end] > least) end++;
      const order = Array.from({ length: end - x }, (_, k) => row + x + k).sort((a, b) => luma[a] - luma[b]);
      for (const [k, from] of order.entries()) {
        data.set(picture.data.subarray(4 * from, 4 * from + 4), 4 * (row + x + k));
      }
      x = Math.max(end, x + 1);
    }
  }
  return { ...picture, data };
}
