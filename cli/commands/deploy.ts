/** Deploys a clone of the sources to Cloudflare with one command. */
import { Sameface } from "../../client/index.ts";
import type { Command } from "../command.ts";
import { deploy as deployWorker } from "../deploy/deploy.ts";
import { openTerminal } from "../deploy/secrets.ts";
import { createWrangler } from "../deploy/wrangler.ts";
import { type Options, oneOf } from "../options.ts";
import type { ExitCode } from "../output.ts";
import { doctor } from "./doctor.ts";

const jurisdictions = ["eu", "us", "fedramp"] as const;

/** Time in which a new address becomes known to the world, ms. */
const reachableMs = 90_000;

export const deploy: Command = {
  maxWords: 0,
  flags: ["env", "jurisdiction", "dry-run"],
  run: (_, options) => deployAndExamine(options),
};

async function deployAndExamine(options: Options): Promise<ExitCode> {
  const folder = process.cwd();
  const terminal = openTerminal();
  const { say } = terminal;
  const jurisdiction = oneOf("jurisdiction", options.jurisdiction, jurisdictions);
  const { url, apiKey, hasChanged } = await deployWorker(createWrangler(folder), terminal, {
    folder,
    environment: options.env ?? "",
    jurisdiction,
    isDryRun: options["dry-run"],
    env: process.env,
  });
  if (options["dry-run"]) return 0;
  if (url === undefined) {
    say("The Worker has no address: workers.dev is off, and wrangler.toml has no route.");
    return 2;
  }
  if (!(await becomesReachable(url))) {
    say(`The Worker does not answer at ${url} yet. Run this again in a minute.`);
    return 2;
  }
  say("");
  const examined =
    apiKey === undefined ? sayUnexamined(say) : await doctor.run([], { ...options, url, key: apiKey });
  say("");
  say(hasChanged ? `Deployed: ${url}` : `Nothing has changed: ${url}`);
  say(firstCall(url, jurisdiction));
  return examined;
}

function sayUnexamined(say: (line: string) => void): ExitCode {
  say("doctor    not asked: it needs SAMEFACE_API_KEY in the environment");
  return 0;
}

async function becomesReachable(url: string): Promise<boolean> {
  const client = new Sameface({ url, timeoutMs: 10_000, maxRetries: 0 });
  for (const endMs = Date.now() + reachableMs; Date.now() < endMs; ) {
    try {
      await client.deployment.health();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
  return false;
}

/** A tenant with a jurisdiction is told at its creation; elsewhere two photos can be compared at once. */
function firstCall(url: string, jurisdiction: string | undefined): string {
  const head = `\nThe first call, with SAMEFACE_API_KEY in the environment:\n\n`;
  const key = '-H "Authorization: Bearer $SAMEFACE_API_KEY"';
  return jurisdiction === undefined
    ? `${head}  curl ${url}/v1/compare ${key} -F image_a=@one.jpg -F image_b=@other.jpg`
    : `${head}  curl ${url}/v1/tenants ${key} \\\n    --json '{"tenant_id": "first", "jurisdiction": "${jurisdiction}"}'`;
}
