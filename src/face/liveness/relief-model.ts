/** Weights of the relief model, as `npm run evaluate:liveness -- --fit` wrote them. */
import type { ReliefModel } from "./evidence.ts";

export const reliefModel: ReliefModel = {
  bias: -6.65453,
  weights: [10.0214, -0.581395, 12.2148, 8.31864, 13.4747, 10.3411, 2.43523, -0.413807, -28.03],
  minLogOdds: 0,
};
