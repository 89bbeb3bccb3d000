/**
 * Bundles the Worker into dist/worker/ for `sameface serve`: the bytes that `wrangler deploy` would upload, the stand-in
 * for the platform's bindings, and the files of public/.
 *
 *   node tools/bundle-worker.ts [--if-stale]
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative: string) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const target = path("dist/worker");
/** Written last, so that a build that was cut off counts as stale. */
const stamp = `${target}/bundle.json`;

if (!(process.argv.includes("--if-stale") && isFresh())) await bundle();

function isFresh(): boolean {
  if (!existsSync(stamp)) return false;
  const builtMs = statSync(stamp).mtimeMs;
  const sources = globSync(
    [
      "browser/**/*.ts",
      "src/**/*.ts",
      "wasm/**/*.wasm",
      "model/**/*.{json,plan}",
      "public/**",
      "wrangler.toml",
    ],
    {
      cwd: path("."),
    },
  );
  return sources.every((file) => statSync(path(file)).mtimeMs < builtMs);
}

async function bundle(): Promise<void> {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      path("node_modules/wrangler/bin/wrangler.js"),
      "deploy",
      "--dry-run",
      "--env=",
      "--outdir",
      `${target}/main`,
    ],
    {
      cwd: path("."),
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" },
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`wrangler cannot bundle the Worker:\n${stderr}`);
  for (const file of ["README.md", "index.js.map"]) rmSync(`${target}/main/${file}`, { force: true });
  await build({
    entryPoints: [path("src/own-machine/platform.ts")],
    outfile: `${target}/platform.js`,
    bundle: true,
    format: "esm",
    external: ["cloudflare:workers"],
    logLevel: "warning",
  });
  cpSync(path("public"), `${target}/public`, { recursive: true });
  const compatibilityDate = /^compatibility_date = "(.+)"$/m.exec(
    readFileSync(path("wrangler.toml"), "utf8"),
  )?.[1];
  writeFileSync(stamp, `${JSON.stringify({ compatibilityDate })}\n`);
}
