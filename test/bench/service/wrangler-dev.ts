/** The service under `wrangler dev`, with its proxy, as on a developer's machine. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../fixtures/free-port.ts";
import { childrenOf } from "../instruments/process.ts";
import { node, repository, wrangler } from "../setup/paths.ts";
import { variables } from "./settings.ts";

export interface RunningDev {
  readonly url: URL;
  /** Process ids of wrangler itself and of every workerd that it started. */
  readonly pids: readonly number[];
  /** Time from starting the process until it says that it is ready. */
  readonly startMs: number;
  stop(): Promise<void>;
}

const startTimeoutMs = 120_000;

export async function startWranglerDev(): Promise<RunningDev> {
  const port = await freePort();
  const inspectorPort = await freePort();
  const state = mkdtempSync(join(tmpdir(), "sameface-bench-"));
  const startedAt = performance.now();
  const child = spawn(
    node,
    [
      ...[wrangler, "dev", "--port", String(port), "--inspector-port", String(inspectorPort)],
      ...["--minify=false", "--persist-to", state, "--show-interactive-dev-session=false"],
      ...Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ],
    {
      cwd: repository,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGINT");
    await exited;
    rmSync(state, { recursive: true, force: true });
  };
  try {
    await said(child.stdout, /Ready on/);
  } catch (error) {
    await stop();
    throw error;
  }
  const startMs = performance.now() - startedAt;
  // Reading continues, so that the log of requests never fills the pipe.
  child.stdout.resume();
  child.stderr.resume();
  return { url: new URL(`http://127.0.0.1:${port}/`), pids: withDescendants(child.pid!), startMs, stop };
}

function said(stream: NodeJS.ReadableStream, wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${text}`)), startTimeoutMs);
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (!wanted.test(text)) return;
      clearTimeout(timer);
      stream.removeAllListeners("data");
      resolve();
    });
    stream.on("end", () => reject(new Error(`ended before it was ready:\n${text}`)));
  });
}

function withDescendants(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(withDescendants)];
}
