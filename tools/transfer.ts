/**
 * `npm run transfer -- export FILE | import FILE` copies a tenant's faces to a file and back. The file is
 * the service's pages one after the other; both directions continue where they were cut off. `import -` reads
 * standard input. The exit code is 0 when all is done, and 2 after a failure.
 *
 *   SAMEFACE_URL           default http://127.0.0.1:8787
 *   SAMEFACE_KEY           with the scopes admin and embeddings
 *   SAMEFACE_TRANSFER_KEY  base64 of 32 bytes: openssl rand -base64 32. Whoever has it can read the file
 */
import { appendFileSync, createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { refuseUnused } from "../cli/command.ts";
import { parseCommandLine } from "../cli/options.ts";
import { explain } from "../cli/output.ts";
import { UsageError } from "../cli/usage.ts";
import { facesOn, pagesOf } from "./pages.ts";
import { openClient, transferKey } from "./transfer-client.ts";

/** File beside the export that holds the cursor at which an unfinished export continues. */
const cursorFileOf = (file: string) => `${file}.cursor`;

async function exportTo(file: string): Promise<void> {
  const { transfer } = openClient();
  const key = transferKey();
  const cursorFile = cursorFileOf(file);
  let cursor = existsSync(cursorFile) ? readFileSync(cursorFile, "utf8") : "";
  if (cursor === "") writeFileSync(file, "", { flag: "wx", mode: 0o600 });
  for (;;) {
    const { page, next_cursor } = await transfer.exportPage(key, cursor === "" ? {} : { cursor });
    // The page is written before the cursor: a page that is there twice is imported once.
    appendFileSync(file, page);
    cursor = next_cursor ?? "";
    writeFileSync(cursorFile, cursor);
    console.log(`${facesOn(page)} faces${cursor === "" ? ", the last" : ""}`);
    if (cursor === "") return;
  }
}

async function importFrom(file: string): Promise<void> {
  const { transfer } = openClient();
  const key = transferKey();
  const text = file === "-" ? process.stdin.setEncoding("utf8") : createReadStream(file, "utf8");
  for await (const page of pagesOf(text)) {
    const { imported, skipped, complete } = await transfer.importPage(key, page);
    console.log(`${imported} imported, ${skipped} there already`);
    if (complete) continue;
    console.error("This page was cut off: export again to complete it.");
    process.exitCode = 2;
  }
}

const usage = "npm run transfer -- export FILE | import FILE";

try {
  const { words, given } = parseCommandLine(process.argv.slice(2));
  const [command, file, ...rest] = words;
  if (file === undefined || !["export", "import"].includes(command)) throw new UsageError(usage);
  refuseUnused(`transfer ${command}`, { maxWords: 0, flags: [] }, rest, given);
  if (command === "import") await importFrom(file);
  else if (file !== "-") await exportTo(file);
  else throw new UsageError("An export goes to a file, where it can go on when it was cut off.");
} catch (error) {
  console.error(explain(error));
  process.exitCode = 2;
}
