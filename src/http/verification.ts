/** Are these the same person: a photo against a subject, and a photo against a photo. */
import type { Context } from "hono";
import { decide, distance } from "../face/decide.ts";
import { closestFace } from "../identity/closest.ts";
import { answer, refuse } from "./answer.ts";
import type { AppEnv, Deps } from "./deps.ts";
import { subjectIdOf } from "./input.ts";
import { onePhoto, readPhotos, twoPhotos } from "./photos.ts";
import {
  type Body,
  type comparisonAnswerSchema,
  faceBody,
  type verificationAnswerSchema,
} from "./schemas.ts";

/** POST /v1/subjects/{subject_id}/verify */
export function verify({ pipeline, store, config, threshold }: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    // The store answers while the photo arrives.
    const [photos, faces] = await Promise.all([
      readPhotos(c, config.maxBodyBytes, onePhoto),
      store.listFaces(subjectId.value),
    ]);
    if (!photos.ok) return refuse(c, photos.failure);
    if (!faces.ok) return refuse(c, faces.failure);
    if (faces.value.length === 0) return refuse(c, { code: "subject_has_no_faces" });
    const encoded = await pipeline.encodeFace(photos.value.images.image, photos.value.policy);
    if (!encoded.ok) return refuse(c, encoded.failure);
    const { face, embedding, image } = encoded.value;
    const closest = closestFace(embedding, faces.value);
    if (!closest.ok) return refuse(c, closest.failure);
    return answer(c, 200, {
      ...decide(closest.value.distance, threshold),
      model: embedding.model,
      face_id: closest.value.faceId,
      face: faceBody(face),
      image,
    } satisfies Body<typeof verificationAnswerSchema>);
  };
}

/** POST /v1/compare */
export function compare({ pipeline, config, threshold }: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const photos = await readPhotos(c, config.maxBodyBytes, twoPhotos);
    if (!photos.ok) return refuse(c, photos.failure);
    const { images, policy } = photos.value;
    // One after the other, so that only one decoded photo is held.
    const a = await pipeline.encodeFace(images.image_a, policy);
    if (!a.ok) return refuse(c, { ...a.failure, field: "image_a" });
    const b = await pipeline.encodeFace(images.image_b, policy);
    if (!b.ok) return refuse(c, { ...b.failure, field: "image_b" });
    const measured = distance(a.value.embedding, b.value.embedding);
    if (!measured.ok) return refuse(c, measured.failure);
    return answer(c, 200, {
      ...decide(measured.value, threshold),
      model: a.value.embedding.model,
      face_a: faceBody(a.value.face),
      face_b: faceBody(b.value.face),
      image_a: a.value.image,
      image_b: b.value.image,
    } satisfies Body<typeof comparisonAnswerSchema>);
  };
}
