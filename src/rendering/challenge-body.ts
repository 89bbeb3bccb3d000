/** A challenge in its wire form, for the phone that shows it. */
import { type Challenge, framesAsked } from "../face/liveness/challenge.ts";

export function challengeBody(challenge: Challenge, triesLeft: number, deadline: Date) {
  return {
    poses: [...challenge],
    frames: framesAsked,
    deadline: deadline.toISOString(),
    tries_left: triesLeft,
  };
}
