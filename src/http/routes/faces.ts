/** Enrolment, and the update of one face. */
import type { Context } from "hono";
import type * as z from "zod";
import { fail, ok, type Result } from "../../errors.ts";
import type { Calibration } from "../../face/decision/calibration.ts";
import {
  conflictingFaceId,
  type FaceId,
  parseFaceId,
  type SubjectId,
  wasConflicting,
} from "../../identity/ids.ts";
import { keepsSketches } from "../../identity/settings.ts";
import { requireConsent } from "../../identity/store/consent.ts";
import type { EnrolledFace, EnrolmentDetails } from "../../identity/store/store.ts";
import { isSomebodyElse } from "../../identity/templates/person-template.ts";
import { refuseDuplicates } from "../../trust/rates/duplicates.ts";
import type { SignConsent } from "../../trust/statements/consent-receipt.ts";
import { answer, refuse } from "../answer.ts";
import type { AppEnv, Handler } from "../app-env.ts";
import {
  closerBy,
  encodeSource,
  type FaceDeps,
  type Probe,
  photoBody,
  readFaceSource,
} from "../request/face-source.ts";
import { readEnrolmentRequest } from "../request/idempotency-key.ts";
import { faceIdOf, invalid, subjectIdOf } from "../request/input.ts";
import { readJson } from "../request/json.ts";
import { isSuspected, judgesPassive, passiveField } from "../request/passive.ts";
import { photoToEnrol } from "../request/photo-request.ts";
import type { Body, enrolmentAnswerSchema, updateAnswerSchema } from "../schemas/answers.ts";
import { type enrolmentOptionsSchema, faceUpdateSchema } from "../schemas/requests.ts";

export interface ConsentDeps {
  readonly signConsent: SignConsent;
  readonly clock: () => Date;
}

interface EnrolmentDeps extends FaceDeps, ConsentDeps {
  readonly calibration: Calibration;
  /** Makes a new name for a face, 1..64 of [A-Za-z0-9_-]. */
  readonly randomId: () => string;
}

/** POST /v1/subjects/{subject_id}/faces */
export function enrol(deps: EnrolmentDeps): Handler {
  const { clock } = deps;
  return async (c) => {
    const { settings } = c.var;
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    if (settings.livenessRequired.enrol) return refuse(c, { code: "liveness_required" });
    const read = await readFaceSource(c, deps, photoToEnrol);
    if (!read.ok) return refuse(c, read.failure);
    const { source, options } = read.value;
    const createdAt = clock();
    const details = enrolmentDetails(options, createdAt);
    if (!details.ok) return refuse(c, details.failure);
    // Consent is checked before any search: a request that is refused anyway must not tell whether somebody is
    // enrolled.
    const consented = requireConsent(settings, details.value.consent);
    if (!consented.ok) return refuse(c, consented.failure);
    const request = await readEnrolmentRequest(c, source, options, photoToEnrol);
    if (!request.ok) return refuse(c, request.failure);
    // A poor template would answer wrongly for as long as it is kept.
    const judged = judgesPassive(c, options.passive, source);
    if (!judged.ok) return refuse(c, judged.failure);
    const probe = await encodeSource(c, deps, source, {
      ...options,
      quality: "refuse",
      keepCapture: keepsSketches(settings),
      judgePassive: judged.value,
    });
    if (!probe.ok) return refuse(c, probe.failure);
    if (isSuspected(settings, probe.value.encoded))
      return refuse(c, { code: "presentation_attack_suspected" });

    const added = await storeFace(c, deps, {
      subjectId: subjectId.value,
      probe: probe.value,
      duplicates: options.duplicates === "refuse",
      conflicts: options.conflicts === "allow",
      details: { ...details.value, request: request.value },
      createdAt,
    });
    if (!added.ok) return refuse(c, added.failure);
    // An earlier request with the same key may have made the face.
    const enrolled = added.value;
    return answer(c, 201, {
      face_id: enrolled.faceId,
      subject_id: subjectId.value,
      ...(await photoBody(probe.value)),
      ...passiveField(c, options.passive, probe.value.encoded),
      model: enrolled.model,
      created_at: enrolled.createdAt.toISOString(),
      ...(enrolled.expiresAt === undefined ? {} : { expires_at: enrolled.expiresAt.toISOString() }),
      ...conflictingField(enrolled.faceId),
      ...(await consentReceiptField(
        c,
        deps,
        options.consent_receipt,
        subjectId.value,
        enrolled,
        details.value,
      )),
    } satisfies Body<typeof enrolmentAnswerSchema>);
  };
}

/** Signs the receipt of an enrolment's consent, where it was asked for and there is a consent. */
export async function consentReceiptField(
  c: Context<AppEnv>,
  { signConsent, clock }: ConsentDeps,
  asked: boolean | undefined,
  subjectId: SubjectId,
  { faceId, createdAt, expiresAt }: EnrolledFace,
  { consent }: EnrolmentDetails,
): Promise<{ consent_receipt?: string }> {
  if (!asked || consent === undefined) return {};
  const { principal, settings } = c.var;
  const face = { subjectId, faceId, createdAt, expiresAt, consent };
  return { consent_receipt: await signConsent(principal.tenant, settings, face, clock()) };
}

export type StoreFaceDeps = Pick<EnrolmentDeps, "calibration" | "recognisability" | "randomId">;

/**
 * Enrols a face that was found fit. Fails with `identity_conflict`, `conflicting_face`, and as `TenantStore.addFace` does.
 */
export async function storeFace(
  c: Context<AppEnv>,
  { calibration, recognisability, randomId }: StoreFaceDeps,
  face: {
    readonly subjectId: SubjectId;
    readonly probe: Probe;
    /** True to refuse a person who is enrolled as another subject. */
    readonly duplicates: boolean;
    /** True to enrol a photo of somebody else than the subject's others. */
    readonly conflicts: boolean;
    readonly details: EnrolmentDetails;
    readonly createdAt: Date;
  },
): Promise<Result<EnrolledFace>> {
  const { store, principal, settings, stopwatch } = c.var;
  const { subjectId, probe, duplicates, conflicts, details, createdAt } = face;
  const { embedding, quality } = probe;
  if (duplicates) {
    const unique = await refuseDuplicates(
      { store, principal, settings, calibration, closerBy: closerBy(recognisability, probe) },
      embedding,
      subjectId,
    );
    if (!unique.ok) return unique;
  }
  const shown = { embedding, ...(quality !== undefined && { quality }) };
  return stopwatch.time("store", async () => {
    const conflicting = isSomebodyElse(shown, await store.readFaces(subjectId));
    // A request that was answered before is answered by its key, whatever the subject's other photos are now.
    if (conflicting && !conflicts && (await store.noteConflict(subjectId, details.request)))
      return fail({ code: "conflicting_face" });
    const faceId = newFaceId(randomId, conflicting ? conflictingFaceId : parseFaceId);
    return store.addFace(
      { ...shown, subjectId, faceId, createdAt },
      { ...details, capture: probe.encoded?.capture },
    );
  });
}

function newFaceId(randomId: () => string, nameOf: (newId: string) => FaceId | undefined): FaceId {
  const faceId = nameOf(randomId());
  if (faceId === undefined) throw new Error("randomId made an id that cannot name a face");
  return faceId;
}

/** Mark of a face that was admitted although it shows somebody else than the subject's others. */
export function conflictingField(faceId: FaceId): { conflicting_face?: true } {
  return wasConflicting(faceId) ? { conflicting_face: true } : {};
}

/** PATCH /v1/subjects/{subject_id}/faces/{face_id} */
export function updateFace({ clock }: Pick<EnrolmentDeps, "clock">): Handler {
  return async (c) => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    const faceId = faceIdOf(c);
    if (!faceId.ok) return refuse(c, faceId.failure);
    const update = await readJson(c, faceUpdateSchema);
    if (!update.ok) return refuse(c, update.failure);
    const { expires_at, metadata } = update.value;
    const expiresAt = expires_at === undefined || expires_at === null ? expires_at : new Date(expires_at);
    if (expiresAt && expiresAt <= clock()) return refuse(c, invalid("expires_at", "lies in the past"));
    const updated = await c.var.store.updateFace(subjectId.value, faceId.value, { expiresAt, metadata });
    if (!updated.ok) return refuse(c, updated.failure);
    return answer(c, 200, {
      subject_id: subjectId.value,
      face_id: faceId.value,
    } satisfies Body<typeof updateAnswerSchema>);
  };
}

/**
 * Reads consent and time of deletion. Fails with `invalid_request` for half a consent, for a receipt of a consent that
 * is not there, and for a time that has passed.
 */
export function enrolmentDetails(
  options: Pick<
    z.output<typeof enrolmentOptionsSchema>,
    "expires_at" | "consent_version" | "consent_purpose" | "consent_at" | "consent_receipt" | "metadata"
  >,
  now: Date,
): Result<EnrolmentDetails> {
  const { expires_at, consent_version: version, consent_purpose: purpose, consent_at, metadata } = options;
  const expiresAt = expires_at === undefined ? undefined : new Date(expires_at);
  if (expiresAt !== undefined && expiresAt <= now) return fail(invalid("expires_at", "lies in the past"));
  const named = [version, purpose, consent_at].some((part) => part !== undefined);
  if (!named && options.consent_receipt)
    return fail(invalid("consent_receipt", "needs a consent: consent_version and consent_purpose"));
  if (!named) return ok({ expiresAt, metadata });
  if (version === undefined) return fail(invalid("consent_version", "is missing"));
  if (purpose === undefined) return fail(invalid("consent_purpose", "is missing"));
  const at = consent_at === undefined ? now : new Date(consent_at);
  if (at > now) return fail(invalid("consent_at", "lies ahead"));
  return ok({ expiresAt, metadata, consent: { version, purpose, at } });
}
