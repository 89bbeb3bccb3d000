/**
 * One caller on a connection of its own. After `overloaded` it comes back as a client does, but sooner; every answer
 * is checked.
 */
import { type Manner, type Message, nameOf, openConnection } from "../bench/service/connection.ts";
import { type Body, bodyOf, type Right } from "./right-answers.ts";
import type { Tally } from "./tally.ts";

export interface Caller {
  readonly random: () => number;
  /** Names a subject that no other caller uses. */
  newSubject(): string;
  /** Returns the answer's body; empty when there is none. Throws `WrongAnswer` when the answer is wrong. */
  ask(kind: string, message: Message, right: Right, manner?: Manner): Promise<Body>;
}

/** Ends the caller's journey, whose next steps would be wrong for the same reason. */
export class WrongAnswer extends Error {}

const mostTries = 200;
/** Share of the seconds in `Retry-After` that is waited. */
const shareOfWait = 0.25;

export function openCaller(
  url: URL,
  name: string,
  random: () => number,
  tally: Tally,
  traffic: () => string,
): Caller & { close(): void } {
  const connection = openConnection(url);
  let subjects = 0;
  return {
    random,
    newSubject: () => `soak-${name}-${++subjects}`,
    async ask(kind, message, right, manner) {
      for (let tries = 1; ; tries++) {
        const outcome = await connection.exchange(message, manner);
        if (
          nameOf(outcome) === "503 overloaded" &&
          outcome.kind === "answered" &&
          message.body !== undefined
        ) {
          const seconds = Number(outcome.headers.get("retry-after"));
          const isRight = seconds > 0 && tries < mostTries;
          tally.note(
            kind,
            traffic(),
            outcome,
            isRight ? undefined : "overloaded on and on, or no Retry-After",
          );
          if (!isRight) throw new WrongAnswer(kind);
          await new Promise((resolve) =>
            setTimeout(resolve, 1000 * seconds * shareOfWait * (0.5 + random())),
          );
          continue;
        }
        const fault = right(outcome);
        tally.note(kind, traffic(), outcome, fault);
        if (fault !== undefined) throw new WrongAnswer(kind);
        return outcome.kind === "answered" ? bodyOf(outcome.body) : {};
      }
    },
    close: connection.close,
  };
}
