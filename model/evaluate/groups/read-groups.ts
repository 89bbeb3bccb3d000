/** Reads the group of each image from a table with the columns `group`, and `image` or `identity`. */
import { readTable } from "../dataset.ts";

/**
 * Returns the group of each image; undefined where the table names none. A table by identity gives all photos of a person
 * one group. Throws for a table with both columns or neither, with one name in two groups, or that names nothing in the list.
 *
 * @param images paths as the list names them
 * @param list file with the columns `image`, `identity`
 */
export function readGroups(path: string, images: readonly string[], list: string): (string | undefined)[] {
  const table = readTable(path, ["group"]);
  const [first] = table;
  if (first === undefined) throw new Error(`${path} names no group`);
  if ("image" in first === "identity" in first) {
    throw new Error(`${path} must have a column "image" or a column "identity"`);
  }
  const column = "image" in first ? "image" : "identity";
  const groupOf = new Map<string, string>();
  for (const row of table) {
    const name = row[column] as string;
    if ((groupOf.get(name) ?? row.group) !== row.group) throw new Error(`${path} has ${name} in two groups`);
    groupOf.set(name, row.group);
  }
  const identityOf = new Map(readTable(list, ["image", "identity"]).map((row) => [row.image, row.identity]));
  const groups = images.map((image) =>
    groupOf.get(column === "image" ? image : (identityOf.get(image) ?? "")),
  );
  if (groups.every((group) => group === undefined))
    throw new Error(`${path} names nothing that is in ${list}`);
  return groups;
}
