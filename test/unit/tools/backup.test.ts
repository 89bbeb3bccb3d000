/**
 * `npm run backup` and `npm run restore` against a server with prepared answers: what is written, kept and refused.
 * test/worker/storage/drills.test.ts restores into a service.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repository } from "../../fixtures/documentation.ts";
import { type ScriptedAnswer, startScriptedServer } from "../../fixtures/scripted-server.ts";

const transferKey = Buffer.alloc(32, 1).toString("base64");
const settings = { max_fmr: 1e-4, shards: 2, jurisdiction: null, location_hint: null, request_id: "r" };
const pageOf = (...lines: string[]) =>
  `${['{"sameface_export":1,"page":"p"}', ...lines.map((line) => `"${line}"`), '{"sealed_end":"e"}'].join("\n")}\n`;
const exported: ScriptedAnswer[] = [
  { body: settings },
  { body: pageOf("a", "b"), headers: { "Sameface-Next-Cursor": "next" } },
  { body: pageOf("c") },
];

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sameface-backup-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(answers: readonly ScriptedAnswer[], args: readonly string[], env = {}) {
  const server = await startScriptedServer(answers);
  const variables = { SAMEFACE_URL: server.url, SAMEFACE_KEY: "k", SAMEFACE_TRANSFER_KEY: transferKey };
  const tool = join(repository, "tools/backup.ts");
  const ran = await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const options = { env: { ...process.env, ...variables, ...env } };
    execFile(process.execPath, [tool, ...args], options, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
  await server.stop();
  return { ...ran, came: server.came };
}

const finished = () => readdirSync(folder).filter((name) => /^\d{8}T\d{6}Z$/.test(name));

describe("a backup", () => {
  it("has the settings and every page, for its owner alone, under a name of its time", async () => {
    const { code, out, came } = await run(exported, ["write", folder]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^3 faces in /)]);
    expect(came.map(({ url }) => url)).toEqual(["/v1/settings", "/v1/export", "/v1/export?cursor=next"]);
    const [name] = finished();
    const faces = join(folder, name, "faces.ndjson");
    expect(readFileSync(faces, "utf8")).toBe(pageOf("a", "b") + pageOf("c"));
    expect(JSON.parse(readFileSync(join(folder, name, "settings.json"), "utf8"))).toEqual({
      ...settings,
      request_id: undefined,
    });
    expect(statSync(faces).mode & 0o077).toBe(0);
    expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
  });

  it("that breaks off has no name of a backup, removes none, and is gone after the next", async () => {
    mkdirSync(join(folder, "20200101T000000Z"));
    const broken = [
      ...exported.slice(0, 2),
      { status: 400, body: { error: { code: "invalid_request", message: "no" } } },
    ];
    const failed = await run(broken, ["write", folder, "--keep", "1"]);
    expect(failed.code).toBe(2);
    expect(finished()).toEqual(["20200101T000000Z"]);
    expect(readdirSync(folder)).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await run(exported, ["write", folder, "--keep", "2"])).code).toBe(0);
    expect(readdirSync(folder)).toEqual(finished());
    expect(finished()).toHaveLength(2);
  });

  it("keeps the newest of them, and touches nothing else in the folder", async () => {
    const others = ["notes", "notes.unfinished"];
    for (const name of ["20200101T000000Z", "20200102T000000Z", "20200103T000000Z", ...others])
      mkdirSync(join(folder, name));
    await run(exported, ["write", folder, "--keep", "2"]);
    expect(finished().slice(0, -1)).toEqual(["20200103T000000Z"]);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(others));
  });

  it.each([
    ["no folder", ["write"], {}],
    ["a number to keep that is none", ["write", "x", "--keep", "0"], {}],
    ["no transfer key", ["write", "x"], { SAMEFACE_TRANSFER_KEY: "" }],
    ["another word", ["write", "x", "y"], {}],
    ["a backup that is not finished", ["restore", "20200101T000000Z.unfinished"], {}],
  ])("with %s is refused before anything is asked", async (_, args, env) => {
    const { code, came } = await run(exported, args, env);
    expect([code, came]).toEqual([2, []]);
  });
});

describe("a restore", () => {
  it("sends the settings that can change, then page after page, and fails where one was cut off", async () => {
    await run(exported, ["write", folder]);
    const backup = join(folder, finished()[0]);
    const whole = { imported: 2, skipped: 0, complete: true, next_cursor: null, request_id: "r" };
    const { code, out, came } = await run([{ body: settings }, { body: whole }], ["restore", backup]);
    expect([code, out]).toEqual([0, "4 imported, 0 there already\n"]);
    expect(JSON.parse(came[0].body.toString())).toEqual({ max_fmr: 1e-4 });
    expect(came.slice(1).map(({ body }) => body.toString())).toEqual([pageOf("a", "b"), pageOf("c")]);
    const cut = await run([{ body: settings }, { body: { ...whole, complete: false } }], ["restore", backup]);
    expect([cut.code, cut.err]).toEqual([2, expect.stringContaining("cut off")]);
  });

  it("of a folder without its faces changes nothing", async () => {
    await run(exported, ["write", folder]);
    const backup = join(folder, finished()[0]);
    rmSync(join(backup, "faces.ndjson"));
    const { code, err, came } = await run([{ body: settings }], ["restore", backup]);
    expect([code, came]).toEqual([2, []]);
    expect(err).toContain("ENOENT");
  });
});
