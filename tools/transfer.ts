/**
 * `npm run transfer -- export FILE | import FILE`: a tenant's faces to a file and back. The file is
 * the pages of the service one after the other; both directions go on where they were cut off.
 *
 *   SAMEFACE_URL           default http://127.0.0.1:8787
 *   SAMEFACE_API_KEY       with the scopes admin and embeddings
 *   SAMEFACE_TRANSFER_KEY  base64 of 32 bytes: openssl rand -base64 32. Whoever has it can read the file
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

const timeoutMs = 120_000;
const headLine = '{"sameface_export"';

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`Set ${name}.`);
  return value;
}

async function post(path: string, body?: string): Promise<Response> {
  const response = await fetch(new URL(path, process.env.SAMEFACE_URL ?? "http://127.0.0.1:8787"), {
    method: "POST",
    headers: {
      Authorization: `Bearer ${needed("SAMEFACE_API_KEY")}`,
      "Sameface-Transfer-Key": needed("SAMEFACE_TRANSFER_KEY"),
    },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response;
}

/** Beside the file, while an export is under way: where it goes on. */
const cursorFileOf = (file: string) => `${file}.cursor`;

async function exportTo(file: string): Promise<void> {
  const cursorFile = cursorFileOf(file);
  let cursor = existsSync(cursorFile) ? readFileSync(cursorFile, "utf8") : "";
  if (cursor === "") writeFileSync(file, "", { flag: "wx", mode: 0o600 });
  for (;;) {
    const response = await post(cursor === "" ? "/v1/export" : `/v1/export?cursor=${cursor}`);
    const page = await response.text();
    // First the page: one that is there twice is imported once.
    appendFileSync(file, page);
    cursor = response.headers.get("Sameface-Next-Cursor") ?? "";
    writeFileSync(cursorFile, cursor);
    console.log(`${page.split("\n").length - 3} faces${cursor === "" ? ", the last" : ""}`);
    if (cursor === "") return;
  }
}

async function importFrom(file: string): Promise<void> {
  const pages = readFileSync(file, "utf8").split(new RegExp(`^(?=${headLine})`, "m"));
  for (const page of pages) {
    const answer = (await (await post("/v1/import", page)).json()) as Record<string, unknown>;
    console.log(`${answer.imported} imported, ${answer.skipped} there already`);
    if (answer.complete !== true) console.error("This page was cut off: export again to complete it.");
  }
}

const [command, file] = process.argv.slice(2);
try {
  if (file !== undefined && command === "export") await exportTo(file);
  else if (file !== undefined && command === "import") await importFrom(file);
  else throw new Error("npm run transfer -- export FILE | import FILE");
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
