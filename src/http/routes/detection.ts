/**
 * Detection and embedding of a photo that belongs to no subject: where the face is, how fit it is, and, for callers
 * who keep it themselves, its embedding, which is as private as the photo. Nothing is stored.
 */
import type { Context } from "hono";
import { encodeBase64 } from "../../crypto/base64.ts";
import { encodeFloat32 } from "../../crypto/float32.ts";
import type { Result } from "../../errors.ts";
import type { EncodedFace } from "../../face/face.ts";
import { faceBody, facesBody } from "../../rendering/face-body.ts";
import type { EvidenceTokens } from "../../trust/evidence.ts";
import { answer, refuse } from "../answer.ts";
import type { AppEnv, Handler } from "../app-env.ts";
import { encodePhoto, type PhotoDeps } from "../request/face-source.ts";
import { judgesPassive, passiveField } from "../request/passive.ts";
import { photoToDetect, photoToEncode } from "../request/photo-request.ts";
import { readPhotos } from "../request/photos.ts";
import type { Body, detectionAnswerSchema, embeddingAnswerSchema } from "../schemas/answers.ts";

/** POST /v1/detect */
export function detect(deps: PhotoDeps): Handler {
  return async (c) => {
    const photos = await readPhotos(c, deps.config.maxBodyBytes, photoToDetect);
    if (!photos.ok) return refuse(c, photos.failure);
    const { images, options } = photos.value;
    const judged = judgesPassive(c, options.passive);
    if (!judged.ok) return refuse(c, judged.failure);
    const wanted = { ...options, listFaces: true, showUnrecognisable: true, judgePassive: judged.value };
    const encoded = await encodePhoto(c, deps, images.image, wanted);
    if (!encoded.ok) return refuse(c, encoded.failure);
    return answer(c, 200, {
      face: await faceBody(encoded.value),
      faces: facesBody(encoded.value.faces ?? []),
      image: encoded.value.image,
      ...passiveField(c, options.passive, encoded.value),
    } satisfies Body<typeof detectionAnswerSchema>);
  };
}

interface EmbeddingDeps extends PhotoDeps {
  readonly evidence: Pick<EvidenceTokens, "issue">;
}

/** POST /v1/embed */
export function embed(deps: EmbeddingDeps): Handler {
  return async (c) => {
    const encoded = await encodeSentPhoto(c, deps);
    if (!encoded.ok) return refuse(c, encoded.failure);
    const { embedding, quality, image } = encoded.value;
    return answer(c, 200, {
      model: embedding.model,
      dimension: embedding.values.length,
      embedding: encodeBase64(encodeFloat32(embedding.values)),
      evidence: await deps.evidence.issue(c.var.principal.tenant, embedding, quality),
      face: await faceBody(encoded.value),
      image,
    } satisfies Body<typeof embeddingAnswerSchema>);
  };
}

async function encodeSentPhoto(c: Context<AppEnv>, deps: PhotoDeps): Promise<Result<EncodedFace>> {
  const photos = await readPhotos(c, deps.config.maxBodyBytes, photoToEncode);
  if (!photos.ok) return photos;
  return encodePhoto(c, deps, photos.value.images.image, photos.value.options);
}
