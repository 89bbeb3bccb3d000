/** Weights of the relief model, as `npm run evaluate:liveness -- --fit` wrote them. */
import type { ReliefModel } from "./evidence.ts";

export const reliefModel: ReliefModel = {
  bias: -3.97702,
  weights: [3.96189, 1.14033, 3.41481, -0.687048, -1.74613, -9.84868, -11.057],
  minLogOdds: 0,
};
