/** `sameface`: the service from a terminal, and the comparison of photos without one. */

import { compare, enrol, identify, verify } from "./commands/decisions.ts";
import { doctor } from "./commands/doctor.ts";
import { keys } from "./commands/keys.ts";
import { subjects } from "./commands/subjects.ts";
import { type Options, parseCommandLine } from "./options.ts";
import { type ExitCode, errorBody, explain } from "./output.ts";
import { keysUsage, readVersion, UsageError, usage } from "./usage.ts";

type Command = (positionals: readonly string[], options: Options) => Promise<ExitCode>;

const commands: Readonly<Record<string, Command>> = {
  enrol,
  enroll: enrol,
  verify,
  compare,
  identify,
  subjects,
  keys,
  doctor,
};

async function run(args: readonly string[]): Promise<ExitCode> {
  const { positionals, values } = parseCommandLine(args);
  const [name, ...rest] = positionals;
  if (values.version) return say(readVersion());
  if (values.help) return say(name === "keys" ? keysUsage : usage);
  if (name === undefined) throw new UsageError(`A command is missing.\n\n${usage}`);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`There is no command "${name}".\n\n${usage}`);
  return command(rest, values);
}

function say(text: string): ExitCode {
  process.stdout.write(`${text}\n`);
  return 0;
}

const args = process.argv.slice(2);
try {
  process.exitCode = await run(args);
} catch (error) {
  if (args.includes("--json")) process.stdout.write(`${JSON.stringify(errorBody(error))}\n`);
  else process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 2;
}
