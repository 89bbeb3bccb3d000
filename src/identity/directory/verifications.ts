/** Attempts at one subject, from their admission to their count, and the sessions that allow them. */
import { fail, ok } from "../../errors.ts";
import type { FaceId, SubjectId } from "../ids.ts";
import type { LockOutPolicy } from "../lock-out.ts";
import type { Attempt, Context, SessionRow } from "./data.ts";
import type { HoldsParts } from "./parts.ts";
import {
  checkLock,
  checkSession,
  clearAttempts,
  insertSession,
  recordAttempt,
  spendSession,
} from "./tables/attempts.ts";
import { writeAudit } from "./tables/audit.ts";
import * as queries from "./tables/face-queries.ts";
import * as faces from "./tables/faces.ts";
import type { VerificationDirectory } from "./types.ts";

export function withVerifications<Base extends HoldsParts>(base: Base) {
  return class Verifications extends base implements VerificationDirectory {
    async beginAttempt(
      subjectId: SubjectId,
      sessionId: string | null,
      policy: LockOutPolicy,
      nowMs: number,
      withRecords: boolean,
    ) {
      const { sql, read } = this.parts.ledger;
      return read(
        () => {
          const session = sessionId === null ? ok(undefined) : checkSession(sql, sessionId, subjectId, nowMs);
          if (!session.ok) return session;
          const open = checkLock(sql, subjectId, policy, nowMs);
          if (!open.ok) return open;
          const keys = queries.readAttemptFaces(sql, subjectId, nowMs, withRecords);
          return keys.length === 0 ? fail({ code: "subject_has_no_faces" }) : ok(keys);
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
      const { sql, write } = this.parts.ledger;
      const { subjectId, faceId, compared, match, resetsLockOut, sessionId } = attempt;
      return write(context, () => {
        const event = { action: "verify", subjectId, faceId };
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
        if (sessionId !== null) spendSession(sql, sessionId);
        if (!match || resetsLockOut) recordAttempt(sql, subjectId, attempts.value, match, context.nowMs);
        writeAudit(sql, { ...event, outcome: match ? "match" : "no_match" }, context);
        return ok(undefined);
      });
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
        if (queries.readAttemptFaces(sql, subjectId, context.nowMs, false).length === 0) {
          return fail({ code: "subject_has_no_faces" });
        }
        insertSession(sql, session, context.nowMs);
        return ok(undefined);
      });
    }
  };
}
