/**
 * `npm run migrate -- DIR` converts a tenant's enrolled embeddings to a trained model, without photos. Run it when the
 * service uses the model; until a face is converted the service answers `model_mismatch` for it. It skips faces that are
 * converted already, so it can be run again. The exit code is 0 when all is done, and 2 after a failure.
 *
 *   SAMEFACE_URL  default http://127.0.0.1:8787
 *   SAMEFACE_KEY  with the scopes admin and embeddings
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { refuseUnused } from "../cli/command.ts";
import { parseCommandLine } from "../cli/options.ts";
import { explain } from "../cli/output.ts";
import { UsageError } from "../cli/usage.ts";
import type { HeadFile } from "../model/train/head.ts";
import { importAesKey } from "../src/crypto/sealing.ts";
import { migratePage } from "./migrate-page.ts";
import { openClient } from "./transfer-client.ts";

async function migrate(folder: string): Promise<void> {
  const file = JSON.parse(readFileSync(join(folder, "head.json"), "utf8")) as HeadFile;
  const { transfer } = openClient();
  // The key lives only in this process, through which every page passes.
  const raw = Uint8Array.from(randomBytes(32));
  const transferKey = Buffer.from(raw).toString("base64");
  const key = await importAesKey(raw);
  const random = (length: number) => Uint8Array.from(randomBytes(length));
  let cursor: string | null = null;
  do {
    const exported = await transfer.exportPage(transferKey, cursor === null ? {} : { cursor });
    cursor = exported.next_cursor;
    const { text, lifted, passed } = await migratePage(exported.page, key, file, random);
    if (text !== null) await transfer.importPage(transferKey, text);
    console.log(`${lifted} faces lifted to ${file.to}, ${passed} there already`);
  } while (cursor !== null);
}

try {
  const { words, given } = parseCommandLine(process.argv.slice(2));
  const [folder, ...rest] = words;
  if (folder === undefined) throw new UsageError("npm run migrate -- DIR");
  refuseUnused("migrate", { maxWords: 0, flags: [] }, rest, given);
  await migrate(folder);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 2;
}
