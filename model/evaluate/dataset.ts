/**
 * Reads the data set from tab-separated files with a header line.
 *
 * Pairs have the columns `same` (1 or 0), `image_a`, `image_b`, and optionally `fold`. A list has `image` and
 * `identity`; every image in it is compared with every other. Paths are relative to the folder of images.
 */
import { readFileSync } from "node:fs";
import type { LabelledPair, People } from "./comparisons.ts";
import { contiguousFolds } from "./statistics/tenfold.ts";

export interface Dataset extends People {
  /** Relative paths; those of the list come first. */
  readonly images: readonly string[];
  /** Number of first images that are compared all against all; 0 without a list. */
  readonly listedCount: number;
  readonly pairs: readonly (LabelledPair & { readonly fold: number })[];
}

export interface DatasetFiles {
  readonly pairs?: string | undefined;
  /** One list, or several whose people are taken together. */
  readonly list?: string | readonly string[] | undefined;
  /** Table with the columns `identity`, `same_as`: names of the list that belong to one person. */
  readonly aliases?: string | undefined;
}

/**
 * Reads people from the identities of the list. An image that only pairs mention belongs to the images it is paired
 * with as the same person; one without such a pair is a person of its own.
 */
export function readDataset(files: DatasetFiles): Dataset {
  const rowOf = new Map<string, number>();
  const row = (image: string) => {
    const known = rowOf.get(image) ?? rowOf.size;
    rowOf.set(image, known);
    return known;
  };
  const lists = typeof files.list === "string" ? [files.list] : (files.list ?? []);
  const listed = lists.flatMap((list) => readTable(list, ["image", "identity"]));
  const people = createGroups();
  const firstOfIdentity = new Map<string, number>();
  for (const { image, identity } of listed) {
    const first = firstOfIdentity.get(identity) ?? row(image);
    firstOfIdentity.set(identity, first);
    people.join(first, row(image));
  }
  const aliases = files.aliases === undefined ? [] : readTable(files.aliases, ["identity", "same_as"]);
  for (const { identity, same_as } of aliases) {
    const one = firstOfIdentity.get(identity);
    const other = firstOfIdentity.get(same_as);
    if (one !== undefined && other !== undefined) people.join(one, other);
  }
  const listedCount = rowOf.size;
  if (listedCount !== listed.length) throw new Error(`${lists.join(" and ")} names an image twice`);

  const paired = files.pairs === undefined ? [] : readTable(files.pairs, ["same", "image_a", "image_b"]);
  const same = paired.map((line) => parseSame(line.same, files.pairs));
  const folds = contiguousFolds(same);
  const pairs = paired.map(({ image_a, image_b, fold }, index) => {
    const pair = { left: row(image_a), right: row(image_b), same: same[index] };
    if (pair.same) people.join(pair.left, pair.right);
    return { ...pair, fold: fold === undefined ? folds[index] : parseFold(fold, files.pairs) };
  });
  const contradiction = pairs.find(({ left, right, same }) => !same && people.of(left) === people.of(right));
  if (contradiction !== undefined) {
    const images = [...rowOf.keys()];
    throw new Error(
      `${images[contradiction.left]} and ${images[contradiction.right]} are one person and also two`,
    );
  }

  const numberOf = new Map<number, number>();
  const identityOf = Uint32Array.from({ length: rowOf.size }, (_, index) => {
    const person = people.of(index);
    const number = numberOf.get(person) ?? numberOf.size;
    numberOf.set(person, number);
    return number;
  });
  return { images: [...rowOf.keys()], listedCount, pairs, identityOf, identityCount: numberOf.size };
}

export type Row<Column extends string> = Record<Column, string> & Partial<Record<string, string>>;

/** Throws, naming the file, when a column is missing or a line's length differs from the header's. */
export function readTable<Column extends string>(path: string, required: readonly Column[]): Row<Column>[] {
  const [header, ...lines] = readFileSync(path, "utf8")
    .split(/\r?\n/)
    .filter((line) => line !== "");
  const columns = (header ?? "").split("\t");
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length > 0) throw new Error(`${path} has no column ${missing.join(", ")}`);
  return lines.map((line, index) => {
    const cells = line.split("\t");
    if (cells.length !== columns.length) {
      throw new Error(`${path}, line ${index + 2}: ${cells.length} columns instead of ${columns.length}`);
    }
    return Object.fromEntries(columns.map((column, k) => [column, cells[k]])) as Row<Column>;
  });
}

function parseSame(value: string, path: string | undefined): boolean {
  if (value !== "0" && value !== "1") throw new Error(`${path}: same is ${value}, neither 0 nor 1`);
  return value === "1";
}

function parseFold(value: string, path: string | undefined): number {
  const fold = Number(value);
  if (!Number.isInteger(fold)) throw new Error(`${path}: fold is ${value}, not a whole number`);
  return fold;
}

/** Disjoint sets of rows (union-find). */
function createGroups() {
  const parent: number[] = [];
  function of(row: number): number {
    let root = row;
    while (parent[root] !== undefined && parent[root] !== root) root = parent[root];
    parent[row] = root;
    return root;
  }
  return {
    of,
    join(a: number, b: number) {
      parent[of(a)] = of(b);
    },
  };
}
