/**
 * Whether somebody about to be enrolled is enrolled under another name already. Who that is, is told
 * to keys that may identify. Two enrolments at the same instant do not see each other.
 */
import type { Context } from "hono";
import { fail, ok, type Result } from "../errors.ts";
import type { Embedding } from "../face/embedding.ts";
import { thresholdForGallery } from "../face/gallery-threshold.ts";
import type { SubjectId } from "../identity/ids.ts";
import type { AppEnv, Deps } from "./deps.ts";

/** Fails with `identity_conflict`, and as a search does. */
export async function refuseDuplicates(
  c: Context<AppEnv>,
  { calibration, config }: Pick<Deps, "calibration" | "config">,
  embedding: Embedding,
  subjectId: SubjectId,
): Promise<Result<void>> {
  const { store, principal, settings } = c.var;
  const { model, values } = embedding;
  const search = await store.beginSearch({ model, dimension: values.length });
  if (!search.ok) return search;
  const defaults = { maxFpir: settings.maxFpir, maxFmr: config.defaultMaxFmr };
  const limits = thresholdForGallery(calibration, search.value.faces, undefined, defaults);
  if (!limits.ok) return limits;
  const found = await search.value.find(embedding, {
    limit: 1,
    maxDistance: limits.value.threshold,
    except: subjectId,
    action: "duplicate_check",
  });
  if (!found.ok) return found;
  const [duplicate] = found.value;
  if (duplicate === undefined) return ok(undefined);
  const seen = principal.scopes.has("identify") ? { subjectId: duplicate.subjectId } : {};
  return fail({ code: "identity_conflict", ...seen });
}
