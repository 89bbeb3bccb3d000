/**
 * A release that is taken back: today's service writes records, settings, receipts and certificates to storage on disk,
 * the release before it goes on with them, and then today's again. docs/operating.md has the result as a table.
 */
import { createPublicKey, verify as verifySignature } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiKey } from "../../bench/service/settings.ts";
import { type RunningWorker, startWorkerd } from "../../bench/service/workerd.ts";
import { type Bundle, bundleService } from "../../bench/setup/bundle.ts";
import { withCheckout } from "../../bench/setup/checkout.ts";
import { isExhaustive } from "../../fixtures/exhaustive.ts";
import { repository } from "../setting.ts";
import { type Answer, hasCommit, person } from "./releases.ts";

/** 28 November 2026: before jurisdictions, certificates, the end of unused subjects and their settings. */
const versionBefore = "6c93b9b";

describe.skipIf(!isExhaustive || !hasCommit(versionBefore))("a release that is taken back", () => {
  const storage = mkdtempSync(join(tmpdir(), "sameface-rollback-"));
  let before: Bundle;
  let now: Bundle;
  let running: RunningWorker | undefined;

  beforeAll(() => {
    before = withCheckout(versionBefore, ({ folder }) => bundleService(folder, "rollback-before"));
    now = bundleService(repository, "rollback-now");
  }, 300_000);
  afterAll(async () => {
    await running?.stop();
    rmSync(storage, { recursive: true, force: true });
  });

  async function run(bundle: Bundle): Promise<void> {
    await running?.stop();
    running = await startWorkerd(bundle, { limitsRates: false, storage });
  }

  async function ask(key: string, method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(new URL(path, running?.url), {
      method,
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  const enrol = (key: string, name: string, seed: number) => {
    const consent = { consent_version: "v1", consent_purpose: "test", metadata: { seed: `${seed}` } };
    return ask(key, "POST", `/v1/subjects/${name}/faces`, { ...person(seed), ...consent });
  };
  const verify = (key: string, name: string, seed: number) =>
    ask(key, "POST", `/v1/subjects/${name}/verify`, person(seed));

  async function isSigned(jws: string): Promise<boolean> {
    const { keys } = (await ask("", "GET", "/.well-known/jwks.json")).body;
    const [header, payload, signature] = jws.split(".");
    const { kid } = JSON.parse(Buffer.from(header, "base64url").toString());
    const key = createPublicKey({ key: keys!.find((jwk) => jwk.kid === kid)!, format: "jwk" });
    const signed = Buffer.from(`${header}.${payload}`);
    return verifySignature(null, signed, key, Buffer.from(signature, "base64url"));
  }

  it("left records that the release before reads, and refuses a tenant whose rules it does not know", {
    timeout: 240_000,
  }, async () => {
    await run(now);
    const plain = (await ask(apiKey, "POST", "/v1/tenants", { tenant_id: "plain", settings: { shards: 2 } }))
      .body.key!;
    const settings = { retention_unused_seconds: 86_400 * 365 };
    const ruled = (await ask(apiKey, "POST", "/v1/tenants", { tenant_id: "ruled", settings })).body.key!;
    for (const key of [plain, ruled]) {
      for (const [i, name] of ["alice", "bob", "carol"].entries())
        expect((await enrol(key, name, i)).status).toBe(201);
    }
    for (let i = 0; i < 5; i++) await verify(plain, "bob", 100 + i);
    const { receipt } = (
      await ask(plain, "POST", "/v1/subjects/alice/verify", { ...person(0), receipt: true })
    ).body;
    const { token } = (await ask(plain, "POST", "/v1/sessions", { subject_id: "alice", action: "verify" }))
      .body;
    const { certificate } = (await ask(plain, "DELETE", "/v1/subjects/carol")).body;
    expect((await ask(plain, "POST", "/v1/identify", person(0))).body.candidates).toHaveLength(1);
    expect((await ask(plain, "PATCH", "/v1/settings", { max_fmr: 1e-5 })).status).toBe(200);

    await run(before);
    expect((await verify(plain, "alice", 0)).body).toMatchObject({ match: true, max_fmr: 1e-5 });
    expect((await verify(plain, "alice", 1)).body).toMatchObject({ match: false });
    expect((await verify(plain, "bob", 1)).status).toBe(423);
    expect((await verify(plain, "carol", 2)).status).toBe(404);
    // The token is admitted, and a phone may send no embedding: one that is not known gets 401.
    expect((await ask(token!, "POST", "/v1/subjects/alice/verify", person(0))).status).toBe(403);
    expect((await ask(plain, "POST", "/v1/identify", person(0))).body.candidates![0]).toMatchObject({
      subject_id: "alice",
    });
    expect((await ask(plain, "GET", "/v1/subjects/alice")).body.faces).toMatchObject([
      { consent: { version: "v1" }, metadata: { seed: "0" } },
    ]);
    expect((await ask(plain, "GET", "/v1/audit?limit=1000")).body.entries!.length).toBeGreaterThan(5);
    expect(await isSigned(receipt!)).toBe(true);
    expect(await isSigned(certificate!)).toBe(true);
    // The rule would be passed over: the tenant is refused whole.
    expect((await verify(ruled, "alice", 0)).status).toBe(500);
    expect((await ask(ruled, "GET", "/v1/subjects")).status).toBe(500);
    expect((await enrol(plain, "dave", 3)).status).toBe(201);
    expect((await ask(plain, "PATCH", "/v1/settings", { consent_required: true })).status).toBe(200);

    await run(now);
    for (const [name, seed] of [
      ["alice", 0],
      ["dave", 3],
    ] as const) {
      expect((await verify(plain, name, seed)).body).toMatchObject({ match: true });
    }
    expect((await ask(plain, "GET", "/v1/settings")).body).toMatchObject({
      max_fmr: 1e-5,
      consent_required: true,
      retention_unused_seconds: null,
    });
    for (const [i, name] of ["alice", "bob", "carol"].entries())
      expect((await verify(ruled, name, i)).body).toMatchObject({ match: true });
    expect((await ask(ruled, "GET", "/v1/settings")).body).toMatchObject(settings);
    expect((await ask(plain, "GET", "/v1/subjects/dave/record")).body.faces).toHaveLength(1);
    expect(await isSigned(certificate!)).toBe(true);
  });
});
