/** Finds and reads photos: files, folders of files, and standard input as `-`. */
import { createReadStream, readdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { shown } from "./shown.ts";
import { UsageError } from "./usage.ts";

const extensions = new Set([".jpg", ".jpeg", ".png", ".webp", ".avif"]);

/** Name of standard input; a file of this name is written `./-`. */
const standardInput = "-";

/** Largest body that a deployment can be set to take. */
const maxPhotoBytes = 64 * 1024 * 1024;

/**
 * Lists photos; a folder stands for the photos in it, in the order of their names. Files whose names are not those of
 * photos are left out.
 */
export function findPhotos(paths: readonly string[]): string[] {
  if (paths.filter((path) => path === standardInput).length > 1)
    throw new UsageError("Standard input can be read once: - is given twice.");
  return paths.flatMap((path) => {
    if (path === standardInput || !isFolder(path)) return [path];
    const found = entriesOf(path).filter(isPhoto);
    if (found.length === 0) throw new UsageError(`There is no photo in ${shown(path)}.`);
    return found;
  });
}

/** Reads a photo. Fails with a sentence that does not repeat the path, which may be something else, such as a key. */
export async function readPhoto(path: string): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of path === standardInput ? process.stdin : createReadStream(path)) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > maxPhotoBytes) break;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(code === "ENOENT" ? "There is no such file." : `The file cannot be read (${code}).`);
  }
  if (size === 0) throw new Error(path === standardInput ? "Standard input is empty." : "The file is empty.");
  if (size > maxPhotoBytes) throw new Error(`This is no photo: it has more than ${maxPhotoBytes} bytes.`);
  return Buffer.concat(chunks);
}

export interface PersonPhoto {
  readonly subject: string;
  readonly photo: string;
}

/** Finds `<subject>.jpg` and `<subject>/<photos>` in a folder. */
export function findPeople(folder: string): PersonPhoto[] {
  const found = entriesOf(folder).flatMap((path): PersonPhoto[] => {
    if (isFolder(path))
      return entriesOf(path)
        .filter(isPhoto)
        .map((photo) => ({ subject: basename(path), photo }));
    return isPhoto(path) ? [{ subject: basename(path, extname(path)), photo: path }] : [];
  });
  if (found.length === 0) throw new UsageError(`There is no photo in ${shown(folder)}.`);
  return found;
}

/** False also for text that no file system takes, such as a photo in base64. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}

function entriesOf(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

function isPhoto(path: string): boolean {
  return !isFolder(path) && extensions.has(extname(path).toLowerCase());
}
