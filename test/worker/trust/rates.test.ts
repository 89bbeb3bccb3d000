/** Keys that may choose the false match rate, on every route that takes one, and what a match at it resets. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { newKeyAnswerSchema, sessionAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { base64, form, jpeg, json, photoAt, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

const verifyAlice = "/v1/subjects/alice/verify";
const near = jpeg(photoAt(0.1));
const far = jpeg(photoAt(3));
/** The photo is at the distance whose rate is 1e-3: beyond the tenant's 1e-4. */
const lax = jpeg(photoAt(2 * Math.asin(1.2 / 2)));

async function keyWith({ call }: Service, ...scopes: string[]): Promise<string> {
  return newKeyAnswerSchema.parse(await (await call("/v1/keys", json({ scopes }))).json()).key;
}

async function enrolled(settings = {}) {
  const service = startService();
  await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
  await change(service, settings);
  return {
    service,
    verifier: await keyWith(service, "verify"),
    scorer: await keyWith(service, "verify", "scores"),
  };
}

async function change({ call }: Service, settings: object): Promise<Response> {
  return call("/v1/settings", { ...json(settings), method: "PATCH" });
}

interface Told {
  readonly [field: string]: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly details?: object };
}

async function told(response: Promise<Response> | Response): Promise<Told> {
  return (await (await response).json()) as Told;
}

const codeOf = async (response: Promise<Response> | Response) => (await told(response)).error?.code ?? "ok";

const both = { image_a: photoAt(0), image_b: photoAt(0.1) };

describe("a key without scores", () => {
  it("has the tenant's rate and the decades below, in whatever form it asks", async () => {
    const { service, verifier } = await enrolled();
    const image = base64(photoAt(0.1));
    for (const [rate, allowed] of [
      ["1e-4", true],
      ["0.00001", true],
      ["1e-6", true],
      ["1e-3", false],
      ["0.5", false],
      ["9.9e-5", false],
      ["5e-5", false],
    ] as const) {
      const code = allowed ? "ok" : "forbidden";
      const asked = `?max_fmr=${rate}`;
      const requests: [string, RequestInit][] = [
        [`${verifyAlice}${asked}`, near],
        [verifyAlice, form({ image: photoAt(0.1), max_fmr: rate })],
        [verifyAlice, json({ image, max_fmr: rate })],
        [verifyAlice, json({ image, max_fmr: Number(rate) })],
        [`/v1/compare${asked}`, form(both)],
        ["/v1/compare", json({ image_a: image, image_b: image, max_fmr: rate })],
      ];
      for (const [path, init] of requests) {
        expect(await codeOf(service.callAs(verifier, path, init)), `${path} ${rate}`).toBe(code);
      }
      const session = json({ subject_id: "alice", action: "verify", max_fmr: Number(rate) });
      expect(await codeOf(service.callAs(verifier, "/v1/sessions", session)), rate).toBe(code);
    }
  });

  it("is told what it may ask for", async () => {
    const { service, verifier } = await enrolled({ max_fmr: 1e-3 });
    expect(await told(service.callAs(verifier, `${verifyAlice}?max_fmr=1e-2`, near))).toMatchObject({
      error: {
        code: "forbidden",
        message:
          'Without the scope "scores" a "max_fmr" must be 0.001, or that divided by 10, 100 and so on.',
        details: { field: "max_fmr" },
      },
    });
  });

  it("is told no band but the decision", async () => {
    const { service, verifier } = await enrolled();
    for (const [init, band] of [
      [near, "match"],
      [far, "no_match"],
    ] as const) {
      const answer = await told(service.callAs(verifier, verifyAlice, init));
      expect(answer.band).toBe(band);
      for (const secret of ["distance", "fmr", "face_id"]) expect(answer).not.toHaveProperty(secret);
    }
    expect((await told(service.callAs(verifier, "/v1/compare", form(both)))).band).toBe("match");
  });

  it("fails an attempt that it asks to be stricter: there is no second threshold for free", async () => {
    const { service, verifier } = await enrolled();
    const between = jpeg(photoAt(2 * Math.asin(0.95 / 2)));
    for (let i = 0; i < 5; i++) {
      const answer = await told(service.callAs(verifier, `${verifyAlice}?max_fmr=1e-6`, between));
      expect(answer).toMatchObject({ match: false, max_fmr: 1e-6 });
    }
    expect(await codeOf(service.callAs(verifier, verifyAlice, between))).toBe("locked");
  });
});

describe("a key with scores", () => {
  it("asks for any rate that was measured, and is told of a clear match", async () => {
    const { service, scorer } = await enrolled();
    for (const [init, rate, band] of [
      [near, 1e-4, "clear_match"],
      [lax, 1e-2, "clear_match"],
      [lax, 5e-3, "match"],
      [lax, 1e-4, "no_match"],
    ] as const) {
      const answer = await told(service.callAs(scorer, `${verifyAlice}?max_fmr=${rate}`, init));
      expect(answer, `${rate}`).toMatchObject({ band, distance: expect.any(Number), max_fmr: rate });
    }
  });

  it("is held to the tenant's ceiling, on every route", async () => {
    const { service, scorer } = await enrolled({ max_fmr_with_scores: 1e-3 });
    for (const [rate, code] of [
      [1e-3, "ok"],
      [2e-3, "forbidden"],
    ] as const) {
      const asked = `?max_fmr=${rate}`;
      expect(await codeOf(service.callAs(scorer, `${verifyAlice}${asked}`, near))).toBe(code);
      expect(await codeOf(service.callAs(scorer, `/v1/compare${asked}`, form(both)))).toBe(code);
      const session = json({ subject_id: "alice", action: "verify", max_fmr: rate });
      expect(await codeOf(service.callAs(scorer, "/v1/sessions", session))).toBe(code);
    }
    // One comparison is at 1e-3 in place of 1e-2.
    const searcher = await keyWith(service, "identify", "scores");
    const answer = await told(service.callAs(searcher, "/v1/identify?max_fpir=0.01", near));
    expect(answer.threshold).toBeCloseTo(1.2, 9);
    expect(await told(service.callAs(scorer, `${verifyAlice}?max_fmr=0.01`, near))).toMatchObject({
      error: { message: 'This tenant allows a "max_fmr" of at most 0.001.' },
    });
  });

  it("may always ask for the tenant's own rate, also above the ceiling", async () => {
    const { service, scorer } = await enrolled({ max_fmr: 1e-3, max_fmr_with_scores: 1e-5 });
    expect(await codeOf(service.callAs(scorer, `${verifyAlice}?max_fmr=1e-3`, near))).toBe("ok");
    expect(await codeOf(service.callAs(scorer, `${verifyAlice}?max_fmr=2e-3`, near))).toBe("forbidden");
  });
});

describe("the tenant's rate", () => {
  it("is that of all who name none: a verification, a comparison, a session, a search of a few", async () => {
    const { service, verifier } = await enrolled({ max_fmr: 1e-3 });
    const at = { max_fmr: 1e-3, match: true };
    expect(await told(service.callAs(verifier, verifyAlice, lax))).toMatchObject(at);
    expect(await told(service.callAs(verifier, "/v1/compare", form(both)))).toMatchObject(at);
    const searcher = await keyWith(service, "identify");
    const found = await told(service.callAs(searcher, "/v1/identify", lax));
    expect(found).toMatchObject({ candidates: [{ subject_id: "alice" }], max_fpir: 0.001 });
    const request = json({ subject_id: "alice", action: "verify" });
    const { token } = sessionAnswerSchema.parse(
      await told(service.callAs(verifier, "/v1/sessions", request)),
    );
    // The session keeps the rate that it was made with.
    await change(service, { max_fmr: 1e-5 });
    expect(await told(service.callAs(token, verifyAlice, lax))).toMatchObject(at);
    expect(await told(service.callAs(verifier, verifyAlice, lax))).toMatchObject({ max_fmr: 1e-5 });
  });

  it.each([
    ["max_fmr", 1e-7],
    ["max_fmr", 0.02],
    ["max_fmr_with_scores", 0.02],
  ])("as %s of %f, which was not measured, is refused by name", async (field, rate) => {
    const service = startService();
    const refusals = [
      await change(service, { [field]: rate }),
      await service.call("/v1/tenants", json({ tenant_id: "acme", settings: { [field]: rate } })),
    ];
    for (const refused of refusals) {
      expect(await told(refused)).toMatchObject({
        error: {
          code: "invalid_request",
          message: `"${field}" must lie between 0.000001 and 0.01, the rates that were measured.`,
          details: { field },
        },
      });
    }
    expect(await told(service.call("/v1/settings"))).toMatchObject({
      max_fmr: 1e-4,
      max_fmr_with_scores: null,
    });
  });

  it.each([{ max_fmr: 0 }, { max_fmr: 1 }, { max_fmr: null }, { max_fmr_with_scores: 2 }])(
    "as %o is refused",
    async (settings) => {
      expect(await codeOf(change(startService(), settings))).toBe("invalid_request");
    },
  );

  it("and the ceiling are kept and told, and the ceiling can be taken away", async () => {
    const service = startService();
    expect(await told(change(service, { max_fmr: 1e-5, max_fmr_with_scores: 1e-3 }))).toMatchObject({
      max_fmr: 1e-5,
      max_fmr_with_scores: 1e-3,
    });
    await change(service, { max_fmr_with_scores: null });
    expect(await told(service.call("/v1/settings"))).toMatchObject({
      max_fmr: 1e-5,
      max_fmr_with_scores: null,
    });
  });
});

describe("a match at a laxer rate than the tenant's", () => {
  it("neither resets the lock-out nor counts against it", async () => {
    const { service, scorer } = await enrolled();
    for (let i = 0; i < 4; i++) await service.callAs(scorer, verifyAlice, far);
    for (let i = 0; i < 3; i++) {
      const answer = await told(service.callAs(scorer, `${verifyAlice}?max_fmr=0.01`, near));
      expect(answer).toMatchObject({ match: true });
    }
    await service.callAs(scorer, verifyAlice, far);
    expect(await codeOf(service.callAs(scorer, verifyAlice, near))).toBe("locked");
  });

  it("of a session that was made so does not reset it either, and one at the tenant's does", async () => {
    const { service, scorer } = await enrolled();
    for (const [max_fmr, code] of [
      [1e-4, "ok"],
      [1e-2, "locked"],
    ] as const) {
      const request = json({ subject_id: "alice", action: "verify", max_fmr, max_uses: 9 });
      const { token } = sessionAnswerSchema.parse(
        await told(service.callAs(scorer, "/v1/sessions", request)),
      );
      for (let i = 0; i < 4; i++) await service.callAs(token, verifyAlice, far);
      expect(await told(service.callAs(token, verifyAlice, near))).toMatchObject({ match: true, max_fmr });
      await service.callAs(token, verifyAlice, far);
      expect(await codeOf(service.callAs(token, verifyAlice, near))).toBe(code);
    }
  });

  it("that is no match counts like every other", async () => {
    const { service, scorer } = await enrolled();
    for (let i = 0; i < 5; i++) await service.callAs(scorer, `${verifyAlice}?max_fmr=0.01`, far);
    expect(await codeOf(service.callAs(scorer, verifyAlice, near))).toBe("locked");
  });

  it("is in the audit trail as a match", async () => {
    const { service, scorer } = await enrolled();
    await service.callAs(scorer, `${verifyAlice}?max_fmr=0.01`, lax);
    const { entries } = (await told(service.call("/v1/audit"))) as unknown as { entries: object[] };
    expect(entries.at(-1)).toMatchObject({ action: "verify", outcome: "match" });
  });
});

describe("a session", () => {
  it("is not made at a rate that was not measured", async () => {
    const { service, scorer, verifier } = await enrolled();
    for (const [key, max_fmr] of [
      [scorer, 0.5],
      [scorer, 1e-7],
      [verifier, 1e-7],
    ] as const) {
      const request = json({ subject_id: "alice", action: "verify", max_fmr });
      expect(await told(service.callAs(key, "/v1/sessions", request))).toMatchObject({
        error: { code: "invalid_request", details: { field: "max_fmr" } },
      });
    }
  });
});
