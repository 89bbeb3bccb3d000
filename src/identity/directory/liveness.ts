/** Uses of liveness sessions: each takes the session's challenge, and one that shows no living person is a failure. */

import { fail, ok } from "../../errors.ts";
import type { Challenge } from "../../face/liveness/challenge.ts";
import type { SubjectId } from "../ids.ts";
import type { LockOutPolicy } from "../lock-out.ts";
import type { Context, LivenessAction } from "./data.ts";
import type { HoldsParts } from "./parts.ts";
import { checkLock, checkSession, recordAttempt, spendSession, usesLeft } from "./tables/attempts.ts";
import { writeAudit } from "./tables/audit.ts";
import { replaceChallenge } from "./tables/challenges.ts";
import type { LivenessDirectory } from "./types.ts";

export function withLiveness<Base extends HoldsParts>(base: Base) {
  return class Liveness extends base implements LivenessDirectory {
    async checkTry(subjectId: SubjectId, sessionId: string, policy: LockOutPolicy, nowMs: number) {
      const { sql, read } = this.parts.ledger;
      return read(() => checkTry(sql, subjectId, sessionId, policy, nowMs), notKnown);
    }

    async takeTry(
      subjectId: SubjectId,
      sessionId: string,
      next: Challenge,
      policy: LockOutPolicy,
      context: Context,
    ) {
      const { sql, write } = this.parts.ledger;
      return write(context, () => {
        const open = checkTry(sql, subjectId, sessionId, policy, context.nowMs);
        if (!open.ok) return open;
        const challenge = replaceChallenge(sql, sessionId, next);
        if (challenge === undefined) return notKnown;
        spendSession(sql, sessionId);
        return ok({ challenge, triesLeft: usesLeft(sql, sessionId) });
      });
    }

    async countNotLive(
      subjectId: SubjectId,
      action: LivenessAction,
      policy: LockOutPolicy,
      context: Context,
    ) {
      const { sql, write } = this.parts.ledger;
      return write(context, () => {
        writeAudit(sql, { action, outcome: "not_live", subjectId }, context);
        const attempts = checkLock(sql, subjectId, policy, context.nowMs);
        if (attempts.ok) recordAttempt(sql, subjectId, attempts.value, false, context.nowMs);
        return attempts.ok || attempts.failure.code === "subject_has_no_faces" ? ok(undefined) : attempts;
      });
    }
  };
}

const notKnown = fail({ code: "unauthorized" as const, reason: "the session is not known" });

/** Checks session and lock. A subject that is to be enrolled has neither faces nor failures. */
function checkTry(
  sql: SqlStorage,
  subjectId: SubjectId,
  sessionId: string,
  policy: LockOutPolicy,
  nowMs: number,
) {
  const session = checkSession(sql, sessionId, subjectId, nowMs);
  if (!session.ok) return session;
  const lock = checkLock(sql, subjectId, policy, nowMs);
  return lock.ok || lock.failure.code === "subject_has_no_faces" ? ok(undefined) : lock;
}
