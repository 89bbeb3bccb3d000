/**
 * What an isolate was told of a subject a moment ago, for tenants with `consistency: edge`. Wrapped
 * keys alone: what it holds opens nothing without the KEK. Bounded, oldest out first.
 */
import type { AttemptFace } from "./directory/types.ts";
import type { SubjectId, TenantId } from "./ids.ts";

export interface RecentKeys {
  /** Undefined when nothing was kept since `sinceMs`. */
  find(tenant: TenantId, subjectId: SubjectId, sinceMs: number): readonly AttemptFace[] | undefined;
  keep(tenant: TenantId, subjectId: SubjectId, keys: readonly AttemptFace[], nowMs: number): void;
  forget(tenant: TenantId, subjectId: SubjectId): void;
}

/** About 1 KB each. */
const maxSubjects = 1000;

export function createRecentKeys(): RecentKeys {
  const kept = new Map<string, { keys: readonly AttemptFace[]; atMs: number }>();
  const nameOf = (tenant: TenantId, subjectId: SubjectId) => `${tenant}!${subjectId}`;
  return {
    find(tenant, subjectId, sinceMs) {
      const found = kept.get(nameOf(tenant, subjectId));
      return found !== undefined && found.atMs >= sinceMs ? found.keys : undefined;
    },
    keep(tenant, subjectId, keys, atMs) {
      kept.delete(nameOf(tenant, subjectId));
      kept.set(nameOf(tenant, subjectId), { keys, atMs });
      for (const oldest of kept.keys()) {
        if (kept.size <= maxSubjects) break;
        kept.delete(oldest);
      }
    },
    forget(tenant, subjectId) {
      kept.delete(nameOf(tenant, subjectId));
    },
  };
}
