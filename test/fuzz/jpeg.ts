/**
 * `npm run fuzz:jpeg -- [inputs] [first seed]`: mutated JPEG files of under 4 KB through the reader, compiled natively
 * with address and undefined-behaviour sanitizers; 1,000,000 by default. Exits with 1 where a sanitizer speaks up.
 */
import { jpegSources } from "../../wasm/build.ts";
import { hardPhotos, readHardPhoto } from "../fixtures/photos/corpus.ts";
import { encodeJpeg, flatJpeg, scene } from "../fixtures/photos/images.ts";
import { makeJpeg, missingForLibjpeg } from "../fixtures/photos/libjpeg.ts";
import { fuzzFromCommandLine, fuzzNatively } from "./native.ts";

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
export function fuzzJpegNatively(inputs: number, firstSeed: number): string {
  const defines = ["-DPIECE_BYTES=256", "-DCHUNK_BYTES=2816", "-DLANE_BYTES=256", "-DLANE_BLOCKS=150"];
  return fuzzNatively(
    { main: "jpeg-fuzz.c", sources: jpegSources, defines, seeds: jpegSeeds() },
    inputs,
    firstSeed,
  );
}

fuzzFromCommandLine(import.meta.filename, fuzzJpegNatively);
