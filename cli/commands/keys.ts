/** Tenants, API keys, the KEK and signing keys. */
import type {
  ApiKey,
  Jurisdiction,
  LocationHint,
  NewApiKey,
  NewTenant,
  Sameface,
  Scope,
} from "../../client/index.ts";
import { type Command, serviceFlags } from "../command.ts";
import {
  connect,
  type Flag,
  given,
  needed,
  neededId,
  numberOf,
  type Options,
  optionalNumber,
} from "../options.ts";
import { type Row, show } from "../output.ts";

/** Makes a command that calls the service, with at most one word and flags of its own. */
function command(
  maxWords: number,
  flags: readonly Flag[],
  ask: (client: Sameface, word: string | undefined, options: Options) => Promise<void>,
): Command {
  return {
    maxWords,
    flags: [...serviceFlags, ...flags],
    async run([word], options) {
      await ask(connect(options), word, options);
      return 0;
    },
  };
}

const keyId = "The key's id, which stands between its two dots,";

export const keys: Readonly<Record<string, Command>> = {
  list: command(0, [], async (client, _, { json }) => {
    const rows = (await client.keys.list()).keys.map(
      (key): Row => ({ cells: cellsOf(key), json: key, exitCode: 0 }),
    );
    show(["key", "scopes", "name", "ends"], rows, json);
  }),
  create: command(1, ["name", "expires"], async (client, word, options) => {
    const scopes = needed(word, "The list of scopes").split(",") as Scope[];
    const asked = given({ name: options.name, expires_at: options.expires });
    showNewKey(await client.keys.create({ scopes, ...asked }), options);
  }),
  rotate: command(1, ["grace"], async (client, word, options) => {
    const grace_seconds = numberOf("grace", options.grace, 0);
    showNewKey(await client.keys.rotate(neededId(word, keyId), { grace_seconds }), options);
  }),
  revoke: command(1, [], async (client, word, options) => {
    const revoked = await client.keys.revoke(neededId(word, keyId));
    tell(`revoked ${revoked.revoked_at}`, revoked, options);
  }),
  tenants: command(0, [], async (client, _, { json }) => {
    const rows: Row[] = [];
    for await (const tenant of client.tenants.all())
      rows.push({ cells: [tenant.tenant_id], json: tenant, exitCode: 0 });
    show(["tenant"], rows, json);
  }),
  "create-tenant": command(1, ["shards", "jurisdiction", "location-hint"], async (client, word, options) => {
    const shards = optionalNumber("shards", options.shards);
    const settings = shards === undefined ? {} : { settings: { shards } };
    const place = given({
      jurisdiction: options.jurisdiction as Jurisdiction | undefined,
      location_hint: options["location-hint"] as LocationHint | undefined,
    });
    const tenant_id = needed(word, "The tenant's name");
    const made = await client.tenants.create({ tenant_id, ...place, ...settings });
    if (!options.json) process.stderr.write(`Tenant ${made.tenant_id}. `);
    showNewKey(made, options);
  }),
  "rotate-kek": command(0, [], async (client, _, options) => {
    const rewrapped = await rewrapAll(client);
    tell(`${rewrapped} keys wrapped anew; none is left under an earlier KEK.`, { rewrapped }, options);
  }),
  "rotate-signing": command(0, [], async (client, _, options) => {
    const made = await client.deployment.rotateSigningKey();
    tell(`signing with ${made.kid}`, made, options);
  }),
};

function tell(sentence: string, body: object, { json }: Options): void {
  process.stdout.write(`${json ? JSON.stringify(body) : sentence}\n`);
}

/** Prints the key alone on stdout, since the service shows it only once. */
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
