/**
 * A tenant's directory over SQLite: the source of truth for who is enrolled, what is locked, revoked
 * or used up, and what was done. One of it runs for each shard of a tenant, one call at a time
 * between awaits, so what a method reads and writes without awaiting is one step.
 */
import { fail, ok, type Result } from "../../errors.ts";
import type { FaceId, SubjectId, TenantId } from "../ids.ts";
import type { RecordCopies } from "../record-copies.ts";
import {
  checkLock,
  checkSession,
  clearAttempts,
  insertSession,
  recordAttempt,
  spendSession,
} from "./attempts.ts";
import { type AuditEvent, readAudit, writeAudit } from "./audit.ts";
import * as control from "./control.ts";
import { findEnrolled, rememberEnrolled } from "./enrolment-requests.ts";
import * as faces from "./faces.ts";
import {
  enqueue,
  flushCopies,
  hasCopyTasks,
  readGalleryTasks,
  removeGalleryTasks,
  type Target,
} from "./outbox.ts";
import { hasSchema, isComplete, schema } from "./schema.ts";
import type { Context, Directory } from "./types.ts";

export type DirectoryStorage = Pick<
  DurableObjectStorage,
  "sql" | "transactionSync" | "setAlarm" | "deleteAlarm"
>;

export interface DirectoryDeps {
  readonly storage: DirectoryStorage;
  readonly copies: RecordCopies;
  /** Who is told of faces that come and go. */
  readonly targets: readonly Target[];
  /** ms since 1970; for alarms alone. */
  readonly clock: () => number;
}

/** Until copies that could not be written are tried again. */
const retryMs = 10_000;

/** A change does not wait longer than this for the copies: they may follow. */
const maxCopyWaitMs = 2_000;

export function createDirectory({ storage, copies, targets, clock }: DirectoryDeps): Directory {
  const { sql } = storage;
  let present = hasSchema(sql);
  if (present && !isComplete(sql)) sql.exec(schema);
  let flushing = Promise.resolve();

  function read<T>(query: () => T, ifNew: T): T {
    return present ? query() : ifNew;
  }

  function write<T>({ tenant }: Pick<Context, "tenant">, change: () => T): T {
    return storage.transactionSync(() => {
      if (!present) sql.exec(schema);
      const [row] = sql.exec("SELECT tenant FROM owner").toArray();
      if (row === undefined) sql.exec("INSERT INTO owner (id, tenant) VALUES (1, ?)", tenant);
      else if (row.tenant !== tenant) throw new Error("a directory was asked in the name of another tenant");
      const result = change();
      present = true;
      return result;
    });
  }

  function audited<T>(event: AuditEvent, context: Context, change: () => Result<T>): Result<T> {
    return write(context, () => {
      const result = change();
      if (result.ok) writeAudit(sql, event, context);
      return result;
    });
  }

  /** One run at a time, each after the one before, whatever became of that. */
  function flush(): Promise<void> {
    const tenant = sql.exec("SELECT tenant FROM owner").one().tenant as TenantId;
    flushing = flushing.catch(() => undefined).then(() => flushCopies(sql, tenant, copies));
    return flushing;
  }

  /**
   * The alarm is set with the change itself, before anything is awaited, and stands until all is
   * done: should the object die in between, it wakes up to finish.
   */
  async function follow(): Promise<void> {
    const alarm = storage.setAlarm(clock() + retryMs);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, maxCopyWaitMs);
    });
    const copied = flush().then(
      () => arm(),
      () => undefined,
    );
    await Promise.all([alarm, Promise.race([copied, patience])]).finally(() => clearTimeout(timer ?? null));
  }

  async function arm(): Promise<void> {
    const expiry = faces.nextExpiry(sql);
    if (hasCopyTasks(sql)) await storage.setAlarm(clock() + retryMs);
    else if (expiry === undefined) await storage.deleteAlarm();
    else await storage.setAlarm(Math.max(expiry, clock()));
  }

  function remove(
    subjectId: SubjectId,
    faceIds: readonly FaceId[] | "all",
    event: AuditEvent,
    context: Context,
  ) {
    const removed = faces.removeFaces(sql, subjectId, faceIds);
    for (const faceId of removed) {
      enqueue(sql, targets, "remove", subjectId, faceId);
      writeAudit(sql, { ...event, subjectId, faceId }, context);
    }
    return removed;
  }

  return {
    async admit(keyId) {
      if (!present) return { settings: null, key: null };
      const key = keyId === null ? undefined : control.readApiKeys(sql, keyId).at(0);
      return { settings: control.readSettings(sql), key: key ?? null };
    },

    async createTenant(settings, context) {
      return audited({ action: "tenant.create", outcome: "created" }, context, () => {
        if (control.readSettings(sql) !== null) return fail({ code: "conflict", what: "tenant" });
        control.writeSettings(sql, settings);
        return ok(undefined);
      });
    },

    async changeSettings(settings, context) {
      return audited({ action: "settings.change", outcome: "changed" }, context, () => {
        control.writeSettings(sql, settings);
        return ok(undefined);
      });
    },

    async addApiKey(key, context) {
      return audited({ action: "key.create", outcome: key.id }, context, () => {
        control.insertApiKey(sql, key);
        return ok(undefined);
      });
    },

    async listApiKeys() {
      return read(() => control.readApiKeys(sql), []);
    },

    async revokeApiKey(id, atMs, context) {
      return audited({ action: "key.revoke", outcome: id }, context, () =>
        control.markRevoked(sql, id, atMs),
      );
    },

    async registerTenant(id, context) {
      return audited({ action: "tenant.register", outcome: id }, context, () => {
        control.insertTenant(sql, id);
        return ok(undefined);
      });
    },

    async listTenants(page) {
      return read(() => control.readTenants(sql, page), []);
    },

    async listSigningKeys() {
      return read(() => control.readSigningKeys(sql), []);
    },

    async addSigningKey(key, context) {
      return audited({ action: "signing_key.create", outcome: key.id }, context, () => {
        control.insertSigningKey(sql, key);
        return ok(undefined);
      });
    },

    async rewrapSigningKey(id, before, after) {
      return read(() => control.replaceSigningKeyWrap(sql, id, before, after), false);
    },

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
        if (faces.readRecord(sql, subjectId, faceId) !== undefined)
          return fail({ code: "conflict", what: "face" });
        faces.insertFace(sql, row);
        if (request !== null) rememberEnrolled(sql, row, request, context.nowMs);
        enqueue(sql, targets, "add", subjectId, faceId);
        const { model, createdAtMs, expiresAtMs } = row;
        return ok({ faceId, model, createdAtMs, expiresAtMs });
      });
      if (added.ok) await follow();
      return added;
    },

    async importFaces(rows, context) {
      const added = write(context, () => {
        const missing = rows.filter((row) => faces.readRecord(sql, row.subjectId, row.faceId) === undefined);
        for (const row of missing) {
          const { subjectId, faceId } = row;
          faces.insertFace(sql, row);
          enqueue(sql, targets, "add", subjectId, faceId);
          writeAudit(sql, { action: "face.import", outcome: "imported", subjectId, faceId }, context);
        }
        return missing.length;
      });
      if (added > 0) await follow();
      return added;
    },

    async updateFace(subjectId, faceId, change, context) {
      const event = { action: "face.update", outcome: "updated", subjectId, faceId };
      const updated = audited(event, context, () => {
        if (!faces.hasFace(sql, subjectId, faceId, context.nowMs))
          return fail({ code: "not_found", what: "face" });
        faces.changeFace(sql, subjectId, faceId, change);
        if (change.expiresAtMs !== undefined) enqueue(sql, ["copy"], "add", subjectId, faceId);
        return ok(undefined);
      });
      if (updated.ok) await follow();
      return updated;
    },

    async deleteFaces(subjectId, faceIds, context) {
      const event = { action: "face.delete", outcome: "deleted" };
      const removed = write(context, () => remove(subjectId, faceIds, event, context));
      if (removed.length === 0)
        return fail({ code: "not_found", what: faceIds === "all" ? "subject" : "face" });
      await follow();
      return ok(removed);
    },

    async describeFaces(subjectId, nowMs) {
      return read(() => faces.readFaces(sql, subjectId, nowMs), []);
    },

    async readRecords(subjectId, faceIds) {
      return read(
        () =>
          faceIds.flatMap((faceId) => {
            const record = faces.readRecord(sql, subjectId, faceId);
            return record === undefined ? [] : [[faceId, record.sealed] as const];
          }) as [FaceId, Uint8Array<ArrayBuffer>][],
        [],
      );
    },

    async listSubjects(page, nowMs) {
      return read(() => faces.readSubjects(sql, page, nowMs), []);
    },

    async listFaces(after, limit, nowMs) {
      return read(() => faces.readFacesAfter(sql, after, limit, nowMs), []);
    },

    async beginAttempt(subjectId, sessionId, policy, nowMs, withRecords) {
      return read(
        () => {
          const session = sessionId === null ? ok(undefined) : checkSession(sql, sessionId, subjectId, nowMs);
          if (!session.ok) return session;
          const open = checkLock(sql, subjectId, policy, nowMs);
          if (!open.ok) return open;
          const keys = faces.readAttemptFaces(sql, subjectId, nowMs, withRecords);
          return keys.length === 0 ? fail({ code: "subject_has_no_faces" }) : ok(keys);
        },
        fail({ code: "subject_has_no_faces" }),
      );
    },

    async settleAttempt({ subjectId, faceId, match, sessionId }, policy, context) {
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
        // Deleted while the photo was being scored: nothing may be said of it any more.
        if (!faces.hasFace(sql, subjectId, faceId, context.nowMs))
          return fail({ code: "not_found", what: "face" });
        if (sessionId !== null) spendSession(sql, sessionId);
        recordAttempt(sql, subjectId, attempts.value, match, context.nowMs);
        writeAudit(sql, { ...event, outcome: match ? "match" : "no_match" }, context);
        return ok(undefined);
      });
    },

    async prepareSearch(model) {
      return read(() => ({ ...faces.countFaces(sql, model, clock()), behind: 0 }), {
        faces: 0,
        notCompared: 0,
        behind: 0,
      });
    },

    async search({ model }, nowMs) {
      return read(() => faces.readFacesOfModel(sql, model, nowMs), []);
    },

    async settleSearch(found, context) {
      return write(context, () => {
        const present = found.filter(([subjectId, faceId]) =>
          faces.hasFace(sql, subjectId, faceId, context.nowMs),
        );
        for (const [subjectId, faceId] of present) {
          writeAudit(sql, { action: "identify", outcome: "candidate", subjectId, faceId }, context);
        }
        if (found.length === 0) writeAudit(sql, { action: "identify", outcome: "nobody" }, context);
        return present.map(([, faceId]) => faceId);
      });
    },

    async unlock(subjectId, context) {
      return audited({ action: "subject.unlock", outcome: "unlocked", subjectId }, context, () =>
        clearAttempts(sql, subjectId) ? ok(undefined) : fail({ code: "not_found", what: "subject" }),
      );
    },

    async addSession(session, context) {
      const { subjectId } = session;
      return audited({ action: "session.create", outcome: session.id, subjectId }, context, () => {
        if (faces.readAttemptFaces(sql, subjectId, context.nowMs, false).length === 0) {
          return fail({ code: "subject_has_no_faces" });
        }
        insertSession(sql, session, context.nowMs);
        return ok(undefined);
      });
    },

    async listAudit({ after, limit }) {
      return read(() => readAudit(sql, after, limit), []);
    },

    async note(action, outcome, context) {
      write(context, () => writeAudit(sql, { action, outcome }, context));
    },

    async listWrappedByOthers(kekId, limit) {
      return read(() => faces.readWrappedByOthers(sql, kekId, limit), []);
    },

    async rewrap(keys) {
      return storage.transactionSync(
        () => keys.filter(({ face, wrapped }) => faces.replaceWrap(sql, face, wrapped)).length,
      );
    },

    async galleryTasks(limit) {
      return read(() => readGalleryTasks(sql, limit), []);
    },

    async finishGalleryTasks(seqs) {
      read(() => removeGalleryTasks(sql, seqs), undefined);
    },

    async maintain(nowMs) {
      if (!present) return;
      const tenant = sql.exec("SELECT tenant FROM owner").one().tenant as TenantId;
      const context = { tenant, actor: "retention", requestId: "", nowMs };
      write(context, () => {
        for (const [subjectId, faceId] of faces.readExpired(sql, nowMs)) {
          remove(subjectId, [faceId], { action: "face.delete", outcome: "expired" }, context);
        }
      });
      await storage.setAlarm(clock() + retryMs);
      await flush();
      await arm();
    },
  };
}
