/** Checks a deployment from outside, and asks it to check itself. */
import type { Doctor, Readiness, Sameface } from "../../client/index.ts";
import { type Command, serviceFlags } from "../command.ts";
import { connect, type Options, urlOf } from "../options.ts";
import { type ExitCode, explain, type Row, show } from "../output.ts";

type Status = "ok" | "warning" | "failed";

/** A clock that is off by more than this breaks session tokens and times of deletion. */
const maxClockSkewMs = 5_000;

export const doctor: Command = {
  maxWords: 0,
  flags: serviceFlags,
  run: (_, options) => examineAll(options),
};

async function examineAll(options: Options): Promise<ExitCode> {
  const client = connect(options, { maxRetries: 0 });
  const rows: Row[] = [];
  const report = (name: string, status: Status, detail: string | null) => {
    const exitCode = status === "failed" ? 2 : 0;
    rows.push({ cells: [name, status, detail ?? ""], json: { name, status, detail }, exitCode });
  };
  const look = async <T>(name: string, ask: () => Promise<T>, say: (found: T) => [Status, string | null]) => {
    try {
      report(name, ...say(await ask()));
      return true;
    } catch (error) {
      report(name, "failed", explain(error));
      return false;
    }
  };

  const url = urlOf(options);
  const reached = await look(
    "reachable",
    () => timed(() => client.deployment.health()),
    ({ ms }) => ["ok", `${url} in ${ms} ms`],
  );
  if (reached) {
    await look("models load", () => client.deployment.readiness(), sayModels);
    await examine(client, look, report);
  }
  show(["check", "result", ""], rows, options.json);
  return Math.max(...rows.map(({ exitCode }) => exitCode)) as ExitCode;
}

type Look = <T>(
  name: string,
  ask: () => Promise<T>,
  say: (found: T) => [Status, string | null],
) => Promise<boolean>;

async function examine(
  client: Sameface,
  look: Look,
  report: (name: string, status: Status, detail: string | null) => void,
): Promise<void> {
  let found: Doctor | undefined;
  const startMs = Date.now();
  await look(
    "key",
    () => client.deployment.doctor(),
    (answer) => {
      found = answer;
      return ["ok", `${answer.actor} of ${answer.tenant_id}: ${answer.scopes.join(", ")}`];
    },
  );
  if (found === undefined) return;
  report("clock", ...sayClock(Date.parse(found.now), startMs, Date.now()));
  if (found.checks === undefined) {
    report("deployment", "ok", "the deployment's own key would show secrets, bindings, storage and models");
  }
  for (const { name, status, detail, ms } of found.checks ?? []) {
    report(name, status, detail ?? (name === "kv" || name === "directory" ? `${ms} ms` : null));
  }
}

/** Compares the service's clock with this machine's: the service read its clock between question and answer. */
function sayClock(serviceMs: number, askedMs: number, answeredMs: number): [Status, string | null] {
  const skewMs = serviceMs < askedMs ? serviceMs - askedMs : Math.max(0, serviceMs - answeredMs);
  if (Math.abs(skewMs) <= maxClockSkewMs) return ["ok", null];
  const way = skewMs > 0 ? "ahead of" : "behind";
  return ["warning", `the service's clock is ${Math.abs(skewMs / 1000).toFixed(1)} s ${way} this machine's`];
}

function sayModels({ models }: Readiness): [Status, string] {
  return ["ok", models.map(({ id, sha256 }) => `${id} ${sha256.slice(0, 8)}`).join(", ")];
}

async function timed(ask: () => Promise<unknown>): Promise<{ ms: number }> {
  const startMs = performance.now();
  await ask();
  return { ms: Math.round(performance.now() - startMs) };
}
