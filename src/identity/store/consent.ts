/** Consent as it is stored, and as it is used. */
import { fail, ok, type Result } from "../../errors.ts";
import type { Consent as StoredConsent } from "../directory/data.ts";
import type { TenantSettings } from "../settings.ts";
import type { Consent } from "./store.ts";

export function toStoredConsent(consent: Consent | undefined): StoredConsent | null {
  if (consent === undefined) return null;
  return { version: consent.version, purpose: consent.purpose, atMs: consent.at.getTime() };
}

export function fromStoredConsent(consent: StoredConsent | null): Consent | undefined {
  if (consent === null) return undefined;
  return { version: consent.version, purpose: consent.purpose, at: new Date(consent.atMs) };
}

/**
 * Checks the consent of an enrolment. Fails with `invalid_request` where the tenant requires consent and there is
 * none.
 */
export function requireConsent(
  { consentRequired }: Pick<TenantSettings, "consentRequired">,
  consent: Consent | undefined,
): Result<void> {
  if (!consentRequired || consent !== undefined) return ok(undefined);
  return fail({
    code: "invalid_request",
    field: "consent_version",
    reason: '"consent_version" and "consent_purpose" are missing: this tenant requires consent.',
  });
}
