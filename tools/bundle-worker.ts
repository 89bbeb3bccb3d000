/**
 * Bundles the Worker into dist/worker/ for `sameface serve`: the bytes that `wrangler deploy` would upload, the entry in
 * front of them, the stand-in for the platform's bindings, and the files of public/.
 *
 *   node tools/bundle-worker.ts [--if-stale]
 *
 * Files change one by one, each at once, and only where they differ: a service may run from the folder meanwhile, and
 * two builds at once make the same.
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const path = (relative: string) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const target = path("dist/worker");
/** Written last, so that a build that was cut off counts as stale. */
const stamp = "bundle.json";

/** Leaves the Worker out of what imports it: wrangler has bundled it as `index.js`. */
const workerAsItIs: Plugin = {
  name: "worker-as-it-is",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.\/index\.ts$/ }, () => ({ path: "./index.js", external: true }));
  },
};

if (!(process.argv.includes("--if-stale") && isFresh())) await bundle();

function isFresh(): boolean {
  if (!existsSync(join(target, stamp))) return false;
  const builtMs = statSync(join(target, stamp)).mtimeMs;
  const sources = globSync(
    [
      ...["{src,browser}/**/*.ts", "wasm/**/*.wasm", "model/**/*.{json,plan}", "public/**/*.*"],
      // npm writes the last one when it installs packages, which are bundled too.
      ...["wrangler.toml", "node_modules/.package-lock.json"],
    ],
    { cwd: path("."), exclude: ["public/browser/**"] },
  );
  return sources.every((file) => statSync(path(file)).mtimeMs < builtMs);
}

async function bundle(): Promise<void> {
  mkdirSync(path("dist"), { recursive: true });
  const made = mkdtempSync(path("dist/worker-"));
  try {
    await bundleInto(made);
    for (const file of filesOf(target)) if (!existsSync(join(made, file))) rmSync(join(target, file));
    for (const file of [...filesOf(made).filter((file) => file !== stamp), stamp]) replace(made, file);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

function filesOf(folder: string): string[] {
  return globSync("**/*", { cwd: folder }).filter((file) => statSync(join(folder, file)).isFile());
}

/** The stamp is always written, for its time. */
function replace(made: string, file: string): void {
  const there = join(target, file);
  const isSame = existsSync(there) && readFileSync(there).equals(readFileSync(join(made, file)));
  if (isSame && file !== stamp) return;
  mkdirSync(dirname(there), { recursive: true });
  const beside = `${there}.${process.pid}`;
  copyFileSync(join(made, file), beside);
  renameSync(beside, there);
}

async function bundleInto(folder: string): Promise<void> {
  const wrangler = path("node_modules/wrangler/bin/wrangler.js");
  const { status, stderr } = spawnSync(
    process.execPath,
    [wrangler, "deploy", "--dry-run", "--env=", "--outdir", join(folder, "main")],
    {
      cwd: path("."),
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`wrangler cannot bundle the Worker:\n${stderr}`);
  for (const file of ["README.md", "index.js.map"]) rmSync(join(folder, "main", file), { force: true });
  for (const name of ["entry", "platform"]) {
    await build({
      entryPoints: [path(`src/own-machine/${name}.ts`)],
      outfile: join(folder, `${name}.js`),
      bundle: true,
      format: "esm",
      external: ["cloudflare:workers"],
      plugins: [workerAsItIs],
      logLevel: "warning",
    });
  }
  cpSync(path("public"), join(folder, "public"), { recursive: true });
  const settings = readFileSync(path("wrangler.toml"), "utf8");
  const compatibilityDate = /^compatibility_date = "(.+)"$/m.exec(settings)?.[1];
  const crons = JSON.parse(/^crons = (\[.*\])$/m.exec(settings)?.[1] ?? "[]");
  writeFileSync(join(folder, stamp), `${JSON.stringify({ compatibilityDate, crons })}\n`);
}
