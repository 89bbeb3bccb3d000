/**
 * Directories that crash: the n-th write throws, whether to SQLite, the alarm or KV, and so does every one after it,
 * as if the object had been killed there. The storage that it left behind is real.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { createKeyRing } from "../../../src/crypto/key-ring.ts";
import { createDirectory } from "../../../src/identity/directory/directory.ts";
import type { DirectoryStorage } from "../../../src/identity/directory/ledger.ts";
import type { Directory, OpenDirectory } from "../../../src/identity/directory/types.ts";
import { createBlockCache } from "../../../src/identity/gallery/block-cache.ts";
import { createGallery } from "../../../src/identity/gallery/gallery.ts";
import type { Gallery } from "../../../src/identity/gallery/types.ts";
import { defaultTenant } from "../../../src/identity/ids.ts";
import { createKvCopies } from "../../../src/identity/records/kv.ts";
import type { RecordCopies } from "../../../src/identity/records/record-copies.ts";
import { openFace } from "../../../src/identity/records/sealed-face.ts";
import { createScanner } from "../../../src/inference/kernels/scan.ts";
import kernels from "../../../wasm/kernels-relaxed.wasm";
import { directories, galleries, randomBytes, templates, testKek } from "./service.ts";

const { scan } = createScanner(kernels);

class Crash extends Error {}

export interface Fuse {
  /** Counts a write, and throws from the n-th on. */
  write(): void;
  readonly blown: boolean;
}

export function fuse(writes: number): Fuse {
  let left = writes;
  return {
    write() {
      left--;
      if (left < 0) throw new Crash("killed");
    },
    get blown() {
      return left < 0;
    },
  };
}

export function stubOf(tenant: string = defaultTenant, shard = 0) {
  return directories.get(directories.idFromName(`${tenant}/${shard}`));
}

export function galleryStubOf(tenant: string = defaultTenant, shard = 0) {
  return galleries.get(galleries.idFromName(stubOf(tenant, shard).id.toString()));
}

/** Drops all state in memory, so that the objects must read it again. */
export async function restart(tenant: string = defaultTenant, shard = 0): Promise<void> {
  await evictDurableObject(stubOf(tenant, shard));
  await evictDurableObject(galleryStubOf(tenant, shard)).catch((error: Error) => {
    if (!error.message.includes("not currently running")) throw error;
  });
}

/** Makes a gallery on the real storage that crashes with the fuse; `keks` as the Worker's. */
export function mortalGallery(fuse: Fuse, name: string, keks: readonly string[] = [testKek]): Gallery {
  return new Proxy({} as Gallery, {
    get(_, method: keyof Gallery) {
      return (...parameters: unknown[]) =>
        runInDurableObject(galleries.get(galleries.idFromName(name)), async (_, state) => {
          const gallery = createGallery({
            storage: mortalStorage(state.storage, fuse),
            name: state.id.toString(),
            ring: createKeyRing(keks, randomBytes),
            openRecord: openFace,
            random: randomBytes,
            cache: createBlockCache({ maxBytesEach: 0, maxBytes: 0 }),
            scan,
          });
          return (gallery[method] as (...parameters: unknown[]) => Promise<unknown>)(...parameters);
        });
    },
  });
}

export function mortalDirectories(fuse: Fuse, keks: readonly string[] = [testKek]): OpenDirectory {
  return (tenant, shard) =>
    new Proxy({} as Directory, {
      get(_, method: keyof Directory) {
        return (...parameters: unknown[]) =>
          runInDurableObject(stubOf(tenant, shard), async (_, state) => {
            const directory = createDirectory({
              storage: mortalStorage(state.storage, fuse),
              copies: mortalCopies(fuse),
              openGallery: () => mortalGallery(fuse, state.id.toString(), keks),
              clock: () => Date.now(),
              newEpoch: () => crypto.randomUUID(),
            });
            return (directory[method] as (...parameters: unknown[]) => Promise<unknown>)(...parameters);
          });
      },
    });
}

function mortalStorage(storage: DurableObjectStorage, fuse: Fuse): DirectoryStorage {
  const sql = {
    exec(query: string, ...bindings: unknown[]) {
      if (!/^\s*SELECT/i.test(query)) fuse.write();
      return storage.sql.exec(query, ...bindings);
    },
  };
  return {
    sql: sql as SqlStorage,
    transactionSync: (change) => storage.transactionSync(change),
    getAlarm: () => storage.getAlarm(),
    async setAlarm(time) {
      fuse.write();
      await storage.setAlarm(time);
    },
    async deleteAlarm() {
      fuse.write();
      await storage.deleteAlarm();
    },
  };
}

function mortalCopies(fuse: Fuse): RecordCopies {
  const copies = createKvCopies(templates);
  return {
    read: copies.read,
    async write(...parameters) {
      fuse.write();
      await copies.write(...parameters);
    },
    async remove(...parameters) {
      fuse.write();
      await copies.remove(...parameters);
    },
  };
}
