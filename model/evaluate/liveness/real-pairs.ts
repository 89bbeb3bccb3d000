/** Photos of one person from two days, the only real turns of a head at hand: parallax of the nose, and identity. */
import { distance } from "../../../src/face/decision/decide.ts";
import type { LivenessLimits } from "../../../src/face/liveness/judge.ts";
import { changeOf } from "../../../src/face/liveness/poses.ts";
import { noseBeyondPlane } from "../../../src/face/liveness/relief.ts";
import type { Person } from "./store.ts";

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
