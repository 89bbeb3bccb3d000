/**
 * Mutants whose change no test could see, each with the reason. They are named by the text of their lines, so that an
 * entry holds until that line changes.
 */
import type { Mutant } from "./mutants.ts";

export interface Equivalent {
  readonly file: string;
  /** Text as in `Mutant`. */
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

export const equivalents: readonly Equivalent[] = [
  {
    file: "src/face/quality/quality.ts",
    before: "for (let i = 0; i < size; i++) {",
    after: "for (let i = 1; i < size; i++) {",
    reason: "The first pixel is a corner of the crop: none of the ellipse, and no neighbour of one.",
  },
  {
    file: "src/image/codecs/avif.ts",
    before: "const neededBytes = workingBytes(width * height, 0, cost);",
    after: "const neededBytes = workingBytes(width * height, 1, cost);",
    reason: "Four bytes more of what a decode is expected to need: WebAssembly memory comes by 65,536.",
  },
  {
    file: "src/inference/kernels/engine.ts",
    before: "if (value.arena !== top) bind(value);",
    after: "if (true) bind(value);",
    reason: "Bound once more, the calls are the same; only time is lost.",
  },
  {
    file: "src/inference/kernels/instance.ts",
    before: "const product = products === 0 ? wide : relaxed;",
    after: "const product = true ? wide : relaxed;",
    reason:
      "The forms of the product agree in every bit, which test/unit/inference/kernels/kernels.test.ts holds; one is faster.",
  },
  {
    file: "src/image/codecs/shrink.ts",
    before:
      "let factor = Math.max(1, Math.min(longest, Math.floor(1 / Math.max(scaleAtLeast, 1 / longest) + 1e-9)));",
    after:
      "let factor = Math.max(1, Math.min(longest, Math.floor(1 / Math.max(scaleAtLeast, 1 / longest) + 2e-9)));",
    reason: "It makes up for the rounding of a division, which is far less than either.",
  },
  {
    file: "src/identity/gallery/gallery.ts",
    before: "if (dots.length < block.count) dots = new Int32Array(block.count);",
    after: "if (dots.length <= block.count) dots = new Int32Array(block.count);",
    reason: "Every number that is read is written first, whether the memory was used before or not.",
  },
  {
    file: "src/identity/directory/gallery-feed.ts",
    before: "if (before.epoch === after?.epoch) rebuild();",
    after: "if (true) rebuild();",
    reason: "Built once more while it is being built, the gallery is the same; only time is lost.",
  },
  {
    file: "src/http/schemas/requests.ts",
    before: "abort: true,",
    after: "abort: false,",
    reason:
      "Of several rules that a name breaks, the first is told, and the rules after it throw for no text.",
  },
  {
    file: "src/trust/keys/signing-keys.ts",
    before: "generation++;",
    after: "generation--;",
    reason: "It is compared with what it was before, and both ways it is another.",
  },
  {
    file: "src/identity/gallery/selection.ts",
    before: "const squaredSlack = 1e-6;",
    after: "const squaredSlack = 5e-7;",
    reason: "It makes up for the 6e-8 of float32, which is far less than either.",
  },
  {
    file: "src/http/request/parsing/base64-in-place.ts",
    before: "let bits = 0;",
    after: "let bits = 1;",
    reason: "What lies above the bits of the characters is cut off as the bytes are written.",
  },
  {
    file: "src/identity/gallery/selection.ts",
    before: "const squaredSlack = 1e-6;",
    after: "const squaredSlack = 0.000002;",
    reason: "A few faces more are compared exactly, which drops them.",
  },
  {
    file: "src/identity/directory/searches.ts",
    before: "const maxFlushMs = 10_000;",
    after: "const maxFlushMs = 10001;",
    reason: "A millisecond more of ten seconds: no change to a gallery is timed so finely.",
  },
  {
    file: "src/identity/gallery/object.ts",
    before: "const mebibyte = 1024 * 1024;",
    after: "const mebibyte = 1025 * 1024;",
    reason:
      "Bounds of a cache, a thousandth larger: what is kept decides how soon a search is done, not what it finds.",
  },
  {
    file: "src/http/request/parsing/json-string.ts",
    before: "if (bytes[at + 1] !== letterU) return escapes[bytes[at + 1]] || -1;",
    after: "if (bytes[at + 1] !== letterU) return escapes[bytes[at + 1]] || -2;",
    reason: "Every negative number says that it is none.",
  },
  {
    file: "src/identity/directory/tables/outbox.ts",
    before: "const batchSize = 6;",
    after: "const batchSize = 5;",
    reason: "One copy fewer at once, of as many as there are.",
  },
  {
    file: "src/identity/directory/tables/schema.ts",
    before: 'return has(sql, "gallery");',
    after: "return undefined;",
    reason: "The schema makes what is not there: made once more, it is the same.",
  },
];

export function equivalentTo(
  { file, before, after }: Mutant,
  known: readonly Equivalent[] = equivalents,
): Equivalent | undefined {
  return known.find((each) => each.file === file && each.before === before && each.after === after);
}
