/**
 * The canonical face of MediaPipe, 468 vertices and their triangles, as the package `mind-ar` (MIT) ships it. Only the
 * renderer of made sessions uses it: the judge's own shape of a head is another.
 */
import { readSource } from "../../../convert/sources.ts";

const source = {
  package: "mind-ar",
  version: "1.2.5",
  integrity:
    "sha512-YsbiNYaNbI/AMSXYfL+c/vJaFD/RB8uKtAOhmMyOkGZ0vBnEM8+KPh3ee8BH35ldtVudziJpv62qqV6dns/Evw==",
  path: "src/face-target/face-geometry/canonical-face-model.obj",
};

/** Face in eye distances: x to the picture's right, y down, z towards the camera; the origin lies between the eyes. */
export interface FaceMesh {
  /** Vertices, x, y, z each. */
  readonly vertices: Float64Array;
  /** Three vertices each. */
  readonly triangles: Uint16Array;
  /** The five landmarks, in the order of `Landmarks`. */
  readonly landmarks: readonly (readonly [number, number, number])[];
}

/** Vertices whose mean is a landmark: corners of each eye, tip of the nose, corners of the mouth. */
const landmarkVertices = [[33, 133], [263, 362], [1, 4], [61], [291]];

export function readCanonicalFace(cache: string): FaceMesh {
  const text = new TextDecoder().decode(readSource(source, cache));
  const points: number[][] = [];
  const triangles: number[] = [];
  for (const line of text.split("\n")) {
    const [kind, ...rest] = line.trim().split(/\s+/);
    if (kind === "v") points.push([Number(rest[0]), -Number(rest[1]), Number(rest[2])]);
    if (kind === "f") triangles.push(...rest.map((corner) => Number(corner.split("/")[0]) - 1));
  }
  const raw = landmarkVertices.map((group) =>
    [0, 1, 2].map((axis) => group.reduce((sum, vertex) => sum + points[vertex][axis] / group.length, 0)),
  );
  const unit = raw[1][0] - raw[0][0];
  const origin = [0, 1, 2].map((axis) => (raw[0][axis] + raw[1][axis]) / 2);
  const scaled = (point: readonly number[]) => point.map((value, axis) => (value - origin[axis]) / unit);
  return {
    vertices: Float64Array.from(points.flatMap(scaled)),
    triangles: Uint16Array.from(triangles),
    landmarks: raw.map((point) => scaled(point) as [number, number, number]),
  };
}
