/** Checks a commit out into a folder of its own, with this checkout's packages, while it is needed. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./paths.ts";

export interface Checkout {
  readonly folder: string;
  /** Short hash of the commit. */
  readonly commit: string;
}

export function withCheckout<T>(reference: string, use: (checkout: Checkout) => T): T {
  const git = (...words: string[]) =>
    execFileSync("git", words, { cwd: repository, encoding: "utf8" }).trim();
  const folder = join(mkdtempSync(join(tmpdir(), "sameface-paired-")), "checkout");
  git("worktree", "add", "--detach", folder, reference);
  try {
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    return use({ folder, commit: git("rev-parse", "--short", reference) });
  } finally {
    git("worktree", "remove", "--force", folder);
    rmSync(join(folder, ".."), { recursive: true, force: true });
  }
}
