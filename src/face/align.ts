/**
 * The similarity (rotation, scale, shift; no reflection) that maps five landmarks onto the encoder's template with
 * the least squared error: Umeyama 1991, in its closed form for 2-D.
 */
import type { Affine } from "../image/photo.ts";
import type { Point } from "./geometry.ts";

/**
 * Maps template coordinates (px of the crop) to the coordinates of `landmarks`. `null` when the landmarks do not span
 * a face: coincident points, or not finite.
 */
export function alignToTemplate(
  template: readonly (readonly number[])[],
  landmarks: readonly Point[],
): Affine | null {
  const n = template.length;
  let mx = 0;
  let my = 0;
  let ux = 0;
  let uy = 0;
  for (let i = 0; i < n; i++) {
    mx += template[i][0] / n;
    my += template[i][1] / n;
    ux += landmarks[i].x / n;
    uy += landmarks[i].y / n;
  }
  // Least squares from landmarks to template, [x'; y'] = [p -q; q p] [x; y] + t, minimises the error in the crop,
  // which the encoder sees; the result is then inverted.
  let dot = 0;
  let cross = 0;
  let norm = 0;
  for (let i = 0; i < n; i++) {
    const tx = template[i][0] - mx;
    const ty = template[i][1] - my;
    const x = landmarks[i].x - ux;
    const y = landmarks[i].y - uy;
    dot += x * tx + y * ty;
    cross += x * ty - y * tx;
    norm += x * x + y * y;
  }
  const p = dot / norm;
  const q = cross / norm;
  const square = p * p + q * q;
  if (!Number.isFinite(square) || square < 1e-12) return null;
  // Inverse of the similarity: transpose over squared scale.
  const a = p / square;
  const b = q / square;
  return { a, b, tx: ux - (a * mx + b * my), c: -b, d: a, ty: uy - (-b * mx + a * my) };
}
