/** Verification of a photo against a subject, and comparison of two photos. */
import type { Context } from "hono";
import type * as z from "zod";
import { sha256, toHex } from "../../crypto/digest.ts";
import { fail, ok } from "../../errors.ts";
import type { Calibration } from "../../face/decision/calibration.ts";
import { type CalibratedDecision, decideAtFmr, distance } from "../../face/decision/decide.ts";
import { toleranceOf } from "../../face/quality/recognisability.ts";
import type { RecognisabilityModel } from "../../face/quality/recognisability-model.ts";
import type { SubjectId } from "../../identity/ids.ts";
import { closestFace } from "../../identity/store/closest.ts";
import { decisionBody, toldThreshold } from "../../rendering/decision-body.ts";
import { faceBody } from "../../rendering/face-body.ts";
import type { Principal } from "../../trust/principal.ts";
import { chooseRate } from "../../trust/rates/rate-choice.ts";
import type { SignReceipt } from "../../trust/receipt.ts";
import { answer, refuse } from "../answer.ts";
import type { AppEnv, Handler } from "../app-env.ts";
import {
  closerBy,
  encodePhoto,
  encodeSource,
  type FaceDeps,
  type FaceSource,
  type PhotoDeps,
  photoBody,
  readFaceSource,
  sideOf,
} from "../request/face-source.ts";
import { subjectIdOf } from "../request/input.ts";
import { photosToCompare, photoToVerify } from "../request/photo-request.ts";
import { readPhotos } from "../request/photos.ts";
import type { Body, comparisonAnswerSchema, verificationAnswerSchema } from "../schemas/answers.ts";
import type { verificationOptionsSchema } from "../schemas/requests.ts";

interface VerificationDeps extends FaceDeps {
  readonly calibration: Calibration;
  readonly signReceipt: SignReceipt;
  readonly clock: () => Date;
}

/** POST /v1/subjects/{subject_id}/verify */
export function verify(deps: VerificationDeps): Handler {
  const { calibration, recognisability } = deps;
  return async (c) => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    const { principal, settings, store, stopwatch } = c.var;
    const session = sessionFor(principal, subjectId.value);
    if (!session.ok) return refuse(c, session.failure);
    // The store answers while the photo arrives, and the photo of a refused attempt is not read to its end.
    const unwanted = new AbortController();
    const [read, attempt] = await Promise.all([
      readFaceSource(c, deps, photoToVerify, unwanted.signal),
      stopwatch.time("store", async () => {
        const begun = await store.beginAttempt(subjectId.value, session.value?.sessionId);
        if (!begun.ok) unwanted.abort();
        return begun;
      }),
    ]);
    // A body that was given up because the attempt was refused is no fault of the caller's.
    if (!attempt.ok && (read.ok || read.failure.code === "request_timeout"))
      return refuse(c, attempt.failure);
    if (!read.ok) return refuse(c, read.failure);
    if (!attempt.ok) return refuse(c, attempt.failure);
    const { source, options } = read.value;
    const chosen = chooseRate(principal, settings, { maxFmr: options.max_fmr });
    if (!chosen.ok) return refuse(c, chosen.failure);
    const { maxFmr, resetsLockOut, tellsScores } = chosen.value;
    const probe = await encodeSource(c, deps, source, options);
    if (!probe.ok) return refuse(c, probe.failure);
    const { faces, settle } = attempt.value;
    const closest = closestFace(probe.value.embedding, faces, closerBy(recognisability, probe.value));
    if (!closest.ok) return refuse(c, closest.failure);
    const { faceId, closer } = closest.value;
    const decision = decideAtFmr(calibration, closest.value.distance, maxFmr, faces.length, closer);
    if (!decision.ok) return refuse(c, decision.failure);
    const { match } = decision.value;
    c.set("outcome", match ? "match" : "no_match");
    const settled = await stopwatch.time("store", () => settle({ closest: faceId, match, resetsLockOut }));
    if (!settled.ok) return refuse(c, settled.failure);
    const { model } = probe.value.embedding;
    // A receipt tells its holder no more than the answer does.
    const told = { ...decision.value, threshold: toldThreshold(decision.value, chosen.value) };
    const receipt = options.receipt
      ? { receipt: await sign(c, deps, subjectId.value, told, model, source, options.nonce) }
      : {};
    return answer(c, 200, {
      ...decisionBody(decision.value, chosen.value),
      model,
      ...(tellsScores ? { face_id: faceId } : {}),
      ...(await photoBody(probe.value)),
      ...receipt,
    } satisfies Body<typeof verificationAnswerSchema>);
  };
}

interface ComparisonDeps extends PhotoDeps {
  readonly calibration: Calibration;
  readonly recognisability: RecognisabilityModel;
}

/** POST /v1/compare */
export function compare(deps: ComparisonDeps): Handler {
  const { config, calibration, recognisability } = deps;
  return async (c) => {
    const photos = await readPhotos(c, config.maxBodyBytes, photosToCompare);
    if (!photos.ok) return refuse(c, photos.failure);
    const { images, options } = photos.value;
    const chosen = chooseRate(c.var.principal, c.var.settings, { maxFmr: options.max_fmr });
    if (!chosen.ok) return refuse(c, chosen.failure);
    // The photos are encoded one after the other, so that only one decoded photo is held.
    const a = await encodePhoto(c, deps, images.image_a, options);
    if (!a.ok) return refuse(c, { ...a.failure, field: "image_a" });
    const b = await encodePhoto(c, deps, images.image_b, options);
    if (!b.ok) return refuse(c, { ...b.failure, field: "image_b" });
    const measured = distance(a.value.embedding, b.value.embedding);
    if (!measured.ok) return refuse(c, measured.failure);
    const closer = toleranceOf(recognisability, sideOf(a.value), sideOf(b.value));
    const decision = decideAtFmr(calibration, measured.value, chosen.value.maxFmr, 1, closer);
    if (!decision.ok) return refuse(c, decision.failure);
    c.set("outcome", decision.value.match ? "match" : "no_match");
    return answer(c, 200, {
      ...decisionBody(decision.value, chosen.value),
      model: a.value.embedding.model,
      face_a: await faceBody(a.value),
      face_b: await faceBody(b.value),
      image_a: a.value.image,
      image_b: b.value.image,
    } satisfies Body<typeof comparisonAnswerSchema>);
  };
}

/** Reads the session of a caller who has one. Fails with `forbidden` where it is another subject's. */
function sessionFor(principal: Principal, subjectId: SubjectId) {
  if (principal.kind !== "session") return ok(undefined);
  if (principal.subjectId === subjectId && principal.action === "verify") return ok(principal);
  return fail({ code: "forbidden", reason: "This session token is for another subject or action." });
}

async function sign(
  c: Context<AppEnv>,
  { signReceipt, calibration, clock }: VerificationDeps,
  subjectId: SubjectId,
  { match, threshold, maxFmr }: CalibratedDecision,
  model: string,
  source: FaceSource,
  nonce: z.output<typeof verificationOptionsSchema>["nonce"],
): Promise<string> {
  const { principal, requestId } = c.var;
  return signReceipt({
    tenant: principal.tenant,
    subjectId,
    match,
    threshold,
    maxFmr,
    model,
    modelSha256: calibration.modelSha256,
    imageSha256: source.kind === "photo" ? toHex(await sha256(source.image)) : null,
    nonce: principal.kind === "session" ? principal.nonce : (nonce ?? null),
    requestId,
    at: clock(),
  });
}
