/**
 * Templates of one engine compared with photos on the other: all of lfw-dev test through both engines, and every
 * comparison also across.
 */
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireAll } from "../../model/evaluate/acquisition/acquire.ts";
import type { EngineName } from "../../model/evaluate/acquisition/engines.ts";
import type { EmbeddingSet, People } from "../../model/evaluate/comparisons.ts";
import { readDataset } from "../../model/evaluate/dataset.ts";
import { readCalibration } from "../../model/runtime.ts";
import { thresholdAt } from "../../src/face/decision/calibration.ts";
import { lfwDev } from "../fixtures/data.ts";

const { folder, isPresent } = lfwDev;
const engines: readonly EngineName[] = ["kernels", "onnxruntime"];
const rates = [1e-3, 1e-4];

test.skipIf(!isPresent)(
  lfwDev.title("templates of one engine decide about photos on the other as about its own"),
  async () => {
    const dataset = readDataset({ list: join(folder, "test.images.tsv") });
    const sets = new Map<EngineName, EmbeddingSet>();
    for (const engine of engines) {
      const options = { imagesFolder: join(folder, "images"), policy: "center", engine } as const;
      sets.set(engine, (await acquireAll(dataset.images, options)).embeddings);
    }
    const calibration = readCalibration();
    const thresholds = rates.map((rate) => {
      const threshold = thresholdAt(calibration, rate);
      if (!threshold.ok) throw new Error(threshold.failure.code);
      return threshold.value;
    });
    const rows = engines.flatMap((enrolled) =>
      engines.map((probe) => ({
        enrolled,
        probe,
        counts: count(sets.get(enrolled)!, sets.get(probe)!, dataset, thresholds),
      })),
    );
    console.table(
      rows.flatMap(({ enrolled, probe, counts }) =>
        counts.map(({ accepted, strangers }, i) => ({
          enrolled,
          probe,
          max_fmr: rates[i],
          accepted,
          strangers,
        })),
      ),
    );
    const [own] = rows;
    for (const { counts } of rows.slice(1)) {
      counts.forEach(({ accepted, strangers }, i) => {
        // Counts of 983 and of 1,197,943.
        expect(Math.abs(accepted - own.counts[i].accepted)).toBeLessThanOrEqual(2);
        expect(Math.abs(strangers - own.counts[i].strangers)).toBeLessThanOrEqual(
          0.05 * own.counts[i].strangers + 5,
        );
      });
    }
  },
);

interface Count {
  readonly accepted: number;
  readonly strangers: number;
}

/** Counts genuine and impostor comparisons that are decided as a match, at each threshold. */
function count(
  enrolled: EmbeddingSet,
  probe: EmbeddingSet,
  { identityOf }: Pick<People, "identityOf">,
  thresholds: readonly number[],
): Count[] {
  const counts = thresholds.map(() => ({ accepted: 0, strangers: 0 }));
  for (let left = 0; left < identityOf.length; left++) {
    for (let right = left + 1; right < identityOf.length; right++) {
      if (!enrolled.acquired[left] || !probe.acquired[right]) continue;
      const apart = distanceAcross(enrolled, left, probe, right);
      thresholds.forEach((threshold, i) => {
        if (apart > threshold) return;
        if (identityOf[left] === identityOf[right]) counts[i].accepted++;
        else counts[i].strangers++;
      });
    }
  }
  return counts;
}

function distanceAcross(a: EmbeddingSet, i: number, b: EmbeddingSet, k: number): number {
  let sum = 0;
  for (let at = 0; at < a.dimension; at++) {
    const difference = a.values[i * a.dimension + at] - b.values[k * b.dimension + at];
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
