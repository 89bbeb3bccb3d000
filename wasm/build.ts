/**
 * Builds the kernels: `npm run wasm:build`, with
 *
 *     -- --check   compare with the files at hand instead; exits 1 on a difference, and says so where the
 *                  compiler is not there
 *
 * The compiler is pinned: another version may give other bytes. On Debian: `apt install clang-19 lld-19`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

export const compiler = "clang-19";
const version = "19.1.7";

const folder = join(import.meta.dirname, "kernels");

const flags = [
  "--target=wasm32",
  "-std=c17",
  "-O3",
  "-ffreestanding",
  "-fno-builtin",
  "-nostdlib",
  // A product and a sum never become one operation: every processor gives the same bits.
  "-ffp-contract=off",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-msimd128",
  "-Wl,--no-entry",
  "-Wl,--strip-all",
  "-Wl,-z,stack-size=16384",
];

const builds: Readonly<Record<string, readonly string[]>> = {
  "kernels-relaxed.wasm": ["-mrelaxed-simd"],
  "kernels.wasm": [],
};

/** Sources in an order that does not depend on the machine. */
export function kernelSources(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".c"))
    .sort()
    .map((name) => join(folder, name));
}

/** Whether the pinned compiler is there. */
export function hasCompiler(): boolean {
  try {
    return execFileSync(compiler, ["--version"], { encoding: "utf8" }).includes(` version ${version} `);
  } catch {
    return false;
  }
}

function compile(extra: readonly string[]): Uint8Array {
  const scratch = mkdtempSync(join(tmpdir(), "sameface-wasm-"));
  try {
    const out = join(scratch, "kernels.wasm");
    execFileSync(compiler, [...flags, ...extra, "-o", out, ...kernelSources()], { stdio: "inherit" });
    return readFileSync(out);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function main(): void {
  const { values } = parseArgs({ options: { check: { type: "boolean" } } });
  if (!hasCompiler()) {
    console.log(`not built: there is no ${compiler} ${version}`);
    if (!values.check) process.exitCode = 1;
    return;
  }
  for (const [name, extra] of Object.entries(builds)) {
    const path = join(import.meta.dirname, name);
    const bytes = compile(extra);
    if (!values.check) {
      writeFileSync(path, bytes);
      console.log(`${path}: ${bytes.length} bytes`);
    } else if (existsSync(path) && readFileSync(path).equals(bytes)) console.log(`${name} is as built`);
    else {
      console.error(`differs: ${name}`);
      process.exitCode = 1;
    }
  }
}

if (process.argv[1] === import.meta.filename) main();
