/**
 * Seals blocks for storage. Each write of a block uses a new data key, which the KEK wraps. So a face that is taken
 * out leaves no key to any earlier copy of the block, wherever that may be. A block is bound to its gallery, its
 * place, its kind and its length.
 */

import { toHex } from "../../crypto/digest.ts";
import type { KeyRing, WrappedKey } from "../../crypto/key-ring.ts";
import type { RandomBytes } from "../../crypto/random.ts";
import { aesKeyBytes, type Bytes, importAesKey, open, seal } from "../../crypto/sealing.ts";
import type { TenantId } from "../ids.ts";
import { type Block, readBlock } from "./block.ts";
import type { BlockRow } from "./rows.ts";

const keyIdBytes = 8;

/** Owner of a block: two galleries cannot exchange their blocks. */
export interface Place {
  readonly tenant: TenantId;
  /** Name of the gallery. */
  readonly name: string;
}

function keyContext({ tenant, name }: Place, { id, keyId }: Pick<BlockRow, "id" | "keyId">): string[] {
  return ["sameface gallery key 1", tenant, name, `${id}`, keyId];
}

function blockContext({ tenant, name }: Place, row: Omit<BlockRow, "kekId" | "wrapped">): string[] {
  const { id, kind, stride, young, count, keyId } = row;
  return [
    "sameface gallery block 2",
    tenant,
    name,
    `${id}`,
    kind,
    `${stride}`,
    `${young}`,
    `${count}`,
    keyId,
  ];
}

export interface Draft {
  readonly id: number;
  readonly kind: string;
  readonly young: boolean;
  readonly block: Block;
}

export async function sealBlock(
  place: Place,
  { id, kind, young, block }: Draft,
  ring: KeyRing,
  random: RandomBytes,
): Promise<{ row: BlockRow; sealed: Bytes }> {
  const { stride, count, bytes } = block;
  const photos = block.photos.reduce((sum, each) => sum + each, 0);
  const named = { id, kind, stride, young, count, photos, keyId: toHex(random(keyIdBytes)) };
  const raw = random(aesKeyBytes);
  const key = await importAesKey(raw);
  return {
    row: { ...named, ...(await ring.wrap(raw, keyContext(place, named))) },
    sealed: await seal(key, bytes, blockContext(place, named), random),
  };
}

/** Opens a block; undefined when it was altered, cut or moved. Throws where the KEK is not available. */
export async function openBlock(
  place: Place,
  row: BlockRow,
  sealed: Bytes,
  ring: KeyRing,
): Promise<Block | undefined> {
  const raw = await openKey(place, row, ring);
  const bytes = raw && (await open(await importAesKey(raw), sealed, blockContext(place, row)));
  const block = bytes && readBlock(bytes, row.stride);
  return block?.count === row.count ? block : undefined;
}

/** Wraps the block's key by the ring's current KEK. Answers undefined and throws as `openBlock` does. */
export async function rewrapBlockKey(
  place: Place,
  row: BlockRow,
  ring: KeyRing,
): Promise<WrappedKey | undefined> {
  const raw = await openKey(place, row, ring);
  return raw && ring.wrap(raw, keyContext(place, row));
}

async function openKey(place: Place, row: BlockRow, ring: KeyRing): Promise<Bytes | undefined> {
  if (!(await ring.knows(row.kekId))) throw new Error(`the key-encryption key ${row.kekId} is not at hand`);
  return ring.unwrap(row, keyContext(place, row));
}
