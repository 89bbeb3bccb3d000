/** Runs the service on one's own machine: the Worker on plain workerd, with its data in a folder. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { type Config, parseConfig } from "../../src/config.ts";
import type { Command } from "../command.ts";
import { minApiKeyLength } from "../deploy/secrets.ts";
import { type Options, optionalNumber } from "../options.ts";
import type { ExitCode } from "../output.ts";
import { findWorkerd, openBundle } from "../serve/bundle.ts";
import { type Rates, workerdConfig } from "../serve/config.ts";
import { createMetrics, type Metrics } from "../serve/metrics.ts";
import { type Running, residentBytes, startWorkerd } from "../serve/process.ts";
import { startSchedule } from "../serve/schedule.ts";
import { UsageError } from "../usage.ts";

const defaultPort = 8787;
const defaultHost = "127.0.0.1";
const defaultFolder = "sameface-data";
/** Limits of wrangler.toml, requests a minute. */
export const defaultRates: Rates = { KEY_RATE: 6000, SESSION_RATE: 60, FAILURE_RATE: 100 };

export const serve: Command = {
  maxWords: 0,
  flags: ["port", "host", "data", "metrics-port", "behind-proxy"],
  run: (_, options) => serveUntilStopped(options),
};

async function serveUntilStopped(options: Options): Promise<ExitCode> {
  const host = options.host ?? defaultHost;
  const port = portOf("port", options.port) ?? defaultPort;
  const metricsPort = portOf("metrics-port", options["metrics-port"]);
  if (options.data?.trim() === "") throw new UsageError("--data must be a folder.");
  const folder = resolve(options.data ?? defaultFolder);
  const { env } = process;
  checkEnvironment(parseConfig(env), host);
  const rates = ratesIn(env);
  const workerd = findWorkerd();
  if (workerd === undefined)
    throw new UsageError("workerd is not installed here. It is a package of its own: npm install workerd");
  const hostInUrl = host.includes(":") ? `[${host}]` : host;
  const bundle = openBundle();
  const config = workerdConfig({
    bundle,
    address: `${hostInUrl}:${port}`,
    behindProxy: options["behind-proxy"],
    rates,
    variables: Object.keys(env).filter((name) => name.startsWith("SAMEFACE_")),
  });
  const metrics = createMetrics(Date.now() / 1000);
  const running = await startWorkerd(workerd, folder, config, (line, stream) => {
    process[stream === "out" ? "stdout" : "stderr"].write(`${line}\n`);
    metrics.count(line);
  });
  if (running === undefined) return 0;
  const server =
    metricsPort === undefined ? undefined : await showMetrics(metrics, running, host, metricsPort);
  if (server !== undefined)
    say(`metrics at http://${hostInUrl}:${(server.address() as AddressInfo).port}/metrics`);
  say(
    `sameface serves http://${hostInUrl}:${running.port}, with its data in ${folder} (workerd ${running.pid})`,
  );
  const schedule = startSchedule(bundle.crons, say);
  const code = await running.ended;
  schedule.stop();
  server?.close();
  if (code !== 0) say(`workerd ended with ${code ?? "a signal"}.`);
  return code === 0 ? 0 : 2;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Refuses an environment in which the service would refuse every call, or would let strangers in. */
function checkEnvironment({ environment, apiKey, keks }: Config, host: string): void {
  const make = "make one with `openssl rand -base64 32`, and keep it where your secrets are";
  if (apiKey === undefined) throw new UsageError(`SAMEFACE_API_KEY is not set: ${make}.`);
  if (environment === "production" && apiKey.length < minApiKeyLength)
    throw new UsageError(
      `SAMEFACE_API_KEY is short: it must have ${minApiKeyLength} random characters or more; ${make}.`,
    );
  if (keks.length === 0)
    throw new UsageError(
      `SAMEFACE_KEK is not set, or is the published one: ${make}; without it no face can be read.`,
    );
  if (environment === "development" && !["127.0.0.1", "::1", "localhost"].includes(host))
    throw new UsageError("SAMEFACE_ENV is development: serve on 127.0.0.1 only, or take it out.");
}

function ratesIn(env: NodeJS.ProcessEnv): Rates {
  const rates = Object.entries(defaultRates).map(([name, byDefault]) => {
    const text = env[`SAMEFACE_${name}`];
    const rate = text === undefined || text === "" ? byDefault : Number(text);
    if (!Number.isInteger(rate) || rate < 1)
      throw new UsageError(`SAMEFACE_${name} must be a number of requests a minute, 1 or more.`);
    return [name, rate];
  });
  return Object.fromEntries(rates) as Rates;
}

function portOf(name: "port" | "metrics-port", text: string | undefined): number | undefined {
  const port = optionalNumber(name, text);
  if (port !== undefined && (!Number.isInteger(port) || port > 65_535))
    throw new UsageError(`--${name} must be a port, 0 to 65535`);
  return port;
}

/** Answers `GET /metrics` on a port of its own, which is for the operator's network alone. Ends workerd where it cannot. */
async function showMetrics(metrics: Metrics, running: Running, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const isFound = request.method === "GET" && request.url === "/metrics";
    response.writeHead(isFound ? 200 : 404, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
    response.end(isFound ? metrics.write(residentBytes(running.pid)) : "");
  });
  try {
    await new Promise<void>((done, fail) => server.once("error", fail).listen(port, host, done));
  } catch (error) {
    running.stop();
    await running.ended;
    throw new Error(`Metrics cannot be served: ${(error as Error).message}`);
  }
  return server;
}
