/** Photos that each route asks for, by the names of their fields, and its options. */
import * as z from "zod";
import { identificationOptionsSchema } from "../schemas/identification.ts";
import {
  decisionOptionsSchema,
  detectionOptionsSchema,
  embeddingOptionsSchema,
  embeddingTextSchema,
  enrolmentOptionsSchema,
  evidenceSchema,
  imageTextSchema,
  verificationOptionsSchema,
} from "../schemas/requests.ts";

/** The photos that a request asks for, by the names of their fields, and the options that it knows. */
export interface PhotoRequest<Name extends string, Options extends z.ZodObject> {
  readonly names: readonly Name[];
  readonly options: Options;
  /** Photos and options as one JSON object. */
  readonly json: z.ZodType;
  /** Options and an embedding in place of the photo, as one JSON object. */
  readonly embeddingJson: z.ZodType;
}

function asks<Name extends string, Options extends z.ZodObject>(
  names: readonly Name[],
  options: Options,
): PhotoRequest<Name, Options> {
  const images = Object.fromEntries(names.map((name) => [name, imageTextSchema]));
  return {
    names,
    options,
    json: z.strictObject({ ...images, ...options.shape }),
    embeddingJson: z.strictObject({
      embedding: embeddingTextSchema,
      model: z.string(),
      evidence: evidenceSchema.optional(),
      ...options.shape,
    }),
  };
}

export const photoToEnrol = asks(["image"], enrolmentOptionsSchema);
export const photoToVerify = asks(["image"], verificationOptionsSchema);
export const photoToIdentify = asks(["image"], identificationOptionsSchema);
export const photoToDetect = asks(["image"], detectionOptionsSchema);
export const photoToEncode = asks(["image"], embeddingOptionsSchema);
export const photosToCompare = asks(["image_a", "image_b"], decisionOptionsSchema);

/** Embedding in place of a photo, as it was sent: its length, its values and its evidence were not checked. */
export interface SentEmbedding {
  readonly model: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly evidence?: string;
}
