/** Checks of answers: a status and a code, and conditions on the body. */
import { nameOf, type Outcome } from "../bench/service/connection.ts";

export type Body = Record<string, unknown>;

/** Returns why the outcome is wrong; undefined when it is right. */
export type Right = (outcome: Outcome) => string | undefined;

export function says(status: number, holds: (body: Body) => boolean = () => true): Right {
  return (outcome) => {
    if (outcome.kind !== "answered")
      return outcome.kind === "broken" ? `broke: ${outcome.reason}` : outcome.kind;
    if (outcome.status !== status) return `${outcome.status} in place of ${status}`;
    return holds(bodyOf(outcome.body)) ? undefined : "the answer is not the right one";
  };
}

/** Accepts these codes, each with its status: "422 invalid_image". */
export function refuses(...wanted: readonly string[]): Right {
  return (outcome) => {
    if (outcome.kind !== "answered")
      return outcome.kind === "broken" ? `broke: ${outcome.reason}` : outcome.kind;
    const code = nameOf(outcome);
    return wanted.includes(code) ? undefined : `${code} in place of ${wanted.join(" or ")}`;
  };
}

export function either(...rights: readonly Right[]): Right {
  return (outcome) => {
    const faults = rights.map((right) => right(outcome));
    return faults.includes(undefined) ? undefined : faults.join("; ");
  };
}

/** Accepts any outcome, since the caller went away; an answer that was faster is read to its end. */
export const goesAway: Right = (outcome) =>
  outcome.kind === "hung up" ? undefined : "somebody was still there";

export function bodyOf(bytes: Buffer): Body {
  try {
    return JSON.parse(bytes.toString()) as Body;
  } catch {
    return {};
  }
}

export const isMatch = (body: Body) => body.match === true;
export const isNoMatch = (body: Body) => body.match === false;
