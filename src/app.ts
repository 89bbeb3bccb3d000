/** The API's contents page: middleware in its order, then every route. */
import { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { TrieRouter } from "hono/router/trie-router";
import type { Config } from "./config.ts";
import { refuse, refuseInternal } from "./http/answer.ts";
import type { AppEnv } from "./http/app-env.ts";
import { admission, limitDeclaredBody, linger } from "./http/middleware/admission.ts";
import { requireCaller, requireKey, requireRoot, requireScope } from "./http/middleware/auth.ts";
import { corsFor, noStore, securityHeaders } from "./http/middleware/headers.ts";
import type { LogEntry } from "./http/middleware/log-entry.ts";
import { requestId, requestLog } from "./http/middleware/record.ts";
import { requireNoQuery } from "./http/request/input.ts";
import { listAgeing } from "./http/routes/administration/ageing.ts";
import { showAudit } from "./http/routes/administration/audit.ts";
import { doctor } from "./http/routes/administration/doctor.ts";
import { rewrap, rotateSigningKey, showPublicKeys } from "./http/routes/administration/key-rotation.ts";
import { createKey, listKeys, revokeKey, rotateKey } from "./http/routes/administration/keys.ts";
import { measureLiveRate, showLiveRate } from "./http/routes/administration/live-rate.ts";
import { listUnrecognisable } from "./http/routes/administration/review.ts";
import {
  changeSettings,
  createTenant,
  getSettings,
  listTenants,
} from "./http/routes/administration/tenants.ts";
import { exportFaces, importFaces } from "./http/routes/administration/transfer.ts";
import { demoSettings } from "./http/routes/demo.ts";
import { detect, embed } from "./http/routes/detection.ts";
import { enrol, updateFace } from "./http/routes/faces.ts";
import { health, readiness } from "./http/routes/health.ts";
import { identify } from "./http/routes/identification.ts";
import { enrolLive, verifyLive } from "./http/routes/live-sessions.ts";
import { showFile } from "./http/routes/pages.ts";
import { showSubjectRecord } from "./http/routes/record.ts";
import { createSession } from "./http/routes/sessions.ts";
import {
  deleteFace,
  deleteJoined,
  deleteSubject,
  getSubject,
  listSubjects,
  unlockSubject,
} from "./http/routes/subjects.ts";
import { compare, verify } from "./http/routes/verification.ts";

type DepsOf<Make extends (deps: never) => unknown> = Parameters<Make>[0];

/** Sum of the dependencies that middleware and routes declare. */
export type AppDeps = DepsOf<typeof admission> &
  DepsOf<typeof requestLog> &
  DepsOf<typeof corsFor> &
  DepsOf<typeof requireCaller> &
  DepsOf<typeof readiness> &
  DepsOf<typeof showFile> &
  DepsOf<typeof demoSettings> &
  DepsOf<typeof listSubjects> &
  DepsOf<typeof deleteSubject> &
  DepsOf<typeof showSubjectRecord> &
  DepsOf<typeof embed> &
  DepsOf<typeof enrol> &
  DepsOf<typeof verify> &
  DepsOf<typeof compare> &
  DepsOf<typeof identify> &
  DepsOf<typeof createSession> &
  DepsOf<typeof verifyLive> &
  DepsOf<typeof enrolLive> &
  DepsOf<typeof createKey> &
  DepsOf<typeof showAudit> &
  DepsOf<typeof listTenants> &
  DepsOf<typeof listUnrecognisable> &
  DepsOf<typeof listAgeing> &
  DepsOf<typeof measureLiveRate> &
  DepsOf<typeof exportFaces> &
  DepsOf<typeof importFaces> &
  DepsOf<typeof doctor> &
  DepsOf<typeof rewrap> &
  DepsOf<typeof rotateSigningKey> &
  DepsOf<typeof showPublicKeys> & {
    readonly config: Pick<Config, "demo" | "browser">;
    readonly randomId: () => string;
    readonly log: (entry: LogEntry) => void;
  };

export function createApp(deps: AppDeps): Hono<AppEnv> {
  // A slash at the end of a path changes nothing. Hono's own choice tries another router first, in 2 ms of the first
  // answer, which cannot hold these routes.
  const app = new Hono<AppEnv>({ strict: false, router: new TrieRouter() });

  app.use(linger());
  app.use(requestId(deps.randomId));
  app.use(admission(deps));
  app.use(requestLog(deps));
  app.use(securityHeaders());
  app.use(noStore());
  app.use(corsFor(deps));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        c.req.method === "OPTIONS"
          ? c.body(null, 204, { Allow: [...methods, "OPTIONS"].join(", ") })
          : refuse(c, { code: "method_not_allowed", allowed: methods }),
    }),
  );

  app.get("/healthz", health());
  app.get("/readyz", readiness(deps));

  app.get("/.well-known/jwks.json", showPublicKeys(deps));

  if (deps.config.demo) {
    app.get("/", showFile(deps, "/index.html"));
    app.get("/demo/settings.json", demoSettings(deps));
    app.get("/demo/:file", showFile(deps));
    app.get("/demo/camera/:file", showFile(deps));
  }
  if (deps.config.browser) app.get("/browser/:file", showFile(deps));
  app.get("/openapi.json", showFile(deps));
  app.on("GET", ["/docs", "/docs/"], showFile(deps, "/docs/index.html"));
  app.get("/docs/:file", showFile(deps));

  app.use("/v1/*", limitDeclaredBody(deps.config.maxBodyBytes), requireCaller(deps));
  app.get("/v1/subjects", requireScope("read"), listSubjects(deps));
  app.get("/v1/subjects/:subject_id", requireScope("read"), requireNoQuery(), getSubject());
  app.get(
    "/v1/subjects/:subject_id/record",
    requireScope("read"),
    requireScope("admin"),
    showSubjectRecord(deps),
  );
  app.delete("/v1/subjects/:subject_id", requireScope("delete"), requireNoQuery(), deleteSubject(deps));
  app.post("/v1/subjects/:subject_id/faces", requireScope("enrol"), enrol(deps));
  app.delete("/v1/subjects/:subject_id/joined", requireScope("delete"), requireNoQuery(), deleteJoined(deps));
  app.patch(
    "/v1/subjects/:subject_id/faces/:face_id",
    requireScope("enrol"),
    requireNoQuery(),
    updateFace(deps),
  );
  app.delete(
    "/v1/subjects/:subject_id/faces/:face_id",
    requireScope("delete"),
    requireNoQuery(),
    deleteFace(deps),
  );
  app.post("/v1/subjects/:subject_id/verify", requireScope("verify", { sessions: true }), verify(deps));
  app.post("/v1/subjects/:subject_id/unlock", requireScope("admin"), requireNoQuery(), unlockSubject());
  app.post("/v1/identify", requireScope("identify"), identify(deps));
  app.post("/v1/compare", requireScope("verify"), compare(deps));
  app.post("/v1/detect", requireScope("verify"), detect(deps));
  app.post("/v1/embed", requireScope("embeddings"), embed(deps));
  app.post("/v1/sessions", requireScope("verify"), requireNoQuery(), createSession(deps));
  app.post(
    "/v1/sessions/verify",
    requireScope("verify", { sessions: true }),
    requireNoQuery(),
    verifyLive(deps),
  );
  app.post(
    "/v1/sessions/enrol",
    requireScope("enrol", { sessions: true }),
    requireNoQuery(),
    enrolLive(deps),
  );

  app.get("/v1/keys", requireScope("admin"), requireNoQuery(), listKeys(deps));
  app.post("/v1/keys", requireScope("admin"), requireNoQuery(), createKey(deps));
  app.post("/v1/keys/:key_id/rotate", requireScope("admin"), requireNoQuery(), rotateKey(deps));
  app.delete("/v1/keys/:key_id", requireScope("admin"), requireNoQuery(), revokeKey(deps));
  app.get("/v1/settings", requireScope("admin"), requireNoQuery(), getSettings());
  app.patch("/v1/settings", requireScope("admin"), requireNoQuery(), changeSettings(deps));
  app.get("/v1/audit", requireScope("admin"), showAudit(deps));

  app.get("/v1/ageing", requireScope("admin"), requireScope("scores"), listAgeing(deps));
  app.post("/v1/live-rate", requireScope("admin"), requireNoQuery(), measureLiveRate(deps));
  app.get("/v1/live-rate", requireScope("admin"), requireNoQuery(), showLiveRate(deps));
  app.get("/v1/faces/unrecognizable", requireScope("admin"), listUnrecognisable(deps));
  app.post("/v1/export", requireScope("admin"), requireScope("embeddings"), exportFaces(deps));
  app.post(
    "/v1/import",
    requireScope("admin"),
    requireScope("embeddings"),
    requireNoQuery(),
    importFaces(deps),
  );

  app.get("/v1/doctor", requireKey(), requireNoQuery(), doctor(deps));
  app.get("/v1/tenants", requireRoot(), listTenants(deps));
  app.post("/v1/tenants", requireRoot(), requireNoQuery(), createTenant(deps));
  app.post("/v1/kek/rewrap", requireRoot(), requireNoQuery(), rewrap(deps));
  app.post("/v1/signing-keys", requireRoot(), requireNoQuery(), rotateSigningKey(deps));

  app.notFound((c) => refuse(c, { code: "not_found", what: "route" }));
  app.onError((error, c) => {
    deps.log({
      level: "error",
      event: "unexpected",
      request_id: c.var.requestId,
      error: `${error.name}: ${error.message}`,
      stack: error.stack,
    });
    return refuseInternal(c);
  });
  return app;
}
