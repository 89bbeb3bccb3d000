/** The isolate's budget around requests: refusals, and that every end of a request gives its room back. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { type Claim, createBudget, isolateLimits } from "../../../src/admission/budget.ts";
import { jpeg, json, photoAt, photoThatFails, photoThatThrows, startService } from "../setup/service.ts";

beforeEach(reset);

const enrolment = "/v1/subjects/alice/faces";
const image = photoAt(0);
/** The length is declared, as clients do. */
const enrolled = jpeg(image, { "Content-Length": String(image.length) });

/** Makes a service whose isolate has room for one body of `roomBytes` beyond the small part. */
function crowded(roomBytes: number) {
  const budget = createBudget({
    limits: {
      ...isolateLimits,
      totalBytes: roomBytes,
      ordinaryDecodeBytes: 0,
      copiesOfLargestBody: 0,
      leastForBodiesBytes: 0,
      smallBodyBytes: 4,
      smallBodiesBytes: 100,
      maxWaitMs: 50,
    },
    codecBytes: () => 0,
  });
  return { budget, service: startService({ budget }) };
}

/** Returns the claim; 20 ms after it has asked for room, the other one closes. */
function closingLater(claim: Claim, other: Claim): Claim {
  return Object.assign(Object.create(claim), {
    expect(bytes: number) {
      setTimeout(() => other.close(), 20);
      return claim.expect(bytes);
    },
  });
}

describe("a request that finds no room", () => {
  it("is told overloaded, when to come back, and nothing was done; the next one is served", async () => {
    const { budget, service } = crowded(10);
    const other = budget.open();
    await other.expect(14);
    const refused = await service.call(enrolment, enrolled);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("Retry-After")).toBe("1");
    expect(await refused.json()).toMatchObject({ error: { code: "overloaded" } });
    expect(service.pipeline.calls).toEqual([]);
    other.close();
    expect((await service.call(enrolment, enrolled)).status).toBe(201);
  });

  it("waits for another to end, and says in the log how long", async () => {
    const { budget } = crowded(10);
    const other = budget.open();
    await other.expect(14);
    const service = startService({ budget: { ...budget, open: () => closingLater(budget.open(), other) } });
    expect((await service.call(enrolment, enrolled)).status).toBe(201);
    expect(service.log.at(-1)).toMatchObject({ waited_ms: expect.any(Number) });
    expect((service.log.at(-1) as { waited_ms: number }).waited_ms).toBeGreaterThan(5);
  });

  it("without a body is served", async () => {
    const { budget, service } = crowded(10);
    await budget.open().expect(14);
    expect((await service.call("/v1/subjects")).status).toBe(200);
  });
});

describe("the room of a request", () => {
  it.each<[string, RequestInit, number]>([
    ["is answered", jpeg(image), 201],
    ["is refused for its photo", jpeg(photoThatFails({ code: "face_not_found" })), 422],
    ["is refused for its body", json('{"image":'), 400],
    ["meets a bug", jpeg(photoThatThrows), 500],
    ["is refused for its key", jpeg(image, { Authorization: "Bearer wrong" }), 401],
  ])("is given back when it %s", async (_, init, status) => {
    const budget = createBudget({ codecBytes: () => 0 });
    const { call } = startService({ budget });
    expect((await call(enrolment, init)).status).toBe(status);
    expect(budget.inUseBytes()).toBe(0);
  });
});

describe("a photo that is refused already", () => {
  it("is not read to its end: a caller whose subject has no face is told so while the body still comes", async () => {
    const { call } = startService();
    const never = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(image),
      pull: () => new Promise(() => undefined),
    });
    const startedAtMs = Date.now();
    const response = await call("/v1/subjects/nobody/verify", jpeg(never, { "Content-Length": "1000000" }));
    expect(await response.json()).toMatchObject({ error: { code: "subject_has_no_faces" } });
    expect(Date.now() - startedAtMs).toBeLessThan(5000);
  });

  it("tells nobody without consent whether the person is enrolled", async () => {
    const { call } = startService();
    await call("/v1/settings", { ...json({ consent_required: true }), method: "PATCH" });
    await call("/v1/subjects/alice/faces?consent_version=1&consent_purpose=door", jpeg(image));
    for (const photo of [image, photoAt(3)]) {
      const refused = await call("/v1/subjects/bob/faces?duplicates=refuse", jpeg(photo));
      expect(await refused.json()).toMatchObject({ error: { details: { field: "consent_version" } } });
    }
  });
});
