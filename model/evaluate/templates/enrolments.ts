/**
 * Templates of the people of a data set, made as the service makes them, from photos that follow each other in the list.
 *
 * A person's photos stand in a circle. The template of k photos at a place of it takes the k photos after that place, so
 * that templates of 1, 2, 3 photos at one place contain each other, and can be compared with the same probe.
 */
import type { Embedding } from "../../../src/face/embedding.ts";
import { makeTemplate, weightOf } from "../../../src/face/template.ts";
import type { Acquired } from "../acquisition/acquire.ts";
import type { EmbeddingSet, People } from "../comparisons.ts";

/** Photos as far as they are needed here. */
export type Photos = Pick<Acquired, "embeddings" | "qualities">;

/** Template of one person. */
export interface EnrolledTemplate {
  readonly person: number;
  /** Unit length. */
  readonly values: Float32Array;
  /** Rows of the photos that went in; those that show somebody else were left out. */
  readonly rows: readonly number[];
  /** Weight of each of them. */
  readonly weights: readonly number[];
}

/** Rows of a photo to compare, and of photos of the same person to enrol, in the order of enrolment. */
export interface Place {
  readonly person: number;
  readonly probe: number;
  readonly enrolled: readonly number[];
}

/** Places of all people, and what enrolment refused at them. */
export interface Places {
  readonly places: readonly Place[];
  /** Number of photos refused as somebody else's than those enrolled before them. */
  readonly conflicting: number;
  /** Number of photos that are no probe since too many of the others were refused. */
  readonly notEnrolled: number;
}

/**
 * Lists every photo of a person as the probe of the next `photos` others that the service would enrol: a photo without an
 * embedding, or of somebody else than the photos enrolled before it, is passed over. A photo without an embedding is a
 * probe all the same: it matches nobody.
 *
 * @param people of the rows to use
 */
export function placesOf(people: People, acquired: Photos, photos: number): Places {
  let conflicting = 0;
  let notEnrolled = 0;
  const places = rowsByPerson(people).flatMap((rows, person) =>
    rows.flatMap((probe, at): Place[] => {
      const others = [...rows.slice(at + 1), ...rows.slice(0, at)].filter(
        (row) => acquired.embeddings.acquired[row] === 1,
      );
      if (others.length < photos) return [];
      const enrolled: number[] = [];
      for (const row of others) {
        if (enrolled.length === photos) break;
        const together = [...enrolled, row];
        if (enrol(person, together, acquired).rows.length === together.length) enrolled.push(row);
        else conflicting++;
      }
      if (enrolled.length < photos) notEnrolled++;
      return enrolled.length < photos ? [] : [{ person, probe, enrolled }];
    }),
  );
  return { places, conflicting, notEnrolled };
}

/** Makes the template of these photos. Throws where the service would make none. */
export function enrol(person: number, rows: readonly number[], acquired: Photos): EnrolledTemplate {
  const weights = rows.map((row) => weightOf(acquired.qualities[row] ?? undefined));
  const made = makeTemplate(
    rows.map((row, k) => ({ embedding: embeddingOf(acquired, row), weight: weights[k] })),
  );
  if (!made.ok) throw new Error(`no template: ${made.failure.code}`);
  const { embedding, outliers } = made.value;
  const isKept = (_: unknown, k: number) => !outliers.includes(k);
  return {
    person,
    values: embedding.values,
    rows: rows.filter(isKept),
    weights: weights.filter(isKept),
  };
}

/** Returns the embedding of a row, which must have one. */
export function embeddingOf({ embeddings }: Pick<Acquired, "embeddings">, row: number): Embedding {
  const { values, dimension } = embeddings;
  return { model: "measured", values: values.subarray(row * dimension, (row + 1) * dimension) };
}

/** Returns the rows of each person, in their order. */
export function rowsByPerson({ identityOf, identityCount }: People): number[][] {
  const rows = Array.from({ length: identityCount }, (): number[] => []);
  identityOf.forEach((person, row) => {
    rows[person].push(row);
  });
  return rows;
}

/** Returns every run of `count` rows around their circle, once each; none of fewer rows. */
export function runsOf(rows: readonly number[], count: number): number[][] {
  if (rows.length < count) return [];
  if (rows.length === count) return [[...rows]];
  return rows.map((_, at) => Array.from({ length: count }, (_, k) => rows[(at + k) % rows.length]));
}

/** Returns the Euclidean distance of a template to a row's embedding, summed in double precision as the service sums it. */
export function distanceTo(
  { values: template }: EnrolledTemplate,
  { values, dimension }: EmbeddingSet,
  row: number,
): number {
  const start = row * dimension;
  let sum = 0;
  for (let i = 0; i < dimension; i++) {
    const difference = template[i] - values[start + i];
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
