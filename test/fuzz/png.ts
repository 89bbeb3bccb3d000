/**
 * `npm run fuzz:png -- [inputs] [first seed]`: mutated zlib streams of PNGs through the reader, compiled natively with
 * address and undefined-behaviour sanitizers; 1,000,000 by default. Exits with 1 where a sanitizer speaks up.
 */
import { constants, deflateSync } from "node:zlib";
import { pngSources } from "../../wasm/build.ts";
import { adam7 } from "../fixtures/photos/png.ts";
import { fuzzFromCommandLine, fuzzNatively } from "./native.ts";

const kinds = [
  [1, 1],
  [1, 2],
  [1, 4],
  [1, 8],
  [1, 16],
  [2, 8],
  [2, 16],
  [3, 8],
  [3, 16],
  [4, 8],
  [4, 16],
] as const;

/** Sizes and settings of deflate that stand for others: stored, fixed and dynamic blocks, short and long codes. */
const sizes = [
  [1, 1],
  [7, 5],
  [33, 20],
  [64, 12],
  [19, 70],
] as const;
const ways = [
  { level: 0 },
  { level: 9 },
  { level: 6, strategy: constants.Z_FIXED },
  { level: 6, strategy: constants.Z_HUFFMAN_ONLY },
  { level: 6, strategy: constants.Z_RLE },
] as const;

/** Files for wasm/png-fuzz.c: six words and a stream, whose lines have every filter in turn. */
function pngSeeds(): Buffer[] {
  const seeds: Buffer[] = [];
  for (const [channels, depth] of kinds) {
    for (const [i, [width, height]] of sizes.entries()) {
      for (const interlaced of [0, 1]) {
        const head = Buffer.from(Uint32Array.of(width, height, interlaced, channels, depth, i % 2).buffer);
        const lines = linesOf(width, height, channels * depth, interlaced === 1);
        const stream = deflateSync(lines, ways[(i + channels + depth + interlaced) % ways.length]);
        if (stream.length < 4000) seeds.push(Buffer.concat([head, stream]));
      }
    }
  }
  return seeds;
}

function linesOf(width: number, height: number, bits: number, interlaced: boolean): Uint8Array {
  const passes = interlaced ? adam7 : [[0, 0, 1, 1]];
  const bytes: number[] = [];
  for (const [x, y, dx, dy] of passes) {
    const across = Math.ceil((width - x) / dx);
    if (across <= 0) continue;
    for (let row = y; row < height; row += dy) {
      bytes.push(((row / dy) % 5) | 0);
      for (let i = 0; i < Math.ceil((across * bits) / 8); i++) bytes.push((i * row * 7 + (i >> 3)) & 255);
    }
  }
  return Uint8Array.from(bytes);
}

/** Runs the program and returns what it printed; throws when it did not end well. */
export function fuzzPngNatively(inputs: number, firstSeed: number): string {
  const defines = ["-DPIECE_BYTES=64", "-DBLOCK_BYTES=512"];
  return fuzzNatively(
    { main: "png-fuzz.c", sources: pngSources, defines, seeds: pngSeeds() },
    inputs,
    firstSeed,
  );
}

fuzzFromCommandLine(import.meta.filename, fuzzPngNatively);
