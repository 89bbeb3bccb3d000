/** Photos of one person from two days, the only real turns of a head at hand: parallax of the nose, and identity. */
import { distance } from "../../../../src/face/decision/decide.ts";
import type { Landmarks } from "../../../../src/face/geometry.ts";
import type { LivenessLimits } from "../../../../src/face/liveness/judge.ts";
import { leastSquares } from "../../../../src/face/liveness/linear.ts";
import { changeOf } from "../../../../src/face/liveness/poses.ts";
import type { Person } from "../store.ts";

/** Largest pose of the first photo, and least turn of the second, degrees. */
const [mostFrontal, leastTurn] = [10, 20];

export function realParallax(people: readonly Person[], limits: LivenessLimits): string {
  const along: number[] = [];
  let same = 0;
  for (const { photos } of people) {
    for (const first of photos) {
      if (Math.abs(first.pose.yaw) > mostFrontal) continue;
      for (const second of photos) {
        const { yaw } = changeOf(first, second);
        if (second === first || Math.abs(yaw) < leastTurn) continue;
        const nose = noseBeyondPlane(first.landmarks, second.landmarks);
        if (nose !== null) along.push((nose[0] * Math.sign(yaw) * spanOf(first)) / spanOf(second));
        const measured = distance(first.embedding, second.embedding);
        if (measured.ok && measured.value <= limits.maxDistanceToFirst) same++;
      }
    }
  }
  const sorted = along.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * sorted.length)]?.toFixed(3);
  return `real photos of two days turned by ${leastTurn} degrees or more: ${along.length} pairs, nose beyond the plane along the turn 1 % ${at(0.01)}, 5 % ${at(0.05)}, median ${at(0.5)} eye distances; ${same} of them within the distance to the first frame`;
}

/** Height of the face from eyes to mouth, which a turn to the side does not change, px. */
function spanOf({
  landmarks: [leftEye, rightEye, , leftMouth, rightMouth],
}: Person["photos"][number]): number {
  return Math.hypot(
    (leftMouth.x + rightMouth.x - leftEye.x - rightEye.x) / 2,
    (leftMouth.y + rightMouth.y - leftEye.y - rightEye.y) / 2,
  );
}

/**
 * Carries the frontal nose onto the turned frame by the homography of eyes and mouth corners. Returns the turned nose
 * less that place, in eye distances of the frontal frame along the turned face's own axes; null for points that have
 * no homography.
 */
function noseBeyondPlane(frontal: Landmarks, turned: Landmarks): readonly [number, number] | null {
  const rows = new Float64Array(8 * unknownsOfPlane);
  const targets = new Float64Array(8);
  const unit = Math.hypot(frontal[1].x - frontal[0].x, frontal[1].y - frontal[0].y);
  const at = (points: Landmarks, k: number) => [
    (points[k].x - points[2].x) / unit,
    (points[k].y - points[2].y) / unit,
  ];
  [0, 1, 3, 4].forEach((k, i) => {
    const [x, y] = at(frontal, k);
    const [u, v] = at(turned, k);
    rows.set([x, y, 1, 0, 0, 0, -u * x, -u * y], 16 * i);
    rows.set([0, 0, 0, x, y, 1, -v * x, -v * y], 16 * i + 8);
    targets.set([u, v], 2 * i);
  });
  const solved = leastSquares(rows, unknownsOfPlane, targets, new Float64Array(8).fill(1));
  if (solved === null) return null;
  // Both noses are the origin of their coordinates, so the carried nose is the homography's shift.
  const [x, y] = [-solved[2], -solved[5]];
  const lean = Math.atan2(turned[1].y - turned[0].y, turned[1].x - turned[0].x);
  return [x * Math.cos(lean) + y * Math.sin(lean), -x * Math.sin(lean) + y * Math.cos(lean)];
}

const unknownsOfPlane = 8;
