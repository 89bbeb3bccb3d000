/** Photos on disk: files, and folders of them. */
import { readdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { UsageError } from "./usage.ts";

const extensions = new Set([".jpg", ".jpeg", ".png", ".webp", ".avif"]);

/** Folders give the photos in them, in the order of their names; what is not a photo by its name is left out. */
export function findPhotos(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!isFolder(path)) return [path];
    const found = entriesOf(path).filter(isPhoto);
    if (found.length === 0) throw new UsageError(`There is no photo in ${path}.`);
    return found;
  });
}

export interface PersonPhoto {
  readonly subject: string;
  readonly photo: string;
}

/** `<subject>.jpg`, and `<subject>/<photos>`. */
export function findPeople(folder: string): PersonPhoto[] {
  const found = entriesOf(folder).flatMap((path): PersonPhoto[] => {
    if (isFolder(path))
      return entriesOf(path)
        .filter(isPhoto)
        .map((photo) => ({ subject: basename(path), photo }));
    return isPhoto(path) ? [{ subject: basename(path, extname(path)), photo: path }] : [];
  });
  if (found.length === 0) throw new UsageError(`There is no photo in ${folder}.`);
  return found;
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function entriesOf(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

function isPhoto(path: string): boolean {
  return !isFolder(path) && extensions.has(extname(path).toLowerCase());
}
