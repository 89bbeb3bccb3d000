/** Finds and reads photos: files, folders of files, and standard input as `-`. */
import { createReadStream, readdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { convertHeic, isHeic } from "./heic.ts";
import { shown } from "./shown.ts";
import { UsageError } from "./usage.ts";

const extensions = new Set([
  ...[".jpg", ".jpeg", ".jpe", ".jfif"],
  ...[".png", ".webp", ".avif"],
  ...[".heic", ".heif"],
]);

/** Name of standard input; a file of this name is written `./-`. */
const standardInput = "-";

/** Largest body that a deployment can be set to take. */
const maxPhotoBytes = 64 * 1024 * 1024;

/** Told of each entry of a folder that is not taken for a photo, and why. */
export type LeaveOut = (path: string, reason: string) => void;

/**
 * Lists photos; a folder stands for the photos in it, in the order of their names. Entries whose names are not those of
 * photos are left out.
 */
export function findPhotos(paths: readonly string[], leaveOut: LeaveOut): string[] {
  if (paths.filter((path) => path === standardInput).length > 1)
    throw new UsageError("Standard input can be read once: - is given twice.");
  return paths.flatMap((path) => {
    if (path === standardInput || !isFolder(path)) return [path];
    const found = photosIn(path, leaveOut);
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
  const bytes = Buffer.concat(chunks);
  return isHeic(bytes) ? convertHeic(bytes) : bytes;
}

export interface PersonPhoto {
  readonly subject: string;
  readonly photo: string;
}

/** Finds `<subject>.jpg` and `<subject>/<photos>` in a folder. */
export function findPeople(folder: string, leaveOut: LeaveOut): PersonPhoto[] {
  const found = entriesOf(folder).flatMap((path): PersonPhoto[] => {
    if (isFolder(path)) return photosIn(path, leaveOut).map((photo) => ({ subject: basename(path), photo }));
    return isPhoto(path, leaveOut) ? [{ subject: basename(path, extname(path)), photo: path }] : [];
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

function photosIn(folder: string, leaveOut: LeaveOut): string[] {
  return entriesOf(folder).filter((path) => {
    if (!isFolder(path)) return isPhoto(path, leaveOut);
    leaveOut(path, "a folder in a folder of photos");
    return false;
  });
}

function isPhoto(path: string, leaveOut: LeaveOut): boolean {
  if (extensions.has(extname(path).toLowerCase())) return true;
  leaveOut(path, `its name does not end in ${[...extensions].join(", ")}`);
  return false;
}
