/**
 * Counts how often faces of enrolled people come within a threshold of other people's templates. Counts alone come out:
 * nothing says which people, and no distance leaves the gallery.
 *
 * Distances are those of the codes, without their bounds: with 8 bits a distance is off by about 0.001, to either side.
 */
import { nearerBy } from "../../face/decision/calibration.ts";
import { quantizeProbe } from "../../face/quantize.ts";
import type { ScanBlock } from "../../face/scan.ts";
import type { RateCounts, RateQuery } from "../directory/data.ts";
import type { Block } from "./block.ts";

export interface RateProbe {
  /** CRC-32 of the subject's id: templates of the same owner are not compared. */
  readonly owner: number;
  readonly values: Float32Array;
}

export interface RateMeasure {
  /** Compares every probe with every template of a block. */
  take(block: Block): void;
  counts(): Omit<RateCounts, "people" | "shardsLeftOut">;
}

export function createRateMeasure(
  probes: readonly RateProbe[],
  { maxDistance, nearer, duplicateDistance }: Omit<RateQuery, "model" | "dimension" | "comparisons">,
  scan: ScanBlock,
): RateMeasure {
  const quantized = probes.map(({ owner, values }) => ({ owner, probe: quantizeProbe(values), matches: 0 }));
  const templates = { nearer };
  let comparisons = 0;
  let likelyDuplicates = 0;
  let dots = new Int32Array(0);

  return {
    take({ count, stride, codes, scales, squaredLengths, owners, photos }) {
      if (dots.length < count) dots = new Int32Array(count);
      for (const each of quantized) {
        const { owner, probe } = each;
        scan(probe.codes, codes, stride, count, dots);
        const twice = 2 * probe.scale;
        for (let i = 0; i < count; i++) {
          if (owners[i] === owner) continue;
          comparisons++;
          const closer = nearerBy({ templates }, photos[i]);
          const squared = probe.squaredLength + squaredLengths[i] - twice * scales[i] * dots[i];
          const reach = maxDistance - closer;
          if (squared > reach * reach) continue;
          each.matches++;
          const near = duplicateDistance - closer;
          if (near > 0 && squared <= near * near) likelyDuplicates++;
        }
      }
    },
    counts: () => ({
      probes: quantized.length,
      comparisons,
      matches: quantized.reduce((sum, { matches }) => sum + matches, 0),
      squaredMatches: quantized.reduce((sum, { matches }) => sum + matches * matches, 0),
      likelyDuplicates,
    }),
  };
}
