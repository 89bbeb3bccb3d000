/** Runs workerd as a child: one for a folder of data, told to stop by the signals that this process gets. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { lockSocket, objectsFolder } from "./config.ts";

/** Time in which requests under way are finished after a signal to stop, ms. Orchestrators wait 30 s at most. */
const graceMs = 25_000;

/**
 * Time after the first signal in which another one counts as the same, ms: a signal to the process group reaches this
 * process by itself and through its launcher, which forwards it.
 */
const sameSignalMs = 1000;
const stopSignals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Waits until its standard input ends, as it does when the process that holds it is gone, and kills a process. */
const guardScript = "trap '' HUP INT TERM; read -r _; kill -KILL \"$1\"";

const configFile = "workerd.capnp";
const pidFile = "workerd.pid";

export interface Running {
  readonly pid: number;
  /** Port on which the service listens. */
  readonly port: number;
  /** Resolves with workerd's exit code when it has ended; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /**
   * Stops taking requests, finishes those under way for 25 s at most, and ends. A second call ends at once, unless it
   * comes within a second.
   */
  readonly stop: () => void;
}

/**
 * Starts workerd in a folder, which becomes this process's working directory: sockets have short paths. Throws
 * where another workerd runs in it, and where this one cannot start. Signals to stop call `stop` as soon as workerd
 * is there; where one came before it listened, the answer is undefined, once workerd has ended. When this process is
 * killed, workerd is too.
 */
export async function startWorkerd(
  workerd: string,
  folder: string,
  config: string,
  onLine: (line: string, stream: "out" | "err") => void,
): Promise<Running | undefined> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  process.chdir(folder);
  if (await answers(lockSocket))
    throw new Error(`workerd ${readOr(pidFile, "(unknown)")} runs in this folder. One process has its data.`);
  rmSync(lockSocket, { force: true });
  mkdirSync(objectsFolder, { recursive: true, mode: 0o700 });
  writeFileSync(configFile, config, { mode: 0o600 });
  let timer: NodeJS.Timeout | undefined;
  let stoppedAt: number | undefined;
  const stop = () => {
    if (stoppedAt === undefined) {
      stoppedAt = performance.now();
      child.kill("SIGTERM");
      timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
    } else if (performance.now() - stoppedAt >= sameSignalMs) child.kill("SIGKILL");
  };
  // The handlers are set before workerd is there, so that no signal ends this process alone.
  for (const signal of stopSignals) process.on(signal, stop);
  const child = spawn(workerd, ["serve", "--control-fd=3", "-I/", configFile], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    // A terminal's Ctrl-C goes to this process alone, which asks workerd to finish first.
    detached: true,
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  ended.then(() => clearTimeout(timer));
  if (child.pid !== undefined) {
    guard(child.pid, ended);
    writeFileSync(pidFile, String(child.pid));
  }
  createInterface({ input: child.stdout as Readable }).on("line", (line) => onLine(line, "out"));
  createInterface({ input: child.stderr as Readable }).on("line", (line) => onLine(line, "err"));
  const port = await Promise.race([
    portOf(child.stdio[3] as Readable),
    ended.then(() => undefined),
    new Promise<undefined>((resolve) => child.once("error", () => resolve(undefined))),
  ]);
  // workerd may still say that it listens after it was told to stop.
  if (stoppedAt !== undefined && child.pid !== undefined) {
    await ended;
    return undefined;
  }
  if (port === undefined || child.pid === undefined) throw new Error("workerd could not start.");
  return { pid: child.pid, port, ended, stop };
}

/** Kills a process when this one is gone, also after SIGKILL, by a shell that outlives it. */
function guard(pid: number, ended: Promise<unknown>): void {
  const shell = spawn("/bin/sh", ["-c", guardScript, "sh", String(pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  // Without a shell workerd runs all the same.
  shell.once("error", () => undefined);
  ended.then(() => shell.kill("SIGKILL"));
}

/** Memory of a process that is in use, bytes; undefined where the system does not tell it in /proc. */
export function residentBytes(pid: number): number | undefined {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readOr(`/proc/${pid}/status`, ""))?.[1];
  return kibibytes === undefined ? undefined : 1024 * Number(kibibytes);
}

function readOr(file: string, byDefault: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return byDefault;
  }
}

/** True when a process listens on the socket; one that was killed leaves a file on which nobody does. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    connection.once("error", () => resolve(false));
  });
}

/** Waits for workerd's message that the service's socket listens. */
function portOf(messages: Readable): Promise<number> {
  return new Promise((resolve) => {
    createInterface({ input: messages }).on("line", (line) => {
      const { event, socket, port } = JSON.parse(line) as { event: string; socket: string; port: number };
      if (event === "listen" && socket === "http") resolve(port);
    });
  });
}
