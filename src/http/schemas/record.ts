/** Answer of a person's record. The service uses its type alone, as in answers.ts. */
import * as z from "zod";
import { jurisdictions } from "../../identity/jurisdiction.ts";
import { tenantIdSchema } from "./administration.ts";
import { auditEntrySchema } from "./administration-answers.ts";
import {
  consentReceiptSchema,
  faceSchema,
  nextCursorSchema,
  requestIdSchema,
  subjectAnswerSchema,
  timeSchema,
} from "./answers.ts";
import { subjectIdSchema } from "./requests.ts";

const recordedFaceSchema = subjectAnswerSchema.shape.faces.element
  .extend({
    consent_receipt: consentReceiptSchema.optional(),
    template: z
      .strictObject({
        numbers: z.int().min(1).describe("Length of the embedding, which is kept sealed and is not shown."),
        key_id: z.string().describe("Name of the data key that seals the face."),
        wrapped_by: z.string().describe("Name of the key-encryption key that wraps the data key."),
      })
      .describe("The embedding, without its numbers."),
    quality: faceSchema.shape.quality
      .omit({ reasons: true })
      .partial()
      .optional()
      .describe("Measures of the photo that are kept; absent for a face that came as an embedding."),
  })
  .meta({ id: "RecordedFace" });

export const recordAnswerSchema = z
  .strictObject({
    subject_id: subjectIdSchema,
    tenant_id: tenantIdSchema,
    jurisdiction: z
      .enum(jurisdictions)
      .nullable()
      .describe("Jurisdiction in which it is stored; null for none."),
    faces: z.array(recordedFaceSchema).min(1).describe("Oldest first."),
    attempts: z.strictObject({
      failures: z.int().min(0).describe("Failed attempts that count towards a lock."),
      last_failure_at: timeSchema.nullable(),
    }),
    score_trend: z
      .strictObject({
        matches: z.int().min(1).describe("Matches since the subject's faces last changed."),
        first: z.number().optional().describe("Mean distance of the first five; with the scope `scores`."),
        recent: z.number().optional().describe("Mean distance of the latest; with the scope `scores`."),
      })
      .nullable()
      .describe("Numbers by which a person who ages is noticed; null before the first match."),
    last_used_on: z.iso
      .date()
      .nullable()
      .describe("Day of the last use, in UTC; null where the tenant does not end unused subjects."),
    kept_beside: z.strictObject({
      sketches: z.int().min(0).describe("Number of sketches by which copies of a photo are told, sealed."),
      requests: z
        .int()
        .min(0)
        .describe("Number of requests that are remembered for a day under an `Idempotency-Key`."),
      sessions: z
        .int()
        .min(0)
        .describe("Number of session tokens that were made for the subject and not removed yet."),
    }),
    copies: z
      .array(z.string())
      .describe("Copies elsewhere, which open with the same keys or are rebuilt from the faces."),
    audit: z.array(auditEntrySchema).describe("Entries of the audit trail about the subject, oldest first."),
    next_cursor: nextCursorSchema,
    request_id: requestIdSchema,
  })
  .meta({ id: "SubjectRecord" });
