/** Session tokens: what a phone can do with one, and what an attacker cannot. */
import { reset } from "cloudflare:test";
import { CompactSign, decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { sessionAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { verificationAnswerSchema } from "../../../src/http/schemas/answers.ts";
import { defaultTenant } from "../../../src/identity/ids.ts";
import { jpeg, json, now, photoAt, type Service, startService, threshold } from "../setup/service.ts";

beforeEach(reset);

const verifyAlice = "/v1/subjects/alice/verify";
const match = jpeg(photoAt(0.1));

async function enrolled(change = {}): Promise<Service> {
  const service = startService(change);
  for (const name of ["alice", "bob"]) await service.call(`/v1/subjects/${name}/faces`, jpeg(photoAt(0)));
  return service;
}

async function session(service: Service, more = {}) {
  const request = json({ subject_id: "alice", action: "verify", ...more });
  return sessionAnswerSchema.parse(await (await service.call("/v1/sessions", request)).json());
}

async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error?: { code: string } };
  return `${response.status} ${error?.code ?? "ok"}`;
}

describe("a session token", () => {
  it("verifies its subject, and is told the decision alone, however near or far a photo is", async () => {
    const service = await enrolled();
    const { token } = await session(service, { max_uses: 3 });
    const bands: unknown[] = [];
    for (const angle of [0, 2 * Math.asin((threshold - 0.05) / 2), 3]) {
      const response = await service.callAs(token, verifyAlice, jpeg(photoAt(angle)));
      const body = (await response.json()) as Record<string, unknown>;
      verificationAnswerSchema.parse(body);
      for (const secret of ["distance", "fmr", "face_id"]) expect(body).not.toHaveProperty(secret);
      bands.push([body.match, body.band]);
    }
    expect(bands).toEqual([
      [true, "match"],
      [true, "match"],
      [false, "no_match"],
    ]);
  });

  it("says the same of every face beyond the threshold, near or far", async () => {
    const service = await enrolled();
    const { token } = await session(service, { max_uses: 2 });
    const answers: Record<string, unknown>[] = [];
    for (const distance of [threshold + 0.001, 1.999]) {
      const response = await service.callAs(token, verifyAlice, jpeg(photoAt(2 * Math.asin(distance / 2))));
      const { request_id, ...answer } = (await response.json()) as Record<string, unknown>;
      answers.push(answer);
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  it.each([1, 3])("made for %i uses has that many, and then is refused", async (uses) => {
    const service = await enrolled();
    const { token } = await session(service, { max_uses: uses });
    for (let i = 0; i < uses; i++) {
      expect(await codeOf(await service.callAs(token, verifyAlice, match))).toBe("200 ok");
    }
    expect(await codeOf(await service.callAs(token, verifyAlice, match))).toBe("401 unauthorized");
  });

  it("replayed at twenty places at once is answered at one", async () => {
    const service = await enrolled();
    const { token } = await session(service);
    // Another service is another location: they share only the directory.
    const places = Array.from({ length: 20 }, () => startService());
    const codes = await Promise.all(
      places.map(async (place) => codeOf(await place.callAs(token, verifyAlice, match))),
    );
    expect(codes.filter((code) => code === "200 ok")).toHaveLength(1);
    expect(codes.filter((code) => code === "401 unauthorized")).toHaveLength(19);
  });

  it("is not used up by a photo that could not be scored", async () => {
    const service = await enrolled();
    const { token } = await session(service);
    expect((await service.callAs(token, verifyAlice, jpeg("no photo"))).status).toBe(415);
    expect((await service.callAs(token, verifyAlice, match)).status).toBe(200);
  });

  it("is good until the second it expires", async () => {
    const service = await enrolled();
    const { token, expires_at } = await session(service, { max_uses: 9, ttl_seconds: 60 });
    const seconds = (Date.parse(expires_at) - now.getTime()) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(60);
    service.wait(seconds - 0.001);
    expect(await codeOf(await service.callAs(token, verifyAlice, match))).toBe("200 ok");
    service.wait(0.001);
    expect(await codeOf(await service.callAs(token, verifyAlice, match))).toBe("401 unauthorized");
  });

  it.each<[string, string, RequestInit]>([
    ["another subject", "/v1/subjects/bob/verify", match],
    ["a subject that is not there", "/v1/subjects/nobody/verify", match],
    ["a comparison", "/v1/compare", match],
    ["an enrolment", "/v1/subjects/alice/faces", match],
    ["its own subject's faces", "/v1/subjects/alice", {}],
    ["a deletion", "/v1/subjects/alice", { method: "DELETE" }],
    ["another session", "/v1/sessions", json({ subject_id: "alice", action: "verify" })],
    ["the audit trail", "/v1/audit", {}],
    ["the keys", "/v1/keys", {}],
    ["the tenants", "/v1/tenants", {}],
  ])("for %s is forbidden", async (_, path, init) => {
    const service = await enrolled();
    const { token } = await session(service);
    expect(await codeOf(await service.callAs(token, path, init))).toBe("403 forbidden");
    // The token was not used up.
    expect((await service.callAs(token, verifyAlice, match)).status).toBe(200);
  });

  it("decides its false match rate itself, so that nobody measures distances by varying it", async () => {
    const service = await enrolled();
    const { token } = await session(service, { max_fmr: 1e-5 });
    expect(await codeOf(await service.callAs(token, `${verifyAlice}?max_fmr=0.01`, match))).toBe(
      "403 forbidden",
    );
    const response = await service.callAs(token, verifyAlice, match);
    expect(await response.json()).toMatchObject({ max_fmr: 1e-5, match: true });
  });

  it("ends with its subject", async () => {
    const service = await enrolled();
    const { token } = await session(service);
    await service.call("/v1/subjects/alice", { method: "DELETE" });
    expect(await codeOf(await service.callAs(token, verifyAlice, match))).toBe("401 unauthorized");
    await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    expect(await codeOf(await service.callAs(token, verifyAlice, match))).toBe("401 unauthorized");
  });

  it("is not made for a subject without faces", async () => {
    const { call } = startService();
    const request = json({ subject_id: "alice", action: "verify" });
    expect(await codeOf(await call("/v1/sessions", request))).toBe("404 subject_has_no_faces");
  });

  it.each<[string, object]>([
    ["no subject", { subject_id: undefined }],
    ["another action", { action: "enrol" }],
    ["no uses", { max_uses: 0 }],
    ["101 uses", { max_uses: 101 }],
    ["9 seconds", { ttl_seconds: 9 }],
    ["3601 seconds", { ttl_seconds: 3601 }],
    ["a path for a subject", { subject_id: "../bob" }],
  ])("is not made with %s", async (_, change) => {
    const { call } = startService();
    const request = json({ subject_id: "alice", action: "verify", ...change });
    expect(await codeOf(await call("/v1/sessions", request))).toBe("400 invalid_request");
  });

  it("stays good when the signing key is rotated", async () => {
    const service = await enrolled();
    const { token } = await session(service);
    expect((await service.call("/v1/signing-keys", { method: "POST" })).status).toBe(201);
    expect((await startService().callAs(token, verifyAlice, match)).status).toBe(200);
  });
});

describe("a forged token", () => {
  async function refused(service: Service, token: string) {
    expect(await codeOf(await service.callAs(token, verifyAlice, match))).toBe("401 unauthorized");
  }

  it("with any letter changed is refused", async () => {
    const service = await enrolled();
    const { token } = await session(service);
    const { kid } = decodeProtectedHeader(token);
    expect(kid).toBeDefined();
    for (let i = 0; i < token.length; i += 7) {
      if (token[i] === ".") continue;
      // The last letter of a part has bits that carry nothing.
      const forged = token.slice(0, i) + (token[i] === "A" ? "z" : "A") + token.slice(i + 1);
      await refused(service, forged);
    }
    expect((await service.callAs(token, verifyAlice, match)).status).toBe(200);
  });

  it("of another subject, time or number of uses under the old signature is refused", async () => {
    const service = await enrolled();
    const { token } = await session(service);
    const [header, , signature] = token.split(".");
    for (const change of [{ sub: "bob" }, { exp: 9_999_999_999 }, { jti: "another" }, { tenant: "acme" }]) {
      const claims = btoa(JSON.stringify({ ...decodeJwt(token), ...change })).replaceAll("=", "");
      await refused(service, [header, claims, signature].join("."));
    }
  });

  it("without a signature (alg none) is refused, however it is spelt", async () => {
    const service = await enrolled();
    const { token } = await session(service);
    const claims = decodeJwt(token);
    await refused(service, new UnsecuredJWT({ ...claims }).encode());
    const { kid } = decodeProtectedHeader(token);
    for (const alg of ["none", "None", "NONE", ""]) {
      const header = btoa(JSON.stringify({ alg, typ: "sameface-session+jwt", kid })).replaceAll("=", "");
      await refused(service, `${header}.${token.split(".")[1]}.`);
      await refused(service, `${header}.${token.split(".")[1]}.${token.split(".")[2]}`);
    }
  });

  it("with the public key as an HMAC secret is refused", async () => {
    const service = await enrolled();
    const { token } = await session(service);
    const { keys } = (await (await service.call("/.well-known/jwks.json")).json()) as {
      keys: { x: string }[];
    };
    const secret = new Uint8Array(
      [...atob(keys[0].x.replaceAll("-", "+").replaceAll("_", "/"))].map((c) => c.charCodeAt(0)),
    );
    const forged = await new SignJWT(decodeJwt(token))
      .setProtectedHeader({ ...decodeProtectedHeader(token), alg: "HS256" })
      .sign(secret);
    await refused(service, forged);
  });

  it("signed with another Ed25519 key, under the right or a wrong name, is refused", async () => {
    const service = await enrolled();
    const { token } = await session(service);
    const { privateKey } = (await crypto.subtle.generateKey("Ed25519", true, [
      "sign",
      "verify",
    ])) as CryptoKeyPair;
    for (const kid of [decodeProtectedHeader(token).kid ?? "", "unknown"]) {
      const forged = await new SignJWT(decodeJwt(token))
        .setProtectedHeader({ alg: "EdDSA", typ: "sameface-session+jwt", kid })
        .sign(privateKey);
      await refused(service, forged);
    }
  });

  it("that is really a receipt of ours is refused: they are of another type", async () => {
    const service = await enrolled();
    const { token } = await session(service);
    const { id, privateKey } = await service.trust.signingKeys.current(defaultTenant);
    const claims = new TextEncoder().encode(JSON.stringify(decodeJwt(token)));
    const forged = await new CompactSign(claims)
      .setProtectedHeader({ alg: "EdDSA", typ: "sameface-receipt+jws", kid: id })
      .sign(privateKey);
    await refused(service, forged);
  });

  it("that was signed here but never given out has no uses", async () => {
    const service = await enrolled();
    const token = await service.trust.sessionTokens.issue({
      id: "never-given-out",
      tenant: defaultTenant,
      subjectId: "alice" as never,
      action: "verify",
      liveness: false,
      nonce: "n",
      maxFmr: undefined,
      expiresAtMs: now.getTime() + 60_000,
    });
    await refused(service, token);
  });
});

describe("failed attempts at a subject", () => {
  const wrong = jpeg(photoAt(3));

  it("after the fifth in a row must wait 30 seconds, and then longer each time", async () => {
    const service = await enrolled();
    for (let i = 0; i < 5; i++) expect((await service.call(verifyAlice, wrong)).status).toBe(200);
    for (const seconds of [30, 60, 120]) {
      const locked = await service.call(verifyAlice, match);
      expect(locked.headers.get("Retry-After")).toBe(String(seconds));
      expect(await codeOf(locked)).toBe("423 locked");
      service.wait(seconds);
      expect((await service.call(verifyAlice, wrong)).status).toBe(200);
    }
  });

  it("do not count against anybody else, and end with a match, be it after one or four", async () => {
    const service = await enrolled();
    for (const failures of [4, 1, 4]) {
      for (let i = 0; i < failures; i++) await service.call(verifyAlice, wrong);
      expect(await (await service.call(verifyAlice, match)).json()).toMatchObject({ match: true });
    }
    for (let i = 0; i < 5; i++) await service.call(verifyAlice, wrong);
    expect((await service.call(verifyAlice, match)).status).toBe(423);
    expect((await service.call("/v1/subjects/bob/verify", match)).status).toBe(200);
  });

  it.each(["strong", "edge"])(
    "in parallel are answered five times, not a hundred, with %s",
    async (consistency) => {
      const service = await enrolled();
      await service.call("/v1/settings", { ...json({ consistency }), method: "PATCH" });
      const codes = await Promise.all(
        Array.from({ length: 100 }, async () => codeOf(await service.call(verifyAlice, wrong))),
      );
      expect(codes.filter((code) => code === "200 ok")).toHaveLength(5);
      expect(codes.filter((code) => code === "423 locked")).toHaveLength(95);
    },
  );

  it("lock the subject until it is reset after the fiftieth", async () => {
    const service = await enrolled();
    for (let i = 0; i < 50; i++) {
      expect((await service.call(verifyAlice, wrong)).status, `attempt ${i}`).toBe(200);
      service.wait(86_400);
    }
    const locked = await service.call(verifyAlice, match);
    expect([locked.status, locked.headers.get("Retry-After")]).toEqual([423, null]);
    expect((await service.call("/v1/subjects/alice/unlock", { method: "POST" })).status).toBe(200);
    expect((await service.call(verifyAlice, match)).status).toBe(200);
  });

  it("of photos without a face do not count: nothing was scored", async () => {
    const service = await enrolled();
    for (let i = 0; i < 10; i++) await service.call(verifyAlice, jpeg("no photo"));
    expect((await service.call(verifyAlice, match)).status).toBe(200);
  });
});
