/** The deployment's own keys: wraps data keys anew, replaces signing keys, shows public keys. */
import type { Config } from "../../../config.ts";
import { contextOf } from "../../../identity/caller.ts";
import type { RewrapKeys } from "../../../trust/keys/kek-rotation.ts";
import type { SigningKeys } from "../../../trust/keys/signing-keys.ts";
import { answer, refuse } from "../../answer.ts";
import type { Handler } from "../../app-env.ts";
import { callerOf } from "../../caller.ts";
import type { rewrapAnswerSchema, signingKeyAnswerSchema } from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";

interface RewrapDeps {
  readonly rewrapKeys: RewrapKeys;
}

/** POST /v1/kek/rewrap: wraps keys of an earlier KEK by the current one, some hundreds at a time. */
export function rewrap({ rewrapKeys }: RewrapDeps): Handler {
  return async (c) => {
    const rewrapped = await rewrapKeys();
    if (!rewrapped.ok) return refuse(c, rewrapped.failure);
    return answer(c, 200, rewrapped.value satisfies Body<typeof rewrapAnswerSchema>);
  };
}

interface SigningKeyDeps {
  readonly signingKeys: Pick<SigningKeys, "rotate">;
  readonly clock: () => Date;
}

/** POST /v1/signing-keys: makes a new key. Signatures of earlier keys stay valid. */
export function rotateSigningKey({ signingKeys, clock }: SigningKeyDeps): Handler {
  return async (c) => {
    const made = await signingKeys.rotate(contextOf(callerOf(c), clock()));
    if (!made.ok) return refuse(c, made.failure);
    const keys = made.value.map((key) => ({ ...key }));
    return answer(c, 201, { kid: keys[0].kid, keys } satisfies Body<typeof signingKeyAnswerSchema>);
  };
}

interface PublicKeysDeps {
  readonly signingKeys: Pick<SigningKeys, "jwks">;
  readonly config: Pick<Config, "keks">;
}

/** GET /.well-known/jwks.json (RFC 7517, section 5), for anybody. */
export function showPublicKeys({ config, signingKeys }: PublicKeysDeps): Handler {
  return async (c) => {
    if (config.keks.length === 0) return refuse(c, { code: "not_ready", reason: "SAMEFACE_KEK is not set" });
    return c.json(await signingKeys.jwks(), 200, { "Content-Type": "application/jwk-set+json" });
  };
}
