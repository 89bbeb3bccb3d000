/**
 * List of the deployment's tenants. Tenants without a jurisdiction stand in the default tenant's directory, those of a
 * jurisdiction in a directory that is kept there. Of the latter the default tenant's directory has one line for all:
 * that the jurisdiction is in use.
 */
import { ok, type Result } from "../errors.ts";
import type { Context, Page } from "./directory/data.ts";
import type { AdministrationDirectory, OpenDirectory } from "./directory/types.ts";
import { defaultTenant, type TenantId } from "./ids.ts";
import { deploymentIn, type Jurisdiction, jurisdictionOf, jurisdictions } from "./jurisdiction.ts";

export interface TenantRegistry {
  /** Adds a tenant to the list of its jurisdiction; adds nothing for one that is there. */
  register(tenant: TenantId, context: Context): Promise<Result<void>>;
  /** Lists tenants: those without a jurisdiction, then those of each jurisdiction, in the order of their ids. */
  list(page: { readonly after: TenantId | null; readonly limit: number }): Promise<readonly TenantId[]>;
  /** Lists the jurisdictions in which a tenant was ever made. */
  inUse(): Promise<readonly Jurisdiction[]>;
}

export type RegistryDirectory = Pick<AdministrationDirectory, "registerTenant" | "listTenants">;

const tenantsPerPage = 1000;

/** Lists the default tenant, then all others. */
export async function* everyTenant(registry: Pick<TenantRegistry, "list">): AsyncGenerator<TenantId> {
  yield defaultTenant;
  for (let after: TenantId | null = null; ; ) {
    const page: readonly TenantId[] = await registry.list({ after, limit: tenantsPerPage });
    yield* page;
    if (page.length < tenantsPerPage) return;
    after = page[tenantsPerPage - 1];
  }
}

const marks = new Map<TenantId, Jurisdiction>(jurisdictions.map((each) => [deploymentIn(each), each]));

/** Text before all marks and after no other id: "@" sorts before the letters and after digits and "-". */
const beforeMarks = `${defaultTenant}@`;

export function createTenantRegistry(openDirectory: OpenDirectory<RegistryDirectory>): TenantRegistry {
  const listOf = (place: Jurisdiction | undefined) => openDirectory(deploymentIn(place), 0);

  async function inUse(): Promise<Jurisdiction[]> {
    const found = await listOf(undefined).listTenants({ after: beforeMarks, limit: marks.size });
    return found.flatMap((id) => marks.get(id) ?? []);
  }

  async function pageOf(place: Jurisdiction | undefined, page: Page): Promise<readonly TenantId[]> {
    if (place !== undefined) return listOf(place).listTenants(page);
    const found = await listOf(undefined).listTenants({ ...page, limit: page.limit + marks.size });
    return found.filter((id) => !marks.has(id)).slice(0, page.limit);
  }

  return {
    inUse,

    async register(tenant, context) {
      const place = jurisdictionOf(tenant);
      const own = deploymentIn(place);
      if (place !== undefined) {
        const marked = await listOf(undefined).registerTenant(own, { ...context, tenant: defaultTenant });
        if (!marked.ok) return marked;
      }
      const registered = await listOf(place).registerTenant(tenant, { ...context, tenant: own });
      return registered.ok ? ok(undefined) : registered;
    },

    async list({ after, limit }) {
      const places = [undefined, ...(await inUse())];
      const begun = after === null ? 0 : places.indexOf(jurisdictionOf(after));
      if (begun < 0) return [];
      const tenants: TenantId[] = [];
      for (const [i, place] of places.slice(begun).entries()) {
        if (tenants.length === limit) break;
        const page = { after: i === 0 ? after : null, limit: limit - tenants.length };
        tenants.push(...(await pageOf(place, page)));
      }
      return tenants;
    },
  };
}
