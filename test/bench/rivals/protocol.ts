/**
 * Runs a rival in a process of its own, so that its memory and its garbage stay apart. The process gets photos over
 * its channel and answers with its result and its time.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { node } from "../setup/paths.ts";

export interface Found {
  /** Box of the face, px of the photo. */
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly descriptor: readonly number[];
}

export interface RivalAnswer {
  readonly ms: number;
  /** Processor time of all threads. */
  readonly cpuMs: number;
  readonly found: Found;
  /** Match by the rival's own rule, against the enrolled face; true for the enrolment itself. */
  readonly match: boolean;
}

export interface RivalProcess {
  readonly versions: Readonly<Record<string, string>>;
  /** Keeps the face of the first photo, and compares every later one with it. */
  verify(photo: Uint8Array): Promise<RivalAnswer>;
  stop(): Promise<void>;
}

type Reply =
  | { readonly versions: Record<string, string> }
  | { readonly answer: RivalAnswer }
  | { readonly error: string };

/** A rival's program with all that it needs loaded. */
export interface Rival {
  readonly versions: Readonly<Record<string, string>>;
  encode(photo: Uint8Array): Promise<Found>;
  /** Applies the rule that its documentation gives for one person. */
  isSame(a: readonly number[], b: readonly number[]): boolean;
}

export async function startRival(program: string): Promise<RivalProcess> {
  const child = fork(join(import.meta.dirname, program), {
    execPath: node,
    // 12 megapixels as an array of JavaScript numbers need more than the default heap.
    execArgv: ["--max-old-space-size=8192", "--no-warnings"],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ready = await nextReply(child);
  if (!("versions" in ready)) throw new Error(`${program} did not start: ${JSON.stringify(ready)}`);
  return {
    versions: ready.versions,
    async verify(photo) {
      child.send({ photo });
      const reply = await nextReply(child);
      if (!("answer" in reply)) throw new Error(`${program}: ${JSON.stringify(reply)}`);
      return reply.answer;
    },
    async stop() {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

async function nextReply(child: ChildProcess): Promise<Reply> {
  const gone = new AbortController();
  try {
    return await Promise.race([
      once(child, "message", { signal: gone.signal }).then(([reply]) => reply as Reply),
      once(child, "exit", { signal: gone.signal }).then(([code]): never => {
        throw new Error(`a rival ended with code ${code}`);
      }),
    ]);
  } finally {
    gone.abort();
  }
}

/** Serves in the child process. */
export async function serve(load: () => Promise<Rival>): Promise<void> {
  const say = (reply: Reply) => process.send?.(reply);
  const describe = (error: unknown) =>
    error instanceof Error ? (error.stack ?? error.message) : String(error);
  try {
    const rival = await load();
    let enrolled: readonly number[] | undefined;
    const verify = async (photo: Uint8Array): Promise<RivalAnswer> => {
      const cpuBefore = process.cpuUsage();
      const startedAt = performance.now();
      const found = await rival.encode(photo);
      enrolled ??= found.descriptor;
      const match = rival.isSame(enrolled, found.descriptor);
      const ms = performance.now() - startedAt;
      const cpu = process.cpuUsage(cpuBefore);
      return { ms, cpuMs: (cpu.user + cpu.system) / 1000, found, match };
    };
    process.on("message", ({ photo }: { photo: Uint8Array }) => {
      verify(photo).then(
        (answer) => say({ answer }),
        (error) => say({ error: describe(error) }),
      );
    });
    say({ versions: rival.versions });
  } catch (error) {
    say({ error: describe(error) });
  }
}
