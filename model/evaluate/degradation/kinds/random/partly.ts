/** Operators that change a photo in one place and spare another: under a mask, or by how much is to be seen there. */
import { blur } from "../../degrade.ts";
import { lumaOf, mapPixels, type Random } from "../kind.ts";
import { between, logBetween, type Operator, pick } from "./draw.ts";
import { eyesOf, soften } from "./neighbours.ts";
import { middle } from "./places.ts";
import { drawTexture, type TextureForm } from "./textures.ts";
import { texturePixels } from "./values.ts";

/** A band, a disc, one side, a pattern; 1 inside, with a soft edge. */
function drawMask(random: Random): TextureForm {
  const form = pick(random, ["band", "band", "disc", "disc", "side", "pattern"]);
  const pattern = drawTexture(random);
  const turn = pick(random, [0, Math.PI / 2, Math.PI * random()]);
  const isOutside = random() < 0.6;
  const [u0, v0] = [0.9 * (random() - 0.5), middle + 1.6 * (random() - 0.5)];
  const wide = logBetween(random, 0.12, 1.1);
  const flat = pick(random, [1, 1, between(random, 0.5, 2)]);
  const edge = logBetween(random, 0.05, 1.2);
  return (detail) => {
    const drawn = pattern(detail);
    return (u, v) => {
      const [x, y] = [u - u0, v - v0];
      const along = Math.cos(turn) * y - Math.sin(turn) * x;
      const past =
        form === "band" ? Math.abs(along) - wide : form === "disc" ? Math.hypot(x, y * flat) - wide : along;
      const inside = form === "pattern" ? drawn(u, v) : Math.min(1, Math.max(0, 0.5 - past / edge));
      return isOutside ? 1 - inside : inside;
    };
  };
}

/** Another operator under a mask, a blur as often as any other. */
export function partlyOf(operators: readonly Operator[]): Operator {
  return (random) => {
    const step = (random() < 0.5 ? soften : pick(random, operators))(random);
    // A lens out of focus is of any strength here, since it leaves enough to see.
    const sigma = random() < 0.3 ? logBetween(random, 0.08, 0.35) : undefined;
    const mask = drawMask(random);
    return (scene, detail) => {
      const changed = sigma === undefined ? step(scene, detail) : blur(scene.picture, sigma * eyesOf(scene));
      const values = texturePixels(scene, mask(detail));
      const { data } = changed;
      return mapPixels(scene.picture, (red, green, blue, at) => {
        const by = values[at];
        return [
          red + by * (data[4 * at] - red),
          green + by * (data[4 * at + 1] - green),
          blue + by * (data[4 * at + 2] - blue),
        ];
      });
    };
  };
}

/** Blurred or sharpened where there are edges, or where there are none, or where it is bright or dark. */
export const selective: Operator = (random) => {
  const size = logBetween(random, 0.04, 0.22);
  const scale = logBetween(random, 4, 40);
  const where = pick(random, ["edges", "edges", "flats", "flats", "bright", "dark", "close"]);
  const by = random() < 0.7 ? 1 : -logBetween(random, 1, 6);
  const detailSize = logBetween(random, 0.015, 0.1);
  return (scene) => {
    const { picture } = scene;
    const soft = blur(picture, Math.max(0.8, size * eyesOf(scene)));
    const luma = lumaOf(picture);
    const fine = lumaOf(blur(picture, Math.max(0.6, detailSize * eyesOf(scene))));
    const activity = blur(
      mapPixels(picture, (_r, _g, _b, at) => {
        const value = 2 * Math.abs(luma[at] - fine[at]);
        return [value, value, value];
      }),
      Math.max(0.8, detailSize * eyesOf(scene)),
    ).data;
    return mapPixels(picture, (red, green, blue, at) => {
      const edge = (activity[4 * at] / scale) ** 2;
      const bright = 1 / (1 + Math.exp(-(luma[at] - 110) / scale));
      const of = (own: number, k: number) => {
        const to = soft.data[4 * at + k];
        const share =
          where === "edges"
            ? edge / (1 + edge)
            : where === "flats"
              ? 1 / (1 + edge)
              : where === "bright"
                ? bright
                : where === "dark"
                  ? 1 - bright
                  : Math.exp(-(((own - to) / (2 * scale)) ** 2));
        return own + by * share * (to - own);
      };
      return [of(red, 0), of(green, 1), of(blue, 2)];
    });
  };
};
