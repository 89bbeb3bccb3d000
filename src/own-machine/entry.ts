/** The Worker's entry on plain workerd: the Worker that is deployed, and the entrypoint that runs its schedule. */
import { WorkerEntrypoint } from "cloudflare:workers";
import worker from "../index.ts";
import type { Bindings } from "../wiring/bindings.ts";

export * from "../index.ts";
export default worker;

/** Entrypoint by which `platform.ts` stands in for cron triggers. No socket leads to it. */
export class Schedule extends WorkerEntrypoint<Bindings> {
  /** Runs the handler of cron triggers. @param scheduledTime time that the run was due at, ms since 1970 */
  run(cron: string, scheduledTime: number): Promise<void> {
    return worker.scheduled({ cron, scheduledTime, noRetry: () => undefined }, this.env);
  }
}
