/**
 * Directories that die: the n-th write throws, whether to SQLite, the alarm or KV, and so does every
 * one after it, as if the object had been killed there. What it left behind is real.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { createDirectory, type DirectoryStorage } from "../../src/identity/directory/directory.ts";
import type { Target } from "../../src/identity/directory/outbox.ts";
import type { Directory, OpenDirectory } from "../../src/identity/directory/types.ts";
import { defaultTenant } from "../../src/identity/ids.ts";
import { createKvCopies } from "../../src/identity/kv.ts";
import type { RecordCopies } from "../../src/identity/record-copies.ts";
import { directories, templates } from "./service.ts";

export class Crash extends Error {}

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

/** As if the object had never run: what it knows, it must read. */
export async function restart(tenant: string = defaultTenant, shard = 0): Promise<void> {
  await evictDurableObject(stubOf(tenant, shard));
}

export function mortalDirectories(fuse: Fuse, targets: readonly Target[] = ["copy"]): OpenDirectory {
  return (tenant, shard) =>
    new Proxy({} as Directory, {
      get(_, method: keyof Directory) {
        return (...parameters: unknown[]) =>
          runInDurableObject(stubOf(tenant, shard), async (_, state) => {
            const directory = createDirectory({
              storage: mortalStorage(state.storage, fuse),
              copies: mortalCopies(fuse),
              targets,
              clock: () => Date.now(),
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
