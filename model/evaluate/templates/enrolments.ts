/**
 * Templates of the people of a data set, made as the service makes them, from photos that follow each other in the list.
 *
 * A person's photos stand in a circle. The template of k photos at a place of it takes the k photos after that place, so
 * that templates of 1, 2, 3 photos at one place contain each other, and can be compared with the same probe.
 */
import type { Embedding } from "../../../src/face/embedding.ts";
import { makeTemplate, weightOf } from "../../../src/face/template.ts";
import type { Acquired } from "../acquisition/acquire.ts";
import type { People } from "../comparisons.ts";

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

/**
 * Lists every photo of a person as the probe of the next `photos` others. A photo without an embedding cannot be enrolled,
 * but is a probe: it matches nobody.
 *
 * @param people of the rows to use
 */
export function placesOf(
  people: People,
  { embeddings }: Pick<Acquired, "embeddings">,
  photos: number,
): Place[] {
  return rowsByPerson(people).flatMap((rows, person) => {
    const places = rows.map((probe, at) => {
      const others = [...rows.slice(at + 1), ...rows.slice(0, at)].filter(
        (row) => embeddings.acquired[row] === 1,
      );
      return { person, probe, enrolled: others.slice(0, photos) };
    });
    return places.filter(({ enrolled }) => enrolled.length === photos);
  });
}

/** Makes the template of these photos. Throws where the service would make none. */
export function enrol(
  person: number,
  rows: readonly number[],
  acquired: Pick<Acquired, "embeddings" | "qualities">,
): EnrolledTemplate {
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
