/** The help texts of the command line, and errors of usage. */
import { readFileSync } from "node:fs";

export const usage = `sameface <command> [options]

  enrol <subject> <photo>...     enrols photos of one person
  enrol <folder>                 everybody in a folder: <subject>.jpg, or <subject>/<photos>
  verify <subject> <photo>...    is this the enrolled person?
  compare <photo> <photo>...     does each show the same person as the first?
  identify <photo>...            who of everybody enrolled is this?
  subjects [list]                who is enrolled
  subjects show|delete|unlock <subject>...
  keys ...                       keys and tenants: sameface keys --help
  doctor                         checks a deployment and your key

A photo may be a folder of photos, and one of them - for standard input. What a command does not use is
refused, and so is an option given twice that says two things.

  --url URL          of the service; default SAMEFACE_URL, or http://127.0.0.1:8787
  --key KEY          an API key or session token; default SAMEFACE_KEY, or the one in .dev.vars for
                     a service on this machine
  --local            compare without a service
  --max-fmr RATE     the false match rate that you can live with; default 1e-4
  --max-fpir RATE    identify: how often a search for a stranger may answer with anyone
  --face WHICH       largest (default), center or only
  --quality WHAT     warn (default) or refuse
  --timeout SECONDS  for each request; default 60
  --json             one line of JSON for each result
  --help, --version

Exit code: 0 match, or done; 1 no match, or nobody found; 2 error. Of several photos or subjects the
highest: after one that failed the others are tried, unless they would fail alike.`;

export const keysUsage = `sameface keys <command>

  list                                   keys of the tenant whose key is used
  create <scope,scope...> [--name N] [--expires TIME]
  rotate <key_id> [--grace SECONDS]      another key with the same scopes; the old one ends
  revoke <key_id>
  tenants                                all tenants (the deployment's own key)
  create-tenant <tenant_id> [--shards N]
  rotate-kek                             wraps everything by the current SAMEFACE_KEK
  rotate-signing                         a new key for tokens and receipts

Needs a key with the scope "admin"; see sameface --help for --url, --key, --timeout and --json.
An id that begins with - stands after --.
To replace the KEK: put the old one into SAMEFACE_KEK_PREVIOUS and a new one into SAMEFACE_KEK, deploy,
run rotate-kek, and then take the old one out.

Exit code: 0 done; 2 error.`;

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
export class UsageError extends Error {}
