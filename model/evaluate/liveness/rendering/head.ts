/**
 * A head made from one frontal photo: a grid over the photo whose depth is the canonical face's, moved onto the
 * photo's landmarks, and an ellipsoid's around it. Units are eye distances of the photo, the origin lies between the
 * eyes, z points to the camera.
 */
import type { Landmarks } from "../../../../src/face/geometry.ts";
import type { FaceMesh } from "./canonical-face.ts";

export interface Head {
  /** Vertices, x, y, z each, in the head's own frame. */
  readonly vertices: Float64Array;
  /** Place of each vertex in the photo, px: x, y. */
  readonly texture: Float64Array;
  readonly triangles: Uint32Array;
  /** Eye distance in the photo, px. */
  readonly unitPx: number;
  /** Maps head units (x, y) to the photo, px. */
  toPhoto(x: number, y: number): readonly [number, number];
}

/** Half axes and centre of the ellipsoid, eye distances. */
const skull = { x: 0, y: -0.02, z: -0.95, across: 1.24, along: 1.82, deep: 1.42 };
const step = 0.055;

export function makeHead(mesh: FaceMesh, landmarks: Landmarks, depthFactor: number): Head {
  const [left, right] = landmarks;
  const unitPx = Math.hypot(right.x - left.x, right.y - left.y);
  const cos = (right.x - left.x) / unitPx;
  const sin = (right.y - left.y) / unitPx;
  const midX = (left.x + right.x) / 2;
  const midY = (left.y + right.y) / 2;
  const toPhoto = (x: number, y: number) =>
    [midX + unitPx * (x * cos - y * sin), midY + unitPx * (x * sin + y * cos)] as const;
  const own = landmarks.map(({ x, y }) => {
    const dx = (x - midX) / unitPx;
    const dy = (y - midY) / unitPx;
    return [dx * cos + dy * sin, -dx * sin + dy * cos];
  });
  const depth = depthField(moved(mesh, own), depthFactor);
  const columns = Math.ceil((2 * skull.across) / step) + 1;
  const rows = Math.ceil((2 * skull.along) / step) + 1;
  const vertices: number[] = [];
  const texture: number[] = [];
  const index = new Int32Array(columns * rows).fill(-1);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const x = skull.x - skull.across + c * step;
      const y = skull.y - skull.along + r * step;
      const inside = 1 - ((x - skull.x) / skull.across) ** 2 - ((y - skull.y) / skull.along) ** 2;
      if (inside < 0.02) continue;
      index[r * columns + c] = vertices.length / 3;
      vertices.push(x, y, depth(x, y, skull.z + skull.deep * Math.sqrt(inside) * depthFactor));
      texture.push(...toPhoto(x, y));
    }
  }
  const triangles: number[] = [];
  for (let r = 0; r + 1 < rows; r++) {
    for (let c = 0; c + 1 < columns; c++) {
      const at = r * columns + c;
      const corners = [at, at + 1, at + columns, at + columns + 1].map((k) => index[k]);
      if (corners.some((k) => k < 0)) continue;
      triangles.push(corners[0], corners[1], corners[2], corners[1], corners[3], corners[2]);
    }
  }
  return {
    vertices: Float64Array.from(vertices),
    texture: Float64Array.from(texture),
    triangles: Uint32Array.from(triangles),
    unitPx,
    toPhoto,
  };
}

/** Moves the mesh so that its landmarks lie on the photo's: by the shifts of all five, weighted by nearness. */
function moved(mesh: FaceMesh, own: readonly (readonly number[])[]): FaceMesh {
  const vertices = mesh.vertices.slice();
  for (let at = 0; at < vertices.length; at += 3) {
    let weights = 1e-9;
    let dx = 0;
    let dy = 0;
    mesh.landmarks.forEach(([x, y], k) => {
      const weight = 1 / ((mesh.vertices[at] - x) ** 2 + (mesh.vertices[at + 1] - y) ** 2 + 0.01);
      weights += weight;
      dx += weight * (own[k][0] - x);
      dy += weight * (own[k][1] - y);
    });
    vertices[at] += dx / weights;
    vertices[at + 1] += dy / weights;
  }
  return { ...mesh, vertices };
}

/** Depth over the face's plane: the mesh's where it is, blended into the skull's at its edge. */
function depthField({ vertices, triangles }: FaceMesh, depthFactor: number) {
  const cells = 160;
  const reach = 2;
  const field = new Float64Array(cells * cells).fill(Number.NaN);
  const cellOf = (value: number) => ((value + reach) / (2 * reach)) * cells - 0.5;
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => 3 * triangles[t + k]);
    const xs = [a, b, c].map((at) => cellOf(vertices[at]));
    const ys = [a, b, c].map((at) => cellOf(vertices[at + 1]));
    const area = (xs[1] - xs[0]) * (ys[2] - ys[0]) - (xs[2] - xs[0]) * (ys[1] - ys[0]);
    if (Math.abs(area) < 1e-9) continue;
    for (let y = Math.max(0, Math.ceil(Math.min(...ys))); y <= Math.min(cells - 1, Math.max(...ys)); y++) {
      for (let x = Math.max(0, Math.ceil(Math.min(...xs))); x <= Math.min(cells - 1, Math.max(...xs)); x++) {
        const w1 = ((x - xs[0]) * (ys[2] - ys[0]) - (xs[2] - xs[0]) * (y - ys[0])) / area;
        const w2 = ((xs[1] - xs[0]) * (y - ys[0]) - (x - xs[0]) * (ys[1] - ys[0])) / area;
        if (w1 < -1e-6 || w2 < -1e-6 || w1 + w2 > 1 + 1e-6) continue;
        const z = vertices[a + 2] * (1 - w1 - w2) + vertices[b + 2] * w1 + vertices[c + 2] * w2;
        const at = y * cells + x;
        if (!(field[at] >= z)) field[at] = z;
      }
    }
  }
  const edge = edgeDistance(field, cells);
  return (x: number, y: number, skullDepth: number) => {
    const at = Math.round(cellOf(y)) * cells + Math.round(cellOf(x));
    const own = bilinear(field, cells, cellOf(x), cellOf(y));
    if (Number.isNaN(own)) return skullDepth;
    const share = Math.min(1, edge[at] / 8);
    return share * own * depthFactor + (1 - share) * skullDepth;
  };
}

function bilinear(field: Float64Array, cells: number, u: number, v: number): number {
  const x = Math.floor(u);
  const y = Math.floor(v);
  if (x < 0 || y < 0 || x + 1 >= cells || y + 1 >= cells) return Number.NaN;
  const at = y * cells + x;
  const top = field[at] * (1 - (u - x)) + field[at + 1] * (u - x);
  const bottom = field[at + cells] * (1 - (u - x)) + field[at + cells + 1] * (u - x);
  return top * (1 - (v - y)) + bottom * (v - y);
}

/** Steps from each cell to the nearest cell without the face, at most 8. */
function edgeDistance(field: Float64Array, cells: number): Uint8Array {
  const distance = Uint8Array.from(field, (value) => (Number.isNaN(value) ? 0 : 8));
  for (let pass = 1; pass < 8; pass++) {
    const before = distance.slice();
    for (let y = 1; y + 1 < cells; y++) {
      for (let x = 1; x + 1 < cells; x++) {
        const at = y * cells + x;
        const least = Math.min(before[at - 1], before[at + 1], before[at - cells], before[at + cells]);
        if (before[at] > least + 1) distance[at] = least + 1;
      }
    }
  }
  return distance;
}
