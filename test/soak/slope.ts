/** Ordinary least squares of memory over requests, and the judgement of its slope. */

export interface Sample {
  readonly requests: number;
  readonly bytes: number;
}

export interface Slope {
  /** Bytes for each 1,000 requests. */
  readonly bytesPerThousand: number;
  /** Half of the 95 % confidence interval: 1.96 standard errors of the slope. */
  readonly uncertainty: number;
  readonly samples: number;
}

/** NaN with fewer than three samples, or all at one count. */
export function slopeOf(samples: readonly Sample[]): Slope {
  const n = samples.length;
  const x = samples.map(({ requests }) => requests / 1000);
  const y = samples.map(({ bytes }) => bytes);
  const [meanX, meanY] = [mean(x), mean(y)];
  const squares = sum(x.map((at) => (at - meanX) ** 2));
  const slope = sum(x.map((at, i) => (at - meanX) * (y[i] - meanY))) / squares;
  const residuals = sum(x.map((at, i) => (y[i] - meanY - slope * (at - meanX)) ** 2));
  const standardError = n < 3 ? Number.NaN : Math.sqrt(residuals / (n - 2) / squares);
  return { bytesPerThousand: slope, uncertainty: 1.96 * standardError, samples: n };
}

export type Verdict = "within" | "exceeds" | "too few requests to tell";

/**
 * Returns `exceeds` when the slope is above the limit and the interval is narrower than the limit, or all of the
 * interval is above it; `within` when the slope is at most the limit and the interval is narrow.
 */
export function judge({ bytesPerThousand, uncertainty }: Slope, limit: number): Verdict {
  if (bytesPerThousand - uncertainty > limit) return "exceeds";
  if (!(uncertainty <= limit)) return "too few requests to tell";
  return bytesPerThousand > limit ? "exceeds" : "within";
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
