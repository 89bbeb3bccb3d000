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
import { keepsSketches } from "../../identity/settings.ts";
import { countedAgainAndAgain, type KeptAnswer, maxDecisions } from "../../identity/store/store.ts";
import type { Comparison } from "../../identity/templates/comparison.ts";
import { compareWithTemplate } from "../../identity/templates/person-template.ts";
import { decisionBody, toldThreshold } from "../../rendering/decision-body.ts";
import { faceBody } from "../../rendering/face-body.ts";
import { templateBody } from "../../rendering/template-body.ts";
import type { Principal } from "../../trust/principal.ts";
import { scoreOf, suggestsPhoto } from "../../trust/rates/ageing.ts";
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
  type Probe,
  photoBody,
  readFaceSource,
  sideOf,
} from "../request/face-source.ts";
import { hashOfCallersKey, hashOfContent, readIdempotencyKey } from "../request/idempotency-key.ts";
import { subjectIdOf } from "../request/input.ts";
import { isSuspected, judgesPassive, passiveField } from "../request/passive.ts";
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
    if (settings.livenessRequired.verify || session.value?.liveness)
      return refuse(c, { code: "liveness_required" });
    const key = readIdempotencyKey(c);
    if (!key.ok) return refuse(c, key.failure);
    const keyHash = key.value === undefined ? undefined : await hashOfCallersKey(c, key.value);
    const replay = principal.kind === "session" ? settings.replay.sessions : settings.replay.keys;
    // The store answers while the photo arrives, and the photo of a refused attempt is not read to its end.
    const unwanted = new AbortController();
    const [read, attempt] = await Promise.all([
      readFaceSource(c, deps, photoToVerify, unwanted.signal),
      stopwatch.time("store", async () => {
        const sessionId = session.value?.sessionId;
        const begun = await store.beginAttempt(subjectId.value, { sessionId, replay, keyHash });
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
    const judged = judgesPassive(c, options.passive, source);
    if (!judged.ok) return refuse(c, judged.failure);
    const contentHash =
      key.value === undefined ? "" : await hashOfContent(key.value, source, options, photoToVerify);
    const keepCapture = keepsSketches(settings);
    const probe = await encodeSource(c, deps, source, {
      ...options,
      keepCapture,
      judgePassive: judged.value,
    });
    if (!probe.ok) return refuse(c, probe.failure);
    const { answered, faces, facesAsOf, trend, isCopy, settle } = attempt.value;
    if (answered !== undefined) return answerAgain(c, answered, contentHash, probe.value, options.passive);
    const compared = await compareWithTemplate(
      probe.value.embedding,
      faces,
      closerBy(recognisability, probe.value),
    );
    if (!compared.ok) return refuse(c, compared.failure);
    const { closest, closer, photos, version } = compared.value;
    const decision = decideAtFmr(calibration, compared.value.distance, maxFmr, photos, closer);
    if (!decision.ok) return refuse(c, decision.failure);
    // A suspected attack counts as a failed attempt, whoever the photo shows.
    const suspected = isSuspected(settings, probe.value.encoded);
    const match = decision.value.match && !suspected;
    const { model } = probe.value.embedding;
    const score = scoreOf(calibration, compared.value);
    const ageing = match && suggestsPhoto(calibration, settings, trend, score);
    const capture = probe.value.encoded?.capture;
    for (let decisions = 0; decisions < maxDecisions; decisions++) {
      // A photo that shows somebody else is not looked up: its refusal must not tell that it was seen.
      const replayed = match && capture !== undefined && isCopy(capture);
      const refused = replayed && replay === "refuse";
      // A receipt tells its holder no more than the answer does.
      const told = { ...decision.value, threshold: toldThreshold(decision.value, chosen.value) };
      const receipt =
        options.receipt && !refused && !suspected
          ? { receipt: await sign(c, deps, subjectId.value, told, compared.value, source, options.nonce) }
          : {};
      const body = {
        ...decisionBody(decision.value, chosen.value),
        model,
        template: templateBody(compared.value, facesAsOf),
        ...(tellsScores ? { face_id: closest } : {}),
        ...(ageing && !replayed && tellsScores ? { new_photo_suggested: true as const } : {}),
        ...(replayed ? { replayed } : {}),
        ...receipt,
      };
      const decided: Decided = suspected ? "suspected" : refused ? null : body;
      c.set("outcome", refused ? "replayed" : match ? "match" : "no_match");
      const settled = await stopwatch.time("store", () =>
        settle({
          closest,
          template: version,
          match: match && !refused,
          score: match && !replayed ? score : undefined,
          resetsLockOut,
          replayed,
          capture: match && !replayed ? capture : undefined,
          request:
            keyHash === undefined ? undefined : { keyHash, contentHash, answer: JSON.stringify(decided) },
        }),
      );
      if (!settled.ok) return refuse(c, settled.failure);
      if (settled.value.kind === "answered")
        return answerAgain(c, settled.value.answered, contentHash, probe.value, options.passive);
      if (settled.value.kind === "counted") return answerDecided(c, decided, probe.value, options.passive);
    }
    return refuse(c, countedAgainAndAgain);
  };
}

/**
 * Answer without the photo's description, which the photo itself gives again; null for a copy that was refused, and
 * `suspected` for a photo below the tenant's passive limit.
 */
type Decided = Omit<Body<typeof verificationAnswerSchema>, "face" | "image" | "passive"> | "suspected" | null;

/** @param passive true when the caller asked for the passive signal */
async function answerDecided(
  c: Context<AppEnv>,
  decided: Decided,
  probe: Probe,
  passive: boolean | undefined,
): Promise<Response> {
  if (decided === null) return refuse(c, { code: "replayed_photo" });
  if (decided === "suspected") return refuse(c, { code: "presentation_attack_suspected" });
  return answer(c, 200, {
    ...decided,
    ...(await photoBody(probe)),
    ...passiveField(c, passive, probe.encoded),
  } satisfies Body<typeof verificationAnswerSchema>);
}

/** Gives the answer of an earlier request under the same key. Fails with `idempotency_key_reused`. */
async function answerAgain(
  c: Context<AppEnv>,
  { contentHash, answer: kept }: KeptAnswer,
  ownHash: string,
  probe: Probe,
  passive: boolean | undefined,
): Promise<Response> {
  if (contentHash !== ownHash) return refuse(c, { code: "idempotency_key_reused" });
  const decided = JSON.parse(kept) as Decided;
  const isMatch = decided !== null && decided !== "suspected" && decided.match;
  c.set("outcome", decided === null ? "replayed" : isMatch ? "match" : "no_match");
  return answerDecided(c, decided, probe, passive);
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
  { signReceipt, calibration, pipeline, clock }: VerificationDeps,
  subjectId: SubjectId,
  { match, threshold, maxFmr }: CalibratedDecision,
  template: Comparison,
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
    model: pipeline.encoderId,
    template,
    modelSha256: calibration.modelSha256,
    imageSha256: source.kind === "photo" ? toHex(await sha256(source.image)) : null,
    nonce: principal.kind === "session" ? principal.nonce : (nonce ?? null),
    requestId,
    at: clock(),
  });
}
