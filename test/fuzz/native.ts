/** Runs a reader of photos on mutated inputs, compiled natively with address and undefined-behaviour sanitizers. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compiler } from "../../wasm/build.ts";

export interface NativeFuzz {
  /** Program of `wasm/` that mutates its seeds and decodes them. */
  readonly main: string;
  readonly sources: readonly string[];
  /** Sizes of the reader's buffers, small so that inputs of 4 KB cross their borders as large ones do. */
  readonly defines: readonly string[];
  readonly seeds: readonly Uint8Array[];
}

/** Returns the program's output. Throws when a sanitizer spoke up or the program did not end well. */
export function fuzzNatively(
  { main, sources, defines, seeds }: NativeFuzz,
  inputs: number,
  firstSeed: number,
): string {
  const scratch = mkdtempSync(join(tmpdir(), "sameface-fuzz-"));
  try {
    const program = join(scratch, "fuzz");
    const flags = ["-std=c17", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    const source = join(import.meta.dirname, "../../wasm", main);
    execFileSync(compiler, [...flags, ...defines, "-o", program, source, ...sources]);
    const files = seeds.map((bytes, i) => {
      const path = join(scratch, `${i}.seed`);
      writeFileSync(path, bytes);
      return path;
    });
    const ended = spawnSync(program, [`${inputs}`, `${firstSeed}`, ...files], { encoding: "utf8" });
    if (ended.status !== 0) throw new Error(`ended with ${ended.status ?? ended.signal}: ${ended.stderr}`);
    return ended.stdout.trim();
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Runs the fuzz when `path` is the program that was started: arguments are the number of inputs and the first seed. */
export function fuzzFromCommandLine(path: string, fuzz: (inputs: number, firstSeed: number) => string): void {
  if (process.argv[1] !== path) return;
  const start = performance.now();
  console.log(fuzz(Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 1)));
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
}
