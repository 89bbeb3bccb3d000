/**
 * `npm run mutate -- --seed 7 --count 50 src/face src/image`: changes one operator, bound, constant, condition,
 * return or await at a time in a copy of the checkout, and says which changes no test notices.
 *
 *   --seed N      which changes; drawn and printed without it
 *   --count N     how many, one a line; 50
 *   --seconds N   begins no test file that would take a change past this time; 60
 *   --json FILE   the report; test/output/mutants.json
 *   --again FILE  tries those that survived in an earlier report, in place of a draw
 */
import { randomInt } from "node:crypto";
import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { copyCheckout } from "./copy.ts";
import { equivalents, equivalentTo } from "./equivalent.ts";
import { createJudge } from "./judge.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { type Report, summary, type Tried } from "./report.ts";
import { openRuns } from "./runs.ts";
import { sample } from "./sample.ts";

const root = join(import.meta.dirname, "../..");

function commandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: "string", default: String(randomInt(2 ** 31)) },
      count: { type: "string", default: "50" },
      seconds: { type: "string", default: "60" },
      json: { type: "string", default: "test/output/mutants.json" },
      again: { type: "string" },
    },
  });
  return {
    ...values,
    seed: Number(values.seed),
    count: Number(values.count),
    seconds: Number(values.seconds),
    paths: positionals.length > 0 ? positionals : ["src"],
  };
}

function sourcesIn(path: string): string[] {
  if (statSync(join(root, path)).isFile()) return [path];
  return globSync("**/*.ts", { cwd: join(root, path), exclude: (name) => name.endsWith(".d.ts") })
    .map((file) => join(path, file))
    .sort();
}

function survivorsOf(file: string, all: readonly Mutant[]): Mutant[] {
  const { tried } = JSON.parse(readFileSync(file, "utf8")) as Report;
  const survived = tried.filter(({ verdict }) => verdict === "survived");
  return survived.flatMap((old) => {
    const same = all.find(
      ({ file, before, after }) => file === old.file && before === old.before && after === old.after,
    );
    return same ?? [];
  });
}

async function main(): Promise<void> {
  const { seed, count, seconds, json, again, paths } = commandLine();
  const all = paths
    .flatMap(sourcesIn)
    .flatMap((file) => mutantsOf(file, readFileSync(join(root, file), "utf8")));
  const chosen = again ? survivorsOf(again, all) : sample(all, seed, count);
  console.log(`seed ${seed}: ${chosen.length} of ${all.length} mutants in ${paths.join(", ")}`);
  for (const stale of equivalents) {
    const isRead = all.some(({ file }) => file === stale.file);
    if (isRead && !all.some((mutant) => equivalentTo(mutant, [stale]))) {
      console.warn(`no longer there: the equivalent ${stale.file}  ${stale.after}`);
    }
  }

  const copy = copyCheckout(root);
  const runs = openRuns(copy);
  const close = () => {
    runs.stop();
    // Processes that were just ended may still be writing.
    rmSync(copy, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  process.on("SIGINT", () => process.exit(130));
  process.on("SIGTERM", () => process.exit(143));
  process.on("exit", close);
  const judge = createJudge(runs, copy, seconds);
  const tried: Tried[] = [];
  for (const mutant of chosen) {
    const equivalent = equivalentTo(mutant);
    const verdict = equivalent
      ? { verdict: "equivalent" as const, reason: equivalent.reason, seconds: 0 }
      : await judge.judge(mutant);
    const { file, line, before, after } = mutant;
    tried.push({ file, line, before, after, ...verdict });
    const how = verdict.verdict === "killed" ? `by ${verdict.by}` : `${before}  ->  ${after}`;
    console.log(
      `${tried.length}/${chosen.length} ${verdict.verdict} ${verdict.seconds} s  ${file}:${line}  ${how}`,
    );
  }

  const report: Report = { seed, count, paths, broken: [...judge.broken], tried };
  mkdirSync(dirname(join(root, json)), { recursive: true });
  writeFileSync(join(root, json), `${JSON.stringify(report, null, 2)}\n`);
  console.log(summary(report));
  process.exit();
}

await main();
