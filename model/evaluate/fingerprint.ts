/**
 * What an embedding depends on besides the photo, as one hash: the source that makes it, the models,
 * and the versions of the packages. A cached embedding is good only under the same fingerprint.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";

export interface FingerprintParts {
  /** The source file whose imports, and theirs, make the pipeline. */
  readonly entry: string;
  /** Model files, and whatever else is read at run time. */
  readonly files: readonly string[];
  /** Settings, package versions, and parts of the manifest that matter; anything JSON can say. */
  readonly settings: unknown;
}

/** SHA-256, hex. Paths count relative to `root`, so that two checkouts agree. */
export function fingerprint(root: string, { entry, files, settings }: FingerprintParts): string {
  const hash = createHash("sha256");
  for (const file of [...sourcesOf(entry), ...files].sort()) {
    hash.update(relative(root, file)).update("\0");
    hash.update(createHash("sha256").update(readFileSync(file)).digest());
  }
  return hash.update(JSON.stringify(settings)).digest("hex");
}

/** The file and every file it reaches through relative imports, each once, as absolute paths. */
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

/** `from "./x.ts"`, `import "./x.ts"` and `import("./x.ts")`. */
const relativeImport = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g;
