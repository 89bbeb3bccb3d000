import { expect, it } from "vitest";
import { times } from "../../fixtures/exhaustive.ts";
import { mutate, seededRandom } from "../../fuzz/mutate.ts";
import { fuzz } from "../../fuzz/run.ts";

const inputs = times(500, 300);

it(`${inputs} mutated images end in a photo or a refusal, none takes 3 s`, { timeout: 120_000 }, async () => {
  const report = await fuzz({ firstSeed: 1_000_000, inputs, maxMsPerInput: 3000 });
  expect(report.problems).toEqual([]);
  expect(report.answers.decoded).toBeGreaterThan(inputs / 25);
  expect(report.answers.invalid_image).toBeGreaterThan(inputs / 5);
});

it("a seed makes the same mutation again", () => {
  const bytes = Uint8Array.from({ length: 3000 }, (_, i) => i * 7);
  expect(mutate(bytes, bytes, seededRandom(42))).toEqual(mutate(bytes, bytes, seededRandom(42)));
  expect(mutate(bytes, bytes, seededRandom(42))).not.toEqual(mutate(bytes, bytes, seededRandom(43)));
});
