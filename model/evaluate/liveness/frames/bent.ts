/** A photo bent over a cylinder. */
import { drawByInverse, type Picture } from "../rendering/picture.ts";
import { drawMesh, project, rotation } from "../rendering/render.ts";
import type { Scene } from "../rendering/scene.ts";
import { flatTurn } from "./flat.ts";
import { type Asked, closeness, gaussian, type Random, type Setting, side } from "./setting.ts";

/** The photo on a cylinder, turned as a head would be. `radius` in eye distances; `axis`, degrees from upright. */
export function bentFrame(
  random: Random,
  scene: Scene,
  setting: Setting,
  asked: Asked,
  radius: number,
  axis: number,
): Picture {
  const { head, photo } = scene;
  const { eyesPx } = setting;
  const [cos, sin] = [Math.cos((axis * Math.PI) / 180), Math.sin((axis * Math.PI) / 180)];
  const step = 0.15;
  const vertices: number[] = [];
  const texture: number[] = [];
  const triangles: number[] = [];
  const count = Math.ceil(7 / step);
  const [eyesX, eyesY] = head.toPhoto(0, 0.4);
  for (let r = 0; r <= count; r++) {
    for (let c = 0; c <= count; c++) {
      const [u, v] = [(c - count / 2) * step, (r - count / 2) * step];
      const [along, beside] = [u * cos + v * sin, v * cos - u * sin];
      const angle = Math.max(-1.4, Math.min(1.4, along / radius));
      const bent = radius * Math.sin(angle);
      const depth = radius * (Math.cos(angle) - 1);
      vertices.push(bent * cos - beside * sin, bent * sin + beside * cos, depth);
      texture.push(eyesX + u * head.unitPx, eyesY + v * head.unitPx);
      if (r < count && c < count) {
        const at = r * (count + 1) + c;
        triangles.push(at, at + 1, at + count + 1, at + 1, at + count + 2, at + count + 1);
      }
    }
  }
  const near = closeness(random, asked);
  const turn = rotation(flatTurn(random, asked));
  const camera = {
    distance: setting.distance,
    unitPx: eyesPx,
    centreX: side / 2 + 0.02 * side * gaussian(random),
    centreY: side / 2 + 0.02 * side * gaussian(random),
  };
  const points = Float64Array.from(vertices);
  const projected = project(points, turn, [0, 0, 0], [0, 0, setting.distance * (1 - 1 / near)], camera);
  const frame = drawByInverse(scene.surroundings, side, side, (x, y) => [
    (x * photo.width) / side,
    (y * photo.height) / side,
  ]);
  drawMesh(frame, photo, projected, Float64Array.from(texture), Uint32Array.from(triangles));
  return frame;
}
