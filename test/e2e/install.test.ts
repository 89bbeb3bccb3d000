/** `npm ci` warns of nothing on the versions of Node that package.json names, and does on the one before. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { isExhaustive } from "../fixtures/exhaustive.ts";
import { node } from "./command-line.ts";
import { repository } from "./setting.ts";

const parent = mkdtempSync(join(tmpdir(), "sameface-install-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const npm = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "npm"))
  .find(existsSync)!;

/** Runs npm by a Node, in a folder. Answers all that it prints, which a failure's message holds too. */
function runNpm(by: string, folder: string, ...words: string[]): string {
  const { stdout, stderr, status } = spawnSync(by, [realpathSync(npm), ...words], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`npm ${words.join(" ")} ends with ${status}: ${stderr}${stdout}`);
  return stdout + stderr;
}

function folderWith(...files: string[]): string {
  const folder = mkdtempSync(join(parent, "folder-"));
  for (const file of files) copyFileSync(join(repository, file), join(folder, file));
  return folder;
}

/** Installs a version of Node, as a package. */
function provideNode(version: string): string {
  const folder = folderWith();
  writeFileSync(join(folder, "package.json"), '{ "private": true, "allowScripts": { "node": true } }');
  runNpm(node, folder, "install", "--no-audit", "--no-fund", "--prefer-offline", `node@${version}`);
  return join(folder, "node_modules/node/bin/node");
}

it("npm ci finds every package fit for the Node that the scripts bring", () => {
  expect(
    runNpm(node, folderWith("package.json", "package-lock.json"), "ci", "--dry-run", "--offline"),
  ).not.toMatch(/warn/i);
});

it("the versions that are named are those that are tried here", () => {
  expect(packageJson.engines.node).toBe("^22.13.0 || ^24.0.0 || >=26.0.0");
});

describe.skipIf(!isExhaustive)("with Node", () => {
  it("22.13.0, the lowest, npm ci installs and is quiet", { timeout: 600_000 }, () => {
    const by = provideNode("22.13.0");
    const said = runNpm(by, folderWith("package.json", "package-lock.json"), "ci", "--prefer-offline");
    expect(said).not.toMatch(/warn|deprecated/i);
    expect(said).toMatch(/added \d+ packages/);
  });

  it.each(["22", "24", "26"])("%s, npm ci finds every package fit", { timeout: 300_000 }, (version) => {
    const by = provideNode(version);
    const said = runNpm(by, folderWith("package.json", "package-lock.json"), "ci", "--dry-run", "--offline");
    expect(said).not.toMatch(/warn/i);
  });

  it("20.20.0, which is not named, npm ci warns", { timeout: 300_000 }, () => {
    const by = provideNode("20.20.0");
    const said = runNpm(by, folderWith("package.json", "package-lock.json"), "ci", "--dry-run", "--offline");
    expect(said).toContain("EBADENGINE");
  });
});
