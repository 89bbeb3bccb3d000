/** The false match rate among the people that a tenant has enrolled. */
import type { LiveRate, LiveRates } from "../../../trust/rates/live-rate.ts";
import { breaksPromise } from "../../../trust/rates/live-rate.ts";
import { answer, refuse } from "../../answer.ts";
import type { Handler } from "../../app-env.ts";
import { callerOf } from "../../caller.ts";
import type { liveRateAnswerSchema } from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";

interface LiveRateDeps {
  readonly liveRates: Pick<LiveRates, "measure" | "last">;
}

/** POST /v1/live-rate */
export function measureLiveRate({ liveRates }: LiveRateDeps): Handler {
  return async (c) => {
    const rate = await liveRates.measure(callerOf(c));
    return rate.ok ? answer(c, 200, bodyOf(rate.value)) : refuse(c, rate.failure);
  };
}

/** GET /v1/live-rate */
export function showLiveRate({ liveRates }: LiveRateDeps): Handler {
  return async (c) => {
    const rate = await liveRates.last(c.var.principal.tenant);
    return rate.ok ? answer(c, 200, bodyOf(rate.value)) : refuse(c, rate.failure);
  };
}

function bodyOf(rate: LiveRate) {
  const rounded = (value: number) => Number(value.toPrecision(3));
  return {
    measured_at: rate.measuredAt,
    max_fmr: rate.maxFmr,
    fmr: rate.fmr === null ? null : rounded(rate.fmr),
    interval:
      rate.interval === null ? null : { low: rounded(rate.interval[0]), high: rounded(rate.interval[1]) },
    keeps_promise: rate.fmr === null ? null : !breaksPromise(rate),
    comparisons: rate.comparisons,
    people: rate.people,
    probes: rate.probes,
    likely_duplicates: rate.likelyDuplicates,
    shards_left_out: rate.shardsLeftOut,
  } satisfies Body<typeof liveRateAnswerSchema>;
}
