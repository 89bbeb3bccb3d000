/** A photo's embedding, for callers who keep it themselves. It is as private as the photo. */

import type { Context } from "hono";
import { encodeBase64 } from "../../crypto/base64.ts";
import { encodeFloat32 } from "../../crypto/float32.ts";
import { faceBody } from "../../rendering/face-body.ts";
import { answer, refuse } from "../answer.ts";
import type { AppEnv, Deps } from "../deps.ts";
import { encodePhoto } from "../request/face-source.ts";
import { photoToEncode } from "../request/photo-request.ts";
import { readPhotos } from "../request/photos.ts";
import type { Body, embeddingAnswerSchema } from "../schemas/answers.ts";

/** POST /v1/embed */
export function embed(deps: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const photos = await readPhotos(c, deps.config.maxBodyBytes, photoToEncode);
    if (!photos.ok) return refuse(c, photos.failure);
    const { images, options } = photos.value;
    const encoded = await encodePhoto(c, deps, images.image, options);
    if (!encoded.ok) return refuse(c, encoded.failure);
    const { embedding, image } = encoded.value;
    return answer(c, 200, {
      model: embedding.model,
      dimension: embedding.values.length,
      embedding: encodeBase64(encodeFloat32(embedding.values)),
      face: await faceBody(encoded.value),
      image,
    } satisfies Body<typeof embeddingAnswerSchema>);
  };
}
