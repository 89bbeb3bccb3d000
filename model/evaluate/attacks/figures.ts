/** Error rates of ISO/IEC 30107-3: attacks taken for a person (APCER), people taken for an attack (BPCER). */

export interface Rate {
  readonly count: number;
  readonly of: number;
}

/** Equal error rate, interpolated where the two rates cross; scores are high for people. */
export function equalErrorRate(people: readonly number[], attacks: readonly number[]): number {
  const thresholds = [...people, ...attacks].sort((a, b) => a - b);
  let before = { apcer: 1, bpcer: 0 };
  for (const threshold of [...thresholds, Number.POSITIVE_INFINITY]) {
    const apcer = attacks.filter((score) => score >= threshold).length / attacks.length;
    const bpcer = people.filter((score) => score < threshold).length / people.length;
    if (bpcer >= apcer) {
      const gapBefore = before.apcer - before.bpcer;
      const share = gapBefore / (gapBefore + bpcer - apcer || 1);
      return before.bpcer + share * (bpcer - before.bpcer);
    }
    before = { apcer, bpcer };
  }
  throw new Error("there are no scores");
}

/** Share of pairs of a person and an attack in which the person's score is higher; ties count half. */
export function areaUnderCurve(people: readonly number[], attacks: readonly number[]): number {
  let sum = 0;
  for (const person of people)
    for (const attack of attacks) sum += person > attack ? 1 : person === attack ? 0.5 : 0;
  return sum / people.length / attacks.length;
}

/** 95 % interval of a rate after Clopper and Pearson (1934). */
export function intervalOf({ count, of }: Rate): readonly [low: number, high: number] {
  const low = count === 0 ? 0 : solve((p) => 1 - below(count, of, p) - 0.025);
  const high = count === of ? 1 : solve((p) => 0.025 - below(count + 1, of, p));
  return [low, high];
}

/** Finds where a rising function of a probability is 0. */
function solve(rising: (p: number) => number): number {
  let [low, high] = [0, 1];
  for (let k = 0; k < 50; k++) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability of fewer than `count` successes of `of`. */
function below(count: number, of: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return count > of ? 1 : 0;
  let sum = 0;
  let logTerm = of * Math.log1p(-p);
  for (let k = 0; k < count; k++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((of - k) / (k + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return sum;
}
