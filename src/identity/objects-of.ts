import type { TenantId } from "./ids.ts";
import { type Jurisdiction, jurisdictionOf, type LocationHint } from "./jurisdiction.ts";

/**
 * Binding of Durable Objects that offer these methods, as far as it is used. Cloudflare's type,
 * `DurableObjectNamespace<Class>`, says that a tuple comes back as a list of either; it comes back as it was sent.
 */
export interface ObjectsOf<Offered> {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId, options?: { readonly locationHint?: LocationHint }): Offered;
  /** Objects that are made and kept in the jurisdiction. Throws in a runtime that has no jurisdictions. */
  jurisdiction(jurisdiction: Jurisdiction): ObjectsOf<Offered>;
}

/** Opens the object of this name that belongs to a tenant, in the tenant's jurisdiction. */
export function openObject<Offered>(
  objects: ObjectsOf<Offered>,
  tenant: TenantId,
  name: string,
  locationHint?: LocationHint,
): Offered {
  const jurisdiction = jurisdictionOf(tenant);
  const within = jurisdiction === undefined ? objects : objects.jurisdiction(jurisdiction);
  const id = within.idFromName(name);
  return locationHint === undefined ? within.get(id) : within.get(id, { locationHint });
}

/** True when the runtime can keep objects in the jurisdiction. Asks no object. */
export function hasJurisdiction(objects: ObjectsOf<unknown>, jurisdiction: Jurisdiction): boolean {
  try {
    objects.jurisdiction(jurisdiction);
    return true;
  } catch {
    return false;
  }
}
