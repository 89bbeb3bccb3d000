/** The Worker as it is deployed, with the platform's own rate limiters and with origins from its environment. */
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../model/evaluate/statistics/random.ts";
import manifest from "../../../model/networks/manifest.json";
import { encoderInUse, recognisabilityIn } from "../../../src/models.ts";
import { createRateLimit, type RateLimiter } from "../../../src/trust/rate-limit.ts";
import { ordinaryEmbedding } from "../../fixtures/people/embeddings.ts";
import { base64, json, startService } from "../setup/service.ts";

const worker = (exports as unknown as { default: { fetch(request: Request): Promise<Response> } }).default;

async function call(path: string, init: RequestInit = {}, key = "test-key"): Promise<Response> {
  const headers = new Headers(init.headers);
  if (!headers.has("Authorization")) headers.set("Authorization", `Bearer ${key}`);
  return worker.fetch(new Request(`http://localhost${path}`, { ...init, headers }));
}

/** Enrols an embedding in place of a photo, so that no model is loaded. */
async function enrolEmbedding(subject: string): Promise<void> {
  const { id: model, embeddingLength } = encoderInUse(manifest);
  const values = ordinaryEmbedding(recognisabilityIn(manifest), embeddingLength, createRandom(1));
  const body = json({ embedding: base64(new Uint8Array(values.buffer)), model });
  expect((await call(`/v1/subjects/${subject}/faces`, body)).status).toBe(201);
}

async function sessionOf(subject: string): Promise<string> {
  const response = await call("/v1/sessions", json({ subject_id: subject, action: "verify", max_uses: 100 }));
  return ((await response.json()) as { token: string }).token;
}

describe("the rate limit of the platform", () => {
  /** Counts the requests let through before one was refused; more than 60 when a new minute began meanwhile. */
  async function untilLimited(ask: () => Promise<Response>): Promise<{ passed: number; refused: Response }> {
    for (let passed = 0; ; passed++) {
      const response = await ask();
      if (response.status === 429) return { passed, refused: response };
      expect(passed).toBeLessThan(121);
    }
  }

  it("lets a session token make 60 requests a minute, and others go on", async () => {
    await enrolEmbedding("alice");
    const [token, other] = [await sessionOf("alice"), await sessionOf("alice")];
    // A token may not list subjects: this is the cheapest request that is counted.
    const { passed, refused } = await untilLimited(() => call("/v1/subjects", {}, token));
    expect(passed).toBeGreaterThanOrEqual(60);
    expect(refused.headers.get("Retry-After")).toBe("60");
    expect(((await refused.json()) as { error: { code: string } }).error.code).toBe("rate_limited");
    expect((await call("/v1/subjects", {}, other)).status).toBe(403);
    expect((await call("/v1/subjects")).status).toBe(200);
  });

  it("counts the searches of a key with the other requests", async () => {
    // The sessions' limiter replaces the keys' limiter, which lets 6,000 pass.
    const { SESSION_RATE } = env as unknown as Record<string, RateLimiter>;
    const service = startService({ limitRate: createRateLimit(SESSION_RATE, undefined) });
    const { passed } = await untilLimited(() => service.call("/v1/identify", { method: "POST" }));
    expect(passed).toBeGreaterThanOrEqual(60);
    expect((await service.call("/v1/subjects")).status).toBe(429);
  });
});

describe("origins from the environment", () => {
  const preflight = (origin: string) =>
    worker.fetch(
      new Request("http://localhost/v1/identify", {
        method: "OPTIONS",
        headers: {
          Origin: origin,
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "authorization,content-type",
        },
      }),
    );

  it.each(["https://app.example.com", "https://other.example.com"])(
    "let pages of %s call",
    async (origin) => {
      const response = await preflight(origin);
      expect(response.status).toBe(204);
      expect(response.headers.get("Access-Control-Allow-Origin")).toBe(origin);
      expect(response.headers.get("Access-Control-Allow-Headers")?.toLowerCase()).toContain("authorization");
      const actual = await call("/v1/subjects", { headers: { Origin: origin } });
      expect(actual.headers.get("Access-Control-Allow-Origin")).toBe(origin);
      expect(actual.headers.get("Access-Control-Allow-Credentials")).toBeNull();
      expect(actual.headers.get("Vary")).toContain("Origin");
    },
  );

  it.each(["https://evil.example.com", "https://app.example.com.evil.com", "http://app.example.com", "null"])(
    "do not let pages of %s read an answer",
    async (origin) => {
      expect((await preflight(origin)).headers.get("Access-Control-Allow-Origin")).toBeNull();
      const actual = await call("/v1/subjects", { headers: { Origin: origin } });
      expect(actual.headers.get("Access-Control-Allow-Origin")).toBeNull();
    },
  );
});
