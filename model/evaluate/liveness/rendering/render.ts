/** Draws meshes before a picture with a perspective camera and a depth buffer. */
import { type Picture, sampleInto } from "./picture.ts";

/** Turns in degrees: yaw to the picture's right, pitch up, roll clockwise. */
export interface Turn {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

export interface Camera {
  /** Distance from the camera to the eyes of the frontal head, in its eye distances. */
  readonly distance: number;
  /** Size of one unit at that distance, px. */
  readonly unitPx: number;
  readonly centreX: number;
  readonly centreY: number;
}

/** Rotation Rz(roll) Ry(yaw) Rx(pitch) of x right, y down, z to the camera, rows first. */
export function rotation({ yaw, pitch, roll }: Turn): number[][] {
  const [a, b, c] = [yaw, pitch, roll].map((degrees) => (degrees * Math.PI) / 180);
  const ry = [
    [Math.cos(a), 0, Math.sin(a)],
    [0, 1, 0],
    [-Math.sin(a), 0, Math.cos(a)],
  ];
  const rx = [
    [1, 0, 0],
    [0, Math.cos(b), -Math.sin(b)],
    [0, Math.sin(b), Math.cos(b)],
  ];
  const rz = [
    [Math.cos(c), -Math.sin(c), 0],
    [Math.sin(c), Math.cos(c), 0],
    [0, 0, 1],
  ];
  return product(rz, product(ry, rx));
}

function product(p: number[][], q: number[][]): number[][] {
  return p.map((row) => [0, 1, 2].map((k) => row.reduce((sum, value, i) => sum + value * q[i][k], 0)));
}

/** Turns points about a pivot, shifts them, and projects them. Returns x, y (px) and nearness for each. */
export function project(
  points: Float64Array,
  turn: number[][],
  pivot: readonly number[],
  shift: readonly number[],
  { distance, unitPx, centreX, centreY }: Camera,
): Float64Array {
  const projected = new Float64Array(points.length);
  for (let at = 0; at < points.length; at += 3) {
    const p = [0, 1, 2].map((axis) => points[at + axis] - pivot[axis]);
    const [x, y, z] = turn.map(
      (row, axis) => row[0] * p[0] + row[1] * p[1] + row[2] * p[2] + pivot[axis] + shift[axis],
    );
    const scale = distance / (distance - z);
    projected[at] = centreX + unitPx * scale * x;
    projected[at + 1] = centreY + unitPx * scale * y;
    projected[at + 2] = scale;
  }
  return projected;
}

/** Draws a textured mesh over `target`. `shade` gives each vertex a factor of brightness. */
export function drawMesh(
  target: Picture,
  texture: Picture,
  projected: Float64Array,
  places: Float64Array,
  triangles: Uint32Array,
  shade?: Float64Array,
): void {
  const { width, height, data } = target;
  const nearness = new Float32Array(width * height);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t], triangles[t + 1], triangles[t + 2]];
    const [ax, ay] = [projected[3 * a], projected[3 * a + 1]];
    const [bx, by] = [projected[3 * b], projected[3 * b + 1]];
    const [cx, cy] = [projected[3 * c], projected[3 * c + 1]];
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    // A triangle that faces away has the other sign.
    if (area < 1e-9) continue;
    const yFrom = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const yTo = Math.min(height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    const xFrom = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const xTo = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    for (let y = yFrom; y <= yTo; y++) {
      for (let x = xFrom; x <= xTo; x++) {
        const w1 = ((x + 0.5 - ax) * (cy - ay) - (cx - ax) * (y + 0.5 - ay)) / area;
        const w2 = ((bx - ax) * (y + 0.5 - ay) - (x + 0.5 - ax) * (by - ay)) / area;
        const w0 = 1 - w1 - w2;
        if (w0 < -1e-6 || w1 < -1e-6 || w2 < -1e-6) continue;
        const near = w0 * projected[3 * a + 2] + w1 * projected[3 * b + 2] + w2 * projected[3 * c + 2];
        const at = y * width + x;
        if (nearness[at] > near) continue;
        nearness[at] = near;
        const u = w0 * places[2 * a] + w1 * places[2 * b] + w2 * places[2 * c];
        const v = w0 * places[2 * a + 1] + w1 * places[2 * b + 1] + w2 * places[2 * c + 1];
        sampleInto(texture, u, v, data, 3 * at);
        if (shade !== undefined) {
          const factor = w0 * shade[a] + w1 * shade[b] + w2 * shade[c];
          for (let channel = 0; channel < 3; channel++) data[3 * at + channel] *= factor;
        }
      }
    }
  }
}
