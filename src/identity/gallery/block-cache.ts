/**
 * Keeps opened blocks between searches. Objects of one class may share an isolate of 128 MB, so there is a bound for
 * each gallery and one for all of an isolate together: the gallery that was not searched for the longest gives way.
 *
 * A search goes through all blocks in one order, which is the worst case of "least recently used": each block would
 * be dropped just before it is needed. So a full cache takes no further block of the same gallery, and the blocks
 * that it has are hits every time.
 */
import type { Block } from "./block.ts";

export interface BlockCache {
  /** Finds a block; undefined unless it is cached in this very version. */
  find(gallery: string, id: number, version: string): Block | undefined;
  keep(gallery: string, id: number, version: string, block: Block): void;
  forget(gallery: string, id: number): void;
  readonly bytes: number;
}

interface Kept {
  readonly version: string;
  readonly block: Block;
}

interface Shelf {
  readonly blocks: Map<number, Kept>;
  bytes: number;
}

export function createBlockCache(limits: { maxBytesEach: number; maxBytes: number }): BlockCache {
  /** Cached blocks by gallery; the gallery used last comes last. */
  const shelves = new Map<string, Shelf>();
  let bytes = 0;

  function shelfOf(gallery: string): Shelf {
    const shelf = shelves.get(gallery) ?? { blocks: new Map(), bytes: 0 };
    shelves.delete(gallery);
    shelves.set(gallery, shelf);
    return shelf;
  }

  function forget(gallery: string, id: number): void {
    const shelf = shelves.get(gallery);
    const kept = shelf?.blocks.get(id);
    if (shelf === undefined || kept === undefined) return;
    shelf.blocks.delete(id);
    shelf.bytes -= kept.block.bytes.length;
    bytes -= kept.block.bytes.length;
    if (shelf.blocks.size === 0) shelves.delete(gallery);
  }

  /** Drops blocks of other galleries until `wanted` more bytes fit. */
  function makeRoom(gallery: string, wanted: number): void {
    for (const [other, { blocks }] of shelves) {
      if (other === gallery) continue;
      for (const id of [...blocks.keys()]) {
        if (bytes + wanted <= limits.maxBytes) return;
        forget(other, id);
      }
    }
  }

  return {
    find(gallery, id, version) {
      const kept = shelves.get(gallery)?.blocks.get(id);
      if (kept?.version !== version) return undefined;
      shelfOf(gallery);
      return kept.block;
    },
    keep(gallery, id, version, block) {
      forget(gallery, id);
      const wanted = block.bytes.length;
      if ((shelves.get(gallery)?.bytes ?? 0) + wanted > limits.maxBytesEach) return;
      makeRoom(gallery, wanted);
      if (bytes + wanted > limits.maxBytes) return;
      const shelf = shelfOf(gallery);
      shelf.blocks.set(id, { version, block });
      shelf.bytes += wanted;
      bytes += wanted;
    },
    forget,
    get bytes() {
      return bytes;
    },
  };
}
