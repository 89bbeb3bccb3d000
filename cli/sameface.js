#!/usr/bin/env node
/** Runs the sources with Node's version from the clone's packages, or in an installed package the built files. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const node = path("../node_modules/node/bin/node");

if (existsSync(path("./main.ts")) && existsSync(node)) {
  // The clone's own wrangler, and for it the same Node.
  const PATH = [path("../node_modules/.bin"), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH };
  const run = spawn(node, [path("./main.ts"), ...process.argv.slice(2)], { stdio: "inherit", env });
  // A terminal's Ctrl-C reaches both by itself; the program takes the second for the same one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => run.kill(signal));
  run.once("error", () => {
    process.exitCode = 2;
  });
  run.once("exit", (code) => {
    process.exitCode = code ?? 2;
  });
} else {
  await import("../dist/cli/main.js");
}
