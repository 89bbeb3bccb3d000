/** Requests as they look on the wire, with its names (snake_case). */
import * as z from "zod";
import type { Config } from "../../config.ts";
import type { FacePolicy } from "../../face/face.ts";
import {
  faceIdPattern,
  fitsBytes,
  isNormal,
  maxSubjectIdBytes,
  subjectIdPattern,
} from "../../identity/ids.ts";

export const subjectIdSchema = z
  .string()
  .regex(subjectIdPattern, {
    error: "must be 1 to 128 letters and digits of any script or . _ ~ : @ + = | - and neither . nor ..",
    abort: true,
  })
  .refine(isNormal, "must be in the normal form NFC of Unicode")
  .refine(fitsBytes, `must be at most ${maxSubjectIdBytes} bytes in UTF-8`)
  .describe(
    `Your own name for a person: up to 128 letters and digits of any script or \`. _ ~ : @ + = | -\`, at most ${maxSubjectIdBytes} bytes in UTF-8, in the normal form NFC. Names are compared byte by byte, and percent-encoded in a path.`,
  );

export const faceIdSchema = z.string().regex(faceIdPattern, "must be 1 to 64 of A-Z a-z 0-9 _ -");

/** Key as long as a caller's UUID, hash or path may be. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 visible ASCII characters");

const facePolicySchema = z
  .enum(["largest", "center", "only"] satisfies FacePolicy[], "must be largest, center or only")
  .describe(
    "Face to use when the photo shows several; default `largest`. `only` refuses a photo with several.",
  );

/** The message for a field that is not a text; a field that is not there is missing. */
const textRule = (rule: string) => ({
  error: ({ input }: { readonly input?: unknown }) => (input === undefined ? "is missing" : rule),
});

export const imageTextSchema = z
  .string(textRule("must be a string of base64, or a data URL"))
  .describe("The photo in base64, or a data URL.");

export const embeddingTextSchema = z
  .string(textRule("must be a string of base64"))
  .describe("Base64 of the float32 numbers, as `POST /v1/embed` answers them.");

/** Longest evidence; one that was made here has fewer than 1,000 letters. */
const maxEvidenceLength = 2048;

export const evidenceSchema = z
  .string("must be a string")
  .min(1, "must not be empty")
  .max(maxEvidenceLength, `must be at most ${maxEvidenceLength} letters`)
  .describe(
    "`evidence` of the same answer of `POST /v1/embed`. With it the photo's measures count as if the photo had been sent; without it the face is judged by its embedding alone.",
  );

/** A number, or its text in a query or a form. */
export const maxFmrSchema = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i)
        .transform(Number),
    ],
    "must be a number",
  )
  .describe(
    "Highest false match rate that you accept; it sets the threshold. Default: the tenant's `max_fmr`, which is 1e-4 unless the tenant changed it. Without the scope `scores` it must be the tenant's rate, or that rate divided by 10, 100 and so on.",
  );

const qualityPolicySchema = z
  .enum(["warn", "refuse"], "must be warn or refuse")
  .describe("Treatment of a photo that is not fit for comparison; default `warn`.");

const includeSchema = z
  .enum(["crop"], "must be crop")
  .describe("Additional field of the answer: `crop`, the aligned face as the encoder saw it.");

const passiveSchema = z
  .union([z.stringbool(), z.boolean()], { error: "must be true or false" })
  .describe(
    "True when the answer is to say whether the photo shows a person or a picture of one. It takes the scope `scores`.",
  );

const timeSchema = z.iso.datetime({ offset: true, error: "must be a time, as 2030-01-31T12:00:00Z" });

/** Character that can be seen. The braille blank is empty ink, and no property of Unicode says so. */
export const visible = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]/u;

/** Text of a consent, kept as it came: what a person agreed to is not for the service to trim. */
const consentTextSchema = z
  .string()
  .min(1, "must not be empty")
  .max(200, "must be at most 200 letters")
  .refine((text) => visible.test(text), "must not be blank");

/** Most bytes of the JSON that metadata make. */
export const maxMetadataBytes = 1024;

const notesSchema = z
  .record(z.string(), z.string("must be an object of texts"), "must be an object of texts")
  .refine(
    (notes) => new TextEncoder().encode(JSON.stringify(notes)).length <= maxMetadataBytes,
    `must be at most ${maxMetadataBytes} bytes of JSON`,
  );

/** An object of texts, or its JSON in a query or a form. */
const metadataSchema = z
  .preprocess((value) => {
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value;
    }
  }, notesSchema)
  .describe("Your own notes: an object of texts, up to 1,024 bytes of JSON.");

/** Options of a request that enrols, each from the query, a form or JSON. */
export const enrolmentOptionsSchema = z.object({
  face: facePolicySchema.optional(),
  include: includeSchema.optional(),
  passive: passiveSchema.optional(),
  expires_at: timeSchema.optional().describe("Time at which the face is to be deleted."),
  consent_version: consentTextSchema
    .optional()
    .describe("Version of the text that the person agreed to; not blank."),
  consent_purpose: consentTextSchema.optional().describe("Purpose that the person agreed to; not blank."),
  consent_at: timeSchema.optional().describe("Time at which the person agreed; default now."),
  consent_receipt: z
    .union([z.stringbool(), z.boolean()], { error: "must be true or false" })
    .optional()
    .describe("True when the answer is to carry a signed receipt of the consent, which must then be given."),
  metadata: metadataSchema.optional(),
  duplicates: z
    .enum(["allow", "refuse"], "must be allow or refuse")
    .optional()
    .describe("Treatment of a person who is enrolled as another subject already; default `allow`."),
  conflicts: z
    .enum(["allow", "refuse"], "must be allow or refuse")
    .optional()
    .describe(
      "Treatment of a photo of somebody else than the subject's other photos; default `refuse`. `allow` enrols it, and the template leaves it out.",
    ),
});

export const faceUpdateSchema = z
  .strictObject({
    expires_at: timeSchema
      .nullable()
      .optional()
      .describe("New time of deletion; null keeps the face until it is deleted."),
    metadata: metadataSchema
      .nullable()
      .optional()
      .describe("Notes that replace the old ones; null removes them."),
  })
  .meta({ id: "FaceUpdateRequest" });

/** Options of a request that decides. */
export const decisionOptionsSchema = z.object({
  face: facePolicySchema.optional(),
  max_fmr: maxFmrSchema.optional(),
  quality: qualityPolicySchema.optional(),
  include: includeSchema.optional(),
});

/** Options of a request for a face or its embedding. */
export const embeddingOptionsSchema = decisionOptionsSchema.omit({ max_fmr: true });

/** Options of a request for the faces of a photo. */
export const detectionOptionsSchema = embeddingOptionsSchema.extend({ passive: passiveSchema.optional() });

/** Options of a request that verifies. */
export const verificationOptionsSchema = decisionOptionsSchema.extend({
  passive: passiveSchema.optional(),
  receipt: z
    .union([z.stringbool(), z.boolean()], { error: "must be true or false" })
    .optional()
    .describe("True when the answer is to carry a signed receipt."),
  nonce: z
    .string()
    .regex(/^[A-Za-z0-9._~-]{1,128}$/, "must be 1 to 128 of A-Z a-z 0-9 . _ ~ -")
    .optional()
    .describe("Your own value for the receipt. A session has its own."),
});

const cursorSchema = z.string().optional().describe("`next_cursor` of the previous page.");

/** Numbers of entries on a page of a listing: the default and the largest. */
export type PageSizes = Pick<Config, "defaultPageSize" | "maxPageSize">;

export function listQuerySchema({ defaultPageSize, maxPageSize }: PageSizes) {
  const rule = `must be a whole number from 1 to ${maxPageSize}`;
  return z.object({
    limit: z
      .string()
      .regex(/^\d{1,9}$/, rule)
      .transform(Number)
      .pipe(z.int().min(1, rule).max(maxPageSize, rule))
      .default(defaultPageSize),
    cursor: cursorSchema,
  });
}
