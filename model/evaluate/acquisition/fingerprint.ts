/**
 * Hash of everything besides the photo that an embedding depends on: the source that makes it, the models, and the
 * versions of the packages. A cached embedding is valid only under the same fingerprint.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";

export interface FingerprintParts {
  /** Source file whose imports, and theirs, make up the pipeline. */
  readonly entry: string;
  /** Model files, and other files that are read at run time. */
  readonly files: readonly string[];
  /** Settings, package versions, and the manifest's relevant parts, as a JSON value. */
  readonly settings: unknown;
}

/** Returns SHA-256, hex. Paths are relative to `root`, so that two checkouts agree. */
export function fingerprint(root: string, { entry, files, settings }: FingerprintParts): string {
  const hash = createHash("sha256");
  for (const file of [...sourcesOf(entry), ...files].sort()) {
    hash.update(relative(root, file)).update("\0");
    hash.update(createHash("sha256").update(readFileSync(file)).digest());
  }
  return hash.update(JSON.stringify(settings)).digest("hex");
}

/** Returns the file and every file that it reaches through relative imports, each once, as absolute paths. */
export function sourcesOf(entry: string): string[] {
  const found = new Set<string>();
  const visit = (file: string) => {
    if (found.has(file)) return;
    found.add(file);
    if (extname(file) !== ".ts") return;
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(relativeImport)) {
      visit(join(dirname(file), specifier));
    }
  };
  visit(resolve(entry));
  return [...found];
}

/** Matches `from "../x.ts"`, `import "../x.ts"` and `import("../x.ts")`. */
const relativeImport = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g;
