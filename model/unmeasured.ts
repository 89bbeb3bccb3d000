/**
 * Stand-ins for models that are not fitted yet, in tools that observe networks in order to fit them. Nothing is decided
 * by them.
 */

import type { FusionModel } from "../src/face/passive/fusion.ts";
import { eyeMeasures } from "../src/face/quality/eyewear.ts";
import type { LinearOdds } from "../src/face/quality/linear-odds.ts";
import { type OcclusionModel, occlusionMeasures } from "../src/face/quality/occlusion.ts";
import type { RecognisabilityModel } from "../src/face/quality/recognisability-model.ts";
import { encoderInUse, type Manifest, passiveNetworks } from "../src/models.ts";

const nothing = (measures: number): LinearOdds => ({
  bias: -100,
  means: new Array<number>(measures).fill(0),
  spreads: new Array<number>(measures).fill(1),
  weights: new Array<number>(measures).fill(0),
});

/** Finds no face covered. */
export const unmeasuredOcclusion: OcclusionModel = {
  regions: nothing(occlusionMeasures),
  eyes: nothing(eyeMeasures),
};

/** Admits every face. */
export function unmeasuredRecognisability(manifest: Manifest): RecognisabilityModel {
  const { networks, embeddingLength } = encoderInUse(manifest);
  return {
    centroids: [new Float32Array(embeddingLength)],
    leaning: { means: [0], spreads: [1], perOdds: 0, mostOdds: 0, knots: [[0, 0]] },
    shifts: { directions: [], means: [], weights: [], knots: [[0, 0]] },
    rareDirections: [],
    rareWeights: [],
    weights: {
      bias: 0,
      similarity: 0,
      strangeness: 0,
      norms: new Array<number>(networks).fill(0),
      detection: 0,
      beliefs: [0, 0],
      agreement: 0,
    },
    embeddingAlone: { bias: 0, similarity: 0, strangeness: 0 },
    limit: 0,
    tolerance: [[1, 0]],
  };
}

/** Counts the networks' opinions alone. */
export function unmeasuredFusion(manifest: Manifest): FusionModel {
  return {
    dataset: "none",
    networks: passiveNetworks(manifest),
    bias: 0,
    opinions: 1,
    threshold: 0,
    grid: { mean: 0, deviation: 1, weight: 0, most: 0 },
  };
}
