/** Mutated JPEG files through the reader: in WebAssembly, and natively under sanitizers. */
import { describe, expect, it } from "vitest";
import { scales } from "../../../../src/image/jpeg/jpeg-reader.ts";
import { compiler, hasCompiler } from "../../../../wasm/build.ts";
import { times } from "../../../fixtures/exhaustive.ts";
import { openJpegModule } from "../../../fixtures/photos/jpeg-module.ts";
import { fuzzJpegNatively, jpegSeeds } from "../../../fuzz/jpeg.ts";
import { mutate, seededRandom } from "../../../fuzz/mutate.ts";

/** A photo's size bounds the work: larger ones take longer, and the service has its own limits on them. */
const mostPixels = 300_000;
/** Longest decode, ms: a hundred times the time of a photo of as many pixels on an idle machine. */
const mostMs = 2000;

const inputs = times(100_000, 2000);
it(`${inputs} mutants end with a status, without a trap, and within ${mostMs} ms`, {
  timeout: 900_000,
}, () => {
  const { read } = openJpegModule();
  const seeds = jpegSeeds();
  const ended: Record<number, number> = {};
  for (let seed = 1; seed <= inputs; seed++) {
    const random = seededRandom(seed);
    const pick = () => seeds[Math.floor(random() * seeds.length)];
    const { bytes } = mutate(pick(), pick(), random);
    const size = sizeOf(bytes);
    if (size > mostPixels) continue;
    const start = performance.now();
    const first = read(bytes, scales[seed % 4]);
    if (first.status === 0) {
      const notes = first.notes;
      // Notes that were damaged where they were kept lead to other pixels, and nowhere else.
      if (notes.length > 0 && seed % 3 === 0) notes[Math.floor(random() * notes.length)] ^= 1 << (seed % 8);
      const part = (width: number, height: number) => [
        width >> 2,
        height >> 2,
        (width >> 1) + 1,
        (height >> 1) + 1,
      ];
      read(bytes, scales[(seed >> 2) % 4], part, notes);
    }
    ended[first.status] = (ended[first.status] ?? 0) + 1;
    expect(performance.now() - start, `seed ${seed}`).toBeLessThan(mostMs);
  }
  for (const status of [0, 1, 2]) expect(ended[status]).toBeGreaterThan(inputs / 50);
});

/** Width times height of the first frame that is found, or 0. */
function sizeOf(bytes: Uint8Array): number {
  for (let at = 0; at + 9 < bytes.length; at++)
    if (bytes[at] === 0xff && bytes[at + 1] >= 0xc0 && bytes[at + 1] <= 0xc2)
      return (bytes[at + 5] * 256 + bytes[at + 6]) * (bytes[at + 7] * 256 + bytes[at + 8]);
  return 0;
}

const native = hasCompiler();
describe.skipIf(!native)(`natively, with sanitizers${native ? "" : ` (skipped: no ${compiler})`}`, () => {
  const count = times(200_000, 1000);
  it(`${count} mutants end well`, { timeout: 900_000 }, () => {
    expect(fuzzJpegNatively(count, 7_000_000)).toMatch(/ok [1-9]/);
  });
});
