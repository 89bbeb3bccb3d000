/** Parses the command line, and makes the client that it asks for. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type ClientOptions, Sameface } from "../client/index.ts";
import { isKey, shown } from "./shown.ts";
import { UsageError } from "./usage.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

const known = {
  url: text,
  key: text,
  local: flag,
  "max-fmr": text,
  "max-fpir": text,
  face: text,
  quality: text,
  conflicts: text,
  "consent-version": text,
  "consent-purpose": text,
  timeout: text,
  name: text,
  expires: text,
  grace: text,
  shards: text,
  port: text,
  host: text,
  data: text,
  "metrics-port": text,
  "behind-proxy": flag,
  env: text,
  jurisdiction: text,
  "location-hint": text,
  "dry-run": flag,
  json: flag,
  help: { type: "boolean", short: "h", default: false },
  version: flag,
} as const;

export type Flag = keyof typeof known;

/** Parses words and flags. Fails with a `UsageError`, which never contains a flag's value. */
export function parseCommandLine(args: readonly string[]) {
  const { positionals: words, values: options, tokens } = parse(args);
  const found = tokens.filter((token) => token.kind === "option");
  for (const { name, value } of found) {
    if (found.some((other) => other.name === name && other.value !== value))
      throw new UsageError(`--${name} is given twice, and says two things.`);
  }
  const given = [...new Set(found.map(({ name }) => name as Flag))];
  return { words, options, given };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, tokens: true, options: known });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

export type Options = ReturnType<typeof parse>["values"];

const defaultUrl = "http://127.0.0.1:8787";
const defaultTimeoutSeconds = 60;

export function urlOf(options: Options): string {
  const url = options.url ?? process.env.SAMEFACE_URL ?? defaultUrl;
  // The address is not repeated, since it may contain a password.
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new UsageError("--url must be an address, as https://sameface.example.com");
  return url;
}

export function connect(options: Options, changes: Partial<ClientOptions> = {}): Sameface {
  const url = urlOf(options);
  const key = keyFor(url, options);
  if (key === undefined) throw new UsageError("A key is needed: --key, or SAMEFACE_KEY in the environment.");
  const timeoutMs = 1000 * numberOf("timeout", options.timeout, defaultTimeoutSeconds);
  if (timeoutMs === 0) throw new UsageError("--timeout must be more than 0.");
  return new Sameface({ url, key, timeoutMs, ...changes });
}

/** The development key is sent only to a service on this machine. */
function keyFor(url: string, options: Options): string | undefined {
  const given = options.key ?? process.env.SAMEFACE_KEY ?? process.env.SAMEFACE_API_KEY;
  if (given !== undefined && given !== "") return given;
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname) ? developmentKey() : undefined;
}

function developmentKey(): string | undefined {
  try {
    return /^SAMEFACE_API_KEY=(.*)$/m.exec(readFileSync(".dev.vars", "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

export function numberOf(name: string, text: string | undefined, byDefault: number): number {
  return optionalNumber(name, text) ?? byDefault;
}

export function optionalNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new UsageError(`--${name} must be a number, not ${shown(text)}`);
  return value;
}

export function oneOf<T extends string>(
  name: string,
  text: string | undefined,
  choices: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const found = choices.find((choice) => choice === text);
  if (found === undefined)
    throw new UsageError(`--${name} must be ${choices.join(" or ")}, not ${shown(text)}`);
  return found;
}

export function needed(value: string | undefined, what: string): string {
  if (value === undefined || value === "") throw new UsageError(`${what} is missing.`);
  return value;
}

/** Checks a word that becomes a part of an address, so that a key in its place is not sent there. */
export function neededId(value: string | undefined, what: string): string {
  const id = needed(value, what);
  if (isKey(id)) throw new UsageError(`${what} is missing: a key is in its place.`);
  return id;
}

/** Leaves out fields that are undefined. */
export function given<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

export function decisionOptions(options: Options) {
  return given({
    max_fmr: optionalNumber("max-fmr", options["max-fmr"]),
    ...photoOptions(options),
  });
}

export function enrolmentOptions(options: Options) {
  return given({
    face: photoOptions(options).face,
    conflicts: oneOf("conflicts", options.conflicts, ["refuse", "allow"]),
    consent_version: options["consent-version"],
    consent_purpose: options["consent-purpose"],
  });
}

export function photoOptions(options: Options) {
  return given({
    face: oneOf("face", options.face, ["largest", "center", "only"]),
    quality: oneOf("quality", options.quality, ["warn", "refuse"]),
  });
}
