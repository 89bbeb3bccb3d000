/** A photo whose parts were moved apart by a warp, as if they lay at different depths. */
import type { Picture } from "../rendering/picture.ts";
import type { Scene } from "../rendering/scene.ts";
import { flatWarp, forward, shown, type Warp } from "./flat.ts";
import { type Asked, between, gaussian, type Random, type Setting } from "./setting.ts";

/** The flat photo with nose and eyes moved by soft bumps: by as much as a head's nose would, and at random. */
export function piecewiseFrame(random: Random, scene: Scene, setting: Setting, asked: Asked): Picture {
  const { eyesPx } = setting;
  const flat = flatWarp(random, scene, setting, asked);
  const angle = { left: 1, right: -1 }[asked as string] ?? 0;
  const tilt = { up: -1, down: 1 }[asked as string] ?? 0;
  const push = between(random, 0.1, 0.4) * eyesPx;
  const places = scene.landmarks.map(({ x, y }) => forward(flat, x, y));
  const loose = () => 0.04 * eyesPx * gaussian(random);
  const eyes = between(random, -0.08, 0.12) * eyesPx;
  const bumps = [
    {
      at: places[2],
      wide: between(random, 0.25, 0.5) * eyesPx,
      dx: angle * push + loose(),
      dy: tilt * push + loose(),
    },
    { at: places[0], wide: 0.3 * eyesPx, dx: Math.abs(angle) * eyes + loose(), dy: tilt * eyes + loose() },
    { at: places[1], wide: 0.3 * eyesPx, dx: -Math.abs(angle) * eyes + loose(), dy: tilt * eyes + loose() },
  ];
  const back: Warp = (x, y) => {
    let [u, v] = [x, y];
    for (const { at, wide, dx, dy } of bumps) {
      const weight = Math.exp(-((x - at[0] - dx) ** 2 + (y - at[1] - dy) ** 2) / (2 * wide * wide));
      u -= weight * dx;
      v -= weight * dy;
    }
    return flat(u, v);
  };
  return shown(scene, setting, back, flat);
}
