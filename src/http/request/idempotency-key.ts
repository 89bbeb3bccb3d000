/** `Idempotency-Key`: a name that the caller gives to a request, so that it can be sent again safely. */

import type { Context } from "hono";
import { sha256, toHex } from "../../crypto/digest.ts";
import { encodeFloat32 } from "../../crypto/float32.ts";
import { ok, type Result } from "../../errors.ts";
import type { EnrolmentRequest } from "../../identity/directory/data.ts";
import type { AppEnv } from "../app-env.ts";
import { idempotencyKeySchema } from "../schemas/requests.ts";
import type { FaceSource } from "./face-source.ts";
import { check } from "./input.ts";

const header = "Idempotency-Key";

/**
 * Options that are newer than stored hashes. They count only where they are given, so that a request which an earlier
 * version answered has the same hash when it is sent again. An option that is added belongs here.
 */
const newerOptions: readonly string[] = ["passive", "consent_receipt", "conflicts"];

/** Request whose options count as part of what a key names. */
interface WithOptions {
  readonly options: { readonly shape: Readonly<Record<string, unknown>> };
}

/** Reads the header; undefined without it. Fails with `invalid_request` for a value that is empty or too long. */
export function readIdempotencyKey(c: Context<AppEnv>): Result<string | undefined> {
  const sent = c.req.header(header);
  return sent === undefined ? ok(undefined) : check(idempotencyKeySchema, sent, header);
}

/** Hash of a key, hex; another one for each caller, who is told no other's answer. */
export async function hashOfCallersKey(c: Context<AppEnv>, key: string): Promise<string> {
  return toHex(await sha256(JSON.stringify([c.var.principal.actor, key])));
}

/** Hash of a key with what it names, hex: the photo or the embedding with its evidence, and all options. */
export async function hashOfContent(
  key: string,
  source: FaceSource,
  options: Readonly<Record<string, unknown>>,
  { options: { shape } }: WithOptions,
): Promise<string> {
  const bytes = source.kind === "photo" ? source.image : encodeFloat32(source.embedding.values);
  const face = toHex(await sha256(bytes));
  // The hash covers the key too, so that it does not reveal that two requests brought the same photo.
  const values = Object.keys(shape)
    .filter((name) => !newerOptions.includes(name))
    .map((name) => options[name] ?? null);
  const newer = newerOptions.flatMap((name) =>
    options[name] === undefined ? [] : [{ [name]: options[name] }],
  );
  const evidence = source.kind === "embedding" && source.evidence ? [source.evidence.token] : [];
  return toHex(await sha256(JSON.stringify([key, source.kind, face, ...values, ...newer, ...evidence])));
}

/** Reads the key of an enrolment and what it names. Fails as `readIdempotencyKey` does. */
export async function readEnrolmentRequest(
  c: Context<AppEnv>,
  source: FaceSource,
  options: Readonly<Record<string, unknown>>,
  wanted: WithOptions,
): Promise<Result<EnrolmentRequest | undefined>> {
  const key = readIdempotencyKey(c);
  if (!key.ok || key.value === undefined) return key as Result<undefined>;
  const contentHash = await hashOfContent(key.value, source, options, wanted);
  return ok({ keyHash: toHex(await sha256(key.value)), contentHash });
}
