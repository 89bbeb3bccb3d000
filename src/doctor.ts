/** Checks a deployment: its secrets, its bindings, its storage, its models, and a sample of its enrolled faces. */
import type { Config } from "./config.ts";
import { sameBytes } from "./crypto/digest.ts";
import type { RandomBytes } from "./crypto/random.ts";
import { type Caller, contextOf } from "./identity/caller.ts";
import type { AdministrationDirectory, OpenDirectory } from "./identity/directory/types.ts";
import { defaultTenant, type FaceId, type SubjectId, type TenantId } from "./identity/ids.ts";
import { noCopies, type RecordCopies } from "./identity/records/record-copies.ts";
import { defaultSettings } from "./identity/settings.ts";
import type { OpenReview } from "./identity/store/enrolled-review.ts";
import type { TenantRegistry } from "./identity/tenant-registry.ts";
import { breaksPromise, type LiveRates } from "./trust/rates/live-rate.ts";

export interface Check extends Finding {
  readonly name: "secrets" | "bindings" | "directory" | "kv" | "models" | "faces" | "rates";
  readonly ms: number;
}

interface Finding {
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string | null;
}

/** Runs every check, one after the other. */
export type Examine = (root: Caller) => Promise<Check[]>;

export interface DoctorDeps {
  readonly config: Pick<Config, "environment" | "apiKey" | "keks">;
  readonly openDirectory: OpenDirectory<Pick<AdministrationDirectory, "note" | "admit">>;
  readonly registry: Pick<TenantRegistry, "list">;
  readonly copies: RecordCopies;
  /** True for each binding that is there, by its name. */
  readonly bound: Readonly<Record<string, boolean>>;
  /** Hashes the models' bytes in the bundle: SHA-256, hex, beside the manifest's. */
  readonly hashModels: () => Promise<readonly { id: string; expected: string; actual: string }[]>;
  readonly openReview: OpenReview;
  readonly liveRates: Pick<LiveRates, "last">;
  readonly randomId: () => string;
  readonly randomBytes: RandomBytes;
  readonly clock: () => Date;
  readonly nowMs: () => number;
}

const good: Finding = { status: "ok", detail: null };
const warning = (detail: string): Finding => ({ status: "warning", detail });
const failed = (detail: string): Finding => ({ status: "failed", detail });

export function createDoctor(deps: DoctorDeps): Examine {
  const { nowMs } = deps;
  return async (root) => {
    const checks: Check[] = [];
    const run = async (name: Check["name"], look: () => Promise<Finding>) => {
      const startMs = nowMs();
      const finding = await look().catch(() => failed("It threw; the log of the platform has more."));
      checks.push({ name, ...finding, ms: Math.round(10 * (nowMs() - startMs)) / 10 });
    };
    await run("secrets", async () => judgeSecrets(deps));
    await run("bindings", async () => judgeBindings(deps));
    await run("directory", () => tryDirectory(root, deps));
    await run("kv", () => tryCopies(deps));
    await run("models", () => judgeModels(deps));
    await run("faces", () => sampleFaces(root, deps));
    await run("rates", () => judgeRates(deps));
    return checks;
  };
}

/** Fewest letters of a key: 128 bits in hexadecimal digits. */
const shortestKey = 32;

function judgeSecrets({ config: { environment, apiKey, keks } }: DoctorDeps): Finding {
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

function judgeBindings({ bound }: DoctorDeps): Finding {
  const missing = Object.keys(bound).filter((name) => !bound[name]);
  const needed = missing.filter((name) => !(name in optional));
  if (needed.length > 0) return failed(`Not bound: ${needed.join(", ")}.`);
  // A deployment need not count requests.
  const limits = missing.filter((name) => name !== "METRICS");
  if (limits.length === 0) return good;
  return warning(limits.map((name) => `${name} is not bound: ${optional[name]}`).join("; "));
}

/** Writes a line into the audit trail of the default tenant, and reads the tenant's settings. */
async function tryDirectory(root: Caller, { openDirectory, clock }: DoctorDeps): Promise<Finding> {
  const directory = openDirectory(defaultTenant, 0);
  await directory.note("doctor", "ran", contextOf(root, clock()));
  await directory.admit(null);
  return good;
}

/** Writes, reads and removes a record that belongs to nobody. */
async function tryCopies({ copies, randomId, randomBytes }: DoctorDeps): Promise<Finding> {
  if (copies === noCopies) return { status: "ok", detail: "none: records are read from their directories" };
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

async function judgeModels({ hashModels }: DoctorDeps): Promise<Finding> {
  const models = await hashModels();
  const wrong = models.filter(({ expected, actual }) => expected !== actual).map(({ id }) => id);
  return wrong.length === 0 ? good : failed(`Not the bytes of the manifest: ${wrong.join(", ")}.`);
}

/** Most tenants that one examination samples, chosen at random among the first thousand, and most faces of each. */
const sampledTenants = 10;
const sampledFaces = 50;

/** Looks for tenants whose people come closer to each other than their thresholds promise, by their last measurements. */
async function judgeRates({ registry, liveRates, randomBytes }: DoctorDeps): Promise<Finding> {
  const others = await registry.list({ after: null, limit: 1000 });
  const tenants = choose([defaultTenant, ...others], sampledTenants, randomBytes);
  const broken: string[] = [];
  let measured = 0;
  for (const tenant of tenants) {
    const last = await liveRates.last(tenant);
    if (!last.ok || last.value.interval === null) continue;
    measured++;
    const { interval, maxFmr } = last.value;
    const [low, high] = interval.map((rate) => rate.toPrecision(2));
    if (breaksPromise(last.value)) broken.push(`${low} to ${high} for ${maxFmr} in ${tenant}`);
  }
  if (broken.length === 0)
    return { status: "ok", detail: `${measured} of ${tenants.length} tenants measured` };
  return warning(
    `False match rates above the promise: ${broken.join(", ")}. \`rate\` with a key of the tenant measures again; see docs/operating.md.`,
  );
}

/** Looks for faces that no key at hand opens, and for those enrolled from photos that the encoder cannot read. */
async function sampleFaces(
  root: Caller,
  { openDirectory, registry, openReview, randomBytes }: DoctorDeps,
): Promise<Finding> {
  const others = await registry.list({ after: null, limit: 1000 });
  const tenants = choose([defaultTenant, ...others], sampledTenants, randomBytes);
  const found: string[] = [];
  let lookedAt = 0;
  let withoutKek = 0;
  for (const tenant of tenants) {
    const { settings } = await openDirectory(tenant, 0).admit(null);
    const review = openReview({ ...root, tenant, settings: settings ?? defaultSettings });
    const sample = await review.sample(sampledFaces);
    lookedAt += sample.lookedAt;
    withoutKek += sample.withoutKek;
    const { length } = sample.unrecognisable;
    if (length > 0) found.push(`${length} of ${sample.lookedAt} in ${tenant}`);
  }
  if (withoutKek > 0) {
    const detail = `${withoutKek} of ${lookedAt} faces looked at need a key-encryption key that is not set. Put it into SAMEFACE_KEK_PREVIOUS, and delete nothing; see docs/operating.md.`;
    return { status: "failed", detail };
  }
  if (found.length === 0) return { status: "ok", detail: `none of ${lookedAt} looked at is unrecognizable` };
  return warning(
    `Enrolled from photos that are not recognisable: ${found.join(", ")}. \`subjects review\` with a key of the tenant lists them all.`,
  );
}

/** Chooses at most `count` of the tenants. */
function choose(tenants: readonly TenantId[], count: number, randomBytes: RandomBytes): TenantId[] {
  const left = [...tenants];
  const chosen: TenantId[] = [];
  while (left.length > 0 && chosen.length < count) {
    const [high, low] = randomBytes(2);
    chosen.push(...left.splice((256 * high + low) % left.length, 1));
  }
  return chosen;
}
