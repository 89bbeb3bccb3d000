/** Runs the command line as a process of its own, in a folder of its own. */
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./setting.ts";

export const node = join(repository, "node_modules/node/bin/node");
export const main = join(repository, "cli/main.ts");
export const transfer = join(repository, "tools/transfer.ts");
export const migrate = join(repository, "tools/migrate.ts");

/** Variables that make Node cache compiled programs by content, so that a hundred starts of a command are quick. */
export const compileCache = { NODE_COMPILE_CACHE: join(tmpdir(), "sameface-compile-cache") };

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs with only the path of this process's environment, and with `input` as standard input. */
export function runIn(
  folder: string,
  program: string,
  args: readonly string[],
  env: Record<string, string>,
  input: Uint8Array = new Uint8Array(),
): Promise<Ran> {
  return new Promise((resolve) => {
    const options = {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", HOME: folder, ...compileCache, ...env },
    };
    const child = execFile(node, [program, ...args], options, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
    // A program that refuses its words does not read its input.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
