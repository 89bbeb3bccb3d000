/** Settings that a tenant decides for itself. Its directory keeps them. */
import * as z from "zod";
import { fail, ok, type Result } from "../errors.ts";
import { defaultBackgroundFaceShare } from "../face/detection/select.ts";
import { locationHints } from "./jurisdiction.ts";
import { defaultLockOut } from "./lock-out.ts";

/** Rules of a tenant about false match rates. */
export interface RateRules {
  /** Rate of requests that name none, and the highest that callers without "scores" may ask for. */
  readonly maxFmr: number;
  /** Highest rate that callers with "scores" may ask for, which is at least `maxFmr`; null for any. */
  readonly maxFmrWithScores: number | null;
}

/** NIST SP 800-63B-4's limit for 1:1. */
export const defaultRates: RateRules = { maxFmr: 1e-4, maxFmrWithScores: null };

const secondsInADay = 24 * 3600;
const secondsInAYear = 365 * 24 * 3600;
const secondsInTenYears = 10 * secondsInAYear;

/** Treatment of a copy of a photo that was seen: refusal, a word in the answer, or none. */
export const replayPolicies = ["refuse", "warn", "off"] as const;
export type ReplayPolicy = (typeof replayPolicies)[number];

/** A phone is the attacker's own device, while a server with a key may have a reason to send a photo twice. */
const defaultReplay = {
  sessions: "refuse",
  keys: "warn",
  maxSketches: 50,
  keptSeconds: 90 * 24 * 3600,
} as const;

/**
 * Schema of the settings. Its bounds are no advice: a server that counts attempts itself may raise the lock-out's
 * limits. A setting with a default here is missing in settings that an earlier version kept.
 */
export const tenantSettingsSchema = z.strictObject({
  /**
   * `strong` asks the directory about every verification: a deletion, a lock or a revocation takes effect at once,
   * everywhere. `edge` reuses an answer of up to `edgeSeconds` and may count a match after it was told. A session
   * token is always `strong`.
   */
  consistency: z.enum(["strong", "edge"]),
  edgeSeconds: z.int().min(1).max(300),
  consentRequired: z.boolean(),
  /** Seconds from enrolment to deletion, for enrolments that do not say; null keeps a face until it is deleted. */
  retentionSeconds: z.int().min(60).max(secondsInTenYears).nullable(),
  /** Seconds from a subject's last use to its deletion, at least a day; null deletes none for that reason. */
  unusedSeconds: z.int().min(secondsInADay).max(secondsInTenYears).nullable().default(null),
  /** Whoever is responsible for the faces, for consent receipts and the public policy; null where nobody is named. */
  controller: z
    .strictObject({
      name: z.string().min(1).max(200),
      contact: z.string().min(1).max(200),
      noticeUrl: z.url().max(500).nullable(),
    })
    .nullable()
    .default(null),
  lockOut: z.strictObject({
    maxInARow: z.int().min(1).max(1_000_000),
    delaySeconds: z.int().min(30).max(86_400),
    maxTotal: z.int().min(1).max(1_000_000),
  }),
  /** Seconds for which entries of the audit trail are kept. */
  auditSeconds: z.int().min(3600).max(secondsInTenYears).default(secondsInAYear),
  /** False match rate of requests that name none, and the highest that callers without "scores" may ask for. */
  maxFmr: z.number().gt(0).lt(1).default(defaultRates.maxFmr),
  /** Highest rate that callers with "scores" may ask for, which is at least `maxFmr`; null for any. */
  maxFmrWithScores: z.number().gt(0).lt(1).nullable().default(defaultRates.maxFmrWithScores),
  /** False positive identification rate of searches that name none. */
  maxFpir: z.number().gt(0).lt(1).default(0.01),
  /** Share of the largest face's side from which a further face counts under `face=only`. */
  backgroundFaceShare: z.number().min(0).max(1).default(defaultBackgroundFaceShare),
  /** True when an embedding without evidence of its photo is refused. */
  evidenceRequired: z.boolean().default(false),
  /** Treatment of a photo that was enrolled or has matched before, by the kind of caller. */
  replay: z
    .strictObject({
      sessions: z.enum(replayPolicies),
      keys: z.enum(replayPolicies),
      /** Largest number of matches of a subject whose sketches are kept. */
      maxSketches: z.int().min(1).max(500),
      /** Seconds from a match for which its sketch is kept. */
      keptSeconds: z.int().min(3600).max(secondsInTenYears),
    })
    .default(() => ({ ...defaultReplay })),
  /** Calls that are refused without a liveness session: verifications, enrolments, both or neither. */
  livenessRequired: z
    .strictObject({ verify: z.boolean(), enrol: z.boolean() })
    .default({ verify: false, enrol: false }),
  /**
   * Least passive score of a photo that is enrolled or verified, 0..1; null judges no photo unless a caller asks, and
   * refuses none.
   */
  passiveLimit: z.number().min(0).max(1).nullable().default(null),
  /**
   * False match rate, against the enrolled photos alone, at or below which a verification with liveness joins the
   * template; null joins none.
   */
  driftFmr: z.number().gt(0).lt(1).nullable().default(null),
  /** Number of directories over which the subjects are spread; fixed when the tenant is made. */
  shards: z.int().min(1).max(256),
  /** Region near which the directories were to be made; fixed when the tenant is made. Null for none. */
  locationHint: z.enum(locationHints).nullable().default(null),
});

export type TenantSettings = z.infer<typeof tenantSettingsSchema>;

/** Settings that are fixed when the tenant is made. */
type Fixed = "shards" | "locationHint";

/** Change of settings. A setting that is absent or undefined stays as it is. The fixed ones cannot change. */
export type SettingsChange = {
  readonly [Name in keyof Omit<TenantSettings, Fixed>]?: TenantSettings[Name] | undefined;
};

/**
 * Merges a change into the settings. Fails with `invalid_request` for settings that no tenant may have: among them a
 * `driftFmr` above `maxFmr`, where the change names either.
 */
export function applyChange(settings: TenantSettings, change: SettingsChange): Result<TenantSettings> {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const merged = tenantSettingsSchema.safeParse({
    ...settings,
    ...Object.fromEntries(given),
    shards: settings.shards,
    locationHint: settings.locationHint,
  });
  if (merged.success) return checkDrift(merged.data, change);
  const [{ message }] = merged.error.issues;
  return fail({ code: "invalid_request", reason: `These settings do not go together: ${message}.` });
}

/** A frame that does not even match must not join. A change that names neither rate is not held up by the two. */
function checkDrift(settings: TenantSettings, change: SettingsChange): Result<TenantSettings> {
  const { driftFmr, maxFmr } = settings;
  const named = change.driftFmr !== undefined || change.maxFmr !== undefined;
  if (!named || driftFmr === null || driftFmr <= maxFmr) return ok(settings);
  return fail({
    code: "invalid_request",
    reason: `"template_drift_fmr" (${driftFmr}) must be at most "max_fmr" (${maxFmr}).`,
  });
}

export const defaultSettings: TenantSettings = {
  consistency: "strong",
  edgeSeconds: 60,
  consentRequired: false,
  retentionSeconds: null,
  unusedSeconds: null,
  controller: null,
  lockOut: { ...defaultLockOut },
  auditSeconds: secondsInAYear,
  ...defaultRates,
  maxFpir: 0.01,
  backgroundFaceShare: defaultBackgroundFaceShare,
  evidenceRequired: false,
  replay: { ...defaultReplay },
  livenessRequired: { verify: false, enrol: false },
  passiveLimit: null,
  driftFmr: null,
  shards: 1,
  locationHint: null,
};

/** True when the tenant keeps sketches of captures: some kind of its callers is told of copies. */
export function keepsSketches({ replay }: Pick<TenantSettings, "replay">): boolean {
  return replay.sessions !== "off" || replay.keys !== "off";
}

/**
 * Settings that are written only where they differ from their defaults. An earlier release, which does not know them,
 * reads the settings of a tenant that uses none of them, and refuses those of another rather than pass over a rule. A
 * setting that is added belongs here, and its default never changes.
 */
const addedSettings: readonly string[] = [
  "locationHint",
  "unusedSeconds",
  "controller",
  "driftFmr",
] satisfies (keyof TenantSettings)[];

/** Leaves out each added setting that has its default. */
export function toWrittenSettings(settings: TenantSettings): Partial<TenantSettings> {
  const isAdded = ([name, value]: [string, unknown]) =>
    addedSettings.includes(name) &&
    JSON.stringify(value) === JSON.stringify(defaultSettings[name as keyof TenantSettings]);
  return Object.fromEntries(Object.entries(settings).filter((entry) => !isAdded(entry)));
}
