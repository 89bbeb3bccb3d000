/** The command line, as a person types it, against the service and without one. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { cage, franck, franckAgain, newTenant, repository } from "./setting.ts";

const node = join(repository, "node_modules/node/bin/node");
const main = join(repository, "cli/main.ts");
const folder = mkdtempSync(join(tmpdir(), "sameface-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(args: readonly string[], env: Record<string, string>): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env.PATH ?? "", HOME: folder, ...env } };
    const child = execFile(node, [main, ...args], options, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

let asTenant: Record<string, string>;
beforeAll(async () => {
  const { url, key } = await newTenant("cli");
  asTenant = { SAMEFACE_URL: url, SAMEFACE_KEY: key };
});

const sameface = (...args: string[]) => run(args, asTenant);

const linesOf = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("sameface", () => {
  it("enrols; verify says match with 0 and no match with 1", async () => {
    const enrolled = await sameface("enrol", "franck", franck);
    expect([enrolled.code, enrolled.err]).toEqual([0, ""]);
    const match = await sameface("verify", "franck", franckAgain);
    expect(match.code).toBe(0);
    expect(match.out).toMatch(/^photo +match +distance +threshold +fmr/);
    expect(match.out).toMatch(/franck_04000\.jpg +yes +0\.\d+/);
    expect((await sameface("verify", "franck", cage)).code).toBe(1);
    expect((await sameface("verify", "franck", franckAgain, cage)).code).toBe(1);
  });

  it("enrols a folder of people, identifies, lists and deletes them, in JSON for machines", async () => {
    const people = join(folder, "people");
    mkdirSync(join(people, "fred"), { recursive: true });
    cpSync(cage, join(people, "nick.jpg"));
    cpSync(franck, join(people, "fred", "1.jpg"));
    writeFileSync(join(people, "notes.txt"), "not a photo");
    const enrolled = await sameface("enrol", people, "--json");
    expect(linesOf(enrolled.out).map(({ subject_id }) => subject_id)).toEqual(["fred", "nick"]);
    const found = await sameface("identify", cage, "--json");
    expect(JSON.parse(found.out).candidates[0].subject_id).toBe("nick");
    expect((await sameface("subjects")).out).toMatch(/^subject\n(.+\n)*nick\n/);
    expect((await sameface("subjects", "show", "nick")).out).toContain("mobilefacenet");
    expect((await sameface("subjects", "delete", "nick")).code).toBe(0);
    expect((await sameface("identify", cage)).code).toBe(1);
  });

  it("stops at a lock, which every further photo would meet", async () => {
    await sameface("enrol", "locked", franck);
    const strangers = Array.from({ length: 8 }, () => cage);
    const { code, out, err } = await sameface("verify", "locked", ...strangers, "--json");
    const codes = linesOf(out).map(({ match, error }) => error?.code ?? match);
    expect([code, codes]).toEqual([2, [false, false, false, false, false, "locked"]]);
    expect(err).toBe("2 more not tried.\n");
  });

  it("compares, each photo with the first", async () => {
    const ran = await sameface("compare", franck, franckAgain, cage, "--json");
    expect(ran.code).toBe(1);
    expect(linesOf(ran.out).map(({ match }) => match)).toEqual([true, false]);
  });

  it("compares without a service, and to the same distance", async () => {
    const [local, remote] = await Promise.all([
      run(["compare", franck, franckAgain, "--local", "--json"], {}),
      sameface("compare", franck, franckAgain, "--json"),
    ]);
    expect(local.code).toBe(0);
    const { request_id: _, ...answer } = JSON.parse(remote.out);
    expect(JSON.parse(local.out)).toEqual({ ...answer, distance: expect.closeTo(answer.distance, 4) });
  });

  it("makes, lists, rotates and revokes keys", async () => {
    const made = await sameface("keys", "create", "verify,read", "--name", "till");
    expect(made.out).toMatch(/^sf_cli\.\S+\n$/);
    const [, id] = made.out.trim().split(".");
    expect((await sameface("keys", "list")).out).toMatch(new RegExp(`${id} +verify,read +till`));
    const rotated = await sameface("keys", "rotate", id, "--json");
    expect((await sameface("keys", "revoke", JSON.parse(rotated.out).key_id)).out).toMatch(/^revoked 20/);
    expect((await run(["subjects"], { ...asTenant, SAMEFACE_KEY: made.out.trim() })).code).toBe(2);
  });

  it("examines a deployment, with its own key and with any other", async () => {
    const { rootKey } = inject("service");
    const whole = await run(["doctor", "--key", rootKey], asTenant);
    expect(whole.code, whole.out).toBe(0);
    expect(whole.out).toMatch(/kv +ok/);
    expect(whole.out).toMatch(/secrets +warning +SAMEFACE_ENV is development/);
    expect((await sameface("doctor")).out).toMatch(/key +ok +key:\S+ of cli: enrol/);
    const wrong = await run(["doctor", "--key", "wrong"], asTenant);
    expect([wrong.code, wrong.out]).toEqual([2, expect.stringMatching(/key +failed +unauthorized/)]);
    const nowhere = await run(["doctor", "--url", "http://127.0.0.1:9", "--key", "k"], {});
    expect([nowhere.code, nowhere.out]).toEqual([2, expect.stringMatching(/reachable +failed +network/)]);
  });

  it.each<[string, string[], RegExp]>([
    ["a photo that is not there", ["verify", "franck", "nowhere.jpg"], /ENOENT/],
    ["a subject that is not there", ["verify", "nobody", franck], /subject_has_no_faces: This subject/],
    ["a file that is no photo", ["compare", franck, main], /unsupported_media_type/],
    ["a folder without photos", ["identify", join(repository, "docs")], /There is no photo in/],
    ["a number that is none", ["compare", franck, cage, "--max-fmr", "low"], /--max-fmr must be a number/],
    ["a rate that is not promised", ["compare", franck, cage, "--max-fmr", "1e-12"], /invalid_request/],
    ["an unknown command", ["enlist"], /There is no command "enlist"/],
    ["a name of Object's", ["constructor"], /There is no command/],
    ["an unknown option", ["verify", "--loud"], /Unknown option '--loud'/],
    ["no command", [], /A command is missing/],
    ["no photo", ["verify", "franck"], /A photo is missing/],
    ["a service that is not there", ["subjects", "--url", "http://127.0.0.1:9", "--timeout", "5"], /network/],
    ["an address that is none", ["subjects", "--url", "sameface"], /--url must be an address/],
  ])("ends with 2 and a sentence for %s", async (_, args, sentence) => {
    const { code, out, err } = await sameface(...args);
    expect([code, out + err]).toEqual([2, expect.stringMatching(sentence)]);
    expect(err).not.toMatch(/\n +at /);
  });

  it("tells machines of errors in JSON too", async () => {
    const { code, out } = await sameface("subjects", "show", "nobody", "--json");
    expect([code, JSON.parse(out).error.code]).toEqual([2, "not_found"]);
  });

  it("never sends the development key to another machine", async () => {
    writeFileSync(join(folder, ".dev.vars"), "SAMEFACE_API_KEY=dev-key\n");
    const { code, err } = await run(["subjects", "--url", "http://sameface.invalid"], {});
    rmSync(join(folder, ".dev.vars"));
    expect([code, err]).toEqual([2, expect.stringMatching(/A key is needed/)]);
  });

  it("runs in the clone as `npx --no-install sameface`", async () => {
    const options = { cwd: repository, env: { ...process.env, ...asTenant } };
    const out = await new Promise<string>((resolve) =>
      execFile("npx", ["--no-install", "sameface", "--version"], options, (_, stdout) => resolve(stdout)),
    );
    expect(out.trim()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
