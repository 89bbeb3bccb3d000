/** Secrets of a deployment: given in the environment, typed in, or made and shown once. */
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { parseConfig } from "../../src/config.ts";
import { UsageError } from "../usage.ts";

export const secretNames = ["SAMEFACE_API_KEY", "SAMEFACE_KEK"] as const;
export type SecretName = (typeof secretNames)[number];
export type Secrets = Partial<Record<SecretName, string>>;

/** Characters of the deployment's own key at least, here and under `sameface serve`. */
export const minApiKeyLength = 32;

const purposes: Readonly<Record<SecretName, string>> = {
  SAMEFACE_API_KEY: "the deployment's own key, of which you make tenants and keys",
  SAMEFACE_KEK: "the key that wraps the keys of all faces",
};

export interface Terminal {
  readonly say: (line: string) => void;
  /** Asks for a line, which is not shown as it is typed; undefined where nobody sits at a terminal. */
  readonly askHidden: ((question: string) => Promise<string>) | undefined;
}

export function openTerminal(): Terminal {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  if (!process.stdin.isTTY || !process.stdout.isTTY) return { say, askHidden: undefined };
  return {
    say,
    async askHidden(question) {
      process.stdout.write(question);
      const output = new Writable({ write: (_chunk, _encoding, done) => done() });
      const lines = createInterface({ input: process.stdin, output, terminal: true });
      // Ctrl-C ends the command, as it does everywhere.
      lines.once("SIGINT", () => process.exit(130));
      const line = await lines.question("");
      lines.close();
      process.stdout.write("\n");
      return line.trim();
    },
  };
}

const make: Readonly<Record<SecretName, () => string>> = {
  SAMEFACE_API_KEY: () => randomBytes(32).toString("base64url"),
  SAMEFACE_KEK: () => randomBytes(32).toString("base64"),
};

/**
 * Collects the secrets that are missing. One of the environment is taken; at a terminal it is asked for, and made where
 * the answer is empty. What was made is shown once. Fails with a `UsageError` where nobody can be asked: a secret that is
 * printed into a log is none.
 */
export async function collectSecrets(
  missing: readonly SecretName[],
  env: Readonly<Record<string, string | undefined>>,
  { say, askHidden }: Terminal,
): Promise<Secrets> {
  const secrets: Secrets = {};
  const made: SecretName[] = [];
  for (const name of missing) {
    let value = env[name];
    if ((value === undefined || value === "") && askHidden === undefined)
      throw new UsageError(
        `${name} is not set in the environment, and there is no terminal to show one that is made. Make one: openssl rand -base64 32`,
      );
    if (value === undefined || value === "")
      value = await askHidden?.(`${name}, ${purposes[name]}: paste your own, or press Enter to make one `);
    if (value === undefined || value === "") {
      value = make[name]();
      made.push(name);
    }
    secrets[name] = value;
  }
  checkSecrets(secrets);
  if (made.length > 0) {
    say("");
    for (const name of made) say(`  ${name}=${secrets[name]}`);
    say("");
    say(
      "These are shown once. Keep them where your secrets are: without SAMEFACE_KEK no enrolled face can be read.",
    );
    await askHidden?.("Press Enter when you have kept them. ");
  }
  return secrets;
}

/** Fails with a `UsageError` that names the variable and never its value. */
function checkSecrets(secrets: Secrets): void {
  const { apiKey, keks } = parseSecrets(secrets);
  if (secrets.SAMEFACE_KEK !== undefined && keks.length === 0)
    throw new UsageError("SAMEFACE_KEK is the published one of .dev.vars.example, which protects nothing.");
  if (apiKey !== undefined && apiKey.length < minApiKeyLength)
    throw new UsageError(`SAMEFACE_API_KEY is short: give ${minApiKeyLength} random characters or more.`);
}

function parseSecrets(secrets: Secrets) {
  try {
    return parseConfig(secrets);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
