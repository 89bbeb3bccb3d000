/** The configuration that wrangler reads: which Workers it names, and the id of their KV. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../usage.ts";

export interface ConfigFile {
  /** Name of the Worker, as wrangler makes it of the environment. */
  readonly worker: string;
  /** True when the file itself has the KV's id. */
  readonly hasNamespaceId: boolean;
  /** The file's own `account_id`; undefined where it names none. */
  readonly accountId: string | undefined;
  readonly text: string;
  /** The file's text with this id of the KV. */
  readonly withNamespaceId: (id: string) => string;
}

/** Reads wrangler.toml of a folder for an environment; "" is the one at the top of the file. */
export function readConfigFile(folder: string, environment: string): ConfigFile {
  const path = join(folder, "wrangler.toml");
  if (!existsSync(path))
    throw new UsageError("deploy works in a clone of the sources: there is no wrangler.toml here.");
  const text = readFileSync(path, "utf8");
  const name = /^name = "(.+)"$/m.exec(text)?.[1] ?? "sameface";
  const known = [...text.matchAll(/^\[env\.([\w-]+)\]$/gm)].map(([, found]) => found);
  if (environment !== "" && !known.includes(environment))
    throw new UsageError(`--env must be one of wrangler.toml's: ${known.join(", ")}`);
  const table = environment === "" ? "kv_namespaces" : `env.${environment}.kv_namespaces`;
  const head = `[[${table}]]\nbinding = "TEMPLATES"\n`;
  if (!text.includes(head)) throw new Error(`wrangler.toml has no [[${table}]] that begins with TEMPLATES.`);
  return {
    worker: environment === "" ? name : `${name}-${environment}`,
    hasNamespaceId: text.includes(`${head}id = `),
    accountId: /^account_id = "(.+)"/m.exec(text)?.[1],
    text,
    withNamespaceId: (id) => text.replace(head, `${head}id = "${id}"\n`),
  };
}
