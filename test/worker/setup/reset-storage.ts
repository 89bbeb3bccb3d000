/** Storage that is empty, whether the objects that held it still run or not. */
import { listDurableObjectIds, reset, runInDurableObject } from "cloudflare:test";
import { directories, galleries, templates } from "./service.ts";

/** Time in which a write to KV that is under way arrives, ms. */
const underWayMs = 30;

/**
 * Deletes what every object stores, and KV. `reset` alone passes over an object that was evicted, so each is woken
 * first.
 */
export async function resetStorage(): Promise<void> {
  await wakeAll(directories);
  await wakeAll(galleries);
  await reset();
}

/**
 * Empties the storage at the end of a file, whose last writes to KV may still be under way: the next file must not meet
 * them.
 */
export async function leaveNothing(): Promise<void> {
  await resetStorage();
  await new Promise((resolve) => setTimeout(resolve, underWayMs));
  for (const { name } of (await templates.list()).keys) await templates.delete(name);
}

async function wakeAll<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
): Promise<void> {
  for (const id of await listDurableObjectIds(namespace)) {
    await runInDurableObject(namespace.get(id), () => undefined);
  }
}
