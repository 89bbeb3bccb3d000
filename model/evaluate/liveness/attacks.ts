/** Sessions that attackers send, put together from observed frames: by species, as ISO/IEC 30107-3 counts them. */
import { type Challenge, drawChallenge, type PoseName } from "../../../src/face/liveness/challenge.ts";
import type { Frame } from "../../../src/face/liveness/frame.ts";
import type { Random } from "./frames/setting.ts";
import type { MadeKind, MadeSession } from "./observe.ts";
import type { Person } from "./store.ts";

export interface Presentation {
  readonly challenge: Challenge;
  /** Null for a frame without a face, which refuses the session. */
  readonly frames: readonly (Frame | null)[];
}

export const species = [
  "one photo for every frame",
  "one photo warped to the poses",
  "frames in wrong order",
  "another person's live frames",
  "an earlier session's frames",
  "an earlier session's frames, put in order where they allow it",
  "a photo on a cylinder",
  "a photo with nose and eyes moved",
  "a photo morphed to the poses",
  "photos of other days",
  "photos of other days, in the right poses",
] as const;

export type Species = (typeof species)[number];

/** Sessions of one person for each species that needs no rendering of its own. */
const tries = 4;
/** Challenges that each earlier session is sent to: one in hundreds has its own order. */
const challenges = 20;

const speciesOf: Readonly<Partial<Record<MadeKind, Species>>> = {
  flat: "one photo warped to the poses",
  bent: "a photo on a cylinder",
  piecewise: "a photo with nose and eyes moved",
  morphed: "a photo morphed to the poses",
};

function genuineOf({ sessions }: Person): MadeSession | undefined {
  return sessions.find(({ kind }) => kind === "genuine");
}

/** Makes sessions of each species for each person, where the person's photos allow it. */
export function presentationsOf(people: readonly Person[], random: Random): Map<Species, Presentation[]> {
  const made = new Map<Species, Presentation[]>(species.map((name) => [name, []]));
  people.forEach((person, index) => {
    const put = (name: Species, presentation: Presentation) => made.get(name)?.push(presentation);
    const genuine = genuineOf(person);
    for (const session of person.sessions) {
      const name = speciesOf[session.kind];
      if (name !== undefined) put(name, session);
    }
    if (genuine === undefined) return;
    const { challenge, frames } = genuine;
    for (const photo of person.photos.slice(0, tries)) {
      put("one photo for every frame", { challenge, frames: frames.map(() => photo) });
    }
    for (let k = 0; k < tries; k++) {
      put("frames in wrong order", { challenge, frames: inAnotherOrder(genuine, random) });
      const other = people[(index + 1 + Math.floor(random() * (people.length - 1))) % people.length];
      const live = genuineOf(other);
      if (live) {
        const mixed = [frames[0], ...live.frames.slice(1)];
        put("another person's live frames", { challenge: live.challenge, frames: mixed });
      }
      const asked = drawChallenge(random());
      put("an earlier session's frames, put in order where they allow it", {
        challenge: asked,
        frames: sorted(genuine, asked),
      });
    }
    for (let k = 0; k < challenges; k++) {
      put("an earlier session's frames", { challenge: drawChallenge(random()), frames });
    }
    const days = person.photos;
    if (days.length >= challenge.length + 1) {
      put("photos of other days", { challenge, frames: days.slice(0, challenge.length + 1) });
    }
    if (days.length >= 3) {
      // The photo whose pose comes closest is taken for each frame.
      put("photos of other days, in the right poses", { challenge, frames: bestPhotos(days, challenge) });
    }
  });
  return made;
}

function inAnotherOrder({ challenge, frames }: MadeSession, random: Random): (Frame | null)[] {
  const order = challenge.map((_, k) => k);
  do {
    for (let k = order.length - 1; k > 0; k--) {
      const j = Math.floor(random() * (k + 1));
      [order[k], order[j]] = [order[j], order[k]];
    }
  } while (order.every((from, k) => challenge[from] === challenge[k]));
  return [frames[0], ...order.map((from) => frames[from + 1])];
}

/** Frames of an earlier session, each taken once, for the poses of another challenge; as they were for what they lack. */
function sorted({ challenge, frames }: MadeSession, asked: Challenge): (Frame | null)[] {
  const left = challenge.map((pose, k) => ({ pose, frame: frames[k + 1] }));
  return [
    frames[0],
    ...asked.map((pose) => {
      const fitting = left.findIndex((each) => each.pose === pose);
      return left.splice(Math.max(0, fitting), 1)[0].frame;
    }),
  ];
}

function bestPhotos(photos: readonly Frame[], challenge: Challenge): Frame[] {
  const first = photos.reduce((best, photo) =>
    Math.hypot(photo.pose.yaw, photo.pose.pitch) < Math.hypot(best.pose.yaw, best.pose.pitch) ? photo : best,
  );
  const others = photos.filter((photo) => photo !== first);
  return [first, ...challenge.map((pose) => nearest(others, first, wishes[pose]))];
}

/** Turns that an attacker looks for, degrees of yaw and pitch from the frontal photo. */
const wishes: Readonly<Record<PoseName, readonly [number, number]>> = {
  left: [25, 0],
  right: [-25, 0],
  up: [0, 20],
  down: [0, -20],
  closer: [0, 0],
};

function nearest(photos: readonly Frame[], { pose }: Frame, [yaw, pitch]: readonly [number, number]): Frame {
  const off = (photo: Frame) =>
    Math.hypot(photo.pose.yaw - pose.yaw - yaw, photo.pose.pitch - pose.pitch - pitch);
  return photos.reduce((best, photo) => (off(photo) < off(best) ? photo : best));
}
