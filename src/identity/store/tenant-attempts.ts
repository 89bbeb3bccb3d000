/**
 * Attempts at one subject, by the tenant's choice of consistency. With `strong` the directory is asked, it sends the
 * records along, and the outcome is counted before it is told. With `edge` a recent answer is good enough to begin
 * with, the records are read from the copies, and a match may be told before it is counted, one at a time. Every
 * other attempt that comes meanwhile, and every attempt that is no match, is counted first. A session is always
 * `strong`, and so is a caller to whom copies are refused. Warnings of copies are given with `strong` alone: the
 * sketches of recent subjects would fill an isolate's memory.
 */

import type { KeyRing } from "../../crypto/key-ring.ts";
import type { RandomBytes } from "../../crypto/random.ts";
import type { Bytes } from "../../crypto/sealing.ts";
import { fail, ok, type Result } from "../../errors.ts";
import type { Caller } from "../caller.ts";
import type { AttemptFace, Context, SettledAttempt } from "../directory/data.ts";
import type { VerificationDirectory } from "../directory/types.ts";
import type { FaceId, SubjectId } from "../ids.ts";
import type { RecordCopies } from "../records/record-copies.ts";
import { openFace } from "../records/sealed-face.ts";
import { createKeptBeside } from "./kept-beside.ts";
import type { RecentKeys } from "./recent-keys.ts";
import type { Attempt, AttemptOptions, KeptAnswer, Settled, StoredFace } from "./store.ts";

/** Digits of a score that are kept: enough for a trend. */
const scoreDigits = 2;

export interface AttemptDeps {
  readonly directory: VerificationDirectory;
  readonly copies: RecordCopies;
  readonly ring: KeyRing;
  readonly random: RandomBytes;
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
  { sessionId, replay = "off", keyHash }: AttemptOptions,
): Promise<Result<Attempt>> {
  const { directory, recent, ring, random, context, background } = deps;
  const { lockOut, consistency, edgeSeconds } = settings;
  const relaxed = consistency === "edge" && sessionId === undefined && replay !== "refuse";
  const looks = !relaxed && replay !== "off";
  const { nowMs } = context();
  const known = relaxed ? recent.find(tenant, subjectId, nowMs - 1000 * edgeSeconds) : undefined;
  const keep = relaxed && known === undefined ? recent.ask(tenant, subjectId, nowMs) : undefined;
  const begun =
    known === undefined
      ? await directory.beginAttempt(
          {
            subjectId,
            sessionId: sessionId ?? null,
            nowMs,
            withRecords: !relaxed,
            withSketches: looks,
            keyHash: keyHash ?? null,
          },
          lockOut,
        )
      : ok({ faces: known.keys, sketches: [], trend: null, answered: null });
  if (!begun.ok) return begun;
  const { faces: keys, answered, trend } = begun.value;
  const beside = createKeptBeside(tenant, keys, ring, random);
  if (answered !== null) {
    const opened = await beside.openAnswer(answered);
    return opened.ok ? ok(alreadyAnswered(opened.value)) : opened;
  }
  keep?.(keys);
  const named = new Set(keys.map(({ faceId }) => faceId));
  const [faces, taken] = await Promise.all([
    readFaces(deps, tenant, subjectId, keys),
    // The sketches of a face that has expired are removed with it.
    beside.take(begun.value.sketches.filter(({ faceId }) => named.has(faceId))),
  ]);
  if (!faces.ok) return faces;
  if (!taken.ok) return taken;

  async function settledBy(settling: Promise<Result<SettledAttempt>>): Promise<Result<Settled>> {
    const settled = await settling;
    if (!settled.ok) return settled;
    switch (settled.value.kind) {
      case "counted":
        return ok({ kind: "counted" });
      case "newer": {
        const newer = await beside.take(settled.value.sketches);
        return newer.ok ? ok({ kind: "again" }) : newer;
      }
      case "answered": {
        const opened = await beside.openAnswer(settled.value.answer);
        return opened.ok ? ok({ kind: "answered", answered: opened.value }) : opened;
      }
    }
  }

  return ok({
    faces: faces.value,
    facesAsOf: known && new Date(known.askedAtMs),
    trend: trend ?? undefined,
    answered: undefined,
    isCopy: beside.isCopy,
    async settle(outcome) {
      const {
        closest,
        template,
        match,
        score,
        resetsLockOut,
        replayed = false,
        sessionIsSpent = false,
      } = outcome;
      const now = context();
      const sealed = await beside.seal(outcome);
      if (!sealed.ok) return sealed;
      const { sketch, request } = sealed.value;
      const { keptSeconds, maxSketches } = settings.replay;
      const settling = directory.settleAttempt(
        {
          subjectId,
          faceId: closest,
          template,
          compared: keys.map(({ faceId }) => faceId),
          match,
          score: score === undefined ? null : Number(score.toFixed(scoreDigits)),
          resetsLockOut,
          sessionId: sessionIsSpent ? null : (sessionId ?? null),
          replayed,
          seenThrough: looks ? beside.seenThrough() : null,
          sketch: sketch && {
            sealed: sketch,
            expiresAtMs: now.nowMs + 1000 * keptSeconds,
            most: maxSketches,
          },
          request,
        },
        lockOut,
        now,
      );
      if (!relaxed) return settledBy(settling);
      const sinceMs = now.nowMs - 1000 * edgeSeconds;
      const told = match ? recent.tellFirst(tenant, subjectId, keys, sinceMs) : undefined;
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
      if (told === undefined) return settledBy(counted);
      background(counted.finally(told));
      return ok({ kind: "counted" });
    },
  });
}

/** Attempt whose request was answered before: nothing is compared or counted. */
function alreadyAnswered(answered: KeptAnswer): Attempt {
  return {
    faces: [],
    facesAsOf: undefined,
    trend: undefined,
    answered,
    isCopy: () => false,
    async settle() {
      return ok({ kind: "answered", answered });
    },
  };
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
