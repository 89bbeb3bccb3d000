/** Photos under ripples, in strips and tiles, and halves mirrored. */
import type { Picture } from "../degrade.ts";
import { faceFrame, type KindGroup, kind, normalFrom, type Random, resample } from "./kind.ts";

export const ripples: KindGroup = {
  name: "ripples",
  source: import.meta.url,
  kinds: [
    kind("ripple across", "px", [4, 8], (picture, amplitude, random) => {
      const length = 3 + 6 * random();
      return resample(picture, picture, (x, y) => [x + amplitude * Math.sin(y / length), y]);
    }),
    kind("ripple down", "px", [4, 8], (picture, amplitude, random) => {
      const length = 3 + 6 * random();
      return resample(picture, picture, (x, y) => [x, y + amplitude * Math.sin(x / length)]);
    }),
    kind("turbulence", "px", [6, 10], turbulence),
    kind("strips", "px", [7, 14], strips),
    kind("tiles astray", "px", [4, 8], tiles),
    {
      name: "mirrored half",
      unit: "0 left, 1 right",
      levels: [0, 1],
      apply(scene, right) {
        const { toFace, fromFace } = faceFrame(scene);
        return resample(scene.picture, scene.picture, (x, y) => {
          const [u, v] = toFace(x, y);
          return fromFace(right === 1 ? Math.abs(u) : -Math.abs(u), v);
        });
      },
    },
    {
      name: "fourfold",
      unit: "",
      levels: [0],
      apply(scene) {
        const { toFace, fromFace } = faceFrame(scene);
        return resample(scene.picture, scene.picture, (x, y) => {
          const [u, v] = toFace(x, y);
          return fromFace(u, 0.55 - Math.abs(v - 0.55));
        });
      },
    },
  ],
};

/** Displaced by a smooth random field. */
function turbulence(picture: Picture, reach: number, random: Random): Picture {
  const cell = 10 + 14 * random();
  const columns = Math.ceil(picture.width / cell) + 2;
  const rows = Math.ceil(picture.height / cell) + 2;
  const field = () => Float32Array.from({ length: columns * rows }, () => reach * normalFrom(random));
  const [across, down] = [field(), field()];
  const at = (values: Float32Array, x: number, y: number) => {
    const left = Math.floor(x / cell);
    const top = Math.floor(y / cell);
    const s = x / cell - left;
    const t = y / cell - top;
    const corner = (dx: number, dy: number) => values[(top + dy) * columns + left + dx];
    return (
      (1 - t) * ((1 - s) * corner(0, 0) + s * corner(1, 0)) + t * ((1 - s) * corner(0, 1) + s * corner(1, 1))
    );
  };
  return resample(picture, picture, (x, y) => [x + at(across, x, y), y + at(down, x, y)]);
}

/** Upright or lying strips moved along themselves by turns. */
function strips(picture: Picture, shift: number, random: Random): Picture {
  const wide = 8 + 14 * random();
  const lying = random() < 0.5;
  const by = (at: number) => (Math.floor(at / wide) % 2 === 0 ? shift / 2 : -shift / 2);
  return resample(picture, picture, (x, y) => (lying ? [x + by(y), y] : [x, y + by(x)]));
}

function tiles(picture: Picture, reach: number, random: Random): Picture {
  const side = 12 + 12 * random();
  const columns = Math.ceil(picture.width / side) + 1;
  const shifts = Float32Array.from(
    { length: 2 * columns * (Math.ceil(picture.height / side) + 1) },
    () => reach * (2 * random() - 1),
  );
  return resample(picture, picture, (x, y) => {
    const tile = Math.floor(y / side) * columns + Math.floor(x / side);
    return [x + shifts[2 * tile], y + shifts[2 * tile + 1]];
  });
}
