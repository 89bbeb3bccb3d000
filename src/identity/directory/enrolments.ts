/** Methods of a directory that add, change, remove and describe faces. */

import type { WrappedKey } from "../../crypto/key-ring.ts";
import type { Bytes } from "../../crypto/sealing.ts";
import { fail, ok } from "../../errors.ts";
import { type FaceId, hasJoined, type SubjectId } from "../ids.ts";
import type { Context, EnrolmentRequest, FaceChange, FaceKey, FaceName, FaceRow, Page } from "./data.ts";
import type { Ledger } from "./ledger.ts";
import type { HoldsParts } from "./parts.ts";
import { type AuditEvent, pruneAudit, writeAudit } from "./tables/audit.ts";
import { findEnrolled, rememberEnrolled } from "./tables/enrolment-requests.ts";
import * as queries from "./tables/face-queries.ts";
import * as faces from "./tables/faces.ts";
import { beginUse, noteUse, readUnused } from "./tables/last-use.ts";
import { enqueue, hasTasks } from "./tables/outbox.ts";
import { countOutliving } from "./tables/retention.ts";
import { insertFaceSketch, pruneSketches } from "./tables/sketches.ts";
import { describeErasure, isGone } from "./tables/subject-record.ts";
import type { EnrolmentDirectory } from "./types.ts";

/** Most faces of a subject that joined by a verification; the oldest go first. */
const mostJoined = 5;

export function withEnrolments<Base extends HoldsParts>(base: Base) {
  return class Enrolments extends base implements EnrolmentDirectory {
    async addFace(
      row: FaceRow,
      context: Context,
      request: EnrolmentRequest | null,
      sealedSketch: Bytes | null,
    ) {
      const { chores } = this.parts;
      const { sql, read, audited } = this.parts.ledger;
      const { subjectId, faceId } = row;
      const earlier =
        request === null
          ? ok(undefined)
          : read(() => findEnrolled(sql, row, request, context.nowMs), ok(undefined));
      if (!earlier.ok) return earlier;
      if (earlier.value !== undefined) return ok(earlier.value);
      const event = { action: "face.enrol", outcome: "enrolled", subjectId, faceId };
      const added = audited(event, context, () => {
        if (queries.readRecord(sql, subjectId, faceId) !== undefined)
          return fail({ code: "conflict", what: "face" });
        faces.insertFace(sql, row);
        if (sealedSketch !== null) insertFaceSketch(sql, subjectId, faceId, sealedSketch, context.nowMs);
        if (request !== null) rememberEnrolled(sql, row, request, context.nowMs);
        noteUse(sql, subjectId, context.nowMs);
        enqueue(sql, ["copy", "gallery"], "add", subjectId, faceId);
        const { model, createdAtMs, expiresAtMs } = row;
        return ok({ faceId, model, createdAtMs, expiresAtMs });
      });
      if (added.ok) await chores.follow();
      return added;
    }

    async importFaces(rows: readonly FaceRow[], context: Context) {
      const { chores } = this.parts;
      const { sql, write } = this.parts.ledger;
      const added = write(context, () => {
        let taken = 0;
        for (const row of rows) {
          const { subjectId, faceId } = row;
          const present = faces.readModel(sql, subjectId, faceId);
          if (present === row.model) continue;
          if (present !== undefined) faces.dropFace(sql, subjectId, faceId);
          faces.insertFace(sql, row);
          beginUse(sql, subjectId, context.nowMs);
          enqueue(sql, ["copy", "gallery"], "add", subjectId, faceId);
          const outcome = present === undefined ? "imported" : "replaced";
          writeAudit(sql, { action: "face.import", outcome, subjectId, faceId }, context);
          taken++;
        }
        return taken;
      });
      if (added > 0) await chores.follow();
      return added;
    }

    async updateFace(subjectId: SubjectId, faceId: FaceId, change: FaceChange, context: Context) {
      const { chores } = this.parts;
      const { sql, audited } = this.parts.ledger;
      const event = { action: "face.update", outcome: "updated", subjectId, faceId };
      const updated = audited(event, context, () => {
        if (!faces.hasFace(sql, subjectId, faceId, context.nowMs))
          return fail({ code: "not_found", what: "face" });
        const keyId = change.sealedMetadata?.keyId;
        // Metadata sealed with another data key could never be opened again.
        if (keyId !== undefined && queries.readFaceKey(sql, subjectId, faceId)?.keyId !== keyId)
          return fail({ code: "not_ready", reason: "the face was replaced while its metadata were sealed" });
        faces.changeFace(sql, subjectId, faceId, change);
        if (change.expiresAtMs !== undefined) enqueue(sql, ["copy"], "add", subjectId, faceId);
        return ok(undefined);
      });
      if (updated.ok) await chores.follow();
      return updated;
    }

    async deleteFaces(subjectId: SubjectId, faceIds: readonly FaceId[] | "all", context: Context) {
      const { chores } = this.parts;
      const { sql, write } = this.parts.ledger;
      const event = { action: "face.delete", outcome: "deleted" };
      const erased = write(context, () => erase(sql, subjectId, faceIds, event, context));
      if (erased.faces.length === 0)
        return fail({ code: "not_found", what: faceIds === "all" ? "subject" : "face" });
      await chores.follow();
      return ok({ ...erased, outstanding: hasTasks(sql) });
    }

    async deleteJoined(subjectId: SubjectId, context: Context) {
      const { chores } = this.parts;
      const { sql, read, write } = this.parts.ledger;
      const joined = read(() => faces.readJoined(sql, subjectId), []);
      if (joined.length === 0) return fail({ code: "not_found", what: "face that joined" });
      const event = { action: "face.delete", outcome: "reverted" };
      const erased = write(context, () => erase(sql, subjectId, joined, event, context));
      await chores.follow();
      return ok({ ...erased, outstanding: hasTasks(sql) });
    }

    async joinFace(row: FaceRow, closest: FaceId, template: string, context: Context) {
      const { chores } = this.parts;
      const { sql, write } = this.parts.ledger;
      const { subjectId, faceId } = row;
      const joined = write(context, () => {
        const enrolled = queries
          .readFaces(sql, subjectId, context.nowMs)
          .find((face) => face.faceId === closest && !hasJoined(face.faceId));
        // The photo that let it join is gone.
        if (enrolled === undefined) return false;
        const { expiresAtMs, consent } = enrolled;
        faces.insertFace(sql, { ...row, expiresAtMs, consent });
        enqueue(sql, ["copy", "gallery"], "add", subjectId, faceId);
        writeAudit(sql, { action: "template.join", outcome: "joined", subjectId, faceId, template }, context);
        const oldest = faces.readJoined(sql, subjectId).slice(0, -mostJoined);
        const event = { action: "face.delete", outcome: "superseded" };
        if (oldest.length > 0) remove(sql, subjectId, oldest, event, context);
        return true;
      });
      if (joined) await chores.follow();
      return joined;
    }

    async readFaces(subjectId: SubjectId, nowMs: number) {
      const { sql, read } = this.parts.ledger;
      return read(() => queries.readAttemptFaces(sql, subjectId, nowMs, true), []);
    }

    async noteConflict(subjectId: SubjectId, request: EnrolmentRequest | null, context: Context) {
      const { sql, read, write } = this.parts.ledger;
      if (request !== null) {
        const earlier = read(() => findEnrolled(sql, { subjectId }, request, context.nowMs), ok(undefined));
        if (!earlier.ok || earlier.value !== undefined) return false;
      }
      write(context, () =>
        writeAudit(sql, { action: "face.enrol", outcome: "conflicting", subjectId }, context),
      );
      return true;
    }

    async describeFaces(subjectId: SubjectId, nowMs: number) {
      const { sql, read } = this.parts.ledger;
      return read(() => queries.readFaces(sql, subjectId, nowMs), []);
    }

    async listSubjects(page: Page, nowMs: number) {
      const { sql, read } = this.parts.ledger;
      return read(() => queries.readSubjects(sql, page, nowMs), []);
    }

    async listFaces(after: FaceName | null, limit: number, nowMs: number) {
      const { sql, read } = this.parts.ledger;
      return read(() => queries.readFacesAfter(sql, after, limit, nowMs), []);
    }

    async countOutliving(retentionSeconds: number, after: FaceName | null, nowMs: number) {
      const { sql, read } = this.parts.ledger;
      const none = { faces: 0, next: null };
      return read(() => countOutliving(sql, retentionSeconds, after, nowMs), none);
    }

    async listWrappedByOthers(kekId: string, limit: number) {
      const { sql, read } = this.parts.ledger;
      return read(() => queries.readWrappedByOthers(sql, kekId, limit), []);
    }

    async rewrap(keys: readonly { face: FaceKey; wrapped: WrappedKey }[]) {
      const { storage, ledger } = this.parts;
      return storage.transactionSync(
        () => keys.filter(({ face, wrapped }) => faces.replaceWrap(ledger.sql, face, wrapped)).length,
      );
    }

    async maintain(nowMs: number) {
      const { ledger, chores } = this.parts;
      const { sql, write } = ledger;
      if (!ledger.present) return;
      removeExpired(ledger, nowMs);
      const context = retentionContext(ledger, nowMs);
      write(context, () => {
        for (const subjectId of readUnused(sql, nowMs)) {
          remove(sql, subjectId, "all", { action: "face.delete", outcome: "unused" }, context);
        }
        pruneAudit(sql, nowMs);
        pruneSketches(sql, nowMs);
      });
      await chores.run();
    }
  };
}

function retentionContext({ owner }: Ledger, nowMs: number): Context {
  return { tenant: owner(), actor: "retention", requestId: "", nowMs, auditSeconds: null };
}

/** Removes the faces that have expired. A directory without any is not written to. */
export function removeExpired(ledger: Ledger, nowMs: number): void {
  const { sql, write } = ledger;
  const expired = faces.readExpired(sql, nowMs);
  if (expired.length === 0) return;
  const context = retentionContext(ledger, nowMs);
  write(context, () => {
    for (const [subjectId, faceId] of expired) {
      remove(sql, subjectId, [faceId], { action: "face.delete", outcome: "expired" }, context);
    }
  });
}

/** Removes faces, and describes what was removed. Sessions end with the subject alone. */
function erase(
  sql: SqlStorage,
  subjectId: SubjectId,
  faceIds: readonly FaceId[] | "all",
  event: AuditEvent,
  context: Context,
) {
  const removed = withJoined(sql, subjectId, faceIds);
  const described = describeErasure(sql, subjectId, removed);
  remove(sql, subjectId, removed, event, context);
  const isWhole = isGone(sql, subjectId);
  return { ...described, sessions: isWhole ? described.sessions : 0, isWhole };
}

/** Adds the faces that joined to enrolled ones that are removed: those let them join. */
function withJoined(
  sql: SqlStorage,
  subjectId: SubjectId,
  faceIds: readonly FaceId[] | "all",
): readonly FaceId[] | "all" {
  if (faceIds === "all" || faceIds.every(hasJoined)) return faceIds;
  if (!faceIds.some((faceId) => faces.readModel(sql, subjectId, faceId) !== undefined)) return faceIds;
  return [...new Set([...faceIds, ...faces.readJoined(sql, subjectId)])];
}

function remove(
  sql: SqlStorage,
  subjectId: SubjectId,
  faceIds: readonly FaceId[] | "all",
  event: AuditEvent,
  context: Context,
) {
  const removed = faces.removeFaces(sql, subjectId, withJoined(sql, subjectId, faceIds));
  for (const faceId of removed) {
    enqueue(sql, ["copy", "gallery"], "remove", subjectId, faceId);
    writeAudit(sql, { ...event, subjectId, faceId }, context);
  }
  return removed;
}
