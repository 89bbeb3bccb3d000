/** The API's contents page: middleware in its order, then every route. */
import { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { secureHeaders } from "hono/secure-headers";
import { refuse, refuseInternal } from "./http/answer.ts";
import { requireApiKey } from "./http/auth.ts";
import type { AppEnv, Deps } from "./http/deps.ts";
import { deleteFace, enrol } from "./http/faces.ts";
import { health, readiness } from "./http/health.ts";
import { linger } from "./http/linger.ts";
import { requestLog } from "./http/log.ts";
import { requestId } from "./http/request-id.ts";
import { deleteSubject, getSubject, listSubjects } from "./http/subjects.ts";
import { compare, verify } from "./http/verification.ts";

export type { Deps, LogEntry } from "./http/deps.ts";

export function createApp(deps: Deps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.use(linger());
  app.use(requestId(deps.randomId));
  app.use(requestLog(deps.log));
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }));
  app.use(async function noStore(c, next) {
    await next();
    c.header("Cache-Control", "no-store");
  });
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) =>
        c.req.method === "OPTIONS"
          ? c.body(null, 204, { Allow: [...methods, "OPTIONS"].join(", ") })
          : refuse(c, { code: "method_not_allowed", allowed: methods }),
    }),
  );

  app.get("/healthz", health);
  app.get("/readyz", readiness(deps));

  app.use("/v1/*", requireApiKey(deps.config));
  app.get("/v1/subjects", listSubjects(deps));
  app.get("/v1/subjects/:subject_id", getSubject(deps));
  app.delete("/v1/subjects/:subject_id", deleteSubject(deps));
  app.post("/v1/subjects/:subject_id/faces", enrol(deps));
  app.delete("/v1/subjects/:subject_id/faces/:face_id", deleteFace(deps));
  app.post("/v1/subjects/:subject_id/verify", verify(deps));
  app.post("/v1/compare", compare(deps));

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
