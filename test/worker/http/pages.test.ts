/** The pages and the API's document, as the Worker serves them. */
import { describe, expect, test } from "vitest";
import document from "../../../public/openapi.json";
import { parseConfig } from "../../../src/config.ts";
import { startService } from "../setup/service.ts";

const anybody = { headers: { Authorization: "" } };

test("the document is given to anybody, as JSON", async () => {
  const response = await startService().call("/openapi.json", anybody);
  expect(response.headers.get("Content-Type")).toMatch(/^application\/json/);
  expect(await response.json()).toEqual(document);
});

test.each(["/", "/docs", "/docs/", "/docs/docs.js", "/demo/demo.css"])(
  "%s loads nothing from another host",
  async (path) => {
    const response = await startService({ config: { demo: true } }).call(path, anybody);
    expect(response.status).toBe(200);
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|unsafe|\*/);
    await response.body?.cancel();
  },
);

test("what an API call answers may load nothing at all", async () => {
  const response = await startService().call("/healthz", anybody);
  expect(response.headers.get("Content-Security-Policy")).toBe("default-src 'none'; frame-ancestors 'none'");
});

test("a file that is known already is not sent again, and none is used unasked", async () => {
  const { call } = startService();
  const first = await call("/docs/docs.js", anybody);
  await first.body?.cancel();
  expect(first.headers.get("Cache-Control")).toBe("no-cache");
  const headers = { ...anybody.headers, "If-None-Match": first.headers.get("ETag") ?? "" };
  expect((await call("/docs/docs.js", { headers })).status).toBe(304);
});

describe("the page to try the service on", () => {
  const files = ["/", "/demo/demo.js", "/demo/settings.json"];
  const inProduction = (demo: boolean) => startService({ config: { environment: "production", demo } });

  test.each(files)("%s is not there when it is switched off", async (path) => {
    const response = await inProduction(false).call(path, anybody);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
  });

  test.each(files)("%s is there for anybody when it is switched on", async (path) => {
    const response = await inProduction(true).call(path, anybody);
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  test.each([
    ["the published key", "in development", { environment: "development", apiKey: "dev-key" }, "dev-key"],
    ["no key", "in production", { environment: "production", apiKey: "dev-key" }, null],
    ["no key", "for one's own", { environment: "development", apiKey: "own" }, null],
    ["no key", "where none is set", { environment: "development", apiKey: undefined }, null],
  ] as const)("is given %s %s", async (_, __, config, key) => {
    const { call } = startService({ config: { demo: true, ...config } });
    expect(await (await call("/demo/settings.json", anybody)).json()).toMatchObject({ key });
  });
});

describe("the engine for pages", () => {
  const files = { fetch: async () => new Response("a file of the engine") };
  const paths = ["/browser/sameface.js", "/browser/worker.js", "/browser/mobilefacenet-192.plan"];

  test.each(paths)("%s is given to nobody unless it is switched on", async (path) => {
    const call = (browser: boolean) => startService({ config: { browser }, files }).call(path, anybody);
    expect((await call(false)).status).toBe(404);
    const given = await call(true);
    expect(given.status).toBe(200);
    await given.body?.cancel();
  });

  test.each([
    ["development", undefined, true],
    ["production", undefined, false],
    ["production", "on", true],
    ["development", "off", false],
  ])("is in %s with SAMEFACE_BROWSER=%s there: %s", (environment, given, there) => {
    const variables = { SAMEFACE_ENV: environment, ...(given && { SAMEFACE_BROWSER: given }) };
    expect(parseConfig(variables).browser).toBe(there);
  });

  test("runs in a worker that may compile WebAssembly, and do nothing else that the page may not", async () => {
    const { call } = startService({ config: { browser: true, demo: true }, files });
    const policyOf = async (path: string) => {
      const response = await call(path, anybody);
      await response.body?.cancel();
      return response.headers.get("Content-Security-Policy") ?? "";
    };
    expect(await policyOf("/browser/worker.js")).toBe(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    expect(await policyOf("/browser/sameface.js")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(await policyOf("/")).toContain("script-src 'self'; ");
    expect(await policyOf("/")).toMatch(/trusted-types sameface$/);
  });
});

test.each([
  "/docs/nothing.js",
  "/docs/..%2fopenapi.json",
  "/docs/%2e%2e%2findex.html",
  "/public/openapi.json",
])("%s is no file of the pages", async (path) => {
  expect((await startService().call(path, anybody)).status).toBe(404);
});

test("a deployment without the files has no pages, and says so", async () => {
  const { call } = startService({ files: undefined });
  for (const path of ["/docs", "/openapi.json"]) expect((await call(path, anybody)).status).toBe(404);
});
