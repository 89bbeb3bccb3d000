/** Two engines with one shape: the names that an entry, an environment and a package must have for either. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_readConfig as readConfig } from "wrangler";
import { sourcesOf } from "../../../model/evaluate/acquisition/fingerprint.ts";
import packageJson from "../../../package.json" with { type: "json" };
import * as kernels from "../../../src/inference/kernels/engine.ts";
import * as onnxruntime from "../../../src/inference/onnxruntime/engine.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

describe("the folders of the engines", () => {
  const exportsOf = (path: string) => read(path).match(/^export .*/gm) ?? [];

  it("have engines with the same exports", () => {
    expect(Object.keys(kernels).sort()).toEqual(["artifactOf", "createEngine"]);
    expect(Object.keys(onnxruntime).sort()).toEqual(Object.keys(kernels).sort());
  });

  it("have bundles with the same export", () => {
    expect(exportsOf("src/inference/kernels/bundle.ts")).toEqual(["export const bundle: Bundle = {"]);
    expect(exportsOf("src/inference/onnxruntime/bundle.ts")).toEqual(
      exportsOf("src/inference/kernels/bundle.ts"),
    );
  });

  it("run the file that each is for", () => {
    const plan = { file: "m.plan", sha256: "b" };
    const model = { file: "m.onnx", sha256: "a", plan };
    expect(kernels.artifactOf(model)).toEqual(plan);
    expect(onnxruntime.artifactOf(model)).toEqual({ file: "m.onnx", sha256: "a" });
    expect(() => kernels.artifactOf({ file: "m.onnx", sha256: "a" })).toThrow("no plan for m.onnx");
  });
});

describe("the entries of the Worker", () => {
  it("differ by one import", () => {
    const [first, second] = ["src/index.ts", "src/index-onnxruntime.ts"].map((path) =>
      read(path)
        .split("\n")
        .filter((line) => !line.startsWith("/**")),
    );
    const differing = first.flatMap((line, i) => (line === second[i] ? [] : [[line, second[i]]]));
    expect(second).toHaveLength(first.length);
    expect(differing).toEqual([
      [
        'import { bundle } from "./inference/kernels/bundle.ts";',
        'import { bundle } from "./inference/onnxruntime/bundle.ts";',
      ],
    ]);
  });
});

describe("the environments of wrangler.toml", () => {
  /** Returns everything in a deployment except its entry and its name. */
  function deployment(env?: string): Record<string, unknown> {
    const { main, name, topLevelName, targetEnvironment, definedEnvironments, ...rest } = readConfig({
      config: join(root, "wrangler.toml"),
      ...(env !== undefined && { env }),
    });
    return rest;
  }

  it("bind the same names to the same things", () => {
    const first = deployment();
    expect(first.kv_namespaces).toHaveLength(1);
    expect(first.ratelimits).toHaveLength(3);
    expect(deployment("onnxruntime")).toEqual(first);
  });

  it("have each its own entry", () => {
    const mains = [undefined, "onnxruntime"].map(
      (env) => readConfig({ config: join(root, "wrangler.toml"), ...(env && { env }) }).main,
    );
    expect(mains).toEqual([join(root, "src/index.ts"), join(root, "src/index-onnxruntime.ts")]);
  });
});

describe("what the package installs", () => {
  const reached = (folder: string) =>
    globSync(`${folder}/**/*.ts`, { cwd: root }).flatMap((path) => sourcesOf(join(root, path)));

  it("is a client that depends on neither engine", () => {
    const sources = reached("client");
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.filter((path) => !path.startsWith(join(root, "client/")))).toEqual([]);
  });

  it("is a command line that runs the kernels, and has no onnxruntime", () => {
    const sources = reached("cli");
    expect(sources).toContain(join(root, "src/inference/kernels/engine.ts"));
    expect(sources.filter((path) => path.includes("onnxruntime"))).toEqual([]);
    expect(Object.keys(packageJson.dependencies)).not.toContain("onnxruntime-web");
  });
});
