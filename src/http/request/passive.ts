/** The passive signal in requests: who may ask for it, when it is run, and whom a tenant's limit refuses. */
import type { Context } from "hono";
import { fail, ok, type Result } from "../../errors.ts";
import type { EncodedFace } from "../../face/face.ts";
import type { TenantSettings } from "../../identity/settings.ts";
import { passiveBody } from "../../rendering/passive-body.ts";
import type { AppEnv } from "../app-env.ts";
import type { FaceSource } from "./face-source.ts";
import { invalid } from "./input.ts";

/**
 * Tells whether a photo is to be judged: when the caller asks, and always when the tenant has a limit. Fails with
 * `forbidden` for a caller without "scores" who asks, and with `invalid_request` for an embedding, which cannot be
 * judged, under a limit.
 */
export function judgesPassive(
  c: Context<AppEnv>,
  asked: boolean | undefined,
  source?: FaceSource,
): Result<boolean> {
  const { principal, settings } = c.var;
  if (asked && !principal.scopes.has("scores")) {
    return fail({
      code: "forbidden",
      reason: 'To ask for "passive" a key needs the scope "scores".',
      field: "passive",
    });
  }
  const isLimited = source !== undefined && settings.passiveLimit !== null;
  if (isLimited && source.kind === "embedding") {
    return fail(invalid("embedding", 'cannot be judged by the tenant\'s "passive_limit"; send the photo'));
  }
  return ok(asked === true || isLimited);
}

/** True when the tenant's limit refuses the photo. A photo that was not judged under a limit is refused as well. */
export function isSuspected(
  { passiveLimit }: Pick<TenantSettings, "passiveLimit">,
  encoded: Pick<EncodedFace, "passive"> | undefined,
): boolean {
  return passiveLimit !== null && !((encoded?.passive?.score ?? -1) >= passiveLimit);
}

/** The answer's field, for a caller who asked. */
export function passiveField(
  c: Context<AppEnv>,
  asked: boolean | undefined,
  encoded: Pick<EncodedFace, "passive"> | undefined,
) {
  return asked && encoded?.passive !== undefined
    ? { passive: passiveBody(encoded.passive, c.var.settings.passiveLimit) }
    : {};
}
