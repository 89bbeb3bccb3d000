/**
 * Builds the headers that signatures.ts makes, the kernels, the samplers, the JPEG and PNG readers, and the codecs'
 * modules with an imported memory: `npm run wasm:build`, with
 *
 *     -- --check   compare with the existing files instead; exits 1 on a difference, and says so if the
 *                  compiler is missing
 *
 * The compiler is pinned: another version may give other bytes. On Debian: `apt install clang-19 lld-19`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { importMemory } from "./import-memory.ts";
import { headers } from "./signatures.ts";

export const compiler = "clang-19";
const version = "19.1.7";

const require = createRequire(import.meta.url);

const flags = [
  "--target=wasm32",
  "-std=c17",
  "-O3",
  "-ffreestanding",
  "-fno-builtin",
  "-nostdlib",
  // Forbids fused multiply-add, so that every processor gives the same bits.
  "-ffp-contract=off",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-msimd128",
  "-Wl,--no-entry",
  "-Wl,--strip-all",
  "-Wl,-z,stack-size=16384",
];

/** Sources in the order in which they are linked; another order gives other bytes. */
export const kernelSources = [
  "conv-f32.c",
  "conv-s16.c",
  "dwconv-f32-to-s8.c",
  "dwconv-f32.c",
  "gemm-s8.c",
  "scan-s8.c",
  "separable-s16.c",
  "instance.c",
  "layout/interleave-f32.c",
  "layout/interleave-s16.c",
  "resample-f32.c",
  "gemv-f32.c",
  "layout/repack-f32.c",
  "layout/unpack-f16.c",
  "softmax-f32.c",
  "gate-f32.c",
].map((name) => join(import.meta.dirname, "kernels", name));

const sourcesIn = (folder: string) =>
  readdirSync(join(import.meta.dirname, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".c"))
    .sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
    .map((file) => join(import.meta.dirname, folder, file));

export const samplingSources = sourcesIn("sampling");

/** Sources in an order that does not depend on the machine, then those that both readers share. */
export const [jpegSources, pngSources] = ["jpeg", "png"].map((folder) => [
  ...sourcesIn(folder),
  ...sourcesIn("readers"),
]);

interface Build {
  readonly sources: readonly string[];
  readonly flags: readonly string[];
}

const builds: Readonly<Record<string, Build>> = {
  "kernels-relaxed.wasm": { sources: kernelSources, flags: ["-mrelaxed-simd"] },
  "kernels.wasm": { sources: kernelSources, flags: [] },
  // Sums of a damaged photo wrap around; buffers are cleared by one instruction.
  "jpeg.wasm": { sources: jpegSources, flags: ["-fwrapv", "-mbulk-memory"] },
  // Places are checked before they become indices; -O3 makes it a quarter larger, and no faster.
  "sampling.wasm": { sources: samplingSources, flags: ["-O2", "-mnontrapping-fptoint", "-mbulk-memory"] },
  // Bytes are copied by one instruction.
  "png.wasm": { sources: pngSources, flags: ["-mbulk-memory"] },
};

/** Codecs of packages that share one memory in the Worker. */
export const codecs: Readonly<Record<string, string>> = {
  "avif_dec.wasm": "@jsquash/avif/codec/dec/avif_dec.wasm",
  "webp_dec.wasm": "@jsquash/webp/codec/dec/webp_dec.wasm",
};

/** True when the pinned compiler is installed. */
export function hasCompiler(): boolean {
  try {
    return execFileSync(compiler, ["--version"], { encoding: "utf8" }).includes(` version ${version} `);
  } catch {
    return false;
  }
}

function compile({ sources, flags: extra }: Build): Uint8Array {
  const scratch = mkdtempSync(join(tmpdir(), "sameface-wasm-"));
  try {
    const out = join(scratch, "out.wasm");
    execFileSync(compiler, [...flags, ...extra, "-o", out, ...sources], { stdio: "inherit" });
    return readFileSync(out);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function main(): void {
  const { values } = parseArgs({ options: { check: { type: "boolean" } } });
  const put = (name: string, bytes: Uint8Array) => (values.check ? compare(name, bytes) : write(name, bytes));
  for (const [name, text] of Object.entries(headers())) put(name, Buffer.from(text));
  for (const [name, source] of Object.entries(codecs)) {
    put(join("codecs", name), importMemory(readFileSync(require.resolve(source))));
  }
  if (!hasCompiler()) {
    console.log(`not built: there is no ${compiler} ${version}`);
    if (!values.check) process.exitCode = 1;
    return;
  }
  for (const [name, build] of Object.entries(builds)) {
    put(name, compile(build));
  }
}

function write(name: string, bytes: Uint8Array): void {
  const path = join(import.meta.dirname, name);
  writeFileSync(path, bytes);
  console.log(`${path}: ${bytes.length} bytes`);
}

function compare(name: string, bytes: Uint8Array): void {
  const path = join(import.meta.dirname, name);
  if (existsSync(path) && readFileSync(path).equals(bytes)) console.log(`${name} is as built`);
  else {
    console.error(`differs: ${name}`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === import.meta.filename) main();
