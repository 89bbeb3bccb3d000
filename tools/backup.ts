/**
 * `npm run backup -- DIR [--keep N]` writes a tenant's settings and faces to a new folder in DIR, and removes all but the
 * newest N backups; for a schedule (cron, a timer of systemd). `npm run restore -- DIR/TIME` brings one back into the
 * tenant of SAMEFACE_KEY: settings, then faces; it can be repeated. The exit code is 0 when all is done, and 2 after a
 * failure.
 *
 *   SAMEFACE_URL           default http://127.0.0.1:8787
 *   SAMEFACE_KEY           with the scopes admin and embeddings
 *   SAMEFACE_TRANSFER_KEY  base64 of 32 bytes. Whoever has it can read the backups; without it nobody can
 */
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { explain } from "../cli/output.ts";
import { UsageError } from "../cli/usage.ts";
import { backUp, restore } from "./backup-tenant.ts";
import { openClient, transferKey } from "./transfer-client.ts";

const usage = "npm run backup -- DIR [--keep N], or npm run restore -- DIR/TIME";
const settingsFile = "settings.json";
const facesFile = "faces.ndjson";
/** Ending of a backup that is being written. */
const unfinished = ".unfinished";
const finishedName = /^\d{8}T\d{6}Z$/;
const unfinishedName = /^\d{8}T\d{6}Z\.unfinished$/;

async function write(directory: string, keep: number | undefined): Promise<void> {
  const key = transferKey();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const name = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const folder = join(directory, `${name}${unfinished}`);
  mkdirSync(folder, { mode: 0o700 });
  const own = { mode: 0o600 };
  const faces = await backUp(openClient(), key, {
    settings: (text) => writeFileSync(join(folder, settingsFile), text, own),
    page: (text) => appendFileSync(join(folder, facesFile), text, own),
  });
  // A backup has its name only once it is whole.
  renameSync(folder, join(directory, name));
  console.log(`${faces} faces in ${join(directory, name)}`);
  if (keep === undefined) return;
  const names = readdirSync(directory);
  const old = names
    .filter((each) => finishedName.test(each))
    .sort()
    .slice(0, -keep);
  const broken = names.filter((each) => unfinishedName.test(each));
  for (const each of [...old, ...broken]) rmSync(join(directory, each), { recursive: true });
}

async function bringBack(folder: string): Promise<void> {
  if (!finishedName.test(basename(folder))) throw new UsageError(`${folder} is not a finished backup.`);
  const key = transferKey();
  const settings = readFileSync(join(folder, settingsFile), "utf8");
  // Opened before anything is changed: a folder without its faces changes nothing.
  const faces = await open(join(folder, facesFile));
  const pages = faces.createReadStream({ encoding: "utf8" });
  const restored = restore(openClient(), key, { settings, pages });
  const { imported, skipped, complete } = await restored.finally(() => faces.close());
  console.log(`${imported} imported, ${skipped} there already`);
  if (!complete) throw new Error("A page of the backup was cut off: faces may be missing.");
}

try {
  const options = { keep: { type: "string" } } as const;
  const { positionals, values } = parseArgs({ allowPositionals: true, options, args: process.argv.slice(2) });
  const [command, path, ...rest] = positionals;
  const keep = values.keep === undefined ? undefined : Number(values.keep);
  const isCount = keep === undefined || (Number.isInteger(keep) && keep > 0);
  if (path === undefined || rest.length > 0 || !isCount) throw new UsageError(usage);
  if (command === "write") await write(path, keep);
  else if (command === "restore" && keep === undefined) await bringBack(path);
  else throw new UsageError(usage);
} catch (error) {
  console.error(explain(error));
  process.exitCode = 2;
}
