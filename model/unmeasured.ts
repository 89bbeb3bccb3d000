/**
 * Stand-in for a model that is not fitted yet, in tools that observe an encoder in order to fit it. Nothing is decided
 * by it.
 */
import type { RecognisabilityModel } from "../src/face/quality/recognisability-model.ts";
import { encoderInUse, type Manifest } from "../src/models.ts";

/** Admits every face. */
export function unmeasuredRecognisability(manifest: Manifest): RecognisabilityModel {
  const { networks, embeddingLength } = encoderInUse(manifest);
  return {
    centroids: [new Float32Array(embeddingLength)],
    leaning: { means: [0], spreads: [1], perOdds: 0, mostOdds: 0, knots: [[0, 0]] },
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
