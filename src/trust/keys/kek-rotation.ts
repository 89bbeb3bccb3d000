/** Wraps every key anew that an earlier KEK wraps, of all tenants and shards. */
import type { KeyRing } from "../../crypto/key-ring.ts";
import { fail, ok, type Result } from "../../errors.ts";
import type {
  AdministrationDirectory,
  EnrolmentDirectory,
  OpenDirectory,
  SearchDirectory,
} from "../../identity/directory/types.ts";
import { rewrapFaceKey } from "../../identity/records/sealed-face.ts";
import { defaultSettings } from "../../identity/settings.ts";
import { everyTenant, type TenantRegistry } from "../../identity/tenant-registry.ts";
import type { SigningKeys } from "./signing-keys.ts";

/**
 * Most data keys of one call, some 30 ms of computing. The number of its subrequests, of which a Worker may make
 * 10,000 on the paid plan, does not depend on it: there are one for each tenant and three for each shard.
 */
const keysPerCall = 500;

/**
 * Wraps some hundreds of keys anew. Every step is complete in itself: a call that breaks off is followed by another,
 * until `done`. Fails with `not_ready`.
 */
export type RewrapKeys = () => Promise<Result<{ readonly rewrapped: number; readonly done: boolean }>>;

export interface KekRotationDeps {
  readonly openDirectory: OpenDirectory<
    Pick<AdministrationDirectory, "admit"> &
      Pick<EnrolmentDirectory, "listWrappedByOthers" | "rewrap"> &
      Pick<SearchDirectory, "rewrapGallery">
  >;
  readonly registry: Pick<TenantRegistry, "list">;
  readonly ring: KeyRing;
  readonly signingKeys: Pick<SigningKeys, "rewrap">;
}

export function createKekRotation({
  openDirectory,
  registry,
  ring,
  signingKeys,
}: KekRotationDeps): RewrapKeys {
  return async () => {
    const kekId = await ring.currentKekId();
    let rewrapped = await signingKeys.rewrap();
    let left = keysPerCall;
    let galleriesDone = true;
    for await (const tenant of everyTenant(registry)) {
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
          return fail({ code: "not_ready", reason });
        }
        rewrapped += await directory.rewrap(opened);
        left -= keys.length;
        const blocks = await directory.rewrapGallery(kekId);
        if (!blocks.ok) return blocks;
        rewrapped += blocks.value.rewrapped;
        galleriesDone &&= blocks.value.done;
      }
    }
    return ok({ rewrapped, done: left > 0 && galleriesDone });
  };
}
