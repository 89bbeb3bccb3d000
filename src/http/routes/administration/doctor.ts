/** Whom a key speaks for, and, for the deployment's own key, whether everything here is as it should be. */
import type { Context } from "hono";
import type { Config } from "../../../config.ts";
import { sameBytes } from "../../../crypto/digest.ts";
import { defaultTenant, type FaceId, type SubjectId } from "../../../identity/ids.ts";
import { answer } from "../../answer.ts";
import { directoryContext } from "../../context.ts";
import type { AppEnv, Deps, Diagnosis } from "../../deps.ts";
import type { doctorAnswerSchema } from "../../schemas/administration-answers.ts";
import type { Body } from "../../schemas/answers.ts";

type Check = NonNullable<Body<typeof doctorAnswerSchema>["checks"]>[number];
type Finding = Pick<Check, "status" | "detail">;

const good: Finding = { status: "ok", detail: null };
const warning = (detail: string): Finding => ({ status: "warning", detail });
const failed = (detail: string): Finding => ({ status: "failed", detail });

/** GET /v1/doctor */
export function doctor(deps: Deps) {
  const { config, diagnosis, nowMs, clock } = deps;
  return async (c: Context<AppEnv>): Promise<Response> => {
    const { principal } = c.var;
    const checks: Check[] = [];
    const run = async (name: Check["name"], look: () => Promise<Finding>) => {
      const startMs = nowMs();
      const finding = await look().catch(() => failed("It threw; the log of the platform has more."));
      checks.push({ name, ...finding, ms: Math.round(10 * (nowMs() - startMs)) / 10 });
    };
    if (principal.kind === "root") {
      await run("secrets", async () => judgeSecrets(config));
      await run("bindings", async () => judgeBindings(diagnosis.bindings));
      await run("directory", () => tryDirectory(c, deps));
      await run("kv", () => tryCopies(deps));
      await run("models", () => judgeModels(diagnosis));
    }
    return answer(c, 200, {
      now: clock().toISOString(),
      environment: config.environment,
      tenant_id: principal.tenant,
      actor: principal.actor,
      scopes: [...principal.scopes],
      ...(principal.kind === "root" ? { checks } : {}),
    } satisfies Body<typeof doctorAnswerSchema>);
  };
}

/** 128 bits in hexadecimal digits. */
const shortestKey = 32;

function judgeSecrets({ environment, apiKey, keks }: Config): Finding {
  if (environment === "development") return warning("SAMEFACE_ENV is development: not for a deployment.");
  if ((apiKey?.length ?? 0) < shortestKey)
    return warning(`SAMEFACE_API_KEY is short: make one of ${shortestKey} random characters or more.`);
  if (keks.length > 1)
    return warning("SAMEFACE_KEK_PREVIOUS is set: run `keys rotate-kek`, and then take it out.");
  return good;
}

const optional: Readonly<Record<string, string>> = {
  KEY_RATE: "requests by API key are not limited",
  SESSION_RATE: "requests by session token are not limited",
  FAILURE_RATE: "refused keys are not counted by address",
  ASSETS: "there are no pages and no API document",
  METRICS: "requests are not counted in Analytics Engine",
};

function judgeBindings(bindings: Diagnosis["bindings"]): Finding {
  const missing = Object.keys(bindings).filter((name) => !bindings[name]);
  const needed = missing.filter((name) => !(name in optional));
  if (needed.length > 0) return failed(`Not bound: ${needed.join(", ")}.`);
  // Nobody has to count requests.
  const limits = missing.filter((name) => name !== "METRICS");
  if (limits.length === 0) return good;
  return warning(limits.map((name) => `${name} is not bound: ${optional[name]}`).join("; "));
}

/** Writes a line into the audit trail of the default tenant, and reads. */
async function tryDirectory(c: Context<AppEnv>, deps: Deps): Promise<Finding> {
  const directory = deps.openDirectory(defaultTenant, 0);
  await directory.note("doctor", "ran", directoryContext(c, deps));
  await directory.admit(null);
  return good;
}

/** Writes, reads and removes a record of nobody. */
async function tryCopies({ diagnosis, randomId, randomBytes }: Deps): Promise<Finding> {
  const { copies } = diagnosis;
  const subjectId = "doctor" as SubjectId;
  const faceId = randomId() as FaceId;
  const written = randomBytes(16);
  await copies.write(defaultTenant, subjectId, faceId, written, null);
  const read = (await copies.read(defaultTenant, subjectId, [faceId])).get(faceId);
  await copies.remove(defaultTenant, subjectId, faceId);
  if (read === undefined)
    return warning("What was written cannot be read here yet: verify with `consistency: strong`.");
  return sameBytes(read, written) ? good : failed("What was read is not what was written.");
}

async function judgeModels({ hashModels }: Diagnosis): Promise<Finding> {
  const models = await hashModels();
  const wrong = models.filter(({ expected, actual }) => expected !== actual).map(({ id }) => id);
  return wrong.length === 0 ? good : failed(`Not the bytes of the manifest: ${wrong.join(", ")}.`);
}
