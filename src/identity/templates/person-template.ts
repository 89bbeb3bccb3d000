/**
 * Template of a subject, built from its faces whenever it is needed: a verification opens every record anyway, and
 * the mean takes microseconds. So a template is always that of the faces which are enrolled, no second write has to
 * follow an enrolment or a deletion, and records of earlier versions need none.
 */
import { sha256, toHex } from "../../crypto/digest.ts";
import { ok, type Result } from "../../errors.ts";
import { distance } from "../../face/decision/decide.ts";
import type { Embedding } from "../../face/embedding.ts";
import { closerOf, makeTemplate, weightOf } from "../../face/template.ts";
import { type FaceId, hasJoined, wasConflicting } from "../ids.ts";
import type { CloserBy, StoredFace } from "../store/store.ts";
import { closestFace } from "./closest.ts";
import type { Comparison } from "./comparison.ts";

/** A face in a template. */
export interface TemplateFace {
  readonly face: TemplatePart;
  /** Share in the mean, relative to the others. */
  readonly weight: number;
}

type TemplatePart = Pick<StoredFace, "faceId" | "embedding" | "quality" | "createdAt">;

export interface PersonTemplate {
  readonly embedding: Embedding;
  /** Faces that went in, in the order of their enrolment. */
  readonly faces: readonly TemplateFace[];
  /** Faces that were left out as somebody else. */
  readonly outliers: readonly FaceId[];
}

/** Version of the rule by which faces become a template; it goes into every template's version. */
const builder = 1;

/** Largest distance by which faces that joined move a template from that of the enrolled faces. */
const maxDrift = 0.3;

/** Bytes of a template's version. */
const versionBytes = 8;

/**
 * Builds the template. The order in which the faces are given does not matter, to the last bit. Faces that were admitted
 * as somebody else's stay out of it, however many they are, while there are others. Faces that joined by a verification
 * move it by `maxDrift` at most. Fails with `subject_has_no_faces` without an enrolled face, or with `model_mismatch` for faces of two models.
 */
export function buildTemplate(faces: readonly TemplatePart[]): Result<PersonTemplate> {
  const sorted = [...faces]
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.faceId < b.faceId ? -1 : 1))
    .map((face) => ({ face, weight: weightOf(face.quality) }));
  const joined = sorted.filter(({ face }) => hasJoined(face.faceId));
  const own = sorted.filter(({ face }) => !hasJoined(face.faceId) && !wasConflicting(face.faceId));
  const conflicting = sorted.filter(({ face }) => wasConflicting(face.faceId));
  const enrolled = own.length > 0 ? leavingOut(mean(own), conflicting) : mean(conflicting);
  if (!enrolled.ok || joined.length === 0) return enrolled;
  // The enrolled photos agree with each other, so that of those that joined only what agrees with them is left in.
  const all = mean([...enrolled.value.faces, ...joined]);
  if (!all.ok) return all;
  return ok({
    embedding: within(all.value.embedding, enrolled.value.embedding, maxDrift),
    faces: all.value.faces,
    outliers: [...enrolled.value.outliers, ...all.value.outliers],
  });
}

function leavingOut(made: Result<PersonTemplate>, faces: readonly TemplateFace[]): Result<PersonTemplate> {
  if (!made.ok) return made;
  return ok({ ...made.value, outliers: [...made.value.outliers, ...faces.map(({ face }) => face.faceId)] });
}

function mean(faces: readonly TemplateFace[]): Result<PersonTemplate> {
  const made = makeTemplate(faces.map(({ face, weight }) => ({ embedding: face.embedding, weight })));
  if (!made.ok) return made;
  const { embedding, outliers } = made.value;
  return ok({
    embedding,
    faces: faces.filter((_, i) => !outliers.includes(i)),
    outliers: outliers.map((i) => faces[i].face.faceId),
  });
}

/** Moves a unit vector towards another, along the circle through both, until it is at most this far from it. */
function within(moved: Embedding, from: Embedding, most: number): Embedding {
  const cosine = moved.values.reduce((sum, value, i) => sum + value * from.values[i], 0);
  const angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
  const bound = 2 * Math.asin(most / 2);
  if (angle <= bound) return moved;
  const [own, other] = [Math.sin(bound) / Math.sin(angle), Math.sin(angle - bound) / Math.sin(angle)];
  const values = moved.values.map((value, i) => own * value + other * from.values[i]);
  return { model: moved.model, values };
}

/** True for a new face of somebody else than the subject's others, of those that are of its model. */
export function isSomebodyElse(
  { embedding, quality }: Pick<StoredFace, "embedding" | "quality">,
  others: readonly TemplatePart[],
): boolean {
  const { model, values } = embedding;
  const comparable = others.filter(
    (other) => other.embedding.model === model && other.embedding.values.length === values.length,
  );
  const template = buildTemplate(comparable);
  if (!template.ok) return false;
  const enrolled = template.value.faces.map(({ face, weight }) => ({ embedding: face.embedding, weight }));
  // The template leaves out the later of two photos that disagree: the new one.
  const joined = makeTemplate([...enrolled, { embedding, weight: weightOf(quality) }]);
  return joined.ok && joined.value.outliers.includes(enrolled.length);
}

/** Name of a template: it changes when a face joins or leaves, when the model changes, and with the rule. */
export async function versionOf({ embedding, faces }: PersonTemplate): Promise<string> {
  const parts = [builder, embedding.model, ...faces.map(({ face }) => face.faceId).sort()];
  return toHex((await sha256(JSON.stringify(parts))).subarray(0, versionBytes));
}

/** Names the template that these faces make, which no probe was compared with. Fails as `buildTemplate` does. */
export async function describeTemplate(
  faces: readonly TemplatePart[],
): Promise<Result<Pick<Comparison, "version" | "photos">>> {
  const built = buildTemplate(faces);
  if (!built.ok) return built;
  return ok({ version: await versionOf(built.value), photos: built.value.faces.length });
}

/** Returns the distance by which the template must come closer than an ordinary one. */
function closerOfTemplate({ faces }: PersonTemplate, closerBy: CloserBy | undefined): number {
  if (closerBy === undefined) return 0;
  return closerOf(faces.map(({ face, weight }) => ({ weight, closer: closerBy(face) })));
}

/**
 * Compares a probe with the template of a subject. Fails with `subject_has_no_faces`, or with `model_mismatch` when one
 * face, even if others fit, is of another model than the probe.
 */
export async function compareWithTemplate(
  probe: Embedding,
  faces: readonly StoredFace[],
  closerBy?: CloserBy,
): Promise<Result<Comparison>> {
  const any = closestFace(probe, faces);
  if (!any.ok) return any;
  const built = buildTemplate(faces);
  if (!built.ok) return built;
  const template = built.value;
  const within = template.faces.map(({ face }) => face);
  const closest = template.outliers.length === 0 ? any : closestFace(probe, within);
  if (!closest.ok) return closest;
  const measured = distance(template.embedding, probe);
  if (!measured.ok) return measured;
  return ok({
    distance: measured.value,
    closer: closerOfTemplate(template, closerBy),
    photos: template.faces.length,
    version: await versionOf(template),
    closest: closest.value.faceId,
  });
}
