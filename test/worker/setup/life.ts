/**
 * A deployment's life up to an upgrade: people enrolled in two tenants, a gallery, a lock, a session under way, an
 * enrolment whose copies were never written, a key in its grace, an export, a receipt. Embeddings are points of a
 * circle, and the clock stands in 2036, so that nothing expires while it waits to be read.
 */
import { runDurableObjectAlarm } from "cloudflare:test";
import { fuse, mortalDirectories, stubOf } from "./crash.ts";
import { form, jpeg, json, now, photoAt, type Service, startService, templates } from "./service.ts";
import { dumpStorage, type StorageDump } from "./storage-dump.ts";

const upgradeAt = new Date("2036-01-01T00:00:00Z");
export const transferKey = btoa("the key that moves a tenant away");
export const people = { alice: 0, bob: 1, carol: 2, dave: 2.6 } as const;
/** People enrolled by a Worker that died before it wrote to KV and the gallery. */
export const interrupted = { erin: 0.5 } as const;

export interface Life {
  readonly storage: StorageDump;
  readonly tenantKey: string;
  /** Key that was rotated; it and its successor are valid until a day after `upgradeAt`. */
  readonly oldKey: string;
  readonly newKey: string;
  readonly revokedKey: string;
  /** Token with three uses, of which one is gone. */
  readonly sessionToken: string;
  readonly idempotency: { readonly key: string; readonly faceId: string };
  readonly receipt: string;
  readonly jwks: unknown;
  readonly exported: string;
}

export function startAtUpgrade(change: Parameters<typeof startService>[0] = {}): Service {
  const service = startService(change);
  service.wait((upgradeAt.getTime() - now.getTime()) / 1000);
  return service;
}

export async function liveUntilUpgrade(): Promise<Life> {
  const service = startAtUpgrade();
  const tenant = await answerOf(
    service.call("/v1/tenants", json({ tenant_id: "acme", settings: { shards: 2 } })),
  );
  const call = (path: string, init?: RequestInit) => answerOf(service.callAs(tenant.key, path, init));
  let faceId = "";
  for (const [name, angle] of Object.entries(people)) {
    const fields = { image: photoAt(angle), metadata: JSON.stringify({ angle: `${angle}` }) };
    const query = "?consent_version=v1&consent_purpose=test&expires_at=2037-06-01T00:00:00Z";
    const init = form(fields);
    if (name === "dave") init.headers = { "Idempotency-Key": "dave-1" };
    const made = await call(`/v1/subjects/${name}/faces${query}`, init);
    if (name === "dave") faceId = made.face_id;
  }
  await call("/v1/identify", jpeg(photoAt(people.alice)));
  for (let i = 0; i < 5; i++) await call("/v1/subjects/bob/verify", jpeg(photoAt(people.bob + Math.PI)));
  const session = await call("/v1/sessions", json({ subject_id: "alice", action: "verify", max_uses: 3 }));
  await answerOf(service.callAs(session.token, "/v1/subjects/alice/verify", jpeg(photoAt(people.alice))));
  const verified = await call(
    "/v1/subjects/alice/verify?receipt=true&nonce=n-1",
    jpeg(photoAt(people.alice)),
  );
  const key = await call("/v1/keys", json({ name: "app", scopes: ["verify"] }));
  const rotated = await call(`/v1/keys/${key.key_id}/rotate`, json({ grace_seconds: 86_400 }));
  const revoked = await call("/v1/keys", json({ name: "lost", scopes: ["verify"] }));
  await call(`/v1/keys/${revoked.key_id}`, { method: "DELETE" });
  const exported = await service.callAs(tenant.key, "/v1/export", {
    method: "POST",
    headers: { "Sameface-Transfer-Key": transferKey },
  });
  for (const shard of [0, 1]) await runDurableObjectAlarm(stubOf("acme", shard));
  await enrolInterrupted(tenant.key);
  return {
    tenantKey: tenant.key,
    oldKey: key.key,
    newKey: rotated.key,
    revokedKey: revoked.key,
    sessionToken: session.token,
    idempotency: { key: "dave-1", faceId },
    receipt: verified.receipt,
    jwks: await answerOf(service.callAs("", "/.well-known/jwks.json")),
    exported: await exported.text(),
    storage: await dumpStorage(),
  };
}

/** Enrols again, with one more write allowed each time, until the answer comes and the copy does not. */
async function enrolInterrupted(key: string): Promise<void> {
  for (const [name, angle] of Object.entries(interrupted)) {
    for (let writes = 1; writes < 100; writes++) {
      const service = startAtUpgrade({ trust: { openDirectory: mortalDirectories(fuse(writes)) } });
      const enrolled = await service.callAs(key, `/v1/subjects/${name}/faces`, jpeg(photoAt(angle)));
      if (enrolled.status !== 201) continue;
      const { keys } = await templates.list({ prefix: `f!acme!${name}!` });
      if (keys.length === 0) return;
      throw new Error("the copy was written before the enrolment was answered");
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the answers are held to the API's document by the service.
async function answerOf(response: Promise<Response>): Promise<any> {
  return (await response).json();
}
