/** Operators that lay something over a photo: textures, screens, things before the face. */
import { blur } from "../../degrade.ts";
import { lumaOf, mapPixels, normalFrom, type Random } from "../kind.ts";
import { between, drawColour, fraction, hash, logBetween, type Operator, pick } from "./draw.ts";
import { bendFace } from "./places.ts";
import { drawTexture, type Texture } from "./textures.ts";
import { texturePixels } from "./values.ts";

/** A texture laid over the whole photo in one of the ways in which layers are blended. */
export const overlay: Operator = (random) => {
  const texture = drawTexture(random);
  const blend = pick(random, ["over", "over", "times", "screen", "plus", "difference", "negative", "hue"]);
  const opacity = between(random, 0.35, 1);
  const [one, other] = [drawColour(random), drawColour(random)];
  const isTwo = random() < 0.3;
  return (scene, detail) => {
    const values = texturePixels(scene, texture(detail));
    return mapPixels(scene.picture, (red, green, blue, at) => {
      const by = opacity * values[at];
      const own = [red, green, blue];
      const of = (k: number) => {
        const value = own[k];
        if (blend === "times") return value * (1 - by * (1 - one[k] / 400));
        if (blend === "screen") return 255 - (255 - value) * (1 - by * (0.2 + one[k] / 320));
        if (blend === "plus") return value + 1.4 * (by - opacity / 2) * (one[k] + 30);
        if (blend === "difference") return Math.abs(value - by * one[k]);
        if (blend === "negative") return value + by * (255 - 2 * value);
        if (blend === "hue") return value + by * (own[(k + 1) % 3] - value);
        const rest = isTwo ? 0.5 * opacity * (1 - values[at]) : 0;
        return value + by * (one[k] - value) + rest * (other[k] - value);
      };
      return [of(0), of(1), of(2)];
    });
  };
};

/** The outline of something before the face; 1 inside. */
function drawOutline(random: Random): (detail: Random) => Texture {
  const form = pick(random, ["blobs", "blobs", "pair", "band", "side", "hole", "window", "texture"]);
  const texture = drawTexture(random);
  const parts = Array.from({ length: Math.round(between(random, 1, 4)) }, () => ({
    u: 1.6 * (random() - 0.5),
    v: between(random, -0.6, 1.6),
    across: logBetween(random, 0.2, 0.9),
    down: logBetween(random, 0.2, 0.9),
    power: pick(random, [1, 2, 2, 8]),
    turn: Math.PI * random(),
  }));
  const turn = pick(random, [0, Math.PI / 2, Math.PI * random()]);
  const at = between(random, -0.4, 1.4);
  const wide = between(random, 0.15, 0.6);
  const wave = pick(random, [0, 0.15, 0.3]);
  const frequency = between(random, 2, 14);
  const moves = pick(random, [0, 0.2, 0.5]);
  return (detail) => {
    const [du, dv] = [moves * (detail() - 0.5), moves * (detail() - 0.5)];
    const drawn = texture(detail);
    const isIn = (u: number, v: number) =>
      parts.some((part) => {
        const [x, y] = [u - part.u, v - part.v];
        const [along, aside] = [
          Math.cos(part.turn) * x + Math.sin(part.turn) * y,
          Math.cos(part.turn) * y - Math.sin(part.turn) * x,
        ];
        return Math.abs(along / part.across) ** part.power + Math.abs(aside / part.down) ** part.power < 1;
      });
    return (u0, v0) => {
      const [u, v] = [u0 - du, v0 - dv];
      const along = Math.cos(turn) * v - Math.sin(turn) * u + wave * Math.sin(frequency * (u + 0.3 * v));
      if (form === "pair")
        return Math.hypot((Math.abs(u) - 0.5) / parts[0].across, v / parts[0].down) < 1 ? 1 : 0;
      if (form === "band") return Math.abs(along - at) < wide ? 1 : 0;
      if (form === "side") return along > at ? 1 : 0;
      if (form === "texture") return drawn(u, v) > 0.5 && Math.hypot(u, v - 0.55) < 1.6 ? 1 : 0;
      const inside = isIn(u, v);
      if (form === "blobs") return inside ? 1 : 0;
      if (form === "window") return inside || Math.hypot(u / 0.9, (v - 0.5) / 1.1) > 1 ? 1 : 0;
      return inside || Math.hypot(u / 1.3, (v - 0.6) / 1.6) > 1 ? 0 : 1;
    };
  };
}

/** Something before a part of the face: of one colour, patterned, grainy, or the photo itself blurred, mixed up, turned over in tone. */
export const cover: Operator = (random) => {
  const outline = drawOutline(random);
  const pattern = drawTexture(random);
  const fill = pick(random, [
    "colour",
    "colour",
    "pattern",
    "grain",
    "blurred",
    "mosaic",
    "negative",
    "mirrored",
    "skin",
  ]);
  const isOwn = random() < 0.5;
  const colours = [drawColour(random), drawColour(random)];
  const opacity = random() < 0.7 ? 1 : between(random, 0.6, 1);
  const side = between(random, 0.12, 0.35);
  return (scene, detail) => {
    const { picture } = scene;
    const mask = texturePixels(scene, outline(detail));
    const inside = texturePixels(scene, pattern(detail));
    const [one, other] = isOwn ? [drawColour(detail), drawColour(detail)] : colours;
    const salt = Math.floor(1e6 * detail());
    const soft =
      fill === "blurred"
        ? blur(picture, 7).data
        : fill === "mosaic"
          ? bendFace(scene, (u, v) => [
              (Math.floor(u / side) + 0.5) * side,
              (Math.floor(v / side) + 0.5) * side,
            ]).data
          : fill === "mirrored"
            ? bendFace(scene, (u, v) => [-u, v + 0.2]).data
            : fill === "skin"
              ? bendFace(scene, (u, v) => [0.35 * fraction(3 * u) - 0.17, -0.45 + 0.2 * fraction(3 * v)]).data
              : picture.data;
    return mapPixels(picture, (red, green, blue, at) => {
      const by = opacity * mask[at];
      if (by === 0) return [red, green, blue];
      const own = [red, green, blue];
      const of = (k: number) => {
        const to =
          fill === "colour"
            ? one[k]
            : fill === "pattern"
              ? one[k] + inside[at] * (other[k] - one[k])
              : fill === "grain"
                ? 255 * hash(at, k, salt)
                : fill === "negative"
                  ? 255 - own[k]
                  : soft[4 * at + k];
        return own[k] + by * (to - own[k]);
      };
      return [of(0), of(1), of(2)];
    });
  };
};

/** Taken from a screen, a print or a poor camera: a grid, its beat with the sensor, colours apart, glare, dust. */
export const medium: Operator = (random) => {
  const period = logBetween(random, 1.8, 6);
  const turn = 0.3 * normalFrom(random);
  const depth = between(random, 0.2, 0.9);
  const apart = random() < 0.5 ? between(random, 1, 9) : 0;
  const dust = random() < 0.4 ? between(random, 0.02, 0.12) : 0;
  const glare = random() < 0.4 ? between(random, 0.4, 1) : 0;
  const fade = random() < 0.4 ? between(random, 0.2, 0.75) : 0;
  const isTriads = random() < 0.4;
  const tint = drawColour(random);
  const sigma = random() < 0.5 ? 0 : between(random, 0.6, 2);
  return (scene, detail) => {
    const { width } = scene.picture;
    const picture = sigma > 0 ? blur(scene.picture, sigma) : scene.picture;
    const { data } = picture;
    const salt = Math.floor(1e6 * detail());
    const [glareX, glareY, phase] = [width * detail(), width * detail(), detail()];
    const luma = lumaOf(picture);
    return mapPixels(picture, (_red, _green, _blue, at) => {
      const [x, y] = [at % width, Math.floor(at / width)];
      const row = at - x;
      const [along, aside] = [
        x * Math.cos(turn) + y * Math.sin(turn),
        y * Math.cos(turn) - x * Math.sin(turn),
      ];
      const shine = glare * 255 * Math.exp(-(((x - glareX) ** 2 + (y - glareY) ** 2) / 3600));
      const isDust = hash(Math.floor(x / 2), Math.floor(y / 2), salt) < dust;
      const of = (k: number) => {
        const column = Math.min(width - 1, Math.max(0, Math.round(x + (k - 1) * apart)));
        let value = data[4 * (row + column) + k];
        const grid = isTriads
          ? fraction(along / period / 3 + phase + k / 3) < 0.4
            ? 1
            : 0
          : 0.5 +
            0.25 * Math.cos((2 * Math.PI * along) / period) +
            0.25 * Math.cos((2 * Math.PI * aside) / period);
        value *= 1 - depth * (1 - grid);
        value += fade * (0.6 * tint[k] + 0.4 * luma[at] - value);
        return isDust ? 255 * (salt % 2) : value + shine;
      };
      return [of(0), of(1), of(2)];
    });
  };
};
