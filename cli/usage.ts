/** The help texts of the command line, and errors of usage. */
import { readFileSync } from "node:fs";

export const usage = `sameface <command> [options]

  enrol <subject> <photo>...     enrols photos of one person
  enrol <folder>                 everybody in a folder: <subject>.jpg, or <subject>/<photos>
  verify <subject> <photo>...    is this the enrolled person?
  compare <photo> <photo>...     does each show the same person as the first?
  identify <photo>...            which enrolled subject is this?
  subjects [list]                lists the enrolled subjects
  subjects show|delete|unlock <subject>...
  subjects review                lists faces enrolled from photos that are not recognisable
  subjects revert <subject>...   takes templates back to the enrolled photos
  subjects ageing                lists subjects who should enrol a new photo
  subjects record <subject>...   everything that is kept about a person, for requests of access
  policy                         writes the tenant's public policy of retention and destruction
  keys ...                       keys and tenants: sameface keys --help
  doctor                         checks a deployment and your key
  rate                           measures how often the people enrolled match each other
  deploy                         deploys a clone to Cloudflare: sameface deploy --help
  serve                          runs the service on this machine: sameface serve --help

A photo may also be a folder of photos, and one photo may be -, for standard input. HEIC is read where the
package heic-convert is installed. Words and options that a command does not use are refused, and so is an option
given twice with different values.

  --url URL          address of the service; default SAMEFACE_URL, or http://127.0.0.1:8787
  --key KEY          an API key or session token; default SAMEFACE_KEY, or the one in .dev.vars for
                     a service on this machine
  --local            compare without a service
  --max-fmr RATE     false match rate that you accept; default 1e-4
  --max-fpir RATE    identify: how often a search for a stranger may name anyone
  --face WHICH       largest (default), center or only
  --quality WHAT     warn (default) or refuse
  --conflicts WHAT   enrol: refuse (default) a photo of somebody else than the subject's others, or allow it, which
                     leaves it out of the template
  --consent-version VERSION, --consent-purpose PURPOSE
                     enrol: what the person agreed to, now; both or neither
  --timeout SECONDS  limit for each request; default 60
  --json             one line of JSON for each result
  --help, --version

Exit code: 0 match, or done; 1 no match, nobody found, faces to enrol again, a policy with gaps, or a rate above the
promise; 2 error. For several photos or subjects it is the
highest of theirs: after a failure the others are tried, unless they would fail in the same way.`;

export const keysUsage = `sameface keys <command>

  list                                   lists the keys of the tenant
  create <scope,scope...> [--name N] [--expires TIME]
  rotate <key_id> [--grace SECONDS]      another key with the same scopes; the old one ends
  revoke <key_id>
  tenants                                lists all tenants (needs the deployment's own key)
  create-tenant <name> [--shards N] [--jurisdiction eu|us|fedramp] [--location-hint weur]
                                         a jurisdiction keeps everything of the tenant there; its id is name@eu
  rotate-kek                             wraps all data keys by the current SAMEFACE_KEK
  rotate-signing                         makes a new key for tokens and receipts

Needs a key with the scope "admin"; see sameface --help for --url, --key, --timeout and --json.
An id that begins with - goes after --.
To replace the KEK: put the old one into SAMEFACE_KEK_PREVIOUS and a new one into SAMEFACE_KEK, deploy,
run rotate-kek, and then remove the old one.

Exit code: 0 done; 2 error.`;

export const deployUsage = `sameface deploy [options]

Deploys a clone of the sources to your Cloudflare account: makes the KV and the secrets that are missing, uploads what has
changed, runs the doctor, and prints the address and the first call. Run again, it changes nothing.

  --env NAME           an environment of wrangler.toml, such as onnxruntime
  --jurisdiction WHERE eu, us or fedramp: where the KV is made, and the first tenant that is shown
  --dry-run            says every step, and changes nothing; needs no login

SAMEFACE_API_KEY and SAMEFACE_KEK are taken from the environment. At a terminal they are asked for, or made and shown
once. CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID are wrangler's own.

Exit code: 0 done; 2 error, or the doctor found a fault.`;

export const serveUsage = `sameface serve [options]

Runs the service on this machine, with its data in a folder, on workerd (npm install workerd). SAMEFACE_API_KEY and
SAMEFACE_KEK must be in the environment; the other variables of docs/operating.md may be.

  --port PORT          default 8787
  --host ADDRESS       address to listen on; default 127.0.0.1, this machine alone
  --data DIR           folder of the data; default sameface-data
  --metrics-port PORT  answers GET /metrics there in Prometheus' format; default none
  --behind-proxy       believe CF-Connecting-IP and X-Forwarded-Proto, which a proxy in front must set

  SAMEFACE_KEY_RATE, SAMEFACE_SESSION_RATE, SAMEFACE_FAILURE_RATE
                       requests a minute by key, by session token, and with refused keys by address;
                       default 6000, 60, 100

A first SIGTERM, SIGINT or SIGHUP finishes the requests under way, for 25 s at most; a second one,
a second later or more, ends at once.

Exit code: 0 stopped by a signal; 2 could not start, workerd ended by itself, or a second signal or the 25 s
cut requests off.`;

/** Version in package.json, which is one folder above the sources and two above the built files. */
export function readVersion(): string {
  for (const place of ["../package.json", "../../package.json"]) {
    try {
      const found = JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8")) as { version: string };
      return found.version;
    } catch {}
  }
  return "unknown";
}

/** The command line is wrong. */
export class UsageError extends Error {
  /** Lines that say what may be called instead. */
  readonly help: string | undefined;

  constructor(message: string, help?: string) {
    super(message);
    this.help = help;
  }
}
