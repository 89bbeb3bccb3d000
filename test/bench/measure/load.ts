/** Many requests at once: latency and throughput of each call at 1, 4 and 16 connections. */
import autocannon from "autocannon";
import { cpuMs } from "../instruments/process.ts";
import { type Call, compareCall, enrolCall, verifyCall } from "../service/client.ts";
import { type Photos, sizes } from "../setup/photos.ts";
import { type Row, row } from "./results.ts";
import type { Server } from "./verify.ts";

const connectionCounts = [1, 4, 16] as const;

export interface LoadOptions {
  /** Number of requests for each connection in one measurement. */
  readonly perConnection: number;
  readonly fewest: number;
}

export async function measureLoad(
  servers: Readonly<Record<string, Server>>,
  photos: Photos,
  { perConnection, fewest }: LoadOptions,
  say: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { label } of sizes) {
    const photo = photos.person[label];
    const calls = {
      enrol: enrolCall(photo, "load"),
      verify: verifyCall(photo),
      compare: compareCall(photo, photo),
    };
    for (const [operation, call] of Object.entries(calls)) {
      for (const connections of connectionCounts) {
        for (const [server, { url, pids }] of Object.entries(servers)) {
          const amount = Math.max(fewest, connections * perConnection);
          const cpuBefore = pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
          const times = await fire(url, [call], connections, amount);
          const cpu = pids.reduce((sum, pid) => sum + cpuMs(pid), 0) - cpuBefore;
          const labels = {
            section: "load",
            name: `${operation}, ${server}`,
            photo: label,
            connections,
          } as const;
          rows.push(row({ ...labels, cpuMs: cpu / amount }, times));
        }
      }
    }
    say(`load, ${label}: measured`);
  }
  return rows;
}

/** Sends the calls in turn until `amount` were answered. Throws unless every answer is a success. */
export async function fire(
  url: URL,
  calls: readonly Call[],
  connections: number,
  amount: number,
): Promise<number[]> {
  const times: number[] = [];
  const requests = calls.map(({ method, path, headers, body }) => ({
    method,
    path,
    headers: { ...headers },
    ...(body && { body }),
  }));
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const options = { url: url.href, connections, amount, timeout: 120, requests };
    const run = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)));
    run.on("response", (_client, _status, _bytes, ms) => times.push(ms));
  });
  const { errors, timeouts, non2xx, statusCodeStats } = result;
  if (errors + timeouts + non2xx > 0 || times.length !== amount) {
    const answers = JSON.stringify(statusCodeStats);
    throw new Error(
      `${times.length} of ${amount} answers, ${errors} errors, ${timeouts} timeouts: ${answers}`,
    );
  }
  return times;
}
