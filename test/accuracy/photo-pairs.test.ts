/** Real photos of many sizes, several with more than one person, at the shipped threshold. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadRuntime, readCalibration } from "../../model/runtime.ts";
import { thresholdAt } from "../../src/face/decision/calibration.ts";
import { decide, distance } from "../../src/face/decision/decide.ts";
import type { Embedding } from "../../src/face/embedding.ts";
import { photoPairs } from "../fixtures/data.ts";

const { folder, isPresent } = photoPairs;

interface Pair {
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
}

function readPairs(): Pair[] {
  const [, ...lines] = readFileSync(join(folder, "pairs.csv"), "utf8").trim().split(/\r?\n/);
  return lines.map((line) => {
    const [a, b, decision] = line.split(",");
    return { a, b, same: decision.trim() === "Yes" };
  });
}

test.skipIf(!isPresent)(
  photoPairs.title("of the labelled pairs of photo-pairs, at least 93 % are decided rightly at FMR 1e-4"),
  async () => {
    const threshold = thresholdAt(readCalibration(), 1e-4);
    if (!threshold.ok) throw new Error(threshold.failure.code);
    const { pipeline } = await loadRuntime();
    const embeddings = new Map<string, Embedding | string>();
    const pairs = readPairs();
    for (const name of new Set(pairs.flatMap(({ a, b }) => [a, b]))) {
      const encoded = await pipeline.encodeFace(readFileSync(join(folder, "images", name)), "largest");
      embeddings.set(name, encoded.ok ? encoded.value.embedding : encoded.failure.code);
    }

    const misses = pairs.flatMap(({ a, b, same }) => {
      const [first, second] = [embeddings.get(a)!, embeddings.get(b)!];
      // A photo that gives no embedding matches nobody.
      if (typeof first === "string" || typeof second === "string")
        return same ? [`${a} ${b}: no embedding`] : [];
      const measured = distance(first, second);
      if (!measured.ok) throw new Error(measured.failure.code);
      const { match } = decide(measured.value, threshold.value);
      return match === same
        ? []
        : [`${a} ${b}: ${same ? "same" : "different"} at ${measured.value.toFixed(3)}`];
    });

    const share = 1 - misses.length / pairs.length;
    console.log(
      `photo-pairs: ${(100 * share).toFixed(1)} % of ${pairs.length} pairs right\n${misses.join("\n")}`,
    );
    expect(share).toBeGreaterThanOrEqual(0.93);
  },
);
