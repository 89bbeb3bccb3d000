/**
 * The steps of Containerfile, run without a container: each instruction is done below a folder that stands for the
 * image's root, and the command that the image starts answers, is healthy, and stops.
 */
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { isExhaustive } from "../../fixtures/exhaustive.ts";
import { node } from "../command-line.ts";
import { repository } from "../setting.ts";
import { kek, rootKey } from "./machine.ts";

const root = mkdtempSync(join(tmpdir(), "sameface-image-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const instructions = readFileSync(join(repository, "Containerfile"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => /^(\w+) (.*)$/.exec(line)!.slice(1) as [string, string]);

/** Paths of the image, which begin with one of its folders, become paths below `root`. */
const below = (text: string) => text.replaceAll(/(^| )\/(build|out|app|data)\b/g, `$1${root}/$2`);
/**
 * Environment of an image of Node: its own Node is first on the path. Packages come from npm's cache where they are in it,
 * those that a package's own script installs too; the others from the registry, by the certificates that this machine trusts.
 */
const env = {
  PATH: `${dirname(node)}:${process.env.PATH}`,
  HOME: process.env.HOME ?? root,
  npm_config_prefer_offline: "true",
  ...(process.env.NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
};

/** No folder changes its owner. */
const quickly = (words: string) => words.replace(/ && chown .*/, "");

beforeAll(() => {
  let folder = root;
  for (const [name, words] of instructions) {
    if (name === "WORKDIR") {
      folder = below(words);
      mkdirSync(folder, { recursive: true });
    }
    if (name === "COPY" && words === ". .") copyTracked(folder);
    if (name === "RUN" && words === "npm ci" && !isExhaustive)
      // The sweep installs anew; else this checkout's packages are those of its lock file.
      symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    else if (name === "RUN")
      execFileSync("sh", ["-c", quickly(below(words))], {
        cwd: folder,
        env: { ...env, PATH: `${join(folder, "node_modules/.bin")}:${env.PATH}` },
        stdio: ["ignore", "ignore", "inherit"],
        timeout: 300_000,
      });
  }
}, 600_000);

function copyTracked(folder: string): void {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
    encoding: "utf8",
  });
  for (const file of listed.trim().split("\n")) cpSync(join(repository, file), join(folder, file));
}

const commandOf = (name: string) => {
  const words = instructions.findLast(([found]) => found === name)![1];
  return JSON.parse(words.slice(words.indexOf("["))) as string[];
};

it("the image's command serves as its user, says that it is healthy, and stops with 0", async () => {
  const [program, ...args] = commandOf("CMD");
  const free = args.map((word) =>
    word === "8787" || word === "9464" ? "0" : word === "0.0.0.0" ? "127.0.0.1" : below(word),
  );
  expect(program).toBe("node");
  const child = spawn(node, free, {
    cwd: join(root, "app"),
    env: { ...env, SAMEFACE_API_KEY: rootKey, SAMEFACE_KEK: kek },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const port = await new Promise<string>((resolve) =>
    createInterface({ input: child.stderr }).on("line", (line) => {
      const found = /serves http:\/\/127\.0\.0\.1:(\d+),/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    }),
  );
  const [checker, ...checks] = commandOf("HEALTHCHECK");
  expect(checker).toBe("node");
  const check = (asked: string) =>
    execFileSync(
      node,
      checks.map((word) => word.replace("8787", asked)),
      { env },
    );
  check(port);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(() => check(port)).toThrow();
}, 120_000);

it("the image has this version, and the workerd that the Worker was tested with", () => {
  const text = instructions.map(([, words]) => words).join("\n");
  expect(text).toContain(`sameface-${packageJson.version}.tgz`);
  expect(text).toContain(`workerd@${packageJson.devDependencies.workerd}`);
});

it("no secret and nothing of this machine is copied into the image", () => {
  const left = readFileSync(join(repository, ".dockerignore"), "utf8").split("\n");
  for (const path of [".dev.vars", ".git", ".wrangler", "node_modules", "sameface-data"])
    expect(left).toContain(path);
});
