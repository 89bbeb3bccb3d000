/**
 * A face of bumps on an ellipsoid, drawn at random for each person: brow, sockets, nose, lips and chin with depths of
 * anthropometry (Farkas 1994), each off by up to a quarter. The relief model is fitted on it and judged on another.
 */
import { between, type Random } from "../frames/setting.ts";
import type { FaceMesh } from "./canonical-face.ts";

const step = 0.05;
const half = { across: 1.05, above: 0.85, below: 1.95 };

export function sculptFace(random: Random): FaceMesh {
  const vary = (value: number) => value * between(random, 0.75, 1.25);
  const skull = { x: between(random, 1.12, 1.3), y: between(random, 1.9, 2.2), z: vary(1.35) };
  const nose = { deep: vary(0.4), wide: between(random, 0.13, 0.21), tip: between(random, 0.54, 0.68) };
  const bumps = [
    { x: 0, y: -0.35, wide: 0.7, high: 0.2, deep: vary(0.06) },
    { x: -0.5, y: 0, wide: 0.24, high: 0.15, deep: -vary(0.12) },
    { x: 0.5, y: 0, wide: 0.24, high: 0.15, deep: -vary(0.12) },
    { x: 0, y: 1.08, wide: 0.32, high: 0.14, deep: vary(0.12) },
    { x: 0, y: 1.65, wide: 0.3, high: 0.2, deep: vary(0.14) },
  ];
  const depthAt = (x: number, y: number) => {
    const inside = Math.max(0.02, 1 - (x / skull.x) ** 2 - ((y - 0.35) / skull.y) ** 2);
    let depth = skull.z * (Math.sqrt(inside) - 1);
    for (const { x: atX, y: atY, wide, high, deep } of bumps) {
      depth += deep * Math.exp(-(((x - atX) / wide) ** 2) - ((y - atY) / high) ** 2);
    }
    // The bridge rises from between the eyes to the tip, and falls away at once below it.
    const along = y / nose.tip;
    const profile =
      along < -0.2 ? 0 : along < 1 ? (along + 0.2) / 1.2 : Math.exp(-(((y - nose.tip) / 0.12) ** 2));
    return depth + nose.deep * profile * Math.exp(-((x / nose.wide) ** 2));
  };
  const places = [
    [-0.5, 0],
    [0.5, 0],
    [0, nose.tip],
    [-0.38, 1.08],
    [0.38, 1.08],
  ] as const;
  const level = (depthAt(-0.5, 0) + depthAt(0.5, 0)) / 2;
  const columns = Math.round((2 * half.across) / step) + 1;
  const rows = Math.round((half.above + half.below) / step) + 1;
  const vertices = new Float64Array(3 * columns * rows);
  const triangles: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const [x, y] = [c * step - half.across, r * step - half.above];
      vertices.set([x, y, depthAt(x, y) - level], 3 * (r * columns + c));
      if (c + 1 === columns || r + 1 === rows || !onFace(x, y)) continue;
      const at = r * columns + c;
      triangles.push(at, at + 1, at + columns, at + 1, at + columns + 1, at + columns);
    }
  }
  return {
    vertices,
    triangles: Uint16Array.from(triangles),
    landmarks: places.map(([x, y]) => [x, y, depthAt(x, y) - level]),
  };
}

function onFace(x: number, y: number): boolean {
  return (x / half.across) ** 2 + ((y - 0.5) / 1.4) ** 2 < 1;
}
