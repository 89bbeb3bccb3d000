/**
 * The live rate: how often the people enrolled by a tenant come within the threshold of each other, at the tenant's own
 * false match rate. Random people's photos are compared with all templates of the same shard, inside the gallery that may
 * open them. Pairs across shards are left out. Nothing says who was compared with whom.
 *
 * One photo against a template is what a verification compares. Tolerances of photos that are hard to recognise are left
 * out of account: with them a rate is lower than the one measured.
 */
import { crc32 } from "../../crypto/crc32.ts";
import { fail, ok, type Result } from "../../errors.ts";
import { type Calibration, nearerBy, thresholdAt } from "../../face/decision/calibration.ts";
import { type Caller, contextOf } from "../../identity/caller.ts";
import type { RateCounts } from "../../identity/directory/data.ts";
import type {
  AdministrationDirectory,
  OpenDirectory,
  SearchDirectory,
} from "../../identity/directory/types.ts";
import { defaultTenant, type TenantId } from "../../identity/ids.ts";
import { defaultSettings } from "../../identity/settings.ts";
import { everyTenant, type TenantRegistry } from "../../identity/tenant-registry.ts";

export interface LiveRate {
  readonly measuredAt: string;
  /** Rate that the tenant's threshold promises. */
  readonly maxFmr: number;
  /** Rate among the people enrolled; null where there were too few to count. */
  readonly fmr: number | null;
  /** 95 % interval, for people as well as pairs; null with `fmr`. */
  readonly interval: readonly [low: number, high: number] | null;
  readonly comparisons: number;
  /** Number of people in the galleries that were measured. */
  readonly people: number;
  /** Number of those whose photos were compared with all others. */
  readonly probes: number;
  /** Matches so close that two subjects are more likely one person than two; they are in the rate. */
  readonly likelyDuplicates: number;
  /** Shards with too few people to be counted. */
  readonly shardsLeftOut: number;
}

export interface LiveRates {
  /** Measures now, and keeps the result. Fails with `not_ready`, or `invalid_request` for an uncalibrated rate. */
  measure(caller: Caller): Promise<Result<LiveRate>>;
  /** Reads the last result. Fails with `not_found` before the first measurement. */
  last(tenant: TenantId): Promise<Result<LiveRate>>;
  /**
   * Measures the tenants whose day it is at the time given, one after another: each has one day of seven. What failed is
   * left out until the next week. Throws the first error of a directory when all others have been measured.
   */
  measureDue(scheduledAt: Date): AsyncIterable<{ readonly tenant: TenantId; readonly rate: LiveRate }>;
}

export interface LiveRateDeps {
  readonly openDirectory: OpenDirectory<
    Pick<SearchDirectory, "measureRate"> & Pick<AdministrationDirectory, "keepRate" | "readRate" | "admit">
  >;
  readonly registry: Pick<TenantRegistry, "list">;
  readonly calibration: Calibration;
  /** The `model` of the embeddings in use, and their length. */
  readonly encoderId: string;
  readonly embeddingLength: number;
  readonly clock: () => Date;
}

/** Comparisons that a measurement aims at: an interval of about a seventh to each side at a rate of 1e-4. */
const comparisonsWanted = 4_000_000;

/** Most tenants that one day's schedule measures. */
const mostTenants = 200;
const dayMs = 24 * 3600 * 1000;

export function createLiveRates(deps: LiveRateDeps): LiveRates {
  const { openDirectory, registry, calibration, encoderId: model, embeddingLength: dimension, clock } = deps;

  async function measure(caller: Caller): Promise<Result<LiveRate>> {
    const { tenant, settings } = caller;
    const { maxFmr, shards } = settings;
    const threshold = thresholdAt(calibration, maxFmr);
    if (!threshold.ok) return threshold;
    const nearest = thresholdAt(calibration, calibration.measuredDownTo);
    if (!nearest.ok) return nearest;
    const query = {
      model,
      dimension,
      maxDistance: threshold.value,
      nearer: nearerBy(calibration, Number.POSITIVE_INFINITY),
      duplicateDistance: Math.min(threshold.value, nearest.value),
      comparisons: Math.ceil(comparisonsWanted / shards),
    };
    const counted: RateCounts[] = [];
    for (let shard = 0; shard < shards; shard++) {
      const counts = await openDirectory(tenant, shard).measureRate(query, clock().getTime());
      if (!counts.ok) return counts;
      counted.push(counts.value);
    }
    const rate = rateOf(counted, maxFmr, clock());
    await openDirectory(tenant, 0).keepRate(JSON.stringify(rate), contextOf(caller, clock()));
    return ok(rate);
  }

  async function measureScheduled(tenant: TenantId): Promise<Result<LiveRate> | undefined> {
    const { settings } = await openDirectory(tenant, 0).admit(null);
    // The default tenant exists without having been made; its directory is left as it is while nobody uses it.
    if (settings === null && tenant !== defaultTenant) return undefined;
    return measure({ tenant, settings: settings ?? defaultSettings, actor: "schedule", requestId: "" });
  }

  return {
    measure,
    async last(tenant) {
      const json = await openDirectory(tenant, 0).readRate();
      if (json === null) return fail({ code: "not_found", what: "measurement of the live rate" });
      return ok(JSON.parse(json) as LiveRate);
    },
    async *measureDue(scheduledAt) {
      const weekday = Math.floor(scheduledAt.getTime() / dayMs) % 7;
      const due: TenantId[] = [];
      for await (const tenant of everyTenant(registry)) {
        if (crc32(new TextEncoder().encode(tenant)) % 7 === weekday) due.push(tenant);
      }
      const errors: unknown[] = [];
      for (const tenant of due.slice(0, mostTenants)) {
        try {
          const rate = await measureScheduled(tenant);
          if (rate?.ok) yield { tenant, rate: rate.value };
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
    },
  };
}

/** True when the whole interval lies above the promised rate. */
export function breaksPromise({ interval, maxFmr }: Pick<LiveRate, "interval" | "maxFmr">): boolean {
  return interval !== null && interval[0] > maxFmr;
}

/** Computes rate and interval from the counts of all shards. */
export function rateOf(counted: readonly RateCounts[], maxFmr: number, now: Date): LiveRate {
  const sum = (of: (counts: RateCounts) => number) => counted.reduce((total, each) => total + of(each), 0);
  const comparisons = sum((counts) => counts.comparisons);
  const matches = sum((counts) => counts.matches);
  const probes = sum((counts) => counts.probes);
  const common = {
    measuredAt: now.toISOString(),
    maxFmr,
    comparisons,
    people: sum((counts) => counts.people),
    probes,
    likelyDuplicates: sum((counts) => counts.likelyDuplicates),
    shardsLeftOut: sum((counts) => counts.shardsLeftOut),
  };
  if (comparisons === 0) return { ...common, fmr: null, interval: null };
  const squared = sum((counts) => counts.squaredMatches);
  return {
    ...common,
    fmr: matches / comparisons,
    interval: intervalOf(matches, comparisons, probes, common.people, squared),
  };
}

/** Normal quantile of a two-sided 95 % interval. */
const z = 1.96;

/**
 * Wilson's interval of a share, for a number of comparisons that is divided by how much more the probes' matches vary than
 * independent pairs would: some people resemble many others.
 */
function intervalOf(
  matches: number,
  comparisons: number,
  probes: number,
  people: number,
  squaredMatches: number,
): readonly [number, number] {
  const mean = matches / probes;
  const variance = probes > 1 ? (squaredMatches - probes * mean * mean) / (probes - 1) : 0;
  const excess = mean > 0 ? Math.max(0, variance / mean - 1) : 0;
  // Two probes are compared with each other twice, and the people compared with vary as the probes do.
  const pairs = comparisons * (1 - probes / (2 * people));
  const effective = pairs / (1 + excess * (1 + probes / people));
  const share = matches / comparisons;
  const scale = 1 + (z * z) / effective;
  const middle = (share + (z * z) / (2 * effective)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / effective + (z * z) / (4 * effective ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
