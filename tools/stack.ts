/**
 * `npm run stack < FILE` turns the places of a stack in the log into places in the sources. Run it in a checkout of
 * the deployed version: it bundles the script again, which gives the same bytes. Flags such as `-- --env NAME` go to
 * `wrangler deploy`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "..");

/** Replaces places in `index.js` by places in the files that it was made of; other text stays. */
export function mapStack(text: string, map: SourceMap, nameOf = (source: string) => source): string {
  return text
    .replaceAll("\\n", "\n")
    .replace(/[^\s("]*\bindex\.js:(\d+):(\d+)/g, (place, line: string, column: string) => {
      const origin = map.findOrigin(Number(line), Number(column));
      if (!("fileName" in origin)) return place;
      return `${nameOf(origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`;
    });
}

function main(): void {
  const folder = mkdtempSync(join(tmpdir(), "sameface-stack-"));
  try {
    const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
    const { status, stderr } = spawnSync(
      process.execPath,
      [wrangler, "deploy", "--dry-run", "--outdir", folder, ...process.argv.slice(2)],
      { cwd: root, env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "true" }, encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`wrangler cannot bundle the Worker:\n${stderr}`);
    const map = new SourceMap(JSON.parse(readFileSync(join(folder, "index.js.map"), "utf8")));
    const nameOf = (source: string) => relative(root, join(folder, source));
    process.stdout.write(mapStack(readFileSync(0, "utf8"), map, nameOf));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) main();
