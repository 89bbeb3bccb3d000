/** Tenants and their keys: the calls each may make, and that one tenant learns nothing of another. */
import { reset, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import {
  keyListAnswerSchema,
  newKeyAnswerSchema,
  newTenantAnswerSchema,
} from "../../../src/http/schemas/administration-answers.ts";
import { createDirectories } from "../../../src/identity/directory/object.ts";
import { pruneAudit, writeAudit } from "../../../src/identity/directory/tables/audit.ts";
import type { TenantId } from "../../../src/identity/ids.ts";
import { type Scope, scopes } from "../../../src/identity/scopes.ts";
import { type Fuse, fuse, mortalDirectories, restart, stubOf } from "../setup/crash.ts";
import { directories, jpeg, json, photoAt, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

const image = photoAt(0);

async function tenant(service: Service, id: string, settings = {}): Promise<string> {
  const response = await service.call("/v1/tenants", json({ tenant_id: id, settings }));
  return newTenantAnswerSchema.parse(await response.json()).key;
}

async function key(service: Service, admin: string, scopes: readonly Scope[], more = {}) {
  const response = await service.callAs(admin, "/v1/keys", json({ scopes, ...more }));
  return newKeyAnswerSchema.parse(await response.json());
}

async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error?: { code: string } };
  return `${response.status} ${error?.code ?? "ok"}`;
}

const remove = { method: "DELETE" };

/** Every call that demands a scope: [scope, method, path, body]. */
const routes: [Scope, string, RequestInit][] = [
  ["enrol", "/v1/subjects/alice/faces", jpeg(image)],
  ["enrol", "/v1/subjects/alice/faces/f1", { ...json({}), method: "PATCH" }],
  ["verify", "/v1/subjects/alice/verify", jpeg(image)],
  ["verify", "/v1/compare", jpeg(image)],
  ["verify", "/v1/sessions", json({ subject_id: "alice", action: "verify" })],
  ["read", "/v1/subjects", {}],
  ["read", "/v1/subjects/alice", {}],
  ["delete", "/v1/subjects/alice", remove],
  ["delete", "/v1/subjects/alice/faces/f1", remove],
  ["admin", "/v1/subjects/alice/unlock", { method: "POST" }],
  ["admin", "/v1/keys", {}],
  ["admin", "/v1/keys", json({ scopes: ["read"] })],
  ["admin", "/v1/keys/aaaaaaaaaaaa/rotate", json({})],
  ["admin", "/v1/keys/aaaaaaaaaaaa", remove],
  ["admin", "/v1/settings", {}],
  ["admin", "/v1/settings", { ...json({}), method: "PATCH" }],
  ["admin", "/v1/audit", {}],
];

describe("a key", () => {
  it("does what its scopes say and nothing else, on every route", async () => {
    const service = startService();
    const admin = await tenant(service, "acme");
    for (const scope of scopes) {
      const { key: one } = await key(service, admin, [scope]);
      for (const [needed, path, init] of routes) {
        const code = await codeOf(await service.callAs(one, path, init));
        expect(code === "403 forbidden", `${scope}: ${init.method ?? "GET"} ${path} was ${code}`).toBe(
          scope !== needed,
        );
      }
    }
  });

  it("may not do what is the deployment's, whatever its scopes", async () => {
    const service = startService();
    const admin = await tenant(service, "acme");
    const inDefault = (await key(service, "test-key", scopes)).key;
    for (const one of [admin, inDefault]) {
      for (const [path, init] of [
        ["/v1/tenants", {}],
        ["/v1/tenants", json({ tenant_id: "mine" })],
        ["/v1/kek/rewrap", { method: "POST" }],
        ["/v1/signing-keys", { method: "POST" }],
      ] as const) {
        expect(await codeOf(await service.callAs(one, path, init))).toBe("403 forbidden");
      }
    }
  });

  it("is listed without anything it could be used with", async () => {
    const service = startService();
    const admin = await tenant(service, "acme");
    const made = await key(service, admin, ["read"], { name: "phone", expires_at: "2030-01-01T00:00:00Z" });
    const text = await (await service.callAs(admin, "/v1/keys")).text();
    const listed = (name: string) => JSON.parse(text).keys.find((one: { name: string }) => one.name === name);
    expect(listed("first")).toMatchObject({ scopes: [...scopes], expires_at: null, revoked_at: null });
    expect(listed("phone")).toMatchObject({
      key_id: made.key_id,
      scopes: ["read"],
      expires_at: "2030-01-01T00:00:00.000Z",
    });
    expect(text).not.toContain(made.key.split(".")[2]);
  });

  it("that is revoked is refused at once, and for good", async () => {
    const service = startService();
    const admin = await tenant(service, "acme");
    const made = await key(service, admin, ["read"]);
    expect((await service.callAs(made.key, "/v1/subjects")).status).toBe(200);
    expect((await service.callAs(admin, `/v1/keys/${made.key_id}`, remove)).status).toBe(200);
    expect(await codeOf(await service.callAs(made.key, "/v1/subjects"))).toBe("401 unauthorized");
    expect(await codeOf(await service.callAs(admin, `/v1/keys/${made.key_id}/rotate`, json({})))).toBe(
      "404 not_found",
    );
  });

  it("that is rotated by a Worker that dies at any write is still good, or has a successor that is", async () => {
    for (let writes = 0; ; writes++) {
      await reset();
      const service = startService();
      const admin = await tenant(service, "acme");
      const made = await key(service, admin, ["read"]);
      await restart("acme");
      const limited: Fuse = fuse(writes);
      const mortal = startService({ trust: { openDirectory: mortalDirectories(limited) } });
      const path = `/v1/keys/${made.key_id}/rotate`;
      const rotated = await mortal.callAs(admin, path, json({}));
      const next = rotated.status === 201 ? newKeyAnswerSchema.parse(await rotated.json()) : made;
      await restart("acme");
      expect((await service.callAs(next.key, "/v1/subjects")).status, `killed at write ${writes}`).toBe(200);
      // The next call finishes what was begun.
      await service.callAs(admin, path, json({}));
      expect((await service.callAs(made.key, "/v1/subjects")).status).toBe(401);
      if (!limited.blown) break;
      expect(writes).toBeLessThan(30);
    }
  });

  it("that is rotated goes on for the grace that was given, beside the new one", async () => {
    const service = startService();
    const admin = await tenant(service, "acme");
    const made = await key(service, admin, ["read"]);
    const path = `/v1/keys/${made.key_id}/rotate`;
    const response = await service.callAs(admin, path, json({ grace_seconds: 60 }));
    const fresh = newKeyAnswerSchema.parse(await response.json());
    expect(fresh.scopes).toEqual(["read"]);
    const status = async (one: string) => (await service.callAs(one, "/v1/subjects")).status;
    expect([await status(made.key), await status(fresh.key)]).toEqual([200, 200]);
    service.wait(60);
    expect([await status(made.key), await status(fresh.key)]).toEqual([401, 200]);
  });

  it("that goes on for a grace is not rotated again in it: it has one successor, and one end", async () => {
    const service = startService();
    const admin = await tenant(service, "acme");
    const made = await key(service, admin, ["read"]);
    const rotate = (grace_seconds: number) =>
      service.callAs(admin, `/v1/keys/${made.key_id}/rotate`, json({ grace_seconds }));
    expect((await rotate(60)).status).toBe(201);
    service.wait(59);
    expect(await codeOf(await rotate(60))).toBe("404 not_found");
    expect((await service.callAs(made.key, "/v1/subjects")).status).toBe(200);
    const { keys } = keyListAnswerSchema.parse(await (await service.callAs(admin, "/v1/keys")).json());
    expect(keys.filter(({ scopes }) => scopes.join() === "read")).toHaveLength(2);
  });

  it("that has expired is refused", async () => {
    const service = startService();
    const { key: short } = await key(service, "test-key", ["read"], { expires_at: "2026-03-04T05:07:07Z" });
    expect((await service.callAs(short, "/v1/subjects")).status).toBe(200);
    service.wait(60);
    expect(await codeOf(await service.callAs(short, "/v1/subjects"))).toBe("401 unauthorized");
  });

  it.each<[string, unknown, string]>([
    ["no scopes", {}, "scopes"],
    ["an empty list of scopes", { scopes: [] }, "scopes"],
    ["a scope that is none", { scopes: ["root"] }, "scopes.0"],
    ["a time that is none", { scopes: ["read"], expires_at: "soon" }, "expires_at"],
    ["one field too many", { scopes: ["read"], tenant: "acme" }, "tenant"],
  ])("is not made with %s", async (_, body, field) => {
    const response = await startService().call("/v1/keys", json(body));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { details: { field } } });
  });

  it("beyond its rate is told when to come back", async () => {
    const { call } = startService({ limitRate: async ({ actor }) => (actor === "root" ? 60 : undefined) });
    const response = await call("/v1/subjects");
    expect(response.headers.get("Retry-After")).toBe("60");
    expect(await codeOf(response)).toBe("429 rate_limited");
  });
});

describe("a tenant", () => {
  it("has its own subjects, of the same names as another's", async () => {
    const service = startService();
    const [acme, other] = [await tenant(service, "acme"), await tenant(service, "other")];
    await service.callAs(acme, "/v1/subjects/alice/faces", jpeg(photoAt(0)));
    await service.callAs(other, "/v1/subjects/alice/faces", jpeg(photoAt(3)));
    const distance = async (one: string) => {
      const response = await service.callAs(one, "/v1/subjects/alice/verify", jpeg(photoAt(0)));
      return ((await response.json()) as { distance: number }).distance;
    };
    expect(await distance(acme)).toBe(0);
    expect(await distance(other)).toBeGreaterThan(1.9);
  });

  it("answers about another's subjects, faces and keys exactly as about none", async () => {
    const service = startService();
    const [acme, other] = [await tenant(service, "acme"), await tenant(service, "other")];
    const enrolled = await service.callAs(acme, "/v1/subjects/alice/faces", jpeg(image));
    const { face_id } = (await enrolled.json()) as { face_id: string };
    const made = await key(service, acme, ["read"]);
    const asked: [path: string, absent: string, init: RequestInit][] = [
      ["/v1/subjects/alice", "/v1/subjects/nobody", {}],
      ["/v1/subjects/alice", "/v1/subjects/nobody", remove],
      ["/v1/subjects/alice/verify", "/v1/subjects/nobody/verify", jpeg(image)],
      [`/v1/subjects/alice/faces/${face_id}`, `/v1/subjects/nobody/faces/${face_id}`, remove],
      [`/v1/keys/${made.key_id}`, "/v1/keys/aaaaaaaaaaaa", remove],
    ];
    for (const [path, absent, init] of asked) {
      const [there, nowhere] = [
        await service.callAs(other, path, init),
        await service.callAs(other, absent, init),
      ];
      const body = async (response: Response) => ((await response.json()) as { error: unknown }).error;
      expect([there.status, await body(there)]).toEqual([nowhere.status, await body(nowhere)]);
      expect(there.status).toBe(404);
    }
    expect((await (await service.callAs(other, "/v1/subjects")).json()) as object).toMatchObject({
      subjects: [],
    });
    expect((await service.callAs(acme, "/v1/subjects/alice")).status).toBe(200);
  });

  it("is made once, and its settings hold from the start", async () => {
    const service = startService();
    const admin = await tenant(service, "acme", { consent_required: true, shards: 3 });
    expect(await codeOf(await service.call("/v1/tenants", json({ tenant_id: "acme" })))).toBe("409 conflict");
    expect(await codeOf(await service.call("/v1/tenants", json({ tenant_id: "default" })))).toBe(
      "409 conflict",
    );
    const settings = await (await service.callAs(admin, "/v1/settings")).json();
    expect(settings).toMatchObject({ consistency: "strong", consent_required: true, shards: 3 });
    const listed = await (await service.call("/v1/tenants")).json();
    expect(listed).toMatchObject({ tenants: [{ tenant_id: "acme" }], next_cursor: null });
  });

  it("changes its settings, but not over how many directories it is spread", async () => {
    const service = startService();
    const admin = await tenant(service, "acme");
    const patch = (body: unknown) => ({ ...json(body), method: "PATCH" });
    const changed = await service.callAs(admin, "/v1/settings", patch({ retention_seconds: 3600 }));
    expect(await changed.json()).toMatchObject({ retention_seconds: 3600, consistency: "strong" });
    expect(await codeOf(await service.callAs(admin, "/v1/settings", patch({ shards: 2 })))).toBe(
      "400 invalid_request",
    );
    const both = await service.callAs(admin, "/v1/settings", patch({ max_fpir: 0.05 }));
    expect(await both.json()).toMatchObject({ retention_seconds: 3600, max_fpir: 0.05 });
    await service.callAs(admin, "/v1/settings", patch({ audit_retention_seconds: 7200 }));
    expect(await (await service.callAs(admin, "/v1/settings")).json()).toMatchObject({
      retention_seconds: 3600,
      audit_retention_seconds: 7200,
      max_fpir: 0.05,
    });
  });

  it("goes on with settings that an earlier version kept", async () => {
    const service = startService();
    const admin = await tenant(service, "acme", { consent_required: true });
    await runInDurableObject(directories.get(directories.idFromName("acme/0")), async (_, { storage }) => {
      const { json: kept } = storage.sql.exec("SELECT json FROM setting").one();
      const { auditSeconds, maxFpir, maxFmr, maxFmrWithScores, evidenceRequired, ...earlier } = JSON.parse(
        kept as string,
      );
      expect([auditSeconds, maxFpir, maxFmr, maxFmrWithScores, evidenceRequired]).toEqual([
        31_536_000,
        0.01,
        1e-4,
        null,
        false,
      ]);
      storage.sql.exec("UPDATE setting SET json = ?", JSON.stringify(earlier));
    });
    expect(await (await service.callAs(admin, "/v1/settings")).json()).toMatchObject({
      consent_required: true,
      audit_retention_seconds: 31_536_000,
      max_fmr: 1e-4,
      max_fmr_with_scores: null,
      max_fpir: 0.01,
      background_face_share: 0.2,
      evidence_required: false,
      liveness_required: { verify: false, enrol: false },
      passive_limit: null,
      template_drift_fmr: null,
    });
  });

  it("refuses a key of its own that it never made", async () => {
    const service = startService();
    await tenant(service, "acme");
    const guess = `sf_acme.${"a".repeat(12)}.${"b".repeat(43)}`;
    expect(await codeOf(await service.callAs(guess, "/v1/subjects"))).toBe("401 unauthorized");
  });

  it("that nobody made has no settings to change", async () => {
    const tenant = "nobody" as TenantId;
    const context = { tenant, actor: "root", requestId: "", nowMs: 0, auditSeconds: null };
    expect(await createDirectories(directories)(tenant, 0).changeSettings({}, context)).toEqual({
      ok: false,
      failure: { code: "not_found", what: "tenant" },
    });
  });

  it("that nobody made has no keys, and guessing at it makes no object", async () => {
    const { callAs } = startService();
    for (let i = 0; i < 5; i++) {
      const guess = `sf_guess-${i}.${"a".repeat(12)}.${"b".repeat(43)}`;
      expect(await codeOf(await callAs(guess, "/v1/subjects"))).toBe("401 unauthorized");
    }
    const directory = directories.get(directories.idFromName("guess-0/0"));
    expect(await directory.listAudit({ after: 0, limit: 1 })).toEqual([]);
  });

  it.each(["", "A", "a/b", "..", "a!b", "-a", "a".repeat(33)])(
    "is not made with the name %j",
    async (name) => {
      expect(await codeOf(await startService().call("/v1/tenants", json({ tenant_id: name })))).toBe(
        "400 invalid_request",
      );
    },
  );

  it("requires consent when it says so, keeps what was given, and shows it", async () => {
    const service = startService();
    const admin = await tenant(service, "acme", { consent_required: true });
    const path = "/v1/subjects/alice/faces";
    expect(await codeOf(await service.callAs(admin, path, jpeg(image)))).toBe("400 invalid_request");
    const half = `${path}?consent_version=v2`;
    expect(await codeOf(await service.callAs(admin, half, jpeg(image)))).toBe("400 invalid_request");
    const blank = `${half}&consent_purpose=%20%E2%80%8B`;
    expect(await codeOf(await service.callAs(admin, blank, jpeg(image)))).toBe("400 invalid_request");
    const given = `${half}&consent_purpose=door&consent_at=2026-03-01T00:00:00Z`;
    expect((await service.callAs(admin, given, jpeg(image))).status).toBe(201);
    expect(await (await service.callAs(admin, "/v1/subjects/alice")).json()).toMatchObject({
      faces: [{ consent: { version: "v2", purpose: "door", at: "2026-03-01T00:00:00.000Z" } }],
    });
  });
});

describe("settings as they are written", () => {
  /** Settings that the release of 28 November 2026 knows: it refuses a tenant that has any other. */
  const known = [
    ...[
      "consistency",
      "edgeSeconds",
      "consentRequired",
      "retentionSeconds",
      "lockOut",
      "auditSeconds",
      "maxFmr",
    ],
    ...[
      "maxFmrWithScores",
      "maxFpir",
      "backgroundFaceShare",
      "evidenceRequired",
      "replay",
      "livenessRequired",
    ],
    ...["passiveLimit", "shards"],
  ];
  const writtenOf = (id: string) =>
    runInDurableObject(stubOf(id), (_, { storage }) =>
      Object.keys(JSON.parse(storage.sql.exec("SELECT json FROM setting").one().json as string)),
    );

  it("have a newer setting only where it differs from its default, so that an earlier release reads the others", async () => {
    const service = startService();
    await tenant(service, "plain", { max_fmr: 1e-5 });
    expect((await writtenOf("plain")).sort()).toEqual([...known].sort());
    const change = (settings: object) => service.call("/v1/settings", { ...json(settings), method: "PATCH" });
    await change({ retention_unused_seconds: 86_400 });
    expect(await writtenOf("default")).toContain("unusedSeconds");
    await change({ retention_unused_seconds: null });
    expect((await writtenOf("default")).sort()).toEqual([...known].sort());
  });
});

describe("the audit trail", () => {
  it("has who did what, when, with what outcome, in pages, and no distance or key", async () => {
    const service = startService();
    const { call } = service;
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0), { "X-Request-Id": "r-enrol" }));
    await call("/v1/subjects/alice/verify", jpeg(photoAt(0)));
    await call("/v1/subjects/alice/verify", jpeg(photoAt(2), { "X-Request-Id": "r-other" }));
    await call("/v1/subjects/alice", { ...remove, headers: { "X-Request-Id": "r-delete" } });
    const entries: Record<string, unknown>[] = [];
    let query = "?limit=3";
    for (;;) {
      const page = (await (await call(`/v1/audit${query}`)).json()) as {
        entries: Record<string, unknown>[];
        next_cursor: string | null;
      };
      entries.push(...page.entries);
      if (page.next_cursor === null) break;
      query = `?limit=3&cursor=${page.next_cursor}`;
    }
    expect(entries).toMatchObject([
      {
        actor: "root",
        action: "face.enrol",
        subject_id: "alice",
        outcome: "enrolled",
        request_id: "r-enrol",
      },
      { actor: "root", action: "verify", outcome: "match" },
      { actor: "root", action: "verify", outcome: "no_match", request_id: "r-other" },
      { actor: "root", action: "face.delete", outcome: "deleted", request_id: "r-delete" },
      // The deletion's certificate is the first thing that this deployment signs.
      { actor: "service", action: "signing_key.create" },
    ]);
    expect(Object.keys(entries[0]).sort()).toEqual([
      "action",
      "actor",
      "at",
      "face_id",
      "outcome",
      "request_id",
      "subject_id",
    ]);
  });
});

describe("the audit trail's retention", () => {
  it("takes the 10,000 oldest entries at once, and those four with a new one, not one that is young", async () => {
    const service = startService();
    await tenant(service, "acme", { audit_retention_seconds: 3600 });
    await runInDurableObject(directories.get(directories.idFromName("acme/0")), (_, { storage: { sql } }) => {
      sql.exec("DELETE FROM audit");
      sql.exec(
        `WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 10008)
         INSERT INTO audit (at_ms, actor, action, outcome, request_id)
         SELECT CASE WHEN i < 10007 THEN 1000 ELSE 1001 END, '', '', '', '' FROM n`,
      );
      const left = () => sql.exec("SELECT COUNT(*) AS left FROM audit").one().left;
      const nowMs = 1000 + 3_600_000;
      pruneAudit(sql, nowMs - 1);
      expect(left()).toBe(10_008);
      pruneAudit(sql, nowMs);
      expect(left()).toBe(8);
      const context = { tenant: "acme" as TenantId, actor: "", requestId: "", nowMs, auditSeconds: null };
      writeAudit(sql, { action: "", outcome: "" }, context);
      expect(left()).toBe(8 - 4 + 1);
      pruneAudit(sql, nowMs);
      expect(left()).toBe(2 + 1);
    });
  });

  const audit = async ({ callAs }: Service, admin: string) => {
    const response = await callAs(admin, "/v1/audit?limit=1000");
    const { entries } = (await response.json()) as { entries: { at: string; action: string }[] };
    return entries;
  };

  /** Starts at the time of the objects' own clock, which sets their alarms. */
  function startNow() {
    let nowMs = Date.now();
    const service = startService({ trust: { clock: () => new Date(nowMs) } });
    const wait = (seconds: number) => {
      nowMs += 1000 * seconds;
    };
    return { ...service, wait, startedMs: nowMs };
  }

  it("takes away what is older, a few with each new entry, and nothing younger", async () => {
    const service = startNow();
    const admin = await tenant(service, "acme", { audit_retention_seconds: 3600 });
    await service.callAs(admin, "/v1/subjects/alice/faces", jpeg(photoAt(0)));
    for (let i = 0; i < 9; i++) await service.callAs(admin, "/v1/subjects/alice/verify", jpeg(photoAt(0)));
    const before = await audit(service, admin);
    service.wait(3599);
    await service.callAs(admin, "/v1/subjects/alice/verify", jpeg(photoAt(0)));
    expect(await audit(service, admin)).toHaveLength(before.length + 1);
    service.wait(1);
    for (let i = 0; i < 4; i++) await service.callAs(admin, "/v1/subjects/alice/verify", jpeg(photoAt(0)));
    expect((await audit(service, admin)).map(({ action }) => action)).toEqual(Array(5).fill("verify"));
  });

  it("is kept by the alarm where nothing more happens", async () => {
    const service = startNow();
    const admin = await tenant(service, "acme", { audit_retention_seconds: 3600 });
    await service.callAs(admin, "/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const stub = directories.get(directories.idFromName("acme/0"));
    const alarm = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    expect(alarm).toBe(service.startedMs + 3_600_000);
    await stub.maintain(service.startedMs + 3_599_999);
    expect(await audit(service, admin)).not.toEqual([]);
    await stub.maintain(service.startedMs + 3_600_000);
    expect(await audit(service, admin)).toEqual([]);
    expect((await service.callAs(admin, "/v1/subjects/alice")).status).toBe(200);
  });
});

describe("a deployment without a key-encryption key", () => {
  it("stores nothing and reads nothing, and says why in the log alone", async () => {
    const { call, log } = startService({ config: { keks: [] } });
    const response = await call("/v1/subjects/alice/faces", jpeg(image));
    expect(await response.clone().text()).not.toContain("KEK");
    expect(await codeOf(response)).toBe("503 not_ready");
    expect(log).toMatchObject([{ status: 503, reason: expect.stringContaining("SAMEFACE_KEK") }]);
    expect((await call("/healthz")).status).toBe(200);
    expect((await call("/.well-known/jwks.json")).status).toBe(503);
  });
});

describe("pages in a browser", () => {
  const preflight = (origin: string) => ({
    method: "OPTIONS",
    headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
  });

  it("may call from the configured origins and from no other", async () => {
    const { call } = startService({ config: { corsOrigins: ["https://app.example.com"] } });
    for (const [origin, allowed] of [
      ["https://app.example.com", "https://app.example.com"],
      ["https://app.example.com.evil.com", null],
      ["http://app.example.com", null],
      ["null", null],
    ] as const) {
      const response = await call("/v1/compare", preflight(origin));
      expect(response.headers.get("Access-Control-Allow-Origin")).toBe(allowed);
    }
  });

  it("may not call at all when none is configured", async () => {
    const response = await startService().call("/v1/compare", preflight("https://app.example.com"));
    expect(response.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });
});
