/** Mixes of requests, and the number sent at once. */
import { type Caller, WrongAnswer } from "./caller.ts";
import { aborted, hostile } from "./hostile.ts";
import {
  enrolledOnce,
  type Journey,
  lockedOut,
  revokedKey,
  type Setting,
  session,
  wholeLife,
} from "./journeys.ts";
import { large, slow, valid } from "./single.ts";

export interface Traffic {
  readonly name: string;
  readonly connections: number;
  /** Share of large requests, of 1,000. */
  readonly large: number;
}

/** Traffics, in turns, for a block of requests each. */
export const traffics: readonly Traffic[] = [
  { name: "16 connections", connections: 16, large: 1 },
  { name: "64 connections", connections: 64, large: 1 },
  { name: "16 connections again", connections: 16, large: 1 },
  { name: "64 connections, overloaded", connections: 64, large: 80 },
];

/** Shares of the other requests, of 1,000. */
const shares: readonly (readonly [number, readonly Journey[]])[] = [
  [400, valid],
  [360, hostile],
  [80, aborted],
  [15, slow],
  [50, [wholeLife]],
  [15, [lockedOut]],
  [30, [session]],
  [20, [enrolledOnce]],
  [2, [revokedKey]],
];

/** Does one journey after the other until `isOver`. */
export async function keepAsking(
  caller: Caller,
  setting: Setting,
  traffic: Traffic,
  isOver: () => boolean,
): Promise<void> {
  const all = [[traffic.large, large] as const, ...shares];
  while (!isOver()) {
    try {
      await choose(all, caller.random)(caller, setting);
    } catch (error) {
      if (!(error instanceof WrongAnswer)) throw error;
    }
  }
}

/** Chooses a share, and among its journeys with equal probability. */
function choose(all: typeof shares, random: () => number): Journey {
  const whole = all.reduce((sum, [share]) => sum + share, 0);
  let at = random() * whole;
  for (const [share, journeys] of all) {
    at -= share;
    if (at < 0) return journeys[Math.floor(random() * journeys.length)];
  }
  throw new Error("the shares do not add up");
}
