/** Finds the Worker's bundle and workerd; in a clone the bundle is made first where the sources are newer. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Bundle } from "./config.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Throws where the sources do not bundle. */
export function openBundle(): Bundle {
  const builder = path("../../tools/bundle-worker.ts");
  const isClone = existsSync(builder);
  if (isClone) {
    const { status, stderr } = spawnSync(process.execPath, [builder, "--if-stale"], { encoding: "utf8" });
    if (status !== 0) throw new Error(`The Worker cannot be bundled:\n${stderr}`);
  }
  // dist/worker, from the sources' folder or from the built files' own.
  const folder = isClone ? path("../../dist/worker") : path("../../worker");
  const { compatibilityDate, crons } = JSON.parse(readFileSync(join(folder, "bundle.json"), "utf8")) as Pick<
    Bundle,
    "compatibilityDate" | "crons"
  >;
  const main = join(folder, "main");
  return {
    main,
    modules: readdirSync(main),
    entry: join(folder, "entry.js"),
    platform: join(folder, "platform.js"),
    public: join(folder, "public"),
    compatibilityDate,
    crons,
  };
}

/** Path of workerd's program: of this package's own, or of the project in whose folder the command runs. */
export function findWorkerd(): string | undefined {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), "package.json")).href]) {
    try {
      const found = createRequire(from)("workerd") as { default: string };
      return found.default;
    } catch {}
  }
  return undefined;
}
