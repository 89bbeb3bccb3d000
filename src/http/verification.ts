/** Are these the same person: a photo against a subject, and a photo against a photo. */
import type { Context } from "hono";
import type * as z from "zod";
import { ok, type Result } from "../errors.ts";
import { type CalibratedDecision, decideAtFmr, distance } from "../face/decide.ts";
import type { EncodedFace } from "../face/face.ts";
import { closestFace } from "../identity/closest.ts";
import { answer, refuse } from "./answer.ts";
import type { AppEnv, Deps } from "./deps.ts";
import { subjectIdOf } from "./input.ts";
import { photosToCompare, photoToVerify, readPhotos } from "./photos.ts";
import { requireQuality } from "./quality.ts";
import {
  type Body,
  type comparisonAnswerSchema,
  type decisionOptionsSchema,
  faceBody,
  type verificationAnswerSchema,
} from "./schemas.ts";

/** POST /v1/subjects/{subject_id}/verify */
export function verify(deps: Deps) {
  const { store, config, calibration } = deps;
  return async (c: Context<AppEnv>): Promise<Response> => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    // The store answers while the photo arrives.
    const [photos, faces] = await Promise.all([
      readPhotos(c, config.maxBodyBytes, photoToVerify),
      store.listFaces(subjectId.value),
    ]);
    if (!photos.ok) return refuse(c, photos.failure);
    if (!faces.ok) return refuse(c, faces.failure);
    if (faces.value.length === 0) return refuse(c, { code: "subject_has_no_faces" });
    const { images, options } = photos.value;
    const probe = await encodeProbe(deps, images.image, options);
    if (!probe.ok) return refuse(c, probe.failure);
    const closest = closestFace(probe.value.embedding, faces.value);
    if (!closest.ok) return refuse(c, closest.failure);
    const maxFmr = options.max_fmr ?? config.defaultMaxFmr;
    const decision = decideAtFmr(calibration, closest.value.distance, maxFmr, faces.value.length);
    if (!decision.ok) return refuse(c, decision.failure);
    return answer(c, 200, {
      ...decisionBody(decision.value),
      model: probe.value.embedding.model,
      face_id: closest.value.faceId,
      face: faceBody(probe.value),
      image: probe.value.image,
    } satisfies Body<typeof verificationAnswerSchema>);
  };
}

/** POST /v1/compare */
export function compare(deps: Deps) {
  const { config, calibration } = deps;
  return async (c: Context<AppEnv>): Promise<Response> => {
    const photos = await readPhotos(c, config.maxBodyBytes, photosToCompare);
    if (!photos.ok) return refuse(c, photos.failure);
    const { images, options } = photos.value;
    // One after the other, so that only one decoded photo is held.
    const a = await encodeProbe(deps, images.image_a, options);
    if (!a.ok) return refuse(c, { ...a.failure, field: "image_a" });
    const b = await encodeProbe(deps, images.image_b, options);
    if (!b.ok) return refuse(c, { ...b.failure, field: "image_b" });
    const measured = distance(a.value.embedding, b.value.embedding);
    if (!measured.ok) return refuse(c, measured.failure);
    const decision = decideAtFmr(calibration, measured.value, options.max_fmr ?? config.defaultMaxFmr, 1);
    if (!decision.ok) return refuse(c, decision.failure);
    return answer(c, 200, {
      ...decisionBody(decision.value),
      model: a.value.embedding.model,
      face_a: faceBody(a.value),
      face_b: faceBody(b.value),
      image_a: a.value.image,
      image_b: b.value.image,
    } satisfies Body<typeof comparisonAnswerSchema>);
  };
}

/** Fails as the pipeline does, and with `low_quality` where the request asks for that. */
async function encodeProbe(
  { pipeline }: Deps,
  image: Uint8Array,
  { face = "largest", quality = "warn" }: z.output<typeof decisionOptionsSchema>,
): Promise<Result<EncodedFace>> {
  const encoded = await pipeline.encodeFace(image, face);
  if (!encoded.ok || quality === "warn") return encoded;
  const fit = requireQuality(encoded.value);
  return fit.ok ? ok(encoded.value) : fit;
}

function decisionBody({ match, distance, threshold, maxFmr, fmr }: CalibratedDecision) {
  const rate = Number(fmr.fmr.toPrecision(3));
  // A millionth is finer than the arithmetic of any two devices.
  return {
    match,
    distance: Number(distance.toFixed(6)),
    threshold,
    max_fmr: maxFmr,
    fmr: fmr.bounded ? `< ${rate}` : rate,
  };
}
