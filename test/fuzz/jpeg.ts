/**
 * `npm run fuzz:jpeg -- [inputs] [first seed]`: mutated JPEG files of under 4 KB through the reader, compiled natively
 * with address and undefined-behaviour sanitizers; 1,000,000 by default. Exits with 1 where a sanitizer speaks up.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compiler, jpegSources } from "../../wasm/build.ts";
import { hardPhotos, readHardPhoto } from "../fixtures/corpus.ts";
import { encodeJpeg, flatJpeg, scene } from "../fixtures/images.ts";
import { makeJpeg, missingForLibjpeg } from "../fixtures/libjpeg.ts";

const maxSeedBytes = 4000;

/** Ours, those of libjpeg's tools where they are there, and the shared suites' where those are. */
export function jpegSeeds(): Uint8Array[] {
  const made = missingForLibjpeg() === "" ? Array.from({ length: 120 }, (_, i) => makeJpeg(i).bytes) : [];
  const shared = hardPhotos()
    .filter((path) => /\.jpe?g$/.test(path))
    .map(readHardPhoto);
  const own = [encodeJpeg(scene(40, 30), 80, 6), flatJpeg(64, 48), flatJpeg(64, 48, 9)];
  return [...own, ...made, ...shared].filter(({ length }) => length < maxSeedBytes);
}

/** Runs the program and returns what it printed; throws when it did not end well. */
export function fuzzNatively(inputs: number, firstSeed: number): string {
  const scratch = mkdtempSync(join(tmpdir(), "sameface-jpeg-"));
  try {
    const program = join(scratch, "fuzz");
    const main = join(import.meta.dirname, "../../wasm/jpeg-fuzz.c");
    const flags = ["-std=c17", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    // Files of 4 KB go through several pieces and chunks as large ones do.
    const pieces = ["-DPIECE_BYTES=256", "-DCHUNK_BYTES=2816"];
    execFileSync(compiler, [...flags, ...pieces, "-o", program, main, ...jpegSources]);
    mkdirSync(join(scratch, "seeds"));
    const files = jpegSeeds().map((bytes, i) => {
      const path = join(scratch, "seeds", `${i}.jpg`);
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

if (process.argv[1] === import.meta.filename) {
  const start = performance.now();
  console.log(fuzzNatively(Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 1)));
  console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
}
