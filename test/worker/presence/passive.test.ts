/** The passive signal in requests: who is told, and whom a tenant's limit refuses. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { newKeyAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { verificationAnswerSchema } from "../../../src/http/schemas/answers.ts";
import { attackAt, base64, jpeg, json, photoAt, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

const enrol = "/v1/subjects/alice/faces";
const verify = "/v1/subjects/alice/verify";

async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error?: { code: string } };
  return `${response.status} ${error?.code ?? "ok"}`;
}

async function limited(limit: number | null): Promise<Service> {
  const service = startService();
  expect((await service.call(enrol, jpeg(photoAt(0)))).status).toBe(201);
  const change = { ...json({ passive_limit: limit }), method: "PATCH" };
  expect((await service.call("/v1/settings", change)).status).toBe(200);
  return service;
}

describe("the passive signal", () => {
  it.each([`${enrol}?passive=true`, `${verify}?passive=true`, "/v1/detect?passive=true"])(
    "is in the answer of %s",
    async (path) => {
      const { call } = await limited(null);
      const answers = await Promise.all([photoAt(0), attackAt(0)].map((photo) => call(path, jpeg(photo))));
      const bodies = await Promise.all(answers.map((answer) => answer.json()));
      expect(bodies).toMatchObject([
        { passive: { score: 0.9, suspected: false, signals: { live: 3, attack: 1 } } },
        { passive: { score: 0.1, suspected: true } },
      ]);
    },
  );

  it("is not in an answer that nobody asked for it", async () => {
    const { call } = await limited(null);
    expect(await (await call(verify, jpeg(attackAt(0)))).json()).not.toHaveProperty("passive");
  });

  it("takes the scope scores", async () => {
    const service = await limited(null);
    const made = await service.call("/v1/keys", json({ scopes: ["verify"] }));
    const { key } = newKeyAnswerSchema.parse(await made.json());
    expect(await codeOf(await service.callAs(key, `${verify}?passive=true`, jpeg(photoAt(0))))).toBe(
      "403 forbidden",
    );
  });
});

describe("a tenant's passive limit", () => {
  it("refuses an enrolment below it, and admits one at it", async () => {
    const { call } = await limited(0.9);
    expect(await codeOf(await call(enrol, jpeg(attackAt(0))))).toBe("422 presentation_attack_suspected");
    expect(await codeOf(await call(enrol, jpeg(photoAt(0))))).toBe("201 ok");
  });

  it("refuses a verification below it, tells no score, and counts it as a failed attempt", async () => {
    const service = startService();
    await service.call(enrol, jpeg(photoAt(0)));
    const lockOut = { max_in_a_row: 2, delay_seconds: 60, max_total: 100 };
    const change = { ...json({ passive_limit: 0.5, lock_out: lockOut }), method: "PATCH" };
    expect((await service.call("/v1/settings", change)).status).toBe(200);
    const attack = () => service.call(verify, jpeg(attackAt(0)));
    const refused = await attack();
    expect(refused.status).toBe(422);
    expect(await refused.text()).not.toMatch(/0\.1|score|match/);
    await attack();
    expect(await codeOf(await attack())).toBe("423 locked");
  });

  it("gives the same refusal again to the same request, and counts one failure", async () => {
    const service = await limited(0.5);
    const request = () => service.call(verify, jpeg(attackAt(0), { "Idempotency-Key": "again" }));
    for (let k = 0; k < 8; k++)
      expect(await codeOf(await request())).toBe("422 presentation_attack_suspected");
    expect(await codeOf(await service.call(verify, jpeg(photoAt(0))))).toBe("200 ok");
  });

  it("lets a photo above it match, without a word of the signal", async () => {
    const { call } = await limited(0.5);
    const answer = verificationAnswerSchema.parse(await (await call(verify, jpeg(photoAt(0)))).json());
    expect(answer).toMatchObject({ match: true });
    expect(answer.passive).toBeUndefined();
  });

  it("decides what is suspected in an answer", async () => {
    const { call } = await limited(0.05);
    const answer = await call(`${verify}?passive=true`, jpeg(attackAt(0)));
    expect(await answer.json()).toMatchObject({ passive: { score: 0.1, suspected: false } });
  });

  it("refuses an embedding, whose photo nobody can judge any more", async () => {
    const { call } = await limited(0.5);
    const embedding = base64(new Uint8Array(Float32Array.of(1, 0).buffer));
    expect(await codeOf(await call(verify, json({ embedding, model: "text-1" })))).toBe(
      "400 invalid_request",
    );
    expect(await codeOf(await call(enrol, json({ embedding, model: "text-1" })))).toBe("400 invalid_request");
  });
});
