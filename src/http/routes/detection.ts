/** Where the face is and how fit it is, before anything is enrolled or decided. Nothing is kept. */
import type { Context } from "hono";
import { faceBody } from "../../rendering/face-body.ts";
import { answer, refuse } from "../answer.ts";
import type { AppEnv, Deps } from "../deps.ts";
import { encodePhoto } from "../request/face-source.ts";
import { photoToEncode } from "../request/photo-request.ts";
import { readPhotos } from "../request/photos.ts";
import type { Body, detectionAnswerSchema } from "../schemas/answers.ts";

/** POST /v1/detect */
export function detect(deps: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const photos = await readPhotos(c, deps.config.maxBodyBytes, photoToEncode);
    if (!photos.ok) return refuse(c, photos.failure);
    const { images, options } = photos.value;
    const encoded = await encodePhoto(c, deps, images.image, options);
    if (!encoded.ok) return refuse(c, encoded.failure);
    return answer(c, 200, {
      face: await faceBody(encoded.value),
      image: encoded.value.image,
    } satisfies Body<typeof detectionAnswerSchema>);
  };
}
