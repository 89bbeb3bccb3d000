/** Who is this: a photo against everybody who is enrolled. */
import type { Context } from "hono";
import { fail, ok, type Result } from "../errors.ts";
import { type Calibration, type FalseMatchRate, fmrAt } from "../face/calibration.ts";
import { thresholdForGallery } from "../face/gallery-threshold.ts";
import type { Candidate } from "../identity/store.ts";
import type { Principal } from "../trust/scopes.ts";
import { answer, refuse } from "./answer.ts";
import type { Body, identificationAnswerSchema } from "./answer-schemas.ts";
import type { AppEnv, Deps } from "./deps.ts";
import { encodeSource, photoBody, readFaceSource } from "./face-source.ts";
import { defaultMaxCandidates } from "./identification-schemas.ts";
import { photoToIdentify } from "./photos.ts";

/** POST /v1/identify */
export function identify(deps: Deps) {
  const { calibration, config, pipeline, embeddingLength } = deps;
  return async (c: Context<AppEnv>): Promise<Response> => {
    const { principal, settings, store, stopwatch } = c.var;
    // The gallery gets ready while the photo arrives.
    const [read, search] = await Promise.all([
      readFaceSource(c, deps, photoToIdentify),
      stopwatch.time("store", () =>
        store.beginSearch({ model: pipeline.encoderId, dimension: embeddingLength }),
      ),
    ]);
    if (!read.ok) return refuse(c, read.failure);
    if (!search.ok) return refuse(c, search.failure);
    const { source, options } = read.value;
    const { faces, notCompared, find } = search.value;
    const asked = allowedRate(principal, options.max_fpir);
    if (!asked.ok) return refuse(c, asked.failure);
    const defaults = { maxFpir: settings.maxFpir, maxFmr: config.defaultMaxFmr };
    const limits = thresholdForGallery(calibration, faces, asked.value, defaults);
    if (!limits.ok) return refuse(c, limits.failure);
    const probe = await encodeSource(c, deps, source, options);
    if (!probe.ok) return refuse(c, probe.failure);
    const { threshold, maxFpir } = limits.value;
    const found = await stopwatch.time("compare", () =>
      find(probe.value.embedding, {
        limit: options.max_candidates ?? defaultMaxCandidates,
        maxDistance: threshold,
        action: "identify",
      }),
    );
    if (!found.ok) return refuse(c, found.failure);
    c.set("outcome", found.value.length > 0 ? "found" : "not_found");
    return answer(c, 200, {
      candidates: found.value.map((candidate) => candidateBody(candidate, calibration, principal)),
      gallery_size: faces,
      ...(notCompared === 0 ? {} : { not_compared: notCompared }),
      threshold,
      max_fpir: maxFpir,
      model: probe.value.embedding.model,
      ...(await photoBody(probe.value)),
    } satisfies Body<typeof identificationAnswerSchema>);
  };
}

/** Whoever may vary the rate can measure a distance with it. */
function allowedRate({ scopes }: Principal, asked: number | undefined): Result<number | undefined> {
  if (asked === undefined || scopes.has("scores")) return ok(asked);
  return fail({ code: "forbidden", reason: 'To choose "max_fpir" a key needs the scope "scores".' });
}

function candidateBody(
  { subjectId, faceId, distance }: Candidate,
  calibration: Calibration,
  { scopes }: Principal,
) {
  if (!scopes.has("scores")) return { subject_id: subjectId };
  return {
    subject_id: subjectId,
    face_id: faceId,
    // A millionth is finer than the arithmetic of any two devices.
    distance: Number(distance.toFixed(6)),
    fmr: rateBody(fmrAt(calibration, distance)),
  };
}

function rateBody({ fmr, bounded }: FalseMatchRate): number | string {
  const rate = Number(fmr.toPrecision(3));
  return bounded ? `< ${rate}` : rate;
}
