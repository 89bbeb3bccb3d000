/** Storage that is empty, whether the objects that held it still run or not. */
import { listDurableObjectIds, reset, runInDurableObject } from "cloudflare:test";
import { directories, galleries } from "./service.ts";

/** Deletes what every object stores, and KV. `reset` alone passes over an object that was evicted, so each is woken first. */
export async function resetStorage(): Promise<void> {
  await wakeAll(directories);
  await wakeAll(galleries);
  await reset();
}

async function wakeAll<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
): Promise<void> {
  for (const id of await listDurableObjectIds(namespace)) {
    await runInDurableObject(namespace.get(id), () => undefined);
  }
}
