/**
 * Deletion certificates: what of a subject was deleted, when, by whom, which keys were destroyed, and what remains for
 * how long. A certificate names the subject by the caller's own id and carries nothing of the face.
 */
import { type Caller, contextOf } from "../../identity/caller.ts";
import type { Erasure } from "../../identity/directory/data.ts";
import type { SubjectId, TenantId } from "../../identity/ids.ts";
import type { SignStatement } from "./statement.ts";

/** Days for which SQLite of a Durable Object can be set back to an earlier state (Cloudflare's documentation). */
const historyDays = 30;

const dayMs = 24 * 3600 * 1000;

const method =
  "Cryptographic erasure (NIST SP 800-88): each record, sketch and kept answer was sealed with a data key of its face; the wrapped keys were deleted in one transaction with them.";

const notCovered =
  "Exports and backups that holders of the tenant's keys made before, and photos, which the service never stored.";

/** History of the platform that the deployment runs on. */
export type Platform = "network" | "own machine";

const filesNote =
  "The database lies in files of the operator's machine: free pages of it, snapshots of the file system and copies of the files may hold the wrapped keys until they are overwritten or removed.";

const historyNote =
  "Until this time the platform could set the database back to a state from before the deletion, wrapped keys included. The service has no call that does so; whoever operates the account and holds the key-encryption key could.";

/**
 * Certifies a deletion. Null where no signing key opens: the deletion stands, and is in the audit trail.
 */
export type CertifyDeletion = (
  caller: Caller,
  subjectId: SubjectId,
  erasure: Erasure,
  at: Date,
) => Promise<string | null>;

export interface CertificatesDeps {
  readonly sign: SignStatement;
  readonly platform: Platform;
  /** True for a tenant of which sealed records are copied to KV. */
  readonly hasCopies: (tenant: TenantId) => boolean;
}

export function createDeletionCertificates({ sign, platform, hasCopies }: CertificatesDeps): CertifyDeletion {
  return async (caller, subjectId, erasure, at) => {
    const { tenant, settings, actor, requestId } = caller;
    const { nowMs } = contextOf(caller, at);
    const copies = erasure.outstanding ? "under way" : "done";
    const claims = {
      subject_id: subjectId,
      deleted: erasure.isWhole ? "subject" : "faces",
      method,
      faces: erasure.faces.map(({ faceId, model, createdAtMs, keyId, kekId }) => ({
        face_id: faceId,
        model,
        enrolled_at: new Date(createdAtMs).toISOString(),
        destroyed_key: keyId,
        wrapped_by: kekId,
      })),
      removed: {
        records: erasure.faces.length,
        sketches: erasure.sketches,
        kept_answers: erasure.answers,
        sessions: erasure.sessions,
      },
      // A copy that is still there opens with none of the keys that exist.
      removal_of_copies: {
        gallery: copies,
        kv: hasCopies(tenant) ? copies : "there are none",
      },
      by: actor,
      request_id: requestId,
      remains: {
        // Under `edge` other instances of the Worker may use the wrapped keys for so long.
        wrapped_keys_in_memory_until:
          settings.consistency === "edge"
            ? new Date(nowMs + 1000 * settings.edgeSeconds).toISOString()
            : null,
        audit_trail_until: new Date(nowMs + 1000 * settings.auditSeconds).toISOString(),
        platform_history_until:
          platform === "network" ? new Date(nowMs + historyDays * dayMs).toISOString() : null,
        platform_history: platform === "network" ? historyNote : filesNote,
        not_covered: notCovered,
      },
    };
    try {
      return await sign("sameface-deletion+jws", { tenant, at }, claims);
    } catch {
      return null;
    }
  };
}
