/** Fingerprint of what a deployment uploads, so that the same is not uploaded twice. */
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must, type Wrangler } from "./wrangler.ts";

/** Builds the Worker without uploading it. Answers a tag for its version: it changes with any byte of it. */
export async function fingerprint(
  wrangler: Wrangler,
  folder: string,
  environment: string,
  config: string,
): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), "sameface-deploy-"));
  try {
    await must(wrangler, ["deploy", "--dry-run", `--env=${environment}`, "--outdir", out]);
    const hash = createHash("sha256").update(`${environment}\n${config}\n`);
    // The map and the readme name the machine's folders and the time.
    addFiles(hash, out, (name) => !/\.(map|md)$/.test(name));
    addFiles(hash, join(folder, "public"), () => true);
    return `sameface-${hash.digest("hex").slice(0, 12)}`;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function addFiles(
  hash: ReturnType<typeof createHash>,
  folder: string,
  belongs: (name: string) => boolean,
): void {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort();
  for (const name of names) {
    const path = join(folder, name);
    if (belongs(name) && statSync(path).isFile()) hash.update(`${name}\n`).update(readFileSync(path));
  }
}
