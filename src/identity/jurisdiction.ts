/**
 * Jurisdictions in which a tenant's objects can be kept. The tenant's id says which, as in `acme@eu`: it stands in every
 * API key and every token, so it is known before any object is opened, and no stored setting can be wrong about it.
 *
 * A tenant with a jurisdiction has all of its objects there: directories, galleries, its entry in the list of tenants,
 * and the keys that sign its tokens and receipts. It uses no KV, which cannot be kept in one place.
 */
import { defaultTenant, type TenantId } from "./ids.ts";

/** Names of jurisdictions as Durable Objects have them. */
export const jurisdictions = ["eu", "us", "fedramp"] as const;
export type Jurisdiction = (typeof jurisdictions)[number];

/** Regions near which a tenant without a jurisdiction can ask to be kept. The platform takes them for a hint. */
export const locationHints = [
  ...["wnam", "enam", "sam", "weur", "eeur", "apac"],
  ...["apac-ne", "apac-se", "oc", "afr", "me"],
] as const;
export type LocationHint = (typeof locationHints)[number];

/** Jurisdiction of a tenant; undefined for a tenant without one. */
export function jurisdictionOf(tenant: TenantId): Jurisdiction | undefined {
  const at = tenant.indexOf("@");
  return at < 0 ? undefined : (tenant.slice(at + 1) as Jurisdiction);
}

/** Id of the tenant of this name in a jurisdiction, or in none. */
export function tenantIn(name: TenantId, jurisdiction: Jurisdiction | undefined): TenantId {
  return jurisdiction === undefined ? name : (`${name}@${jurisdiction}` as TenantId);
}

/**
 * Tenant whose directory 0 keeps the deployment's own data for a jurisdiction: the list of its tenants, and its
 * signing keys. Nobody can make a tenant of this id.
 */
export function deploymentIn(jurisdiction: Jurisdiction | undefined): TenantId {
  return tenantIn(defaultTenant, jurisdiction);
}
