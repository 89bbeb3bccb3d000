/**
 * `npm run migrate -- DIR`: lifts a tenant's enrolled faces to a trained model, without a photo. To be run
 * when the service has the model in use; until then, and for faces that it has not reached, the service answers
 * `model_mismatch`. What is lifted already is passed over, so it can be run again. Ends with 0 when all is done, and
 * with 2 otherwise.
 *
 *   SAMEFACE_URL  default http://127.0.0.1:8787
 *   SAMEFACE_KEY  with the scopes admin and embeddings
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { refuseUnused } from "../cli/command.ts";
import { connect, parseCommandLine } from "../cli/options.ts";
import { explain } from "../cli/output.ts";
import { UsageError } from "../cli/usage.ts";
import type { HeadFile } from "../model/train/head.ts";
import { importAesKey } from "../src/crypto/sealing.ts";
import { migratePage } from "./migrate-page.ts";

async function migrate(folder: string): Promise<void> {
  const file = JSON.parse(readFileSync(join(folder, "head.json"), "utf8")) as HeadFile;
  const { transfer } = connect(parseCommandLine(["--timeout", "120"]).options);
  // Pages go through this process alone, so their key need not outlive it.
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
