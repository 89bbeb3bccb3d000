/** Identification of a photo among everybody who is enrolled. */
import { type Calibration, fmrAt } from "../../face/decision/calibration.ts";
import type { Candidate } from "../../identity/store/store.ts";
import { distanceBody, rateBody, searchRateBody } from "../../rendering/decision-body.ts";
import { templateBody } from "../../rendering/template-body.ts";
import { chooseRate } from "../../trust/rates/rate-choice.ts";
import { searchLimits } from "../../trust/rates/search-limits.ts";
import { answer, refuse } from "../answer.ts";
import type { Handler } from "../app-env.ts";
import { closerBy, encodeSource, type FaceDeps, photoBody, readFaceSource } from "../request/face-source.ts";
import { photoToIdentify } from "../request/photo-request.ts";
import type { Body, identificationAnswerSchema } from "../schemas/answers.ts";
import { defaultMaxCandidates } from "../schemas/identification.ts";

interface IdentificationDeps extends FaceDeps {
  readonly calibration: Calibration;
}

/** POST /v1/identify */
export function identify(deps: IdentificationDeps): Handler {
  const { calibration, recognisability, pipeline, embeddingLength } = deps;
  return async (c) => {
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
    const { templates, notCompared, find } = search.value;
    const chosen = chooseRate(principal, settings, { maxFpir: options.max_fpir });
    if (!chosen.ok) return refuse(c, chosen.failure);
    const limits = searchLimits(calibration, templates, chosen.value, settings);
    if (!limits.ok) return refuse(c, limits.failure);
    const { tellsScores } = chosen.value;
    const probe = await encodeSource(c, deps, source, options);
    if (!probe.ok) return refuse(c, probe.failure);
    const { threshold, maxDistance, nearer, maxFpir, order } = limits.value;
    const found = await stopwatch.time("compare", () =>
      find(probe.value.embedding, {
        limit: options.max_candidates ?? defaultMaxCandidates,
        order,
        maxDistance,
        nearer,
        closerBy: closerBy(recognisability, probe.value),
        action: "identify",
      }),
    );
    if (!found.ok) return refuse(c, found.failure);
    const { candidates, more } = found.value;
    c.set("outcome", candidates.length > 0 ? "found" : "not_found");
    return answer(c, 200, {
      candidates: candidates.map((candidate) => candidateBody(candidate, calibration, tellsScores)),
      ...(more && !tellsScores ? { more_candidates: true } : {}),
      gallery_size: templates,
      ...(notCompared === 0 ? {} : { not_compared: notCompared }),
      threshold: distanceBody(threshold),
      max_fpir: searchRateBody(maxFpir),
      model: probe.value.embedding.model,
      ...(await photoBody(probe.value)),
    } satisfies Body<typeof identificationAnswerSchema>);
  };
}

function candidateBody(
  { subjectId, closest, distance, closer, photos, version }: Candidate,
  calibration: Calibration,
  tellsScores: boolean,
) {
  if (!tellsScores) return { subject_id: subjectId };
  return {
    subject_id: subjectId,
    face_id: closest,
    template: templateBody({ version, photos }, undefined),
    distance: distanceBody(distance),
    fmr: rateBody(fmrAt(calibration, distance + closer, photos)),
  };
}
