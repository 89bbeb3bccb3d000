/** Looks at what an account has of a deployment. Changes nothing. */
import { UsageError } from "../usage.ts";
import type { ConfigFile } from "./config-file.ts";
import {
  deploymentSchema,
  fullVersionSchema,
  must,
  namespacesSchema,
  parseAnswer,
  plain,
  secretsSchema,
  versionsSchema,
  type Wrangler,
  whoamiSchema,
} from "./wrangler.ts";

export interface Account {
  /** Id and name of the account; undefined where nobody is logged in. */
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** True when the Worker has been deployed, not only made for its secrets. */
  readonly isDeployed: boolean;
  /** Tag of the code that runs; undefined where none is known. */
  readonly tag: string | undefined;
  readonly secrets: readonly string[];
  /** `kept`: the Worker has its KV already. `found`: the account has one of the Worker's name. */
  readonly namespace: { readonly kind: "kept" | "missing" } | { readonly kind: "found"; readonly id: string };
}

const nothing: Account = {
  id: undefined,
  name: undefined,
  isDeployed: false,
  tag: undefined,
  secrets: [],
  namespace: { kind: "missing" },
};

/** Fails with a `UsageError` where it is not clear which account is meant. */
export async function lookAtAccount(
  wrangler: Wrangler,
  config: ConfigFile,
  environment: string,
): Promise<Account> {
  const account = await findAccount(wrangler, config);
  if (account === undefined) return nothing;
  const running = await findRunning(wrangler, environment);
  const secrets = running === undefined ? [] : await listSecrets(wrangler, environment);
  const bound = running?.bindings ?? [];
  const isKept = config.hasNamespaceId || bound.some(({ name }) => name === "TEMPLATES");
  return {
    ...account,
    isDeployed: bound.some(({ name }) => name === "DIRECTORY"),
    tag: running?.tag,
    secrets,
    namespace: isKept ? { kind: "kept" } : await findNamespace(wrangler, namespaceTitle(config)),
  };
}

/** Title that wrangler gives a KV which it makes for the binding by itself. */
export function namespaceTitle({ worker }: Pick<ConfigFile, "worker">): string {
  return `${worker}-templates`;
}

async function findAccount(
  wrangler: Wrangler,
  { accountId }: ConfigFile,
): Promise<{ readonly id: string; readonly name: string } | undefined> {
  const args = ["whoami", "--json"];
  const { code, out, err } = await wrangler(args);
  if (/"loggedIn": ?false/.test(out + err)) return undefined;
  if (code !== 0) throw new Error(`wrangler whoami failed:\n${plain(err || out).trim()}`);
  const { accounts } = parseAnswer(whoamiSchema, args, out);
  if (accounts.length === 0) throw new UsageError("Your login reaches no account.");
  // Wrangler's own order: the file comes before the environment.
  const chosen = accountId ?? process.env.CLOUDFLARE_ACCOUNT_ID;
  if (chosen !== undefined && chosen !== "")
    return accounts.find(({ id }) => id === chosen) ?? { id: chosen, name: chosen };
  if (accounts.length > 1) {
    const list = accounts.map(({ id, name }) => `  ${id}  ${name}`).join("\n");
    throw new UsageError(
      `Your login reaches several accounts. Set CLOUDFLARE_ACCOUNT_ID to one of them:\n${list}`,
    );
  }
  return accounts[0];
}

/** Failures by which wrangler says that there is no Worker of this name, or nothing of it runs. */
const isAbsent = /code: (10007|10090)\b|has no deployments|Worker "[^"]*"( \(env: [^)]*\))? not found/;

async function findRunning(wrangler: Wrangler, environment: string) {
  const inEnvironment = `--env=${environment}`;
  const statusArgs = ["deployments", "status", "--json", inEnvironment];
  const status = await wrangler(statusArgs);
  if (status.code !== 0) {
    const said = plain(status.err + status.out);
    if (isAbsent.test(said)) return undefined;
    throw new Error(`wrangler ${statusArgs.join(" ")} failed:\n${said.trim()}`);
  }
  const { versions: shares } = parseAnswer(deploymentSchema, statusArgs, status.out);
  const [{ version_id }] = [...shares].sort((a, b) => b.percentage - a.percentage);
  const viewArgs = ["versions", "view", version_id, "--json", inEnvironment];
  const version = parseAnswer(fullVersionSchema, viewArgs, await must(wrangler, viewArgs));
  return {
    bindings: version.resources.bindings ?? [],
    tag: shares.length > 1 ? undefined : await tagOf(wrangler, inEnvironment, version),
  };
}

/** A change of secrets makes a version of its own, without a tag: its code is that of the version before it. */
async function tagOf(
  wrangler: Wrangler,
  inEnvironment: string,
  version: { readonly id: string; readonly annotations?: Readonly<Record<string, string>> | undefined },
): Promise<string | undefined> {
  const isSecretChange = ({ annotations }: typeof version) =>
    annotations?.["workers/triggered_by"] === "secret" && annotations["workers/tag"] === undefined;
  if (!isSecretChange(version)) return version.annotations?.["workers/tag"];
  const args = ["versions", "list", "--json", inEnvironment];
  // Oldest first, and the last ten only.
  const versions = parseAnswer(versionsSchema, args, await must(wrangler, args));
  const index = versions.findIndex(({ id }) => id === version.id);
  const before = versions.slice(0, Math.max(0, index)).reverse();
  return before.find((earlier) => !isSecretChange(earlier))?.annotations?.["workers/tag"];
}

async function listSecrets(wrangler: Wrangler, environment: string): Promise<string[]> {
  const args = ["secret", "list", "--format", "json", `--env=${environment}`];
  return parseAnswer(secretsSchema, args, await must(wrangler, args)).map(({ name }) => name);
}

export async function findNamespace(wrangler: Wrangler, title: string): Promise<Account["namespace"]> {
  const args = ["kv", "namespace", "list"];
  const found = parseAnswer(namespacesSchema, args, await must(wrangler, args)).find(
    (namespace) => namespace.title === title,
  );
  return found === undefined ? { kind: "missing" } : { kind: "found", id: found.id };
}
