/** Weights of the relief model, as `npm run evaluate:liveness -- --fit` wrote them. */
import type { ReliefModel } from "./evidence.ts";

export const reliefModel: ReliefModel = {
  bias: -4.28281,
  weights: [4.12619, 1.11211, 3.61209, 1.08483, -1.61699, -9.40593, -10.1387],
  minLogOdds: 0,
};
