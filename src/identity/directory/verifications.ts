/** Attempts at one subject, from their admission to their count, and the sessions that allow them. */
import { fail, ok, type Result } from "../../errors.ts";
import type { FaceId, SubjectId } from "../ids.ts";
import type { LockOutPolicy } from "../lock-out.ts";
import type {
  Attempt,
  AttemptQuery,
  BegunAttempt,
  Context,
  Page,
  SessionRow,
  SettledAttempt,
} from "./data.ts";
import type { HoldsParts } from "./parts.ts";
import {
  checkLock,
  checkSession,
  clearAttempts,
  insertSession,
  readAgeing,
  readTrend,
  recordAttempt,
  recordScore,
  spendSession,
} from "./tables/attempts.ts";
import { writeAudit } from "./tables/audit.ts";
import { insertChallenge } from "./tables/challenges.ts";
import * as queries from "./tables/face-queries.ts";
import * as faces from "./tables/faces.ts";
import { noteUse } from "./tables/last-use.ts";
import { insertSketch, readSketches, removalTime } from "./tables/sketches.ts";
import { findAnswer, rememberAnswer } from "./tables/verification-requests.ts";
import type { VerificationDirectory } from "./types.ts";

export function withVerifications<Base extends HoldsParts>(base: Base) {
  return class Verifications extends base implements VerificationDirectory {
    async beginAttempt(query: AttemptQuery, policy: LockOutPolicy) {
      const { sql, read } = this.parts.ledger;
      const { subjectId, sessionId, nowMs, withRecords, withSketches, keyHash } = query;
      return read<Result<BegunAttempt>>(
        () => {
          // An answer that was lost is given again also when its attempt used the session up or locked the subject.
          const answered = keyHash === null ? null : findAnswer(sql, subjectId, keyHash, nowMs);
          if (answered !== null) {
            const keys = queries.readAttemptFaces(sql, subjectId, nowMs, false);
            return ok({ faces: keys, sketches: [], trend: null, answered });
          }
          const session = sessionId === null ? ok(undefined) : checkSession(sql, sessionId, subjectId, nowMs);
          if (!session.ok) return session;
          const open = checkLock(sql, subjectId, policy, nowMs);
          if (!open.ok) return open;
          const keys = queries.readAttemptFaces(sql, subjectId, nowMs, withRecords);
          if (keys.length === 0) return fail({ code: "subject_has_no_faces" });
          const sketches = withSketches ? readSketches(sql, subjectId, 0, nowMs) : [];
          return ok({ faces: keys, sketches, trend: readTrend(sql, subjectId), answered: null });
        },
        fail({ code: "subject_has_no_faces" }),
      );
    }

    async readRecords(subjectId: SubjectId, faceIds: readonly FaceId[]) {
      const { sql, read } = this.parts.ledger;
      return read(
        () =>
          faceIds.flatMap((faceId) => {
            const record = queries.readRecord(sql, subjectId, faceId);
            return record === undefined ? [] : [[faceId, record.sealed] as const];
          }) as [FaceId, Uint8Array<ArrayBuffer>][],
        [],
      );
    }

    async settleAttempt(attempt: Attempt, policy: LockOutPolicy, context: Context) {
      const { chores, ledger } = this.parts;
      const { sql, write } = ledger;
      const { subjectId, faceId, template, compared, match, resetsLockOut, sessionId, replayed } = attempt;
      const { seenThrough, sketch, request, score } = attempt;
      const settled = write<Result<SettledAttempt>>(context, () => {
        const answer = request && findAnswer(sql, subjectId, request.keyHash, context.nowMs);
        if (answer !== null) return ok({ kind: "answered", answer });
        const event = { action: "verify", subjectId, faceId, template };
        const session =
          sessionId === null ? ok(undefined) : checkSession(sql, sessionId, subjectId, context.nowMs);
        if (!session.ok) return session;
        const attempts = checkLock(sql, subjectId, policy, context.nowMs);
        if (!attempts.ok) {
          if (attempts.failure.code === "locked") writeAudit(sql, { ...event, outcome: "locked" }, context);
          return attempts;
        }
        // A face that was deleted while the photo was being scored may not decide any more.
        if (!compared.every((each) => faces.hasFace(sql, subjectId, each, context.nowMs))) {
          return fail({ code: "not_found", what: "face" });
        }
        if (match && !replayed && seenThrough !== null) {
          const sketches = readSketches(sql, subjectId, seenThrough, context.nowMs);
          if (sketches.length > 0) return ok({ kind: "newer", sketches });
        }
        if (sessionId !== null) spendSession(sql, sessionId);
        if (!match || resetsLockOut) recordAttempt(sql, subjectId, attempts.value, match, context.nowMs);
        if (sketch !== null) insertSketch(sql, subjectId, faceId, sketch, context.nowMs);
        if (score !== null) recordScore(sql, subjectId, score);
        if (match && !replayed) noteUse(sql, subjectId, context.nowMs);
        if (request !== null) rememberAnswer(sql, subjectId, faceId, request, context.nowMs);
        writeAudit(sql, { ...event, outcome: outcomeOf(match, replayed) }, context);
        return ok({ kind: "counted" });
      });
      if (sketch !== null && settled.ok) await chores.wakeBy(removalTime(sketch.expiresAtMs));
      return settled;
    }

    async listAgeing(threshold: number, page: Page) {
      const { sql, read } = this.parts.ledger;
      return read(() => readAgeing(sql, threshold, page), []);
    }

    async unlock(subjectId: SubjectId, context: Context) {
      const { sql, audited } = this.parts.ledger;
      return audited({ action: "subject.unlock", outcome: "unlocked", subjectId }, context, () =>
        clearAttempts(sql, subjectId) ? ok(undefined) : fail({ code: "not_found", what: "subject" }),
      );
    }

    async addSession(session: SessionRow, context: Context) {
      const { sql, audited } = this.parts.ledger;
      const { subjectId } = session;
      return audited({ action: "session.create", outcome: session.id, subjectId }, context, () => {
        const hasFace = queries.readAttemptFaces(sql, subjectId, context.nowMs, false).length > 0;
        if (session.needsFace && !hasFace) return fail({ code: "subject_has_no_faces" });
        insertSession(sql, session, context.nowMs);
        if (session.challenge !== null) insertChallenge(sql, session, session.challenge, context.nowMs);
        return ok(undefined);
      });
    }
  };
}

/** Names the outcome in the audit trail. A copy that may match is told apart from other matches. */
function outcomeOf(match: boolean, replayed: boolean): string {
  if (match) return replayed ? "match_replayed" : "match";
  return replayed ? "replayed" : "no_match";
}
