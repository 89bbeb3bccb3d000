/** The command line, as a person types it, against the service and without one. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { main, node, type Ran, runIn, transfer } from "./command-line.ts";
import { cage, franck, franckAgain, newTenant, repository } from "./setting.ts";

const folder = mkdtempSync(join(tmpdir(), "sameface-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));

const runProgram = (program: string, args: readonly string[], env: Record<string, string>, input?: Buffer) =>
  runIn(folder, program, args, env, input);
const run = (args: readonly string[], env: Record<string, string>) => runProgram(main, args, env);

let asTenant: Record<string, string>;
beforeAll(async () => {
  const { url, key } = await newTenant("cli");
  asTenant = { SAMEFACE_URL: url, SAMEFACE_KEY: key };
});

const sameface = (...args: string[]) => run(args, asTenant);

const samefaceReading = (photo: string, ...args: string[]) =>
  runProgram(main, args, asTenant, readFileSync(photo));

const linesOf = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

interface Line {
  readonly subject_id?: string;
  readonly input?: string;
  readonly error?: { readonly code: string };
}

const stateOf = ({ subject_id, input, error }: Line) => subject_id ?? `${input}: ${error?.code}`;

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

  it("enrols a photo of somebody else only with --conflicts allow, and says so; a consent is kept", async () => {
    const consent = ["--consent-version", "v1", "--consent-purpose", "door"];
    expect((await sameface("enrol", "two-people", franck, ...consent)).code).toBe(0);
    const refused = await sameface("enrol", "two-people", cage);
    expect([refused.code, refused.out + refused.err]).toEqual([
      2,
      expect.stringContaining("conflicting_face"),
    ]);
    const allowed = await sameface("enrol", "two-people", cage, "--conflicts", "allow");
    expect([allowed.code, allowed.out]).toEqual([0, expect.stringContaining("left out of the template")]);
    const record = JSON.parse((await sameface("subjects", "record", "two-people", "--json")).out);
    expect(record.faces).toContainEqual(
      expect.objectContaining({ consent: expect.objectContaining({ version: "v1", purpose: "door" }) }),
    );
  });

  it("shows a person's whole record, and writes the tenant's policy, with 1 while it has gaps", async () => {
    await sameface("enrol", "record-of", franck);
    const shown = await sameface("subjects", "record", "record-of");
    expect(shown.code).toBe(0);
    const record = JSON.parse(shown.out);
    expect(record).toMatchObject({ subject_id: "record-of", faces: [{ quality: expect.any(Object) }] });
    expect(record.audit.map(({ action }: { action: string }) => action)).toEqual(["face.enrol"]);
    expect(shown.out).not.toContain("embedding");
    const after = await sameface("subjects", "record", "nobody", "record-of", "--json");
    expect(after.code).toBe(2);
    expect(
      after.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ input: "nobody", error: { code: "not_found" } }, { subject_id: "record-of" }]);
    await sameface("subjects", "delete", "record-of");
    const policy = await sameface("policy");
    expect(policy.code).toBe(1);
    expect(policy.out).toContain("# Retention and destruction of face templates");
    expect(policy.err).toContain("Left open: Nobody is named as responsible");
    expect(JSON.parse((await sameface("policy", "--json")).out)).toMatchObject({ open: expect.any(Array) });
  });

  it("enrols a folder of people, identifies, lists and deletes them, in JSON for machines", async () => {
    const people = join(folder, "people");
    mkdirSync(join(people, "fred"), { recursive: true });
    cpSync(cage, join(people, "nick.jpg"));
    cpSync(franck, join(people, "fred", "1.jpg"));
    cpSync(franckAgain, join(people, "fred", "2.JFIF"));
    cpSync(franck, join(people, "fred", "3.jpe"));
    mkdirSync(join(people, "fred", "older"));
    writeFileSync(join(people, "notes.txt"), "not a photo");
    const enrolled = await sameface("enrol", people, "--json");
    expect(linesOf(enrolled.out).map(({ subject_id }) => subject_id)).toEqual([
      "fred",
      "fred",
      "fred",
      "nick",
    ]);
    const leftOut = enrolled.err.split("\n").filter((line) => line.startsWith("left out: "));
    expect(leftOut).toEqual([
      `left out: ${join(people, "fred", "older")} (a folder in a folder of photos)`,
      expect.stringContaining(
        `${join(people, "notes.txt")} (its name does not end in .jpg, .jpeg, .jpe, .jfif, `,
      ),
    ]);
    const found = await sameface("identify", cage, "--json");
    expect(JSON.parse(found.out).candidates[0].subject_id).toBe("nick");
    expect((await sameface("subjects")).out).toMatch(/^subject\n(.+\n)*nick\n/);
    expect((await sameface("subjects", "show", "nick")).out).toContain("mobilefacenet");
    expect((await sameface("subjects", "delete", "nick")).code).toBe(0);
    expect((await sameface("identify", cage)).code).toBe(1);
  });

  it("reviews the enrolled faces, and finds photos of people well enrolled", async () => {
    await sameface("enrol", "reviewed", franck);
    const { code, out, err } = await sameface("subjects", "review");
    expect([code, out]).toEqual([0, "subject  face  enrolled  recognisability  judged by\n"]);
    expect(err).toMatch(/^looked at \d+ faces: 0 to enrol again$/m);
    await sameface("subjects", "delete", "reviewed");
  });

  it("stops at a lock, which every further photo would meet", async () => {
    await sameface("enrol", "locked", franck);
    const strangers = Array.from({ length: 8 }, () => cage);
    const { code, out } = await sameface("verify", "locked", ...strangers, "--json");
    const codes = linesOf(out).map(({ match, error }) => error?.code ?? match);
    const [notTried, failed] = ["not_tried", Array.from({ length: 5 }, () => false)];
    expect([code, codes]).toEqual([2, [...failed, "locked", notTried, notTried]]);
  });

  it("deletes, shows and unlocks several subjects; one that is not there keeps none of the others", async () => {
    for (const subject of ["a", "b", "c"]) await sameface("enrol", subject, franck);
    const shown = await sameface("subjects", "show", "a", "nobody", "b");
    expect(shown.code).toBe(2);
    expect(shown.out).toMatch(/^a +\S+-.*\nnobody +not_found: .*\nb +\S+-.*\n$/m);
    const unlocked = await sameface("subjects", "unlock", "a", "nobody", "b", "--json");
    expect([unlocked.code, linesOf(unlocked.out).map(stateOf)]).toEqual([2, ["a", "nobody: not_found", "b"]]);
    const deleted = await sameface("subjects", "delete", "a", "nobody", "b", "a", "--json");
    expect([deleted.code, linesOf(deleted.out).map(stateOf)]).toEqual([2, ["a", "nobody: not_found", "b"]]);
    expect((await sameface("subjects")).out).not.toMatch(/^[ab]$/m);
    const last = await sameface("subjects", "delete", "c");
    expect([last.code, last.out]).toEqual([0, expect.stringMatching(/^c +1 +deleted$/m)]);
  });

  it("says of each subject that it was not tried, where the first met what they all would meet", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const { code, out } = await run(["subjects", "delete", ...names, "--key", "wrong", "--json"], asTenant);
    const states = linesOf(out).map(stateOf);
    expect([code, states.slice(0, 1), states.length]).toEqual([2, ["a: unauthorized"], 6]);
    expect(states.at(-1)).toBe("f: not_tried");
  });

  it("reads a photo from standard input, in place of any one photo", async () => {
    const enrolled = await samefaceReading(franck, "enrol", "piped", "-");
    expect([enrolled.code, enrolled.out]).toEqual([0, expect.stringMatching(/^- +piped +\S+ +enrolled$/m)]);
    const verified = await samefaceReading(franckAgain, "verify", "piped", cage, "-", "--json");
    expect(linesOf(verified.out).map(({ input, match }) => [input, match])).toEqual([
      [cage, false],
      ["-", true],
    ]);
    const found = await samefaceReading(cage, "identify", "-", "--json");
    expect([found.code, JSON.parse(found.out).input]).toEqual([1, "-"]);
    const first = await samefaceReading(franck, "compare", "-", franckAgain, cage, "--json");
    expect(linesOf(first.out).map(({ match }) => match)).toEqual([true, false]);
    expect((await samefaceReading(cage, "compare", franck, "-")).code).toBe(1);
    const local = await runProgram(main, ["compare", "-", franckAgain, "--local"], {}, readFileSync(franck));
    expect(local.code).toBe(0);
  });

  it("says so when standard input, or a file, is empty", async () => {
    writeFileSync(join(folder, "empty.jpg"), "");
    const { code, out } = await sameface("verify", "franck", "-", "empty.jpg");
    expect(code).toBe(2);
    expect(out).toMatch(/^- +Standard input is empty\.\nempty\.jpg +The file is empty\.$/m);
  });

  it("takes the photos of a folder for a comparison with the first of them", async () => {
    const photos = join(folder, "album");
    mkdirSync(photos);
    for (const [name, photo] of [
      ["1", franck],
      ["2", franckAgain],
      ["3", cage],
    ])
      cpSync(photo, join(photos, `${name}.jpg`));
    const { code, out } = await sameface("compare", photos, "--json");
    expect([code, linesOf(out).map(({ match }) => match)]).toEqual([1, [true, false]]);
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

  it("moves a tenant's faces through a pipe, and ends with 2 where a page was cut off", async () => {
    const { url, key } = await newTenant("cli-pipe");
    const env = {
      SAMEFACE_URL: url,
      SAMEFACE_KEY: key,
      SAMEFACE_TRANSFER_KEY: Buffer.alloc(32, 5).toString("base64"),
    };
    await run(["enrol", "piped", franck], env);
    expect((await runProgram(transfer, ["export", "faces"], env)).code).toBe(0);
    await run(["subjects", "delete", "piped"], env);
    const pages = readFileSync(join(folder, "faces"));
    const whole = await runProgram(transfer, ["import", "-"], env, pages);
    expect([whole.code, whole.out]).toEqual([0, "1 imported, 0 there already\n"]);
    const cut = await runProgram(transfer, ["import", "-"], env, pages.subarray(0, pages.indexOf("\n") + 1));
    expect([cut.code, cut.err]).toEqual([2, expect.stringMatching(/This page was cut off/)]);
  });

  it("ends quietly when whoever reads its output has had enough", async () => {
    const script = `"$0" "$1" --help | true; echo "\${PIPESTATUS[0]}"`;
    const { out, err } = await new Promise<Omit<Ran, "code">>((resolve) =>
      execFile("bash", ["-c", script, node, main], (_, out, err) => resolve({ out, err })),
    );
    expect([out, err]).toEqual(["0\n", ""]);
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
