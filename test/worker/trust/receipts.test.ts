/** Receipts and the keys that sign them. test/unit/trust/receipt.test.ts verifies one with another program. */
import { reset } from "cloudflare:test";
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import { beforeEach, describe, expect, it } from "vitest";
import { sessionAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { defaultTenant } from "../../../src/identity/ids.ts";
import {
  calibration,
  form,
  jpeg,
  json,
  now,
  photoAt,
  type Service,
  startService,
  threshold,
} from "../setup/service.ts";

beforeEach(reset);

const image = photoAt(0.1);

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function publicKeys({ callAs }: Service): Promise<JSONWebKeySet> {
  const response = await callAs("", "/.well-known/jwks.json");
  expect(response.headers.get("Content-Type")).toBe("application/jwk-set+json");
  return response.json();
}

async function payloadOf(receipt: string, keys: JSONWebKeySet): Promise<Record<string, unknown>> {
  const { payload, protectedHeader } = await compactVerify(receipt, createLocalJWKSet(keys));
  expect(protectedHeader).toMatchObject({ alg: "EdDSA", typ: "sameface-receipt+jws" });
  return JSON.parse(new TextDecoder().decode(payload));
}

async function verified(service: Service, path: string, init: RequestInit, key = "test-key") {
  const response = await service.callAs(key, path, init);
  return (await response.json()) as { receipt?: string; request_id: string; template?: object };
}

describe("a receipt", () => {
  it("says what was decided about which photo, when, by which model, and no distance", async () => {
    const service = startService();
    await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const path = "/v1/subjects/alice/verify?receipt=true&nonce=order-77";
    const { receipt = "", request_id, template } = await verified(service, path, jpeg(image));
    expect(template).toMatchObject({ photos: 1 });
    expect(await payloadOf(receipt, await publicKeys(service))).toEqual({
      iss: "sameface",
      iat: Math.floor(now.getTime() / 1000),
      time: now.toISOString(),
      tenant: "default",
      subject_id: "alice",
      match: true,
      threshold,
      max_fmr: 1e-4,
      model: "text-1",
      model_sha256: calibration.modelSha256,
      template,
      image_sha256: await sha256(image),
      nonce: "order-77",
      request_id,
    });
  });

  it("is given only when it is asked for, and of a refusal to match too", async () => {
    const service = startService();
    await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    expect((await verified(service, "/v1/subjects/alice/verify", jpeg(image))).receipt).toBeUndefined();
    const { receipt = "" } = await verified(
      service,
      "/v1/subjects/alice/verify",
      form({ image: photoAt(3), receipt: "true" }),
    );
    expect(await payloadOf(receipt, await publicKeys(service))).toMatchObject({ match: false, nonce: null });
  });

  it("for a session carries the session's nonce, whatever the phone says", async () => {
    const service = startService();
    await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const request = json({ subject_id: "alice", action: "verify" });
    const { token, nonce } = sessionAnswerSchema.parse(
      await (await service.call("/v1/sessions", request)).json(),
    );
    const path = "/v1/subjects/alice/verify?receipt=true&nonce=another";
    const { receipt = "" } = await verified(service, path, jpeg(image), token);
    expect(await payloadOf(receipt, await publicKeys(service))).toMatchObject({ nonce });
  });

  it("from before a rotation is verified by the keys after it, and the new one signs", async () => {
    const service = startService();
    await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const path = "/v1/subjects/alice/verify?receipt=true";
    const before = (await verified(service, path, jpeg(image))).receipt ?? "";
    service.wait(1);
    const { kid } = (await (await service.call("/v1/signing-keys", { method: "POST" })).json()) as {
      kid: string;
    };
    const after = (await verified(service, path, jpeg(image))).receipt ?? "";
    const keys = await publicKeys(service);
    expect(keys.keys).toHaveLength(2);
    expect(JSON.parse(atob(after.split(".")[0])).kid).toBe(kid);
    await payloadOf(before, keys);
    await payloadOf(after, keys);
  });

  it("that was altered is not verified", async () => {
    const service = startService();
    await service.call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const { receipt = "" } = await verified(
      service,
      "/v1/subjects/alice/verify?receipt=true",
      jpeg(photoAt(3)),
    );
    const [header, , signature] = receipt.split(".");
    const payload = JSON.parse(atob(receipt.split(".")[1]));
    const forged = btoa(JSON.stringify({ ...payload, match: true })).replaceAll("=", "");
    await expect(
      payloadOf([header, forged, signature].join("."), await publicKeys(service)),
    ).rejects.toThrow();
  });
});

describe("the public keys", () => {
  it("are shown to anybody, and nothing of the private halves with them", async () => {
    const service = startService();
    await service.trust.signingKeys.current(defaultTenant);
    const { keys } = await publicKeys(service);
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0]).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
  });
});
