/**
 * Stands in for wrangler 4.156.2 and the account behind it: answers the commands that `sameface deploy` runs as wrangler
 * does, keeps the account in a file, and records each call. Forms of answers and words of failures are those of
 * wrangler's own source.
 *
 *   STAND_IN  file of the account, JSON
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface StandInVersion {
  readonly id: string;
  readonly annotations: Record<string, string>;
  readonly resources: { readonly bindings: readonly { readonly type: string; readonly name: string }[] };
}

export interface StandInAccount {
  loggedIn: boolean;
  accounts: { id: string; name: string }[];
  namespaces: { id: string; title: string; jurisdiction?: string }[];
  /** By name of the Worker. */
  workers: Record<string, { versions: StandInVersion[]; secrets: Record<string, string> }>;
  /** Address that a deployment is told to have. */
  target: string;
  calls: { args: string[]; input: string }[];
}

export const changing = (args: readonly string[]) =>
  (args[0] === "deploy" && !args.includes("--dry-run")) ||
  (args[0] === "secret" && args[1] !== "list") ||
  args.slice(0, 3).join(" ") === "kv namespace create";

const path = process.env.STAND_IN;
if (path !== undefined) process.exitCode = main(path, process.argv.slice(2));

function main(file: string, args: string[]): number {
  const account = JSON.parse(readFileSync(file, "utf8")) as StandInAccount;
  const readsInput = args[0] === "secret" && args[1] === "bulk";
  const input = readsInput ? readFileSync(0, "utf8") : "";
  account.calls.push({ args, input });
  const code = answer(account, args, input);
  writeFileSync(file, JSON.stringify(account));
  return code;
}

function answer(account: StandInAccount, args: string[], input: string): number {
  const option = (name: string) => {
    const inline = args.find((arg) => arg.startsWith(`${name}=`));
    if (inline !== undefined) return inline.slice(name.length + 1);
    const index = args.indexOf(name);
    return index < 0 ? undefined : args[index + 1];
  };
  const print = (value: unknown) => {
    console.log(typeof value === "string" ? value : JSON.stringify(value, null, 2));
    return 0;
  };
  const fail = (text: string) => {
    console.error(
      `\n\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m \u001b[1m${text}\u001b[0m\n`,
    );
    return 1;
  };

  const command = args.filter((arg) => !arg.startsWith("-")).join(" ");
  if (args[0] === "whoami") {
    if (!account.loggedIn) {
      print('{"loggedIn":false}');
      return 1;
    }
    return print({
      loggedIn: true,
      authType: "OAuth Token",
      email: "a@example.com",
      accounts: account.accounts,
    });
  }
  if (args[0] === "deploy" && args.includes("--dry-run")) return build(option("--outdir")!);
  if (!account.loggedIn)
    return fail(
      "In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN environment variable for wrangler to work.",
    );
  if (account.accounts.length > 1 && !process.env.CLOUDFLARE_ACCOUNT_ID)
    return fail("More than one account available but unable to select one in non-interactive mode.");

  if (command.startsWith("kv namespace list"))
    return print(account.namespaces.map(({ id, title }) => ({ id, title })));
  if (command.startsWith("kv namespace create")) {
    const title = args[3];
    if (account.namespaces.some((found) => found.title === title))
      return fail(`A KV namespace with the title "${title}" already exists.`);
    createNamespace(account, title, option("--jurisdiction"));
    return print(`🌀 Creating namespace with title "${title}"\n✨ Success!`);
  }

  const config = readFileSync(option("--config") ?? "wrangler.toml", "utf8");
  const environment = option("--env") ?? "";
  const name = environment === "" ? "sameface" : `sameface-${environment}`;
  const worker = account.workers[name];
  const version = worker?.versions.at(-1);

  if (command.startsWith("secret list"))
    return worker === undefined
      ? fail(`Worker "${name}"${environment ? ` (env: ${environment})` : ""} not found.`)
      : print(Object.keys(worker.secrets).map((secret) => ({ name: secret, type: "secret_text" })));
  if (command.startsWith("secret bulk")) {
    account.workers[name] ??= { versions: [], secrets: {} };
    const secrets = JSON.parse(input) as Record<string, string>;
    Object.assign(account.workers[name].secrets, secrets);
    addVersion(account, name, { "workers/triggered_by": "secret" }, version?.resources.bindings ?? []);
    return print(`✨ ${Object.keys(secrets).length} secrets successfully created`);
  }
  if (command.startsWith("deployments status"))
    return version === undefined
      ? fail(
          "A request to the Cloudflare API (/accounts/0/workers/scripts/x/deployments) failed.\n\n  This Worker does not exist on your account. [code: 10007]",
        )
      : print({ id: "d", versions: [{ version_id: version.id, percentage: 100 }] });
  if (command.startsWith("versions view")) return print(worker.versions.find(({ id }) => id === args[2]));
  if (command.startsWith("versions list")) return print(worker.versions.slice(-10));
  if (args[0] === "deploy") {
    const head = environment === "" ? "[[kv_namespaces]]" : `[[env.${environment}.kv_namespaces]]`;
    const hasId = config.includes(`${head}\nbinding = "TEMPLATES"\nid = `);
    const inherits = version?.resources.bindings.some((binding) => binding.name === "TEMPLATES");
    if (!hasId && !inherits) {
      const title = `${name}-templates`;
      if (account.namespaces.some((found) => found.title === title))
        return fail(
          "A request to the Cloudflare API failed.\n\n  create namespace: 'a namespace with this account ID and title already exists' [code: 10014]",
        );
      createNamespace(account, title);
    }
    account.workers[name] ??= { versions: [], secrets: {} };
    addVersion(account, name, { "workers/triggered_by": "upload", "workers/tag": option("--tag")! }, [
      { type: "kv_namespace", name: "TEMPLATES" },
      { type: "durable_object_namespace", name: "DIRECTORY" },
    ]);
    const entry = {
      type: "deploy",
      version: 1,
      worker_name: name,
      version_id: "v",
      targets: [account.target],
    };
    appendFileSync(
      process.env.WRANGLER_OUTPUT_FILE_PATH!,
      `{"type":"wrangler-session"}\n${JSON.stringify(entry)}\n`,
    );
    return print(`Deployed ${name} triggers (1.00 sec)\n  ${account.target}`);
  }
  return fail(`Unknown command: ${args.join(" ")}`);
}

/** The bundle is the sources' text, so that it changes with them. */
function build(out: string): number {
  mkdirSync(out, { recursive: true });
  writeFileSync(
    join(out, "index.js"),
    existsSync("source.js") ? readFileSync("source.js") : "export default {};",
  );
  writeFileSync(join(out, "README.md"), `built at ${Date.now()}`);
  console.log("--dry-run: exiting now.");
  return 0;
}

function createNamespace(account: StandInAccount, title: string, jurisdiction?: string): void {
  const id = createHash("md5").update(title).digest("hex");
  account.namespaces.push({ id, title, ...(jurisdiction === undefined ? {} : { jurisdiction }) });
}

function addVersion(
  account: StandInAccount,
  name: string,
  annotations: Record<string, string>,
  bindings: StandInVersion["resources"]["bindings"],
): void {
  const { versions } = account.workers[name];
  versions.push({ id: `${name}-version-${versions.length}`, annotations, resources: { bindings } });
}
