/** The service in workerd on 127.0.0.1, with a tenant whose people are enrolled. */
import { join } from "node:path";
import { type CollectingWorker, startCollectingWorker } from "../bench/instruments/collections.ts";
import { openConnection } from "../bench/service/connection.ts";
import { apiKey } from "../bench/service/settings.ts";
import { bundle } from "../bench/setup/bundle.ts";
import type { Setting } from "./journeys.ts";
import type { Photos } from "./photos.ts";
import { requestsOf } from "./requests.ts";
import { bodyOf } from "./right-answers.ts";
import { audrey, franck } from "./single.ts";

const entry = join(import.meta.dirname, "../bench/workers/measured.ts");

const mostReasons = 5000;

export interface Service extends Setting {
  readonly worker: CollectingWorker;
  /** Reasons of refusals from the service's log, by the request's id; of the last requests only. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** Starts the service without rate limits, since all callers share a key. */
export async function startService(photos: Photos): Promise<Service> {
  const reasons = new Map<string, string>();
  const worker = await startCollectingWorker(bundle(entry, "soak", "service"), (line) => {
    const { request_id, reason, error } = JSON.parse(line) as Record<string, string | undefined>;
    if (request_id === undefined || (reason ?? error) === undefined) return;
    reasons.set(request_id, String(reason ?? error));
    if (reasons.size > mostReasons) reasons.delete(reasons.keys().next().value!);
  });
  const connection = openConnection(worker.url);
  const make = async (message: Parameters<typeof connection.exchange>[0]) => {
    const outcome = await connection.exchange(message);
    if (outcome.kind !== "answered" || outcome.status !== 201)
      throw new Error(`${message.path} did not answer 201: ${JSON.stringify(outcome)}`);
    return bodyOf(outcome.body);
  };
  const root = requestsOf(apiKey);
  const requests = requestsOf(String((await make(root.json("/v1/tenants", { tenant_id: "soak" }))).key));
  const key = (await make(requests.json("/v1/keys", { name: "verifier", scopes: ["verify"] }))).key;
  await make(requests.raw(`/v1/subjects/${franck}/faces`, photos.franck));
  await make(requests.raw(`/v1/subjects/${audrey}/faces`, photos.audrey));
  connection.close();
  return { worker, reasons, photos, requests, verifier: requestsOf(String(key)) };
}
