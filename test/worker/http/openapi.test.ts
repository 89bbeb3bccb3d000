/** The API's document and the service agree: routes, scopes, and, by service.ts, every answer of the tests. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { newKeyAnswerSchema, sessionAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { type Scope, scopes } from "../../../src/identity/scopes.ts";
import { documentedRoutes, expectDocumented, isPage } from "../setup/conformance.ts";
import { jpeg, json, photoAt, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

describe("the document's routes", () => {
  it("are those of the service, no more and no fewer", () => {
    const methods = ["GET", "POST", "PATCH", "DELETE"];
    const served = startService().routes.filter(
      ({ method, path }) => methods.includes(method) && !isPage(path),
    );
    const name = (method: string, path: string) => `${method} ${path}`;
    const inService = served.map(({ method, path }) => name(method, path.replaceAll(/:(\w+)/g, "{$1}")));
    const inDocument = documentedRoutes.map(({ method, path }) => name(method, path));
    expect([...new Set(inService)].sort()).toEqual(inDocument.sort());
  });
});

/** Fills in every parameter of a path, so that only the key can be refused. */
const filled = (path: string) => path.replace("{key_id}", "aaaaaaaaaaaa").replaceAll(/\{\w+\}/g, "alice");

async function statusAndMessage(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: { message: string } };
  return `${response.status} ${error.message}`;
}

describe("the document's scopes", () => {
  const guarded = documentedRoutes.flatMap(({ method, path, operation }) =>
    (operation.security[0]?.ApiKey ?? []).map((scope) => ({ method, path, scope: scope as Scope })),
  );
  const keyWith = async ({ call }: Service, ...held: Scope[]) =>
    newKeyAnswerSchema.parse(await (await call("/v1/keys", json({ scopes: held }))).json()).key;

  it.each(guarded)("of $method $path: a key without $scope is refused", async ({ method, path, scope }) => {
    const service = startService();
    const key = await keyWith(service, ...scopes.filter((other) => other !== scope));
    const response = await service.callAs(key, filled(path), { method });
    expect(await statusAndMessage(response)).toBe(`403 This key does not have the scope "${scope}".`);
  });

  it.each(documentedRoutes.filter(({ operation }) => operation.security[0]?.ApiKey))(
    "of $method $path are all that a key needs",
    async ({ method, path, operation }) => {
      const service = startService();
      const needed = operation.security[0].ApiKey as Scope[];
      // A key always has a scope.
      const key = await keyWith(service, ...(needed.length === 0 ? (["read"] as const) : needed));
      const response = await service.callAs(key, filled(path), { method });
      expect([401, 403]).not.toContain(response.status);
    },
  );

  it.each(documentedRoutes.filter(({ path }) => path.startsWith("/v1/")))(
    "let a session token in at $method $path only where they say so",
    async ({ method, path, operation }) => {
      const { call, callAs } = startService();
      await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
      const session = path.endsWith("/enrol")
        ? { action: "enrol", liveness: "challenge" }
        : { action: "verify" };
      const made = await call("/v1/sessions", json({ subject_id: "alice", ...session }));
      const { token } = sessionAnswerSchema.parse(await made.json());
      const refused = (await callAs(token, filled(path), { method })).status === 403;
      expect(refused).toBe(!operation.security.some((way) => "SessionToken" in way));
    },
  );

  it.each(documentedRoutes.filter(({ operation }) => operation.security[0]?.DeploymentKey))(
    "of $method $path: no tenant's key is enough",
    async ({ method, path }) => {
      const service = startService();
      const key = await keyWith(service, ...scopes);
      expect((await service.callAs(key, filled(path), { method })).status).toBe(403);
    },
  );
});

describe("the check of an answer against the document", () => {
  const url = "http://localhost/v1/subjects/alice";
  const body = { subject_id: "alice", faces: [], request_id: "r" };
  const answer = (value: object, status = 200) =>
    Response.json(value, { status, headers: { "X-Request-Id": "r" } });

  it("passes what the document says", async () => {
    await expectDocumented("GET", url, answer(body));
  });

  it.each<[string, string, string, Response]>([
    ["a route that is not there", "PUT", url, answer(body)],
    ["a status that is not there", "GET", url, answer(body, 202)],
    ["a field too many", "GET", url, answer({ ...body, extra: 1 })],
    [
      "a nested field too many",
      "GET",
      url,
      answer({ ...body, faces: [{ face_id: "a", model: "m", embedding: "" }] }),
    ],
    ["a field too few", "GET", url, answer({ subject_id: "alice", request_id: "r" })],
    ["a field of another type", "GET", url, answer({ ...body, subject_id: 5 })],
    ["another media type", "GET", url, new Response("x", { headers: { "X-Request-Id": "r" } })],
    ["no request id", "GET", url, Response.json(body)],
    [
      "an error of another operation",
      "GET",
      url,
      answer({ error: { code: "subject_has_no_faces", message: "" }, request_id: "r" }, 404),
    ],
  ])("fails on %s", async (_, method, at, response) => {
    await expect(expectDocumented(method, at, response)).rejects.toThrow();
  });
});
