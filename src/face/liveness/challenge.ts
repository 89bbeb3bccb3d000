/**
 * Challenges: poses that a person is asked to take, in an order that nobody knows before. The first frame looks into
 * the camera; each asked pose is one frame more.
 *
 * A challenge is four poses out of five. No pose follows itself, and at least two different turns of the head are
 * among them, since the test for a flat picture needs turns. That leaves `challengeCount` orders, all equally likely.
 */

export const poseNames = ["left", "right", "up", "down", "closer"] as const;

/** Pose as the person does it: `left` turns the face to the person's own left, which is the picture's right. */
export type PoseName = (typeof poseNames)[number];

/** True for poses that turn the head, the only ones that show relief. */
export function isTurn(pose: PoseName): boolean {
  return pose !== "closer";
}

export type Challenge = readonly PoseName[];

export const posesAsked = 4;
/** Frames of a whole answer: one that looks into the camera, then one for each pose. */
export const framesAsked = posesAsked + 1;

const challenges = listChallenges();
export const challengeCount = challenges.length;
/** Entropy of a challenge, bits. */
export const challengeBits = Math.log2(challengeCount);

/** Returns the challenge for a uniform number in [0, 1). */
export function drawChallenge(chance: number): Challenge {
  const index = Math.floor(chance * challengeCount);
  if (!(index >= 0 && index < challengeCount)) throw new RangeError("chance is not in [0, 1)");
  return challenges[index];
}

function listChallenges(): Challenge[] {
  let orders: PoseName[][] = [[]];
  for (let k = 0; k < posesAsked; k++) {
    orders = orders.flatMap((order) =>
      poseNames.filter((pose) => pose !== order.at(-1)).map((pose) => [...order, pose]),
    );
  }
  return orders.filter((order) => new Set(order.filter(isTurn)).size >= 2);
}
