/**
 * `npm run keys -- <command>`: tenants, API keys and the keys behind them, over the admin API.
 *
 *   SAMEFACE_URL      default http://127.0.0.1:8787
 *   SAMEFACE_API_KEY  default the one in .dev.vars
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const usage = `npm run keys -- <command>

  list                                   keys of the tenant whose key is used
  create <scope,scope...> [--name N] [--expires TIME]
  rotate <key_id> [--grace SECONDS]      another key with the same scopes; the old one ends
  revoke <key_id>
  tenants                                all tenants (the deployment's own key)
  create-tenant <tenant_id> [--shards N]
  rotate-kek                             wraps everything by the current SAMEFACE_KEK
  rotate-signing                         a new key for tokens and receipts

SAMEFACE_URL (default http://127.0.0.1:8787) and SAMEFACE_API_KEY (default: of .dev.vars) say whom to ask.
To replace the KEK: put the old one into SAMEFACE_KEK_PREVIOUS and a new one into SAMEFACE_KEK, deploy,
run rotate-kek, and then take the old one out.`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: "string" },
    expires: { type: "string" },
    grace: { type: "string" },
    shards: { type: "string" },
    help: { type: "boolean" },
  },
});

const timeoutMs = 30_000;

function developmentKey(): string | undefined {
  try {
    return /^SAMEFACE_API_KEY=(.*)$/m.exec(readFileSync(".dev.vars", "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const key = process.env.SAMEFACE_API_KEY ?? developmentKey();
  if (key === undefined) throw new Error("Set SAMEFACE_API_KEY.");
  const response = await fetch(new URL(path, process.env.SAMEFACE_URL ?? "http://127.0.0.1:8787"), {
    method,
    headers: {
      Authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = (await response.json()) as Record<string, unknown> & { error?: { message: string } };
  if (!response.ok) throw new Error(`${response.status}: ${answer.error?.message ?? "no answer"}`);
  return answer;
}

interface ListedKey {
  readonly key_id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

function describe({ key_id, name, scopes, expires_at, revoked_at }: ListedKey): string {
  const end =
    revoked_at === null ? (expires_at === null ? "" : `until ${expires_at}`) : `revoked ${revoked_at}`;
  return [key_id, scopes.join(","), name, end].filter((part) => part !== "").join("  ");
}

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`${what} is missing.\n\n${usage}`);
  return value;
}

/** Shows the key once, alone on its line, as the service does. */
function showNewKey(answer: Record<string, unknown>): void {
  console.error(`Key ${answer.key_id}, shown this once:`);
  console.log(answer.key);
}

async function rewrapAll(): Promise<number> {
  let total = 0;
  for (;;) {
    const { rewrapped, done } = await call("POST", "/v1/kek/rewrap");
    total += rewrapped as number;
    if (done === true) return total;
  }
}

async function listTenants(): Promise<string[]> {
  const tenants: string[] = [];
  for (let cursor = ""; ; ) {
    const page = await call("GET", `/v1/tenants${cursor}`);
    tenants.push(...(page.tenants as { tenant_id: string }[]).map(({ tenant_id }) => tenant_id));
    if (page.next_cursor === null) return tenants;
    cursor = `?cursor=${page.next_cursor}`;
  }
}

async function run([command, argument]: readonly string[]): Promise<void> {
  switch (command) {
    case "list": {
      const { keys } = await call("GET", "/v1/keys");
      for (const key of keys as ListedKey[]) console.log(describe(key));
      return;
    }
    case "create":
      return showNewKey(
        await call("POST", "/v1/keys", {
          scopes: needed(argument, "The list of scopes").split(","),
          ...(values.name === undefined ? {} : { name: values.name }),
          ...(values.expires === undefined ? {} : { expires_at: values.expires }),
        }),
      );
    case "rotate": {
      const path = `/v1/keys/${needed(argument, "The key's id")}/rotate`;
      return showNewKey(await call("POST", path, { grace_seconds: Number(values.grace ?? 0) }));
    }
    case "revoke": {
      const { revoked_at } = await call("DELETE", `/v1/keys/${needed(argument, "The key's id")}`);
      return console.log(`revoked ${revoked_at}`);
    }
    case "tenants":
      return console.log((await listTenants()).join("\n"));
    case "create-tenant": {
      const settings = values.shards === undefined ? {} : { settings: { shards: Number(values.shards) } };
      return showNewKey(
        await call("POST", "/v1/tenants", { tenant_id: needed(argument, "The tenant's id"), ...settings }),
      );
    }
    case "rotate-kek":
      return console.log(`${await rewrapAll()} keys wrapped anew; none is left under an earlier KEK.`);
    case "rotate-signing":
      return console.log(`signing with ${(await call("POST", "/v1/signing-keys")).kid}`);
    default:
      throw new Error(usage);
  }
}

try {
  await run(positionals);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
