/**
 * Refuses to enrol a person who is enrolled as another subject already. Keys that may identify are told that subject.
 * Two enrolments at the same instant do not see each other.
 */
import { fail, ok, type Result } from "../../errors.ts";
import type { Calibration } from "../../face/decision/calibration.ts";
import type { Embedding } from "../../face/embedding.ts";
import type { SubjectId } from "../../identity/ids.ts";
import type { TenantSettings } from "../../identity/settings.ts";
import type { SearchOptions, TenantStore } from "../../identity/store/store.ts";
import type { Principal } from "../principal.ts";
import { chooseRate } from "./rate-choice.ts";
import { searchLimits } from "./search-limits.ts";

export interface DuplicateSearch {
  readonly store: Pick<TenantStore, "beginSearch">;
  readonly principal: Principal;
  readonly settings: TenantSettings;
  readonly calibration: Calibration;
  /** Distance by which each enrolled face must come closer than the threshold. */
  readonly closerBy: SearchOptions["closerBy"];
}

/** Searches for the person. Fails with `identity_conflict`, and as a search does. */
export async function refuseDuplicates(
  { store, principal, settings, calibration, closerBy }: DuplicateSearch,
  embedding: Embedding,
  subjectId: SubjectId,
): Promise<Result<void>> {
  const { model, values } = embedding;
  const search = await store.beginSearch({ model, dimension: values.length });
  if (!search.ok) return search;
  const chosen = chooseRate(principal, settings, {});
  if (!chosen.ok) return chosen;
  const limits = searchLimits(calibration, search.value.templates, chosen.value, settings);
  if (!limits.ok) return limits;
  const { maxDistance, nearer, order } = limits.value;
  const found = await search.value.find(embedding, {
    limit: 1,
    order,
    maxDistance,
    nearer,
    closerBy,
    except: subjectId,
    action: "duplicate_check",
  });
  if (!found.ok) return found;
  const [duplicate] = found.value.candidates;
  if (duplicate === undefined) return ok(undefined);
  const seen = principal.scopes.has("identify") ? { subjectId: duplicate.subjectId } : {};
  return fail({ code: "identity_conflict", ...seen });
}
