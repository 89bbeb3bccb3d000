/**
 * One try of a liveness session: whose session it is, what its frames show, and whether they answer the challenge.
 *
 * The try is taken only when every frame could be read, so a broken upload costs none. A face that is missing or unfit
 * counts as an answer that failed: which frame it was would teach an attacker.
 */
import type { Context } from "hono";
import { chanceOf, type RandomBytes } from "../../crypto/random.ts";
import { fail, ok, type Result } from "../../errors.ts";
import type { Calibration } from "../../face/decision/calibration.ts";
import { distance } from "../../face/decision/decide.ts";
import { saysOfFaces } from "../../face/detection/turned.ts";
import type { Embedding } from "../../face/embedding.ts";
import type { EncodedFace } from "../../face/face.ts";
import { type Challenge, drawChallenge } from "../../face/liveness/challenge.ts";
import { type Frame, frameOf } from "../../face/liveness/frame.ts";
import { judgeLiveness, type LivenessJudgement } from "../../face/liveness/judge.ts";
import { distanceOfSought, livenessLimitsOf } from "../../face/liveness/limits.ts";
import { keepsSketches } from "../../identity/settings.ts";
import type { Pipeline } from "../../pipeline.ts";
import type { SessionAction, SessionPrincipal } from "../../trust/principal.ts";
import type { SessionTokens } from "../../trust/sessions/session-token.ts";
import type { AppEnv } from "../app-env.ts";
import { invalid } from "./input.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export interface LiveTryDeps {
  readonly pipeline: Pick<Pipeline, "encodeFace">;
  readonly sessionTokens: Pick<SessionTokens, "verify">;
  readonly randomBytes: RandomBytes;
  readonly calibration: Calibration;
}

/**
 * Returns the session of the caller: a phone's own token, or the one that a key sends with the frames. Fails with
 * `forbidden` for a session of another tenant, another action or without liveness, with `invalid_request` where a key
 * sends none, and with `unauthorized`.
 */
export async function sessionOf(
  c: Context<AppEnv>,
  { sessionTokens }: Pick<LiveTryDeps, "sessionTokens">,
  sent: string | undefined,
  action: SessionAction,
): Promise<Result<SessionPrincipal>> {
  const { principal } = c.var;
  if (principal.kind !== "session" && sent === undefined) return fail(invalid("session", "is missing"));
  if (principal.kind === "session" && sent !== undefined)
    return fail(invalid("session", "is not for a session token"));
  const session = principal.kind === "session" ? ok(principal) : await sessionTokens.verify(sent ?? "");
  if (!session.ok) return session;
  const { tenant, action: allowed, liveness } = session.value;
  if (tenant !== principal.tenant || allowed !== action || !liveness) {
    return fail({ code: "forbidden", reason: "This session token is for another tenant or action." });
  }
  return session;
}

export interface SeenFrames {
  /** Null when a frame shows no face that can be used. */
  readonly frames: readonly Frame[] | null;
  /** Face of the first frame; undefined when it has none. */
  readonly first: EncodedFace | undefined;
}

/**
 * Encodes the frames one after another, so that one decoded photo is held, and all of them, so that the time does not
 * tell which one was unfit. That nobody else is in the scene is looked at in the first frame, since looking for every
 * face takes longer than all else; each further frame must show the same person. Fails as the pipeline does, faces apart.
 */
export async function seeFrames(
  c: Context<AppEnv>,
  { pipeline, calibration }: Pick<LiveTryDeps, "pipeline" | "calibration">,
  sent: readonly Bytes[],
): Promise<Result<SeenFrames>> {
  const mostToFirst = distanceOfSought(calibration);
  if (!mostToFirst.ok) return mostToFirst;
  const frames: Frame[] = [];
  let first: EncodedFace | undefined;
  let unfit = false;
  for (const [k, bytes] of sent.entries()) {
    const encoded = await pipeline.encodeFace(bytes, k === 0 ? "only" : "largest", {
      time: c.var.stopwatch.time,
      room: c.var.claim,
      keepCrop: true,
      keepScene: true,
      // A head that turns as asked may be hard to recognise. It must be near to the first one, which is not.
      showUnrecognisable: k > 0,
      ...(first !== undefined && { isSought: isNearTo(first.embedding, mostToFirst.value) }),
      judgePassive: c.var.settings.passiveLimit !== null,
      keepCapture: k === 0 && keepsSketches(c.var.settings),
      backgroundFaceShare: c.var.settings.backgroundFaceShare,
    });
    if (encoded.ok) {
      if (k === 0) first = encoded.value;
      frames.push(frameOf(encoded.value));
    } else if (saysOfFaces(encoded.failure) || encoded.failure.code === "low_quality") {
      unfit = true;
    } else {
      return fail({ ...encoded.failure, field: `frame ${k + 1}` });
    }
  }
  return ok({ frames: unfit ? null : frames, first });
}

/** Returns a test of a face: whether its embedding is within a distance of the first one. */
function isNearTo(first: Embedding, most: number) {
  return ({ embedding }: EncodedFace) => {
    const measured = distance(first, embedding);
    return measured.ok && measured.value <= most;
  };
}

export interface TakenTry {
  readonly challenge: Challenge;
  /** Undefined when a frame showed no face that can be used. */
  readonly judgement: LivenessJudgement | undefined;
  readonly live: boolean;
  readonly triesLeft: number;
  /** Challenge of the next try; undefined when none is left. */
  readonly next: Challenge | undefined;
}

/** Takes one try of the session, and judges the frames by its challenge. Fails with `locked` or `unauthorized`. */
export async function takeTry(
  c: Context<AppEnv>,
  { randomBytes, calibration }: Pick<LiveTryDeps, "randomBytes" | "calibration">,
  { subjectId, sessionId }: SessionPrincipal,
  frames: readonly Frame[] | null,
): Promise<Result<TakenTry>> {
  const { settings, store, stopwatch } = c.var;
  const limits = livenessLimitsOf(calibration);
  if (!limits.ok) return limits;
  const next = drawChallenge(chanceOf(randomBytes));
  const taken = await stopwatch.time("store", () => store.takeTry(subjectId, sessionId, next));
  if (!taken.ok) return taken;
  const { challenge, triesLeft } = taken.value;
  const judgement =
    frames === null
      ? undefined
      : judgeLiveness(challenge, frames, {
          ...limits.value,
          minPassive: settings.passiveLimit,
        });
  return ok({
    challenge,
    judgement,
    live: judgement?.live ?? false,
    triesLeft,
    next: triesLeft > 0 ? next : undefined,
  });
}
