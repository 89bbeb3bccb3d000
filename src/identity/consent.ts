/** Consent as it is kept, and as it is used. */
import type { Consent as StoredConsent } from "./directory/types.ts";
import type { Consent } from "./store.ts";

export function toStoredConsent(consent: Consent | undefined): StoredConsent | null {
  if (consent === undefined) return null;
  return { version: consent.version, purpose: consent.purpose, atMs: consent.at.getTime() };
}

export function fromStoredConsent(consent: StoredConsent | null): Consent | undefined {
  if (consent === null) return undefined;
  return { version: consent.version, purpose: consent.purpose, at: new Date(consent.atMs) };
}
