/** What a tenant decides for itself, kept in its directory. */
import * as z from "zod";
import { fail, ok, type Result } from "../errors.ts";
import { defaultBackgroundFaceShare } from "../face/select.ts";
import { defaultLockOut } from "./lock-out.ts";

/** What a tenant decides about false match rates. */
export interface RateRules {
  /** The rate of requests that name none, and the laxest without "scores". */
  readonly maxFmr: number;
  /** The laxest with "scores", though never below `maxFmr`; null for any. */
  readonly maxFmrWithScores: number | null;
}

/** NIST SP 800-63B-4's limit for 1:1. */
export const defaultRates: RateRules = { maxFmr: 1e-4, maxFmrWithScores: null };

const secondsInAYear = 365 * 24 * 3600;
const secondsInTenYears = 10 * secondsInAYear;

/**
 * Bounds, not advice: a server that counts attempts itself may raise the lock-out's limits. What has a
 * default here is missing in settings that an earlier version kept.
 */
export const tenantSettingsSchema = z.strictObject({
  /**
   * `strong` asks the directory about every verification: what was deleted, locked or revoked is so
   * at once, everywhere. `edge` reuses an answer of up to `edgeSeconds` and may count a match after it
   * was told. A session token is always `strong`.
   */
  consistency: z.enum(["strong", "edge"]),
  edgeSeconds: z.int().min(1).max(300),
  consentRequired: z.boolean(),
  /** From enrolment to deletion, when the enrolment does not say; null keeps a face until it is deleted. */
  retentionSeconds: z.int().min(60).max(secondsInTenYears).nullable(),
  lockOut: z.strictObject({
    maxInARow: z.int().min(1).max(1_000_000),
    delaySeconds: z.int().min(30).max(86_400),
    maxTotal: z.int().min(1).max(1_000_000),
  }),
  /** How long the audit trail goes back. */
  auditSeconds: z.int().min(3600).max(secondsInTenYears).default(secondsInAYear),
  /** The false match rate of requests that name none, and the laxest for callers without "scores". */
  maxFmr: z.number().gt(0).lt(1).default(defaultRates.maxFmr),
  /** The laxest for callers with "scores", though never below `maxFmr`; null for any. */
  maxFmrWithScores: z.number().gt(0).lt(1).nullable().default(defaultRates.maxFmrWithScores),
  /** The false positive identification rate of searches that name none. */
  maxFpir: z.number().gt(0).lt(1).default(0.01),
  /** Under `face=only`: share of the largest face's side from which a further face counts. */
  backgroundFaceShare: z.number().min(0).max(1).default(defaultBackgroundFaceShare),
  /** Directories over which the subjects are spread; fixed when the tenant is made. */
  shards: z.int().min(1).max(256),
});

export type TenantSettings = z.infer<typeof tenantSettingsSchema>;

/** What is left out, or undefined, stays as it is. The shards stay in any case. */
export type SettingsChange = {
  readonly [Name in keyof Omit<TenantSettings, "shards">]?: TenantSettings[Name] | undefined;
};

/** Fails with `invalid_request` where the settings together are none that a tenant may have. */
export function applyChange(settings: TenantSettings, change: SettingsChange): Result<TenantSettings> {
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  const merged = tenantSettingsSchema.safeParse({
    ...settings,
    ...Object.fromEntries(given),
    shards: settings.shards,
  });
  if (merged.success) return ok(merged.data);
  const [{ message }] = merged.error.issues;
  return fail({ code: "invalid_request", reason: `The settings cannot be so together: ${message}.` });
}

export const defaultSettings: TenantSettings = {
  consistency: "strong",
  edgeSeconds: 60,
  consentRequired: false,
  retentionSeconds: null,
  lockOut: { ...defaultLockOut },
  auditSeconds: secondsInAYear,
  ...defaultRates,
  maxFpir: 0.01,
  backgroundFaceShare: defaultBackgroundFaceShare,
  shards: 1,
};
