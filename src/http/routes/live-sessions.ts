/** Liveness sessions: frames of a person who takes the poses of a challenge, to verify or to enrol that person. */
import type { Context } from "hono";
import type { Config } from "../../config.ts";
import { sha256, toHex } from "../../crypto/digest.ts";
import { fail, ok, type Result } from "../../errors.ts";
import { type Calibration, thresholdAt } from "../../face/decision/calibration.ts";
import { type CalibratedDecision, decideAtFmr } from "../../face/decision/decide.ts";
import type { EncodedFace } from "../../face/face.ts";
import { requireQuality } from "../../face/quality/quality.ts";
import type { RecognisabilityModel } from "../../face/quality/recognisability-model.ts";
import { type FaceId, hasJoined, joinedFaceId, type SubjectId } from "../../identity/ids.ts";
import type { ReplayPolicy } from "../../identity/settings.ts";
import { requireConsent } from "../../identity/store/consent.ts";
import {
  type Attempt,
  countedAgainAndAgain,
  maxDecisions,
  type TenantStore,
} from "../../identity/store/store.ts";
import type { Comparison } from "../../identity/templates/comparison.ts";
import { compareWithTemplate, describeTemplate } from "../../identity/templates/person-template.ts";
import type { Pipeline } from "../../pipeline.ts";
import { challengeBody } from "../../rendering/challenge-body.ts";
import { distanceBody, rateBody } from "../../rendering/decision-body.ts";
import { templateBody } from "../../rendering/template-body.ts";
import type { SessionPrincipal } from "../../trust/principal.ts";
import { scoreOf, suggestsPhoto } from "../../trust/rates/ageing.ts";
import { chooseRate, type RateChoice } from "../../trust/rates/rate-choice.ts";
import type { SignReceipt } from "../../trust/receipt.ts";
import { answer, refuse } from "../answer.ts";
import type { AppEnv, Handler } from "../app-env.ts";
import { closerBy } from "../request/face-source.ts";
import { readFrames } from "../request/frames.ts";
import { type LiveTryDeps, seeFrames, sessionOf, type TakenTry, takeTry } from "../request/live-try.ts";
import type { Body } from "../schemas/answers.ts";
import {
  type liveEnrolmentAnswerSchema,
  liveEnrolmentOptionsSchema,
  type liveVerificationAnswerSchema,
  liveVerificationOptionsSchema,
} from "../schemas/liveness.ts";
import {
  type ConsentDeps,
  conflictingField,
  consentReceiptField,
  enrolmentDetails,
  type StoreFaceDeps,
  storeFace,
} from "./faces.ts";

interface LiveDeps extends LiveTryDeps {
  readonly config: Pick<Config, "maxBodyBytes">;
  readonly pipeline: Pick<Pipeline, "encodeFace" | "encoderId">;
  readonly calibration: Calibration;
  readonly recognisability: RecognisabilityModel;
  readonly clock: () => Date;
}

/** POST /v1/sessions/verify */
export function verifyLive(
  deps: LiveDeps & Pick<StoreFaceDeps, "randomId"> & { readonly signReceipt: SignReceipt },
): Handler {
  const { config, pipeline, calibration, signReceipt, clock } = deps;
  return async (c) => {
    const { principal, settings, store, stopwatch, requestId } = c.var;
    const read = await readFrames(c, config.maxBodyBytes, liveVerificationOptionsSchema);
    if (!read.ok) return refuse(c, read.failure);
    const { frames: sent, options } = read.value;
    const session = await sessionOf(c, deps, options.session, "verify");
    if (!session.ok) return refuse(c, session.failure);
    const { subjectId, sessionId, maxFmr: sessionFmr, nonce } = session.value;
    const asker = { kind: "session", scopes: principal.scopes, maxFmr: sessionFmr } as const;
    const chosen = chooseRate(asker, settings, {});
    if (!chosen.ok) return refuse(c, chosen.failure);
    const { maxFmr, resetsLockOut, tellsScores } = chosen.value;
    const attempt = await stopwatch.time("store", () =>
      store.beginAttempt(subjectId, { sessionId, replay: settings.replay.sessions }),
    );
    if (!attempt.ok) return refuse(c, attempt.failure);
    const seen = await seeFrames(c, deps, sent);
    if (!seen.ok) return refuse(c, seen.failure);
    const taken = await takeTry(c, deps, session.value, seen.value.frames);
    if (!taken.ok) return refuse(c, taken.failure);

    const { faces } = attempt.value;
    const decision =
      taken.value.live && seen.value.first
        ? await decideFirst(deps, seen.value.first, faces, maxFmr)
        : ok(undefined);
    if (!decision.ok) return refuse(c, decision.failure);
    const found = decision.value;
    const counted = await stopwatch.time("store", () =>
      found === undefined
        ? countNotLive(store, subjectId)
        : countDecision(attempt.value, found, resetsLockOut, settings.replay.sessions),
    );
    if (!counted.ok) return refuse(c, counted.failure);
    const { match, replayed } = counted.value;
    c.set("outcome", match ? "match" : "no_match");
    if (match && !replayed && seen.value.first !== undefined)
      await stopwatch.time("store", () => joinTemplate(c, deps, subjectId, seen.value.first, faces));
    const template = found === undefined ? await describeTemplate(faces) : ok(found.template);
    if (!template.ok) return refuse(c, template.failure);
    const threshold = thresholdAt(calibration, maxFmr, template.value);
    if (!threshold.ok) return refuse(c, threshold.failure);
    const hashes = options.receipt
      ? await Promise.all(sent.map(async (frame) => toHex(await sha256(frame))))
      : [];
    const receipt = options.receipt && {
      receipt: await signReceipt({
        tenant: principal.tenant,
        subjectId,
        match,
        threshold: distanceBody(threshold.value),
        maxFmr,
        model: pipeline.encoderId,
        template: template.value,
        modelSha256: calibration.modelSha256,
        imageSha256: hashes[0],
        liveness: { challenge: taken.value.challenge, framesSha256: hashes },
        nonce,
        requestId,
        at: clock(),
      }),
    };
    return answer(c, 200, {
      match,
      max_fmr: maxFmr,
      model: pipeline.encoderId,
      template: templateBody(template.value, undefined),
      ...tryBody(taken.value, session.value, match, chosen.value),
      ...(tellsScores &&
        found !== undefined && {
          distance: distanceBody(found.distance),
          fmr: rateBody(found.fmr),
          face_id: found.closest,
          ...(match &&
            !replayed &&
            suggestsPhoto(calibration, settings, attempt.value.trend, found.score) && {
              new_photo_suggested: true as const,
            }),
        }),
      // A phone whose frame was seen before is refused in the same words as any other.
      ...(replayed && (match || tellsScores) && { replayed }),
      ...receipt,
    } satisfies Body<typeof liveVerificationAnswerSchema>);
  };
}

interface Found extends CalibratedDecision {
  readonly closest: FaceId;
  readonly template: Pick<Comparison, "version" | "photos">;
  readonly score: number;
  /** Undefined where no sketches are kept. */
  readonly capture: EncodedFace["capture"] | undefined;
}

/** Decides whether the first frame shows the enrolled person. Fails with `model_mismatch` or `invalid_request`. */
async function decideFirst(
  { calibration, recognisability }: Pick<LiveDeps, "calibration" | "recognisability">,
  first: EncodedFace,
  faces: Attempt["faces"],
  maxFmr: number,
): Promise<Result<Found>> {
  const { embedding, quality, capture } = first;
  const probe = { embedding, encoded: first, quality };
  const compared = await compareWithTemplate(embedding, faces, closerBy(recognisability, probe));
  if (!compared.ok) return compared;
  const { closest, version, closer, distance, photos } = compared.value;
  const decision = decideAtFmr(calibration, distance, maxFmr, photos, closer);
  const score = scoreOf(calibration, compared.value);
  const template = { version, photos };
  return decision.ok ? ok({ ...decision.value, closest, template, score, capture }) : decision;
}

/**
 * Lets the first frame join the subject's template where the tenant wants that, and the enrolled photos alone are sure of
 * it. The attempt is counted already: when nothing joins, the template stays as it was.
 */
async function joinTemplate(
  c: Context<AppEnv>,
  {
    calibration,
    recognisability,
    clock,
    randomId,
  }: Pick<LiveDeps, "calibration" | "recognisability" | "clock"> & Pick<StoreFaceDeps, "randomId">,
  subjectId: SubjectId,
  first: EncodedFace | undefined,
  faces: Attempt["faces"],
): Promise<void> {
  const { settings, store } = c.var;
  if (settings.driftFmr === null || first === undefined || !requireQuality(first.quality).ok) return;
  const { embedding, quality } = first;
  const probe = { embedding, encoded: first, quality };
  const enrolled = faces.filter(({ faceId }) => !hasJoined(faceId));
  const compared = await compareWithTemplate(embedding, enrolled, closerBy(recognisability, probe));
  if (!compared.ok) return;
  const { distance, photos, closer, closest, version } = compared.value;
  const sure = decideAtFmr(calibration, distance, settings.driftFmr, photos, closer);
  const faceId = joinedFaceId(randomId());
  if (!sure.ok || !sure.value.match || faceId === undefined) return;
  await store.joinFace({ subjectId, faceId, embedding, createdAt: clock(), quality }, closest, version);
}

interface Counted {
  readonly match: boolean;
  /** True for a frame of the person that was enrolled or has matched before. */
  readonly replayed: boolean;
}

async function countNotLive(
  store: Pick<TenantStore, "countNotLive">,
  subjectId: SubjectId,
): Promise<Result<Counted>> {
  const counted = await store.countNotLive(subjectId, "verify");
  return counted.ok ? ok({ match: false, replayed: false }) : counted;
}

/** Counts a live try, decided anew while other matches are counted meanwhile. Fails as `settle` does, and with `not_ready`. */
async function countDecision(
  { isCopy, settle }: Pick<Attempt, "isCopy" | "settle">,
  { match: shows, closest, template, score, capture }: Found,
  resetsLockOut: boolean,
  replay: ReplayPolicy,
): Promise<Result<Counted>> {
  for (let decisions = 0; decisions < maxDecisions; decisions++) {
    const replayed = shows && capture !== undefined && isCopy(capture);
    const match = shows && !(replayed && replay === "refuse");
    const kept = shows && !replayed ? capture : undefined;
    const outcome = {
      ...{ closest, template: template.version, match, resetsLockOut, replayed, capture: kept },
      score: match && !replayed ? score : undefined,
    };
    const settled = await settle({ ...outcome, sessionIsSpent: true });
    if (!settled.ok) return settled;
    if (settled.value.kind === "counted") return ok({ match, replayed });
  }
  return fail(countedAgainAndAgain);
}

/** POST /v1/sessions/enrol */
export function enrolLive(deps: LiveDeps & StoreFaceDeps & ConsentDeps): Handler {
  const { config, pipeline, clock } = deps;
  return async (c) => {
    const { principal, settings, store, stopwatch } = c.var;
    const read = await readFrames(c, config.maxBodyBytes, liveEnrolmentOptionsSchema);
    if (!read.ok) return refuse(c, read.failure);
    const { frames: sent, options } = read.value;
    const session = await sessionOf(c, deps, options.session, "enrol");
    if (!session.ok) return refuse(c, session.failure);
    const { subjectId, sessionId } = session.value;
    if (principal.kind === "session" && options.conflicts === "allow") {
      return refuse(c, {
        code: "forbidden",
        reason: "A session token cannot allow a photo of somebody else.",
      });
    }
    const createdAt = clock();
    const details = enrolmentDetails(options, createdAt);
    if (!details.ok) return refuse(c, details.failure);
    const consented = requireConsent(settings, details.value.consent);
    if (!consented.ok) return refuse(c, consented.failure);
    const open = await stopwatch.time("store", () => store.checkTry(subjectId, sessionId));
    if (!open.ok) return refuse(c, open.failure);
    const seen = await seeFrames(c, deps, sent);
    if (!seen.ok) return refuse(c, seen.failure);
    const taken = await takeTry(c, deps, session.value, seen.value.frames);
    if (!taken.ok) return refuse(c, taken.failure);
    const { first } = seen.value;
    const told = { tellsScores: principal.scopes.has("scores") };
    if (!taken.value.live || first === undefined) {
      const counted = await stopwatch.time("store", () => store.countNotLive(subjectId, "face.enrol"));
      if (!counted.ok) return refuse(c, counted.failure);
      return answer(c, 200, {
        enrolled: false,
        subject_id: subjectId,
        model: pipeline.encoderId,
        ...tryBody(taken.value, session.value, false, told),
      } satisfies Body<typeof liveEnrolmentAnswerSchema>);
    }
    // A poor template would answer wrongly for as long as it is kept.
    const fit = requireQuality(first.quality);
    if (!fit.ok) return refuse(c, fit.failure);
    const probe = { embedding: first.embedding, encoded: first, quality: first.quality };
    const duplicates = options.duplicates === "refuse";
    const added = await storeFace(c, deps, {
      subjectId,
      probe,
      duplicates,
      conflicts: options.conflicts === "allow",
      details: details.value,
      createdAt,
    });
    if (!added.ok) return refuse(c, added.failure);
    const { faceId, model, createdAt: at, expiresAt } = added.value;
    return answer(c, 200, {
      enrolled: true,
      subject_id: subjectId,
      face_id: faceId,
      model,
      created_at: at.toISOString(),
      ...(expiresAt === undefined ? {} : { expires_at: expiresAt.toISOString() }),
      ...conflictingField(faceId),
      ...(await consentReceiptField(c, deps, options.consent_receipt, subjectId, added.value, details.value)),
      ...tryBody(taken.value, session.value, true, told),
    } satisfies Body<typeof liveEnrolmentAnswerSchema>);
  };
}

/** Tries left, the next challenge where one is needed, and scores for callers who are told them. */
function tryBody(
  { judgement, live, triesLeft, next }: TakenTry,
  { expiresAtMs }: Pick<SessionPrincipal, "expiresAtMs">,
  succeeded: boolean,
  { tellsScores }: Pick<RateChoice, "tellsScores">,
) {
  const again = next !== undefined && !succeeded;
  return {
    tries_left: triesLeft,
    ...(again && { challenge: challengeBody(next, triesLeft, new Date(expiresAtMs)) }),
    ...(tellsScores && { liveness: { live, ...scoresBody(judgement) } }),
  };
}

function scoresBody(judgement: TakenTry["judgement"]) {
  if (judgement === undefined) return { reasons: ["unfit_frame" as const] };
  const { relief, distanceToFirst, distance, surroundings, clothes, light, passive } = judgement.scores;
  const rounded = (value: number) => Number(value.toFixed(4));
  return {
    reasons: [...judgement.reasons],
    relief: relief === null ? null : rounded(relief),
    distance_to_first: rounded(distanceToFirst),
    distance: rounded(distance),
    surroundings: rounded(surroundings),
    clothes: rounded(clothes),
    light: rounded(light),
    ...(passive === undefined ? {} : { passive: rounded(passive) }),
  };
}
