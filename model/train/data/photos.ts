/**
 * Reads the person on each photo from a folder for each person, or from a tab-separated list with the columns
 * `image`, `identity` and, where two kinds of photos are compared with each other (an identity card with a selfie),
 * `side`.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { People } from "../../evaluate/comparisons.ts";
import { readTable } from "../../evaluate/dataset.ts";

export interface LabelledPhotos extends People {
  /** Paths relative to `folder`. */
  readonly images: readonly string[];
  readonly folder: string;
  /** Side of each photo, 0 or 1; photos of one side are never compared. Null when there is only one kind. */
  readonly sides: Uint8Array | null;
}

export interface PhotoFiles {
  /** A folder with one folder a person, or a list. */
  readonly data: string;
  /** Folder that a list's paths are relative to. */
  readonly images?: string | undefined;
  /** Table with the columns `identity`, `same_as`: names that belong to one person. */
  readonly aliases?: string | undefined;
}

interface Line {
  readonly image: string;
  readonly identity: string;
  readonly side?: string | undefined;
}

export function readPhotos({ data, images, aliases }: PhotoFiles): LabelledPhotos {
  if (statSync(data).isDirectory()) return label(readFolders(data), data, aliases);
  if (images === undefined) throw new Error("a list needs --images, the folder of its photos");
  return label(readTable(data, ["image", "identity"]), images, aliases);
}

const photoName = /\.(jpe?g|png|webp|avif)$/i;

/** Folders are read in the order of their names, so that equal folders give equal runs. */
function readFolders(folder: string): Line[] {
  const people = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return people
    .map(({ name }) => name)
    .sort()
    .flatMap((identity) =>
      readdirSync(join(folder, identity))
        .filter((name) => photoName.test(name))
        .sort()
        .map((name) => ({ image: `${identity}/${name}`, identity })),
    );
}

function label(lines: readonly Line[], folder: string, aliases: string | undefined): LabelledPhotos {
  const images = lines.map(({ image }) => image);
  if (images.length === 0) throw new Error("there are no photos");
  if (new Set(images).size < images.length) throw new Error("a photo is listed twice");
  const alias = new Map(
    aliases === undefined
      ? []
      : readTable(aliases, ["identity", "same_as"]).map((row) => [row.identity, row.same_as]),
  );
  const numbers = new Map<string, number>();
  const identityOf = Uint32Array.from(lines, ({ identity }) => {
    const person = alias.get(identity) ?? identity;
    const number = numbers.get(person) ?? numbers.size;
    numbers.set(person, number);
    return number;
  });
  return { images, folder, identityOf, identityCount: numbers.size, sides: readSides(lines) };
}

function readSides(lines: readonly Line[]): Uint8Array | null {
  if (lines.every(({ side }) => side === undefined)) return null;
  const names = [...new Set(lines.map(({ side }) => side ?? ""))].sort();
  if (names.length !== 2)
    throw new Error(`photos have ${names.length} sides (${names.join(", ")}) instead of two`);
  return Uint8Array.from(lines, ({ side }) => names.indexOf(side ?? ""));
}
