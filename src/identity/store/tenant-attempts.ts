/**
 * Attempts at one subject, by the tenant's choice of consistency. With `strong` the directory is asked, it sends the
 * records along, and the outcome is counted before it is told. With `edge` a recent answer is good enough to begin
 * with, the records are read from the copies, and a match may be told before it is counted, one at a time. Every
 * other attempt that comes meanwhile, and every attempt that is no match, is counted first. A session is always
 * `strong`.
 */

import type { KeyRing } from "../../crypto/key-ring.ts";
import type { Bytes } from "../../crypto/sealing.ts";
import { fail, ok, type Result } from "../../errors.ts";
import type { Caller } from "../caller.ts";
import type { AttemptFace, Context } from "../directory/data.ts";
import type { VerificationDirectory } from "../directory/types.ts";
import type { FaceId, SubjectId } from "../ids.ts";
import type { RecordCopies } from "../records/record-copies.ts";
import { openFace } from "../records/sealed-face.ts";
import type { RecentKeys } from "./recent-keys.ts";
import type { Attempt, StoredFace } from "./store.ts";

export interface AttemptDeps {
  readonly directory: VerificationDirectory;
  readonly copies: RecordCopies;
  readonly ring: KeyRing;
  readonly recent: RecentKeys;
  readonly context: () => Context;
  /** Keeps the isolate at work on a promise after the answer. */
  readonly background: (work: Promise<unknown>) => void;
}

/** Begins an attempt as `TenantStore.beginAttempt` does. */
export async function beginAttempt(
  deps: AttemptDeps,
  { tenant, settings }: Pick<Caller, "tenant" | "settings">,
  subjectId: SubjectId,
  sessionId: string | undefined,
): Promise<Result<Attempt>> {
  const { directory, recent, context, background } = deps;
  const { lockOut, consistency, edgeSeconds } = settings;
  const relaxed = consistency === "edge" && sessionId === undefined;
  const { nowMs } = context();
  const known = relaxed ? recent.find(tenant, subjectId, nowMs - 1000 * edgeSeconds) : undefined;
  const keep = relaxed && known === undefined ? recent.ask(tenant, subjectId, nowMs) : undefined;
  const keys =
    known === undefined
      ? await directory.beginAttempt(subjectId, sessionId ?? null, lockOut, nowMs, !relaxed)
      : ok(known);
  if (!keys.ok) return keys;
  keep?.(keys.value);
  const faces = await readFaces(deps, tenant, subjectId, keys.value);
  if (!faces.ok) return faces;
  return ok({
    faces: faces.value,
    async settle({ closest, match, resetsLockOut }) {
      const now = context();
      const compared = keys.value.map(({ faceId }) => faceId);
      const attempt = { subjectId, faceId: closest, compared, match, resetsLockOut };
      const settling = directory.settleAttempt({ ...attempt, sessionId: sessionId ?? null }, lockOut, now);
      if (!relaxed) return settling;
      const sinceMs = now.nowMs - 1000 * edgeSeconds;
      const told = match ? recent.tellFirst(tenant, subjectId, keys.value, sinceMs) : undefined;
      // The next attempt asks the directory again, and so meets the lock or the deletion.
      const forget = () => recent.forget(tenant, subjectId);
      const counted = settling.then(
        (settled) => {
          if (!match || !settled.ok) forget();
          return settled;
        },
        (error: unknown) => {
          forget();
          throw error;
        },
      );
      if (told === undefined) return counted;
      background(counted.finally(told));
      return ok(undefined);
    },
  });
}

/** Opens the records that the directory sent, then the copies; the directory is asked for those that are still missing. */
async function readFaces(
  { directory, copies, ring }: AttemptDeps,
  tenant: Caller["tenant"],
  subjectId: SubjectId,
  keys: readonly AttemptFace[],
): Promise<Result<StoredFace[]>> {
  const records = new Map<FaceId, Bytes>();
  for (const { faceId, sealed } of keys) if (sealed !== null) records.set(faceId, sealed);
  const missing = () => keys.map(({ faceId }) => faceId).filter((faceId) => !records.has(faceId));
  const add = (found: Iterable<readonly [FaceId, Bytes]>) => {
    for (const [faceId, sealed] of found) records.set(faceId, sealed);
  };
  if (missing().length > 0) add(await copies.read(tenant, subjectId, missing()));
  if (missing().length > 0) add(await directory.readRecords(subjectId, missing()));
  const opened = await Promise.all(
    keys.map((key) => {
      const sealed = records.get(key.faceId);
      // The face was deleted at this moment: `settle` will say so.
      return sealed === undefined ? undefined : openFace(tenant, key, sealed, ring);
    }),
  );
  const faces: StoredFace[] = [];
  for (const face of opened) {
    if (face === undefined) continue;
    if (!face.ok) return face;
    faces.push(face.value);
  }
  return faces.length === 0 ? fail({ code: "subject_has_no_faces" }) : ok(faces);
}
