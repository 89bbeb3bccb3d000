/** Enrolment, and the deletion of one face. */
import type { Context } from "hono";
import { parseFaceId } from "../identity/ids.ts";
import { answer, refuse } from "./answer.ts";
import type { AppEnv, Deps } from "./deps.ts";
import { faceIdOf, subjectIdOf } from "./input.ts";
import { photoToEnrol, readPhotos } from "./photos.ts";
import { requireQuality } from "./quality.ts";
import { type Body, type deletionAnswerSchema, type enrolmentAnswerSchema, faceBody } from "./schemas.ts";

/** POST /v1/subjects/{subject_id}/faces */
export function enrol({ pipeline, store, config, clock, randomId }: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    const photos = await readPhotos(c, config.maxBodyBytes, photoToEnrol);
    if (!photos.ok) return refuse(c, photos.failure);
    const encoded = await pipeline.encodeFace(
      photos.value.images.image,
      photos.value.options.face ?? "largest",
    );
    if (!encoded.ok) return refuse(c, encoded.failure);
    // A poor template would answer wrongly for as long as it is kept.
    const fit = requireQuality(encoded.value);
    if (!fit.ok) return refuse(c, fit.failure);

    const { embedding, image } = encoded.value;
    const faceId = parseFaceId(randomId());
    if (faceId === undefined) throw new Error("randomId made an id that cannot name a face");
    const createdAt = clock();
    await store.addFace({ subjectId: subjectId.value, faceId, embedding, createdAt });
    return answer(c, 201, {
      face_id: faceId,
      subject_id: subjectId.value,
      face: faceBody(encoded.value),
      image,
      model: embedding.model,
      created_at: createdAt.toISOString(),
    } satisfies Body<typeof enrolmentAnswerSchema>);
  };
}

/** DELETE /v1/subjects/{subject_id}/faces/{face_id} */
export function deleteFace({ store }: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const subjectId = subjectIdOf(c);
    if (!subjectId.ok) return refuse(c, subjectId.failure);
    const faceId = faceIdOf(c);
    if (!faceId.ok) return refuse(c, faceId.failure);
    const deleted = await store.deleteFace(subjectId.value, faceId.value);
    if (!deleted.ok) return refuse(c, deleted.failure);
    return answer(c, 200, {
      subject_id: subjectId.value,
      deleted_faces: [faceId.value],
    } satisfies Body<typeof deletionAnswerSchema>);
  };
}
