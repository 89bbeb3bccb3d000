/** The documentation's commands run, and its programs compile; an entry stands for every error code. */
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import type { Sameface } from "../../client/index.ts";
import { failureCodes } from "../../openapi/failures.ts";
import { type Block, blocksOf, pages, read, repository } from "../fixtures/documentation.ts";
import { compileCache } from "./command-line.ts";
import { cage, franck, newTenant, read as readPhoto } from "./setting.ts";

const mark = "=== a block ends here";

/**
 * Runs the blocks of a page one after the other in one shell, and returns the output of each. The first that fails,
 * or gets a refusal, ends it.
 */
function runBlocks(blocks: readonly Block[]): Promise<string[]> {
  const { url, rootKey } = inject("service");
  const code = blocks.map(({ code }) => `${code}\necho '${mark}'`).join("\n");
  const script = `set -euo pipefail
    curl() { command curl --fail-with-body "$@"; }
    npx() { if [ "$1" = sameface ]; then node cli/main.ts "\${@:2}"; else command npx "$@"; fi; }
    ${code.replaceAll("http://127.0.0.1:8787", url).replaceAll("dev-key", rootKey)}`;
  const service = { SAMEFACE_URL: url, SAMEFACE_KEY: rootKey, SAMEFACE_API_KEY: rootKey };
  const env = { ...process.env, ...compileCache, ...service };
  return new Promise((resolve, reject) => {
    execFile("bash", ["-c", script], { cwd: repository, env }, (error, out, err) =>
      error === null ? resolve(out.split(mark).slice(0, -1)) : reject(new Error(`${out}\n${err}`)),
    );
  });
}

/** Finds the values in a block of JSON after a command that do not differ from run to run. */
function promisesOf(json: string): string[] {
  return [...json.matchAll(/"(match|band|subject_id|max_fmr|model|status|format)": ("[^"]*"|[\w.-]+)/g)].map(
    ([, name, value]) => `"${name}":${value}`,
  );
}

describe.each(pages)("%s", (page) => {
  const blocks = blocksOf(read(page));
  const commands = blocks.filter(({ language, notRun }) => language === "sh" && notRun === undefined);

  it.skipIf(commands.length === 0)(
    "has commands that run, and answer as it says",
    { timeout: 180_000 },
    async () => {
      const said = await runBlocks(commands);
      expect(said).toHaveLength(commands.length);
      for (const [i, block] of blocks.entries()) {
        const command = blocks[i - 1];
        if (block.language !== "json" || command === undefined || !commands.includes(command)) continue;
        const answer = said[commands.indexOf(command)];
        for (const promise of promisesOf(block.code)) expect(answer).toContain(promise);
      }
    },
  );

  it("links to pages and headings that are there", () => {
    for (const [, target] of read(page).matchAll(/\]\(((?!https?:)[^)]+)\)/g)) {
      const [path, heading] = target.split("#");
      const file = path === "" ? page : new URL(path, `file:///${page}`).pathname.slice(1);
      const headings = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, text]) =>
        text
          .toLowerCase()
          .replace(/[^\w\- ]/g, "")
          .replaceAll(" ", "-"),
      );
      if (heading !== undefined) expect(headings, target).toContain(heading);
    }
  });
});

describe("programs in the documentation", () => {
  const folder = mkdtempSync(join(repository, "node_modules/.docs-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("compile", () => {
    const programs = pages.flatMap((page) =>
      blocksOf(read(page)).filter(({ language }) => language === "ts"),
    );
    expect(programs.length).toBeGreaterThan(2);
    for (const [i, { code }] of programs.entries()) writeFileSync(join(folder, `${i}.ts`), code);
    const config = {
      extends: "../../tsconfig.json",
      compilerOptions: {
        types: [],
        noUnusedLocals: false,
        lib: ["ES2023", "DOM", "DOM.Iterable"],
        paths: {
          "sameface/browser": ["../../browser/index.ts"],
          "sameface/client": ["../../client/index.ts"],
        },
      },
      include: ["*.ts"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    execFileSync(join(repository, "node_modules/.bin/tsc"), ["-p", folder], { stdio: "inherit" });
  });

  it("end the faces that outlive a retention, as docs/concepts.md says, and no others", async () => {
    const { code } = blocksOf(read("docs/concepts.md")).find((block) =>
      block.code.includes("endByRetention"),
    )!;
    const file = join(folder, "end-by-retention.ts");
    writeFileSync(file, code.replace("sameface/client", join(repository, "client/index.ts")));
    const program = (await import(file)) as { endByRetention(sameface: Sameface): Promise<void> };
    const { client } = await newTenant("docs-retention");
    const soon = new Date(Date.now() + 60_000).toISOString();
    await client.enrol("without-end", readPhoto(franck));
    await client.enrol("soon", readPhoto(cage), { expires_at: soon });
    const change = () => client.settings.change({ retention_seconds: 3600 });
    expect((await change()).faces_beyond_retention).toBe(1);
    await program.endByRetention(client);
    expect((await change()).faces_beyond_retention).toBe(0);
    const [{ created_at, expires_at }] = (await client.subjects.get("without-end")).faces;
    expect(Date.parse(expires_at!)).toBe(Date.parse(created_at) + 3_600_000);
    expect((await client.subjects.get("soon")).faces[0].expires_at).toBe(soon);
  });

  it("read a certificate by the public keys alone, as docs/privacy.md says, and refuse a forged one", async () => {
    const { code } = blocksOf(read("docs/privacy.md")).find((block) => block.code.includes("readStatement"))!;
    const file = join(folder, "read-statement.ts");
    writeFileSync(file, code);
    const { readStatement } = (await import(file)) as {
      readStatement(jws: string, jwks: unknown): Promise<unknown>;
    };
    const { client } = await newTenant("docs-certificate");
    await client.enrol("gone", readPhoto(cage));
    const { certificate } = await client.subjects.delete("gone");
    const keys = await client.deployment.publicKeys();
    expect(await readStatement(certificate!, keys)).toMatchObject({ subject_id: "gone", deleted: "subject" });
    const [header, payload, signature] = certificate!.split(".");
    const forged = [header, payload.replace(/^./, "f"), signature].join(".");
    await expect(readStatement(forged, keys)).rejects.toThrow();
    await expect(readStatement(certificate!, { keys: [] })).rejects.toThrow("no such key");
  });
});

it("docs/troubleshooting.md has an entry for every code, and for no other", () => {
  const entries = [...read("docs/troubleshooting.md").matchAll(/^## `(\w+)`$/gm)].map(([, code]) => code);
  expect(entries.sort()).toEqual([...failureCodes, "network", "timeout", "bad_answer"].sort());
});
