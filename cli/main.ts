/** `sameface`: the service from a terminal, and the comparison of photos without one. */
import { type Command, refuseUnused } from "./command.ts";
import { compare, compareLocally, enrol, identify, verify } from "./commands/decisions.ts";
import { deploy } from "./commands/deploy.ts";
import { doctor } from "./commands/doctor.ts";
import { keys } from "./commands/keys.ts";
import { policy } from "./commands/policy.ts";
import { rate } from "./commands/rate.ts";
import { serve } from "./commands/serve.ts";
import { subjects } from "./commands/subjects.ts";
import { parseCommandLine } from "./options.ts";
import { type ExitCode, errorBody, explain } from "./output.ts";
import { shownStray } from "./shown.ts";
import { deployUsage, keysUsage, readVersion, serveUsage, UsageError, usage } from "./usage.ts";

const commands: Readonly<Record<string, Command>> = {
  enrol,
  enroll: enrol,
  verify,
  compare,
  identify,
  deploy,
  doctor,
  rate,
  serve,
  policy,
};

/** Help texts of commands that have their own. */
const usages: ReadonlyMap<string | undefined, string> = new Map([
  ["deploy", deployUsage],
  ["keys", keysUsage],
  ["serve", serveUsage],
]);

async function run(args: readonly string[]): Promise<ExitCode> {
  const { words, options, given } = parseCommandLine(args);
  if (options.version) return say(readVersion());
  if (options.help) return say(usages.get(words[0]) ?? usage);
  const { name, command, rest } = find(words, options.local);
  refuseUnused(name, command, rest, given);
  return command.run(rest, options);
}

interface Found {
  readonly name: string;
  readonly command: Command;
  readonly rest: readonly string[];
}

function find([first, ...rest]: readonly string[], local: boolean): Found {
  if (first === undefined) throw new UsageError("A command is missing.", usage);
  if (first === "compare" && local) return { name: "compare --local", command: compareLocally, rest };
  if (first === "subjects") return findIn("subjects", subjects, rest.length === 0 ? ["list"] : rest, usage);
  if (first === "keys") return findIn("keys", keys, rest, keysUsage);
  return findIn("", commands, [first, ...rest], usage);
}

function findIn(
  group: string,
  commands: Readonly<Record<string, Command>>,
  [action, ...rest]: readonly string[],
  usage: string,
): Found {
  if (action === undefined) throw new UsageError("A command is missing.", usage);
  const name = `${group} ${action}`.trim();
  if (!Object.hasOwn(commands, action))
    throw new UsageError(`There is no command "${`${group} ${shownStray(action)}`.trim()}".`, usage);
  return { name, command: commands[action], rest };
}

function say(text: string): ExitCode {
  process.stdout.write(`${text}\n`);
  return 0;
}

// The reader may have closed the pipe, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const args = process.argv.slice(2);
try {
  process.exitCode = await run(args);
} catch (error) {
  const help = error instanceof UsageError && error.help !== undefined ? `\n${error.help}\n` : "";
  if (args.includes("--json")) process.stdout.write(`${JSON.stringify(errorBody(error))}\n`);
  else process.stderr.write(`${explain(error)}\n${help}`);
  process.exitCode = 2;
}
