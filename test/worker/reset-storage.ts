/** Storage that is empty, whether the objects that held it still run or not. */
import { listDurableObjectIds, reset, runInDurableObject } from "cloudflare:test";
import { directories, galleries, templates } from "./service.ts";

/** Time in which a write to KV that was under way has arrived, ms. */
const underWayMs = 30;

/**
 * Deletes what every object stores, and KV. `reset` alone passes over an object that was evicted, so each is woken first;
 * a directory is also left to finish its copies, which would be written to KV after the reset.
 */
export async function resetStorage(): Promise<void> {
  await inEach(directories, (directory) => directory.maintain(Date.now()));
  await inEach(galleries, () => undefined);
  await reset();
  await new Promise((resolve) => setTimeout(resolve, underWayMs));
  for (const { name } of (await templates.list()).keys) await templates.delete(name);
}

async function inEach<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  visit: (object: T) => Promise<void> | undefined,
): Promise<void> {
  for (const id of await listDurableObjectIds(namespace)) {
    // A test may have left an object that cannot do its chores.
    await runInDurableObject(namespace.get(id), (object) => visit(object as T)?.catch(() => undefined));
  }
}
