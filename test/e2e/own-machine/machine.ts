/** Starts `sameface serve` as a process of its own, with a folder of data, and ends it in the ways that a process ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { Sameface } from "../../../client/index.ts";
import { compileCache, main, node } from "../command-line.ts";

export const rootKey = "the-root-key-of-a-service-on-ones-own-machine";
export const kek = Buffer.alloc(32, 9).toString("base64");

export interface Machine {
  readonly url: string;
  /** Client with the deployment's own key. */
  readonly client: Sameface;
  readonly metricsUrl: string;
  readonly workerdPid: number;
  /** All that it has written to standard output and standard error. */
  readonly said: () => string;
  /** Sends a signal, by default SIGTERM, and resolves with the exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  /** Sends SIGTERM to the command's process group, where it has one of its own, and resolves with the exit code. */
  readonly stopGroup: () => Promise<number | null>;
  /** Kills the command with SIGKILL, and resolves when it is gone. */
  readonly killCommand: () => Promise<number | null>;
  /** Kills workerd with SIGKILL, and resolves with the exit code of the command. */
  readonly crash: () => Promise<number | null>;
}

export interface Ways {
  /** Command line to run: another checkout's, or the launcher. Default this checkout's. */
  readonly program?: string;
  /** True for a process group of its own, as a shell with job control starts it. */
  readonly ownGroup?: boolean;
  /** Default a free one. */
  readonly metricsPort?: number;
}

/** Starts the service, of this checkout or of another's command line. Throws with all that it said where it does not come up. */
export async function startMachine(
  folder: string,
  env: Record<string, string> = {},
  ways: Ways = {},
): Promise<Machine> {
  const child = runServe(folder, env, ways);
  let said = "";
  const lines = new Map<string, string>();
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const [url, workerdPid] = await new Promise<[string, number]>((resolve, reject) => {
    ended.then((code) => reject(new Error(`serve ended with ${code}:\n${said}`)));
    for (const stream of [child.stdout!, child.stderr!])
      createInterface({ input: stream }).on("line", (line) => {
        said += `${line}\n`;
        const metrics = /^metrics at (\S+)$/.exec(line)?.[1];
        if (metrics !== undefined) lines.set("metrics", metrics);
        const found = /^sameface serves (\S+), .* \(workerd (\d+)\)$/.exec(line);
        if (found !== null) resolve([found[1], Number(found[2])]);
      });
  });
  const end = (signal: () => void) => {
    signal();
    return ended;
  };
  return {
    url,
    client: new Sameface({ url, key: rootKey, timeoutMs: 50_000 }),
    metricsUrl: lines.get("metrics")!,
    workerdPid,
    said: () => said,
    stop: (signal = "SIGTERM") => end(() => child.kill(signal)),
    stopGroup: () => end(() => process.kill(-child.pid!, "SIGTERM")),
    killCommand: () => end(() => child.kill("SIGKILL")),
    crash: () => end(() => process.kill(workerdPid, "SIGKILL")),
  };
}

/** Runs the command with a free port. Its environment is the path and these variables. */
export function runServe(
  folder: string,
  env: Record<string, string> = {},
  { program = main, ownGroup = false, metricsPort = 0 }: Ways = {},
): ChildProcess {
  const secrets = { SAMEFACE_API_KEY: rootKey, SAMEFACE_KEK: kek };
  const ports = ["--port", "0", "--metrics-port", String(metricsPort)];
  return spawn(node, [program, "serve", ...ports, "--data", folder], {
    detached: ownGroup,
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? "", ...compileCache, ...secrets, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
