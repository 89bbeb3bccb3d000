/**
 * The package that `npm pack` makes, in an empty project: it installs, imports, type-checks and runs with the
 * machine's own Node.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { franck, franckAgain, repository } from "./setting.ts";

const folder = mkdtempSync(join(tmpdir(), "sameface-package-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** PATH without the Node that the repository installs. */
const PATH = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((part) => !part.includes("node_modules"))
  .join(delimiter);

function run(command: string, args: readonly string[], cwd = folder, path = PATH): string {
  const env = { ...process.env, PATH: path };
  return execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

beforeAll(() => {
  // Packing builds, with the repository's own tools.
  run("npm", ["pack", "--silent", "--pack-destination", folder], repository, process.env.PATH);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), '{ "name": "app", "private": true, "type": "module" }');
  const quiet = ["--silent", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  run("npm", ["install", ...quiet, `./${tarball}`]);
}, 180_000);

const program = `
import { defineCapture, openEngine, type Sight } from "sameface/browser";
import { Sameface, SamefaceError, shrinkPhoto, type Verification } from "sameface/client";

export async function eyesApart(photo: Blob): Promise<number | undefined> {
  const { face }: Sight = await openEngine({ assets: "/engine/" }).measure(photo);
  return face?.measures.eyeDistancePx;
}

export function guide(): Promise<Blob> {
  defineCapture();
  const capture = document.createElement("sameface-capture");
  capture.challenge = { poses: ["left", "up"] };
  return new Promise((resolve) => {
    capture.addEventListener("capture-photo", ({ detail }) => resolve(detail.photo));
    // @ts-expect-error A photo has no such part.
    capture.addEventListener("capture-photo", ({ detail }) => detail.frames);
  });
}

export async function login(photo: Blob): Promise<boolean> {
  const sameface = new Sameface({ url: "https://sameface.example.com", key: async () => "token" });
  try {
    const small = await shrinkPhoto(photo, { maxSidePx: 1200 });
    const answer: Verification = await sameface.verify("anna", small, { max_fmr: 1e-5 });
    return answer.match;
  } catch (error) {
    if (error instanceof SamefaceError && error.is("low_quality")) {
      const reasons: readonly string[] = error.details.reasons;
      throw new Error(reasons.join());
    }
    if (error instanceof SamefaceError && error.is("image_too_large", "locked")) {
      // @ts-expect-error A lock says nothing of a limit.
      error.details.limit;
    }
    throw error;
  }
}

// @ts-expect-error The service has no such option.
new Sameface({ url: "" }).verify("anna", new Uint8Array(), { max_fnr: 1 });
`;

describe("the package", () => {
  it.each(["bundler", "nodenext"])(
    "type-checks with moduleResolution %s, without types of Node",
    (resolution) => {
      writeFileSync(join(folder, "app.ts"), program);
      const tsc = join(repository, "node_modules/.bin/tsc");
      const how = ["--module", resolution === "nodenext" ? "nodenext" : "esnext"];
      const strict = ["--strict", "--exactOptionalPropertyTypes", "--noEmit", "--target", "es2022"];
      const lib = ["--lib", "es2022,dom,dom.iterable", "--types", ""];
      run(
        tsc,
        [...how, "--moduleResolution", resolution, ...strict, ...lib, "app.ts"],
        folder,
        process.env.PATH,
      );
    },
  );

  it("imports in Node and reaches the service", () => {
    const { url, rootKey } = inject("service");
    const script = `
      import { Sameface } from "sameface/client";
      const sameface = new Sameface(${JSON.stringify({ url, key: rootKey })});
      console.log((await sameface.deployment.health()).status);`;
    mkdirSync(join(folder, "src"), { recursive: true });
    writeFileSync(join(folder, "src", "health.js"), script);
    expect(run("node", ["src/health.js"])).toBe("ok\n");
  });

  it("has the command line, which compares without a service", () => {
    const answer = run("npx", [
      "--no-install",
      "sameface",
      "compare",
      franck,
      franckAgain,
      "--local",
      "--json",
    ]);
    expect(JSON.parse(answer)).toMatchObject({ match: true });
  });

  it("holds what is needed and nothing else", () => {
    const files = readdirSync(join(folder, "node_modules/sameface"), { recursive: true }) as string[];
    const tops = new Set(files.map((file) => file.split("/")[0]));
    expect([...tops].sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "cli", "dist", "package.json"]);
    expect(
      files.filter((file) => /\.(ts|map)$/.test(file) && !/^dist\/(?:client|browser)\/.*\.d\.ts$/.test(file)),
    ).toEqual([]);
  });
});
