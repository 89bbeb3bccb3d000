/** Weights of the relief model, as `npm run evaluate:liveness -- --fit` wrote them. */
import type { ReliefModel } from "./evidence.ts";

export const reliefModel: ReliefModel = {
  bias: -4.51586,
  weights: [3.70681, 1.32541, 3.96714, 0.387619, -1.06462, -7.67637, -4.1079],
  minLogOdds: 0,
};
