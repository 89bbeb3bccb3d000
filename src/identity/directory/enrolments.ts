/** Faces that come, change and go, and what is told of them. */
import { fail, ok } from "../../errors.ts";
import type { FaceId, SubjectId } from "../ids.ts";
import { type AuditEvent, pruneAudit, writeAudit } from "./audit.ts";
import type { Chores } from "./chores.ts";
import { findEnrolled, rememberEnrolled } from "./enrolment-requests.ts";
import * as queries from "./face-queries.ts";
import * as faces from "./faces.ts";
import type { DirectoryStorage, Ledger } from "./ledger.ts";
import { enqueue } from "./outbox.ts";
import { countOutliving } from "./retention.ts";
import type { Context, Directory } from "./types.ts";

export type Enrolments = Pick<
  Directory,
  | "addFace"
  | "importFaces"
  | "updateFace"
  | "deleteFaces"
  | "describeFaces"
  | "readRecords"
  | "listSubjects"
  | "listFaces"
  | "countOutliving"
  | "listWrappedByOthers"
  | "rewrap"
  | "maintain"
>;

export function createEnrolments(storage: DirectoryStorage, ledger: Ledger, chores: Chores): Enrolments {
  const { sql, read, write, audited } = ledger;

  function remove(
    subjectId: SubjectId,
    faceIds: readonly FaceId[] | "all",
    event: AuditEvent,
    context: Context,
  ) {
    const removed = faces.removeFaces(sql, subjectId, faceIds);
    for (const faceId of removed) {
      enqueue(sql, ["copy", "gallery"], "remove", subjectId, faceId);
      writeAudit(sql, { ...event, subjectId, faceId }, context);
    }
    return removed;
  }

  return {
    async addFace(row, context, request) {
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
        if (request !== null) rememberEnrolled(sql, row, request, context.nowMs);
        enqueue(sql, ["copy", "gallery"], "add", subjectId, faceId);
        const { model, createdAtMs, expiresAtMs } = row;
        return ok({ faceId, model, createdAtMs, expiresAtMs });
      });
      if (added.ok) await chores.follow();
      return added;
    },

    async importFaces(rows, context) {
      const added = write(context, () => {
        let taken = 0;
        for (const row of rows) {
          const { subjectId, faceId } = row;
          const present = faces.readModel(sql, subjectId, faceId);
          if (present === row.model) continue;
          if (present !== undefined) faces.dropFace(sql, subjectId, faceId);
          faces.insertFace(sql, row);
          enqueue(sql, ["copy", "gallery"], "add", subjectId, faceId);
          const outcome = present === undefined ? "imported" : "replaced";
          writeAudit(sql, { action: "face.import", outcome, subjectId, faceId }, context);
          taken++;
        }
        return taken;
      });
      if (added > 0) await chores.follow();
      return added;
    },

    async updateFace(subjectId, faceId, change, context) {
      const event = { action: "face.update", outcome: "updated", subjectId, faceId };
      const updated = audited(event, context, () => {
        if (!faces.hasFace(sql, subjectId, faceId, context.nowMs))
          return fail({ code: "not_found", what: "face" });
        const keyId = change.sealedMetadata?.keyId;
        // What another data key sealed would never open again.
        if (keyId !== undefined && queries.readFaceKey(sql, subjectId, faceId)?.keyId !== keyId)
          return fail({ code: "not_ready", reason: "the face was replaced while its metadata were sealed" });
        faces.changeFace(sql, subjectId, faceId, change);
        if (change.expiresAtMs !== undefined) enqueue(sql, ["copy"], "add", subjectId, faceId);
        return ok(undefined);
      });
      if (updated.ok) await chores.follow();
      return updated;
    },

    async deleteFaces(subjectId, faceIds, context) {
      const event = { action: "face.delete", outcome: "deleted" };
      const removed = write(context, () => remove(subjectId, faceIds, event, context));
      if (removed.length === 0)
        return fail({ code: "not_found", what: faceIds === "all" ? "subject" : "face" });
      await chores.follow();
      return ok(removed);
    },

    async describeFaces(subjectId, nowMs) {
      return read(() => queries.readFaces(sql, subjectId, nowMs), []);
    },

    async readRecords(subjectId, faceIds) {
      return read(
        () =>
          faceIds.flatMap((faceId) => {
            const record = queries.readRecord(sql, subjectId, faceId);
            return record === undefined ? [] : [[faceId, record.sealed] as const];
          }) as [FaceId, Uint8Array<ArrayBuffer>][],
        [],
      );
    },

    async listSubjects(page, nowMs) {
      return read(() => queries.readSubjects(sql, page, nowMs), []);
    },

    async listFaces(after, limit, nowMs) {
      return read(() => queries.readFacesAfter(sql, after, limit, nowMs), []);
    },

    async countOutliving(retentionSeconds, after, nowMs) {
      const none = { faces: 0, next: null };
      return read(() => countOutliving(sql, retentionSeconds, after, nowMs), none);
    },

    async listWrappedByOthers(kekId, limit) {
      return read(() => queries.readWrappedByOthers(sql, kekId, limit), []);
    },

    async rewrap(keys) {
      return storage.transactionSync(
        () => keys.filter(({ face, wrapped }) => faces.replaceWrap(sql, face, wrapped)).length,
      );
    },

    async maintain(nowMs) {
      if (!ledger.present) return;
      const context = {
        tenant: ledger.owner(),
        actor: "retention",
        requestId: "",
        nowMs,
        auditSeconds: null,
      };
      write(context, () => {
        for (const [subjectId, faceId] of faces.readExpired(sql, nowMs)) {
          remove(subjectId, [faceId], { action: "face.delete", outcome: "expired" }, context);
        }
        pruneAudit(sql, nowMs);
      });
      await chores.run();
    },
  };
}
