/** Copies the checkout with its uncommitted files into the folder for temporary files. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, realpathSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Folders that git ignores and tests read: packages, and files that a build or a test has fetched. */
const shared = ["node_modules", ".cache", "model/.shipped"];

/** Returns the copy's absolute path. `root` is the checkout's. */
export function copyCheckout(root: string): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), "sameface-mutate-")));
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root });
  for (const file of listed.toString().split("\0")) {
    // A link in place of a folder is not ignored; a deleted file is still listed.
    const isCopied = file && !shared.includes(file) && existsSync(join(root, file));
    if (isCopied) cpSync(join(root, file), join(copy, file));
  }
  for (const folder of shared) {
    if (existsSync(join(root, folder))) symlinkSync(realpathSync(join(root, folder)), join(copy, folder));
  }
  return copy;
}
