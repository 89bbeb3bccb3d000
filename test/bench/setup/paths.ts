/** Paths: the repository, and the bench's own cache (git-ignored). */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

export const repository = join(import.meta.dirname, "../../..");
export const cache = join(repository, ".cache/bench");
mkdirSync(cache, { recursive: true });

/** The same Node that runs the bench starts every child. */
export const node = process.execPath;
export const wrangler = join(repository, "node_modules/wrangler/bin/wrangler.js");
