/**
 * The generalized Pareto distribution, which the excesses of any smooth distribution over a high
 * threshold approach (Balkema and de Haan, 1974; Pickands, 1975): P(Y > y) = (1 + xi y / sigma)^(-1/xi),
 * and exp(-y / sigma) for xi = 0. A negative shape has an end at -sigma / xi.
 */
export interface GeneralizedPareto {
  /** Parameter xi. */
  readonly shape: number;
  /** Parameter sigma, in the unit of the excesses. */
  readonly scale: number;
}

/** Range of shapes that the fit considers; outside it the maximum likelihood estimate is not defined. */
const leastShape = -0.5;
const greatestShape = 0.9;

/**
 * Fits by weighted maximum likelihood. With theta = xi / sigma, the best xi is the mean of log(1 + theta y)
 * (Grimshaw, 1993), which leaves one number to search for.
 *
 * @param excesses positive
 * @param weights of the same length, not all zero
 */
export function fitGeneralizedPareto(excesses: Float64Array, weights: ArrayLike<number>): GeneralizedPareto {
  let total = 0;
  let sum = 0;
  let greatest = 0;
  for (let k = 0; k < excesses.length; k++) {
    total += weights[k];
    sum += weights[k] * excesses[k];
    if (weights[k] > 0 && excesses[k] > greatest) greatest = excesses[k];
  }
  const mean = sum / total;
  // The mean sigma / (1 - xi) gives about this theta for a shape. All excesses must be below the end: 1 + theta y >
  // 0.
  const thetaOf = (shape: number) => Math.max(shape / ((1 - shape) * mean), -(1 - 1e-6) / greatest);
  const parametersAt = (theta: number): GeneralizedPareto => {
    if (Math.abs(theta * mean) < 1e-9) return { shape: 0, scale: mean };
    let logs = 0;
    for (let k = 0; k < excesses.length; k++) {
      if (weights[k] > 0) logs += weights[k] * Math.log1p(theta * excesses[k]);
    }
    return { shape: logs / total, scale: logs / total / theta };
  };
  const logLikelihood = (shape: number) => {
    const fit = parametersAt(thetaOf(shape));
    return -Math.log(fit.scale) - fit.shape - 1;
  };
  return parametersAt(thetaOf(argmax(logLikelihood, leastShape, greatestShape)));
}

/** Returns P(Y > excess); 1 below zero, 0 beyond the end. */
export function exceedance({ shape, scale }: GeneralizedPareto, excess: number): number {
  if (excess <= 0) return 1;
  if (shape === 0) return Math.exp(-excess / scale);
  return Math.max(0, 1 + (shape * excess) / scale) ** (-1 / shape);
}

/** Returns the excess with P(Y > excess) = probability, 0 < probability <= 1. */
export function excessAt({ shape, scale }: GeneralizedPareto, probability: number): number {
  if (shape === 0) return -scale * Math.log(probability);
  return (scale / shape) * (probability ** -shape - 1);
}

/** Finds the highest of 29 points, then searches between its neighbours by golden section. */
function argmax(f: (x: number) => number, from: number, to: number): number {
  const step = (to - from) / 28;
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k <= 28; k++) {
    const value = f(from + k * step);
    if (value > highest) [best, highest] = [k, value];
  }
  let low = from + Math.max(0, best - 1) * step;
  let high = from + Math.min(28, best + 1) * step;
  const golden = (Math.sqrt(5) - 1) / 2;
  while (high - low > 1e-6) {
    const left = high - golden * (high - low);
    const right = low + golden * (high - low);
    if (f(left) < f(right)) low = left;
    else high = right;
  }
  return (low + high) / 2;
}
