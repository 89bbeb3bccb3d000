/** The deployment's own keys: data keys wrapped anew, signing keys replaced, public keys shown. */
import type { Context } from "hono";
import { defaultTenant, type TenantId } from "../../../identity/ids.ts";
import { rewrapFaceKey } from "../../../identity/sealed-face.ts";
import { defaultSettings } from "../../../identity/settings.ts";
import { answer, refuse } from "../../answer.ts";
import { directoryContext } from "../../context.ts";
import type { AppEnv, Deps } from "../../deps.ts";
import type { rewrapAnswerSchema, signingKeyAnswerSchema } from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";

/**
 * Data keys of one call, some 30 ms of computing. Its subrequests, of which a Worker may make 10,000 on the paid plan,
 * do not grow with it: there are one for each tenant and three for each shard.
 */
const keysPerCall = 500;

/**
 * POST /v1/kek/rewrap: wraps what an earlier KEK wraps by the current one, some hundreds at a time.
 * Every step stands for itself: a call that breaks off is followed by another, until `done`.
 */
export function rewrapKeys({ openDirectory, ring, signingKeys }: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const kekId = await ring.currentKekId();
    let rewrapped = await signingKeys.rewrap();
    let left = keysPerCall;
    let galleriesDone = true;
    for await (const tenant of everyTenant(openDirectory)) {
      const { settings } = await openDirectory(tenant, 0).admit(null);
      const { shards } = settings ?? defaultSettings;
      for (let shard = 0; shard < shards && left > 0; shard++) {
        const directory = openDirectory(tenant, shard);
        const keys = await directory.listWrappedByOthers(kekId, left);
        const changes = await Promise.all(
          keys.map(async (face) => ({ face, wrapped: await rewrapFaceKey(tenant, face, ring) })),
        );
        const opened = changes.flatMap(({ face, wrapped }) =>
          wrapped === undefined ? [] : [{ face, wrapped }],
        );
        if (opened.length < changes.length) {
          const reason = "a data key is wrapped by a KEK that is not in SAMEFACE_KEK_PREVIOUS";
          return refuse(c, { code: "not_ready", reason });
        }
        rewrapped += await directory.rewrap(opened);
        left -= keys.length;
        const blocks = await directory.rewrapGallery(kekId);
        if (!blocks.ok) return refuse(c, blocks.failure);
        rewrapped += blocks.value.rewrapped;
        galleriesDone &&= blocks.value.done;
      }
    }
    return answer(c, 200, { rewrapped, done: left > 0 && galleriesDone } satisfies Body<
      typeof rewrapAnswerSchema
    >);
  };
}

async function* everyTenant(openDirectory: Deps["openDirectory"]): AsyncGenerator<TenantId> {
  yield defaultTenant;
  const limit = 100;
  for (let after: string | null = null; ; ) {
    const page: readonly TenantId[] = await openDirectory(defaultTenant, 0).listTenants({ after, limit });
    yield* page;
    if (page.length < limit) return;
    after = page[limit - 1];
  }
}

/** POST /v1/signing-keys: what was signed before stays good. */
export function rotateSigningKey(deps: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    const made = await deps.signingKeys.rotate(directoryContext(c, deps));
    if (!made.ok) return refuse(c, made.failure);
    return answer(c, 201, { kid: made.value } satisfies Body<typeof signingKeyAnswerSchema>);
  };
}

/** GET /.well-known/jwks.json (RFC 7517, section 5), to anybody. */
export function showPublicKeys({ config, signingKeys }: Deps) {
  return async (c: Context<AppEnv>): Promise<Response> => {
    if (config.keks.length === 0) return refuse(c, { code: "not_ready", reason: "SAMEFACE_KEK is not set" });
    return c.json(await signingKeys.jwks(), 200, { "Content-Type": "application/jwk-set+json" });
  };
}
