/**
 * Fits anew all that depends on pixels, after a change to decoding, sampling, detection, alignment or an encoder:
 * thresholds, then recognisability and occlusion. The gates decide whether the manifest keeps them.
 *
 *   npm run refit [-- --data DIR]
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { manifestPath } from "./runtime.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const kept = {
  before: join(root, ".cache/refit/before.json"),
  refused: join(root, ".cache/refit/refused.json"),
};

const usage = `usage: npm run refit [-- --data DIR]

  --data DIR  folder that holds lfw-dev; SAMEFACE_DATA by default, or shared/data beside the checkout

  Exit code 1 where a gate fails: the manifest is then as it was before, and the refused one is
  ${kept.refused}`;

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: process.env.SAMEFACE_DATA ?? join(root, "../shared/data") },
    help: { type: "boolean", default: false },
  },
});

interface Step {
  readonly name: string;
  readonly args: readonly string[];
}

/** Steps in their order: recognisability is fitted against the thresholds, and the gates judge both. */
function stepsOn(folder: string): Step[] {
  const fit = ["--list", join(folder, "train.images.tsv"), "--images", join(folder, "images")];
  const others = join(folder, "test.images.tsv");
  const check = ["--support", others, "--check", others];
  const tests = (project: string, ...rest: string[]) => [vitest, "run", "--project", project, ...rest];
  return [
    { name: "thresholds", args: [join(root, "model/calibrate/main.ts"), ...fit, ...check] },
    { name: "recognisability", args: [join(root, "model/calibrate/recognisability/main.ts"), ...fit] },
    { name: "occlusion", args: [join(root, "model/calibrate/occlusion/main.ts"), ...fit] },
    { name: "gates: the manifest", args: tests("unit", "test/unit/model/calibrate") },
    { name: "gates: accuracy", args: tests("accuracy", "--mode", "exhaustive") },
  ];
}

/** Runs the steps until one fails, and returns how long each took, in s. */
function run(steps: readonly Step[]): { readonly seconds: Map<string, number>; readonly failed?: string } {
  const seconds = new Map<string, number>();
  for (const { name, args } of steps) {
    console.log(`\n== ${name}`);
    const started = performance.now();
    const env = { ...process.env, SAMEFACE_DATA: flags.data };
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env });
    seconds.set(name, (performance.now() - started) / 1000);
    if (status !== 0) return { seconds, failed: name };
  }
  return { seconds };
}

function main(): void {
  if (flags.help) {
    console.log(usage);
    return;
  }
  const folder = join(flags.data, "lfw-dev");
  // Without its data the gates would be skipped, and a skipped gate lets everything pass.
  if (!existsSync(folder)) throw new Error(`${folder} is not there\n\n${usage}`);
  mkdirSync(dirname(kept.before), { recursive: true });
  copyFileSync(manifestPath, kept.before);
  const { seconds, failed } = run(stepsOn(folder));
  console.log(`\n${[...seconds].map(([name, s]) => `${name}: ${(s / 60).toFixed(1)} min`).join("\n")}`);
  if (failed === undefined) {
    console.log("all gates hold: model/networks/manifest.json is fitted anew");
    return;
  }
  copyFileSync(manifestPath, kept.refused);
  copyFileSync(kept.before, manifestPath);
  console.error(`failed: ${failed}. The manifest is as before; the refused one is ${kept.refused}`);
  process.exitCode = 1;
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
