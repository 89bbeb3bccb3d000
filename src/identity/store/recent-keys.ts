/**
 * Recent answers of directories about subjects, in an isolate's memory, for tenants with `consistency: edge`. They
 * hold wrapped keys alone, which open nothing without the KEK. Their number is bounded, oldest out first.
 */
import type { AttemptFace } from "../directory/data.ts";
import type { SubjectId, TenantId } from "../ids.ts";

export interface RecentKeys {
  /** Finds keys; undefined when the directory was not asked since `sinceMs`. */
  find(tenant: TenantId, subjectId: SubjectId, sinceMs: number): RecentAnswer | undefined;
  /**
   * Notes that the directory is being asked. Returns a function that keeps the answer, unless the subject was
   * forgotten, or asked about again, since.
   */
  ask(tenant: TenantId, subjectId: SubjectId, nowMs: number): (keys: readonly AttemptFace[]) => void;
  forget(tenant: TenantId, subjectId: SubjectId): void;
  /**
   * Lets one attempt with these keys be told before it is counted, until the returned function is called. Undefined
   * while another attempt is told so, and for keys that were asked for before `sinceMs` or are not the ones that are
   * kept any more.
   */
  tellFirst(
    tenant: TenantId,
    subjectId: SubjectId,
    keys: readonly AttemptFace[],
    sinceMs: number,
  ): (() => void) | undefined;
}

/** Answer of a directory, and the time at which it was asked. */
export interface RecentAnswer {
  readonly keys: readonly AttemptFace[];
  readonly askedAtMs: number;
}

/** Most subjects; each takes about 1 KB. */
const maxSubjects = 1000;

interface Entry {
  /** Keys of the subject; undefined until the directory has answered. */
  keys: readonly AttemptFace[] | undefined;
  readonly askedAtMs: number;
}

export function createRecentKeys(): RecentKeys {
  const kept = new Map<string, Entry>();
  const toldFirst = new Set<string>();
  const nameOf = (tenant: TenantId, subjectId: SubjectId) => `${tenant}!${subjectId}`;

  const find: RecentKeys["find"] = (tenant, subjectId, sinceMs) => {
    const found = kept.get(nameOf(tenant, subjectId));
    if (found?.keys === undefined || found.askedAtMs < sinceMs) return undefined;
    return { keys: found.keys, askedAtMs: found.askedAtMs };
  };

  return {
    find,
    ask(tenant, subjectId, askedAtMs) {
      const name = nameOf(tenant, subjectId);
      const entry: Entry = { keys: undefined, askedAtMs };
      kept.delete(name);
      kept.set(name, entry);
      for (const oldest of kept.keys()) {
        if (kept.size <= maxSubjects) break;
        kept.delete(oldest);
      }
      return (keys) => {
        entry.keys = keys;
      };
    },
    forget(tenant, subjectId) {
      kept.delete(nameOf(tenant, subjectId));
    },
    tellFirst(tenant, subjectId, keys, sinceMs) {
      const name = nameOf(tenant, subjectId);
      if (toldFirst.has(name) || find(tenant, subjectId, sinceMs)?.keys !== keys) return undefined;
      toldFirst.add(name);
      return () => toldFirst.delete(name);
    },
  };
}
