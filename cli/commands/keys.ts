/** Tenants, API keys and the keys behind them. */
import type { ApiKey, NewApiKey, NewTenant, Sameface, Scope } from "../../client/index.ts";
import { connect, given, needed, numberOf, type Options, optionalNumber } from "../options.ts";
import { type ExitCode, type Row, show } from "../output.ts";
import { keysUsage, UsageError } from "../usage.ts";

export async function keys([action, name]: readonly string[], options: Options): Promise<ExitCode> {
  if (action === undefined) throw new UsageError(`A command is missing.\n\n${keysUsage}`);
  const client = connect(options);
  const tell = (sentence: string, json: object) => {
    process.stdout.write(`${options.json ? JSON.stringify(json) : sentence}\n`);
  };
  switch (action) {
    case "list": {
      const rows = (await client.keys.list()).keys.map(
        (key): Row => ({ cells: cellsOf(key), json: key, exitCode: 0 }),
      );
      show(["key", "scopes", "name", "ends"], rows, options.json);
      break;
    }
    case "create": {
      const scopes = needed(name, "The list of scopes").split(",") as Scope[];
      const made = await client.keys.create({
        scopes,
        ...given({ name: options.name, expires_at: options.expires }),
      });
      showNewKey(made, options);
      break;
    }
    case "rotate": {
      const grace_seconds = numberOf("grace", options.grace, 0);
      showNewKey(await client.keys.rotate(needed(name, "The key's id"), { grace_seconds }), options);
      break;
    }
    case "revoke": {
      const revoked = await client.keys.revoke(needed(name, "The key's id"));
      tell(`revoked ${revoked.revoked_at}`, revoked);
      break;
    }
    case "tenants": {
      const rows: Row[] = [];
      for await (const tenant of client.tenants.all())
        rows.push({ cells: [tenant.tenant_id], json: tenant, exitCode: 0 });
      show(["tenant"], rows, options.json);
      break;
    }
    case "create-tenant": {
      const shards = optionalNumber("shards", options.shards);
      const settings = shards === undefined ? {} : { settings: { shards } };
      const tenant_id = needed(name, "The tenant's id");
      showNewKey(await client.tenants.create({ tenant_id, ...settings }), options);
      break;
    }
    case "rotate-kek": {
      const rewrapped = await rewrapAll(client);
      tell(`${rewrapped} keys wrapped anew; none is left under an earlier KEK.`, { rewrapped });
      break;
    }
    case "rotate-signing": {
      const made = await client.deployment.rotateSigningKey();
      tell(`signing with ${made.kid}`, made);
      break;
    }
    default:
      throw new UsageError(`There is no "keys ${action}".\n\n${keysUsage}`);
  }
  return 0;
}

/** Alone on stdout, as the service shows it: once. */
function showNewKey(made: NewApiKey | NewTenant, { json }: Options): void {
  if (!json) process.stderr.write(`Key ${made.key_id}, shown this once:\n`);
  process.stdout.write(`${json ? JSON.stringify(made) : made.key}\n`);
}

function cellsOf({ key_id, scopes, name, expires_at, revoked_at }: ApiKey): Row["cells"] {
  const end = revoked_at === null ? (expires_at ?? "") : `revoked ${revoked_at}`;
  return [key_id, scopes.join(","), name, end];
}

async function rewrapAll(client: Sameface): Promise<number> {
  let total = 0;
  for (;;) {
    const { rewrapped, done } = await client.deployment.rewrapKeys();
    total += rewrapped;
    if (done) return total;
  }
}
