/** `Idempotency-Key`: a name that the caller gives to a request, so that it can be sent again safely. */

import type { Context } from "hono";
import type * as z from "zod";
import { sha256, toHex } from "../../crypto/digest.ts";
import { encodeFloat32 } from "../../crypto/float32.ts";
import { ok, type Result } from "../../errors.ts";
import type { EnrolmentRequest } from "../../identity/directory/data.ts";
import type { AppEnv } from "../app-env.ts";
import { enrolmentOptionsSchema, idempotencyKeySchema } from "../schemas/requests.ts";
import type { FaceSource } from "./face-source.ts";
import { check } from "./input.ts";

const header = "Idempotency-Key";

/** Reads the header; undefined without it. Fails with `invalid_request` for a value that is empty or too long. */
export async function readEnrolmentRequest(
  c: Context<AppEnv>,
  source: FaceSource,
  options: z.output<typeof enrolmentOptionsSchema>,
): Promise<Result<EnrolmentRequest | undefined>> {
  const sent = c.req.header(header);
  if (sent === undefined) return ok(undefined);
  const key = check(idempotencyKeySchema, sent, header);
  if (!key.ok) return key;
  const bytes = source.kind === "photo" ? source.image : encodeFloat32(source.embedding.values);
  const face = toHex(await sha256(bytes));
  const names = Object.keys(enrolmentOptionsSchema.shape) as (keyof typeof options)[];
  const evidence = source.kind === "embedding" && source.evidence ? [source.evidence.token] : [];
  // The hash covers the key too, so that it does not reveal that two requests brought the same photo.
  const content = JSON.stringify([
    key.value,
    source.kind,
    face,
    ...names.map((name) => options[name] ?? null),
    ...evidence,
  ]);
  return ok({ keyHash: toHex(await sha256(key.value)), contentHash: toHex(await sha256(content)) });
}
