/**
 * Seals a face for storage: its record with a data key of its own, and that key wrapped.
 *
 * Every sealed text is bound to the tenant, the subject, the face, the model and the data key's id, so one that was
 * moved or altered does not open. Whoever deletes the wrapped key has deleted every copy of the record.
 */

import { toHex } from "../../crypto/digest.ts";
import type { KeyRing } from "../../crypto/key-ring.ts";
import type { RandomBytes } from "../../crypto/random.ts";
import { aesKeyBytes, type Bytes, importAesKey, open, seal } from "../../crypto/sealing.ts";
import { fail, ok, type Result } from "../../errors.ts";
import type { FaceKey } from "../directory/data.ts";
import type { TenantId } from "../ids.ts";
import type { Metadata, StoredFace } from "../store/store.ts";
import { decodeRecord, encodeRecord } from "./record.ts";

const keyIdBytes = 8;

type Name = Pick<FaceKey, "subjectId" | "faceId" | "model" | "keyId">;

function context(purpose: string, tenant: TenantId, { subjectId, faceId, model, keyId }: Name): string[] {
  return [`sameface ${purpose} 1`, tenant, subjectId, faceId, model, keyId];
}

export interface SealedFace {
  readonly key: FaceKey;
  readonly sealed: Bytes;
  readonly sealedMetadata: Bytes | null;
}

export async function sealFace(
  tenant: TenantId,
  face: StoredFace,
  metadata: Metadata | undefined,
  ring: KeyRing,
  random: RandomBytes,
): Promise<SealedFace> {
  const { subjectId, faceId, embedding, createdAt } = face;
  const name = { subjectId, faceId, model: embedding.model, keyId: toHex(random(keyIdBytes)) };
  const raw = random(aesKeyBytes);
  const [dataKey, wrapped] = await Promise.all([
    importAesKey(raw),
    ring.wrap(raw, context("data key", tenant, name)),
  ]);
  return {
    key: { ...name, ...wrapped, createdAtMs: createdAt.getTime() },
    sealed: await seal(dataKey, encodeRecord(face), context("template", tenant, name), random),
    sealedMetadata:
      metadata === undefined
        ? null
        : await seal(dataKey, bytesOfMetadata(metadata), context("metadata", tenant, name), random),
  };
}

/** Unwraps the data key; undefined when no KEK of the ring opens it. */
async function openDataKey(tenant: TenantId, key: FaceKey, ring: KeyRing): Promise<Bytes | undefined> {
  return ring.unwrap(key, context("data key", tenant, key));
}

/** Opens a sealed record. Fails with `corrupt_record` or `model_mismatch`. */
export async function openFace(
  tenant: TenantId,
  key: FaceKey,
  sealed: Bytes,
  ring: KeyRing,
): Promise<Result<StoredFace>> {
  const corrupt = (reason: string) => fail({ code: "corrupt_record", faceId: key.faceId, reason });
  const raw = await openDataKey(tenant, key, ring);
  if (raw === undefined) return corrupt(`its data key does not open with the key ${key.kekId}`);
  const record = await open(await importAesKey(raw), sealed, context("template", tenant, key));
  if (record === undefined) return corrupt("it was altered, cut or moved");
  const face = decodeRecord(record, key.subjectId, key.faceId);
  if (face.ok && face.value.embedding.model !== key.model)
    return corrupt("it is of another model than its key");
  return face;
}

/** Seals metadata with the face's data key. Fails with `corrupt_record`. */
export async function sealMetadata(
  tenant: TenantId,
  key: FaceKey,
  metadata: Metadata,
  ring: KeyRing,
  random: RandomBytes,
): Promise<Result<Bytes>> {
  return sealBeside("metadata", tenant, key, bytesOfMetadata(metadata), ring, random);
}

function bytesOfMetadata(metadata: Metadata): Bytes {
  return new Uint8Array(new TextEncoder().encode(JSON.stringify(metadata)));
}

/** Opens sealed metadata. Fails with `corrupt_record`. */
export async function openMetadata(
  tenant: TenantId,
  key: FaceKey,
  sealed: Bytes,
  ring: KeyRing,
): Promise<Result<Metadata>> {
  const opened = await openBeside("metadata", tenant, key, [sealed], ring);
  return opened.ok ? ok(JSON.parse(new TextDecoder().decode(opened.value[0])) as Metadata) : opened;
}

/** Bytes that lie beside a face's record under its data key: metadata, a capture's sketch, or an attempt's answer. */
export type Beside = "metadata" | "sketch" | "answer";

/** Seals bytes with the face's data key. Fails with `corrupt_record`. */
export async function sealBeside(
  beside: Beside,
  tenant: TenantId,
  key: FaceKey,
  plain: Bytes,
  ring: KeyRing,
  random: RandomBytes,
): Promise<Result<Bytes>> {
  const raw = await openDataKey(tenant, key, ring);
  if (raw === undefined) {
    return fail({ code: "corrupt_record", faceId: key.faceId, reason: "its data key does not open" });
  }
  return ok(await seal(await importAesKey(raw), plain, context(beside, tenant, key), random));
}

/** Opens bytes that were sealed with the face's data key. Fails with `corrupt_record` if one does not open. */
export async function openBeside(
  beside: Beside,
  tenant: TenantId,
  key: FaceKey,
  sealed: readonly Bytes[],
  ring: KeyRing,
): Promise<Result<Bytes[]>> {
  const raw = await openDataKey(tenant, key, ring);
  const dataKey = raw && (await importAesKey(raw));
  const opened: Bytes[] = [];
  for (const bytes of sealed) {
    const plain = dataKey && (await open(dataKey, bytes, context(beside, tenant, key)));
    if (plain === undefined) {
      return fail({ code: "corrupt_record", faceId: key.faceId, reason: `its ${beside} does not open` });
    }
    opened.push(plain);
  }
  return ok(opened);
}

/** Wraps the data key by the ring's current KEK; undefined when no KEK of the ring opens it. */
export async function rewrapFaceKey(tenant: TenantId, key: FaceKey, ring: KeyRing) {
  const raw = await openDataKey(tenant, key, ring);
  return raw === undefined ? undefined : ring.wrap(raw, context("data key", tenant, key));
}
