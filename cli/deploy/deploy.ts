/**
 * Deploys the Worker: looks at what the account has, makes what is missing, uploads what has changed. A second run finds
 * everything and changes nothing.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "../usage.ts";
import { type Account, findNamespace, lookAtAccount, namespaceTitle } from "./account.ts";
import { type ConfigFile, readConfigFile } from "./config-file.ts";
import { fingerprint } from "./fingerprint.ts";
import { collectSecrets, type SecretName, type Secrets, secretNames, type Terminal } from "./secrets.ts";
import { deployedSchema, must, parseAnswer, type Wrangler } from "./wrangler.ts";

export interface DeployOptions {
  /** Folder of the clone. */
  readonly folder: string;
  /** Environment of wrangler.toml; "" for the one at its top. */
  readonly environment: string;
  /** Jurisdiction in which the KV is made, where one has to be made. */
  readonly jurisdiction: string | undefined;
  readonly isDryRun: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Deployed {
  /** Address of the service; undefined where it has none on workers.dev and no route, and in a dry run. */
  readonly url: string | undefined;
  /** The deployment's own key, where this run knows it. */
  readonly apiKey: string | undefined;
  /** True when this run has changed anything. */
  readonly hasChanged: boolean;
}

/** Configuration with the KV's id. It lies beside wrangler.toml, since its paths are relative, and exists while wrangler reads it. */
const derivedConfig = "wrangler.deploy-with-id.toml";
/** Remembers addresses, which are no secret, below wrangler's own folder, which git ignores. */
const memory = ".wrangler/sameface.json";

interface Plan {
  readonly account: Account;
  readonly tag: string;
  readonly missing: readonly SecretName[];
  /** Address of the last deployment from this folder to this account; undefined where none is known. */
  readonly knownUrl: string | undefined;
  readonly uploads: boolean;
}

export async function deploy(
  wrangler: Wrangler,
  terminal: Terminal,
  options: DeployOptions,
): Promise<Deployed> {
  const { folder, environment, isDryRun, env } = options;
  const { say } = terminal;
  const config = readConfigFile(folder, environment);
  const account = await lookAtAccount(wrangler, config, environment);
  if (account.name === undefined && !isDryRun)
    throw new UsageError("You are not logged in. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.");
  say(`account   ${account.name ?? "nobody is logged in: `npx wrangler login` comes first"}`);
  const tag = await fingerprint(wrangler, folder, environment, config.text);
  say(`worker    ${config.worker}, built: ${tag}`);
  // Two accounts may have a Worker of one name, each at an address of its own.
  const rememberedAs = `${account.id} ${config.worker}`;
  const knownUrl = readMemory(folder)[rememberedAs];
  const plan: Plan = {
    account,
    tag,
    missing: secretNames.filter((name) => !account.secrets.includes(name)),
    knownUrl,
    uploads: account.tag !== tag || knownUrl === undefined,
  };
  checkKek(plan, env);
  if (isDryRun) {
    sayPlan(plan, config, options, say);
    return { url: undefined, apiKey: undefined, hasChanged: false };
  }
  // Secrets are asked for before anything is made, since this may end here.
  const secrets = await collectSecrets(plan.missing, env, terminal);
  const namespaceId = await provideNamespace(wrangler, plan, config, options, say);
  await setSecrets(wrangler, plan, secrets, options, say);
  const url = plan.uploads ? await upload(wrangler, plan, config, options, namespaceId) : knownUrl;
  if (url !== undefined) writeMemory(folder, { ...readMemory(folder), [rememberedAs]: url });
  say(`upload    ${plan.uploads ? "done" : "kept: this code runs already"}`);
  const given = env.SAMEFACE_API_KEY;
  return {
    url,
    apiKey: secrets.SAMEFACE_API_KEY ?? (given === "" ? undefined : given),
    hasChanged: plan.uploads || plan.missing.length > 0,
  };
}

/** Refuses to make a new KEK for a Worker that has run: faces may be enrolled under the one that is gone. */
function checkKek({ account, missing }: Plan, env: DeployOptions["env"]): void {
  if (account.isDeployed && missing.includes("SAMEFACE_KEK") && !env.SAMEFACE_KEK)
    throw new UsageError(
      "The Worker has run, and has no SAMEFACE_KEK now. Give the one under which its faces were enrolled, in the environment; " +
        "if there are none, a new one: openssl rand -base64 32",
    );
}

function sayPlan(
  { account, missing, uploads }: Plan,
  config: ConfigFile,
  { jurisdiction, env }: DeployOptions,
  say: Terminal["say"],
): void {
  const { kind } = account.namespace;
  const title = namespaceTitle(config);
  const where = jurisdiction === undefined ? "" : ` in the jurisdiction ${jurisdiction}`;
  say(
    `kv        ${kind === "kept" ? "would be kept" : kind === "found" ? `would use ${title}, which is there` : `would make ${title}${where}`}`,
  );
  for (const name of secretNames) {
    const source = env[name]
      ? "would set the one of the environment"
      : "would ask for one, or make one and show it once";
    say(`secret    ${name}: ${missing.includes(name) ? source : "would be kept"}`);
  }
  say(`upload    ${uploads ? "would be done" : "would be left: this code runs already"}`);
  say("doctor    would examine the deployment, and the first call would be shown");
  say("Nothing was changed.");
}

/** Answers the id of a KV that the upload has to name; undefined where the Worker keeps its own. */
async function provideNamespace(
  wrangler: Wrangler,
  { account: { namespace } }: Plan,
  config: ConfigFile,
  { jurisdiction }: DeployOptions,
  say: Terminal["say"],
): Promise<string | undefined> {
  if (namespace.kind === "kept") {
    say("kv        kept");
    return undefined;
  }
  const title = namespaceTitle(config);
  if (namespace.kind === "found") {
    say(`kv        found: ${title}`);
    return namespace.id;
  }
  const within = jurisdiction === undefined ? [] : ["--jurisdiction", jurisdiction];
  await must(wrangler, ["kv", "namespace", "create", title, ...within]);
  const made = await findNamespace(wrangler, title);
  if (made.kind !== "found")
    throw new Error(`The KV ${title} was made, and is not listed yet: run this again.`);
  say(`kv        made: ${title}`);
  return made.id;
}

async function setSecrets(
  wrangler: Wrangler,
  { missing }: Plan,
  secrets: Secrets,
  { environment }: DeployOptions,
  say: Terminal["say"],
): Promise<void> {
  if (missing.length === 0) {
    say(`secrets   kept: ${secretNames.join(", ")}`);
    return;
  }
  // Standard input alone: no secret is on the disk, or in the list of processes.
  await must(wrangler, ["secret", "bulk", `--env=${environment}`], { input: JSON.stringify(secrets) });
  say(`secrets   set: ${missing.join(", ")}`);
}

/** Answers the address of the service. */
async function upload(
  wrangler: Wrangler,
  { tag }: Plan,
  config: ConfigFile,
  { folder, environment }: DeployOptions,
  namespaceId: string | undefined,
): Promise<string | undefined> {
  const out = mkdtempSync(join(tmpdir(), "sameface-deploy-"));
  const derived = join(folder, derivedConfig);
  try {
    if (namespaceId !== undefined) writeFileSync(derived, config.withNamespaceId(namespaceId));
    const from = namespaceId === undefined ? [] : ["--config", derivedConfig];
    const answers = join(out, "answers.ndjson");
    const args = ["deploy", `--env=${environment}`, "--tag", tag, ...from];
    await must(wrangler, args, { env: { WRANGLER_OUTPUT_FILE_PATH: answers } });
    const line = readFileSync(answers, "utf8")
      .split("\n")
      .find((entry) => entry.includes('"type":"deploy"'));
    const { targets = [] } = parseAnswer(deployedSchema, args, line ?? "");
    const target = targets.find((found) => /^(https?:\/\/)?[\w.:-]+\/?$/.test(found));
    return target === undefined ? undefined : target.includes("://") ? target : `https://${target}`;
  } finally {
    rmSync(derived, { force: true });
    rmSync(out, { recursive: true, force: true });
  }
}

function readMemory(folder: string): Record<string, string> {
  const path = join(folder, memory);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, string>) : {};
}

function writeMemory(folder: string, urls: Record<string, string>): void {
  const path = join(folder, memory);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(urls, null, 2)}\n`);
}
