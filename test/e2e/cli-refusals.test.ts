/** The command line refuses words and options that it does not use, names them, and repeats no secret. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { main, migrate, runIn, transfer } from "./command-line.ts";
import { cage, franck, franckAgain, newTenant, repository } from "./setting.ts";

const folder = mkdtempSync(join(tmpdir(), "sameface-cli-refusals-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], env: Record<string, string>) => runIn(folder, main, args, env);

let asTenant: Record<string, string>;
beforeAll(async () => {
  const { url, key } = await newTenant("cli-refusals");
  asTenant = { SAMEFACE_URL: url, SAMEFACE_KEY: key };
});

const sameface = (...args: string[]) => run(args, asTenant);

describe("sameface", () => {
  it.each<[string, string[], RegExp]>([
    ["a photo that is not there", ["verify", "franck", "nowhere.jpg"], /nowhere\.jpg +There is no such file/],
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

  it("shows the commands, a line each, after a word that is none of them", async () => {
    const { err } = await sameface("enlist");
    expect(err).toMatch(
      /^There is no command "enlist"\.\n\nsameface <command>.*\n(.*\n)* {2}verify <subject>/,
    );
    const { out, err: silent } = await sameface("enlist", "--json");
    expect([JSON.parse(out).error.message, silent]).toEqual(['There is no command "enlist".', ""]);
  });

  it.each<[string[], string]>([
    [["doctor", "foo"], "doctor does not use foo"],
    [["subjects", "list", "x", "y"], "subjects list does not use x, y"],
    [["subjects", "--max-fmr", "1e-4"], "subjects list does not use --max-fmr"],
    [["subjects", "delete", "a", "--grace", "3"], "subjects delete does not use --grace"],
    [["subjects", "show"], "The subject is missing."],
    [["subjects", "delete", "", "a"], "The subject is missing."],
    [["verify", "a", "b.jpg", "--grace", "3", "--shards=2"], "verify does not use --grace, --shards"],
    [["verify", "a", "b.jpg", "--local"], "verify does not use --local"],
    [["verify", "a", "b.jpg", "--max-fpir", "0.1"], "verify does not use --max-fpir"],
    [["identify", "b.jpg", "--max-fmr", "1e-4"], "identify does not use --max-fmr"],
    [["enrol", "a", "b.jpg", "--quality", "warn"], "enrol does not use --quality"],
    [["verify", "a", "b.jpg", "--conflicts", "allow"], "verify does not use --conflicts"],
    [["compare", "a.jpg", "b.jpg", "--name", "n"], "compare does not use --name"],
    [["compare", "a.jpg", "b.jpg", "--local", "--url", "u"], "compare --local does not use --url"],
    [["compare", "-", "-"], "Standard input can be read once: - is given twice."],
    [["compare", "-", "-", "--local"], "Standard input can be read once: - is given twice."],
    [["verify", "a", "-", "-"], "Standard input can be read once: - is given twice."],
    [["enrol", "a", "-", "-"], "Standard input can be read once: - is given twice."],
    [["identify", "-", "-"], "Standard input can be read once: - is given twice."],
    [["keys", "list", "x"], "keys list does not use x"],
    [["keys", "create", "read", "write"], "keys create does not use write"],
    [["keys", "create", "read", "--grace", "3"], "keys create does not use --grace"],
    [["keys", "rotate", "a", "b"], "keys rotate does not use b"],
    [["keys", "rotate", "a", "--expires", "never"], "keys rotate does not use --expires"],
    [["keys", "revoke", "a", "b"], "keys revoke does not use b"],
    [["keys", "revoke", "a", "--grace", "3"], "keys revoke does not use --grace"],
    [["keys", "tenants", "x"], "keys tenants does not use x"],
    [["keys", "create-tenant", "a", "b"], "keys create-tenant does not use b"],
    [["keys", "create-tenant", "a", "--name", "b"], "keys create-tenant does not use --name"],
    [["keys", "rotate-kek", "x"], "keys rotate-kek does not use x"],
    [["keys", "rotate-signing", "--local"], "keys rotate-signing does not use --local"],
    [
      ["verify", "a", "b.jpg", "--max-fmr", "1e-4", "--max-fmr=1e-5"],
      "--max-fmr is given twice, and says two things.",
    ],
    [["subjects", "--key", "a", "--key", "b"], "--key is given twice, and says two things."],
    [["subjects", "--timeout", "0"], "--timeout must be more than 0."],
  ])("refuses %j with 2, and sends nothing", async (args, sentence) => {
    const asked: string[] = [];
    const server = createServer(({ url = "" }, response) => {
      asked.push(url);
      response.end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const env = { SAMEFACE_URL: `http://127.0.0.1:${port}`, SAMEFACE_KEY: "k" };
    const { code, out, err } = await run(args, env);
    await new Promise((resolve) => server.close(resolve));
    expect([code, out, err, asked]).toEqual([2, "", `${sentence}\n`, []]);
  });

  it("takes an option that is given twice and says one thing", async () => {
    const rate = ["--max-fmr", "1e-4"];
    const { code } = await sameface("compare", franck, franckAgain, ...rate, ...rate, "--json", "--json");
    expect(code).toBe(0);
  });

  it.each<[string, string, string[], RegExp]>([
    ["transfer", transfer, ["export", "out", "x"], /transfer export does not use x/],
    ["transfer", transfer, ["import", "in", "--json"], /transfer import does not use --json/],
    ["transfer", transfer, ["export", "-"], /An export goes to a file/],
    ["transfer", transfer, ["export"], /export FILE \| import FILE/],
    ["transfer", transfer, ["exprot", "out"], /export FILE \| import FILE/],
    ["migrate", migrate, [], /npm run migrate -- DIR/],
    ["migrate", migrate, ["model/x", "y"], /migrate does not use y/],
  ])("%s refuses what it does not use, with 2", async (_, program, args, sentence) => {
    const { code, err } = await runIn(folder, program, args, asTenant);
    expect([code, err]).toEqual([2, expect.stringMatching(sentence)]);
  });

  it("prints no key and no photo, wherever they were put", async () => {
    const key = (await sameface("keys", "create", "verify")).out.trim();
    const photo = readFileSync(franck).toString("base64").slice(0, 20_000);
    const deploymentsOwn = inject("service").rootKey;
    const places = [
      ["doctor", key],
      [key],
      ["keys", key],
      ["keys", "revoke", key],
      ["keys", "rotate", key],
      ["verify", key, franck],
      ["enrol", key, franck],
      ["subjects", "delete", key],
      ["identify", key],
      ["compare", franck, franckAgain, "--face", key],
      ["subjects", "--url", key],
      ["doctor", deploymentsOwn],
      [deploymentsOwn],
      ["verify", "franck", photo],
      ["verify", photo, franck],
      ["compare", photo, franck, "--local"],
      ["identify", photo, "--json"],
      ["doctor", photo],
    ];
    for (const args of places) {
      const { code, out, err } = await sameface(...args);
      expect(code, args[0].slice(0, 20)).toBe(2);
      for (const secret of [key.slice(-30), photo.slice(0, 30), deploymentsOwn.slice(0, 20)])
        expect(out + err).not.toContain(secret);
    }
  });

  it("tells machines of errors in JSON too", async () => {
    const { code, out } = await sameface("subjects", "show", "nobody", "--json");
    expect([code, JSON.parse(out).error.code]).toEqual([2, "not_found"]);
  });
});
