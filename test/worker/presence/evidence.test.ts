/** Evidence of an embedding: its photo's measures come back with it, and nothing else passes for them. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import {
  newKeyAnswerSchema,
  newTenantAnswerSchema,
  reviewAnswerSchema,
} from "../../../src/http/schemas/administration-answers.ts";
import { embeddingAnswerSchema, verificationAnswerSchema } from "../../../src/http/schemas/answers.ts";
import {
  base64,
  type Change,
  darkPhotoAt,
  form,
  jpeg,
  json,
  maskedPhotoAt,
  photoAt,
  recognisability,
  type Service,
  startService,
  textPipeline,
} from "../setup/service.ts";

beforeEach(reset);

interface Kept {
  readonly embedding: string;
  readonly model: string;
  readonly evidence: string;
}

async function embed(service: Service, photo: Uint8Array<ArrayBuffer>, key = "test-key"): Promise<Kept> {
  const response = await service.callAs(key, "/v1/embed", jpeg(photo));
  const { embedding, model, evidence } = embeddingAnswerSchema.parse(await response.json());
  return { embedding, model, evidence };
}

/** Answers the status, and the error's code, field and reasons. */
async function outcomeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as {
    error?: { code: string; message: string; details?: { field?: string; reasons?: string[] } };
  };
  const { field, reasons = [] } = error?.details ?? {};
  return [response.status, error?.code ?? "ok", field, ...reasons]
    .filter((word) => word !== undefined)
    .join(" ");
}

/** Starts a service whose photos are measured to be so recognisable. */
function measuring(measured: number, change: Change = {}): Service {
  const { encodeFace } = textPipeline();
  return startService({
    ...change,
    pipeline: {
      async encodeFace(...parameters) {
        const encoded = await encodeFace(...parameters);
        if (!encoded.ok) return encoded;
        const quality = { ...encoded.value.quality, recognisability: measured };
        return { ok: true, value: { ...encoded.value, quality } };
      },
    },
  });
}

/** Model to which embeddings at angle 0 tell nobody: by the embedding alone logistic(5 - 10 cos(angle)). */
const strict = {
  ...recognisability,
  centroids: [Float32Array.of(1, 0)],
  embeddingAlone: { bias: 5, similarity: -10, strangeness: 0 },
};

const verifyAlice = "/v1/subjects/alice/verify";
const enrolAlice = "/v1/subjects/alice/faces";

describe("an embedding with its evidence", () => {
  it("enrols, verifies and identifies", async () => {
    const { call, ...rest } = startService();
    const kept = await embed({ call, ...rest }, photoAt(0.5));
    expect((await call(enrolAlice, json(kept))).status).toBe(201);
    const verified = await call(verifyAlice, json(kept));
    expect(verificationAnswerSchema.parse(await verified.json())).toMatchObject({ match: true, distance: 0 });
    expect((await call("/v1/identify", json(kept))).status).toBe(200);
  });

  it("is refused at enrolment for what its photo would be refused for, and by others that ask for it", async () => {
    const { call, ...rest } = startService();
    await call(enrolAlice, jpeg(photoAt(0)));
    const kept = await embed({ call, ...rest }, darkPhotoAt(0));
    expect(await outcomeOf(await call(enrolAlice, json(kept)))).toBe("422 low_quality too_dark");
    expect(await outcomeOf(await call(`${verifyAlice}?quality=refuse`, json(kept)))).toBe(
      "422 low_quality too_dark",
    );
    expect(await outcomeOf(await call(verifyAlice, json(kept)))).toBe("200 ok");
    const { embedding, model } = kept;
    expect((await call(enrolAlice, json({ embedding, model }))).status).toBe(201);
  });

  it("of a face that something covers is refused at enrolment", async () => {
    const { call, ...rest } = startService();
    const kept = await embed({ call, ...rest }, maskedPhotoAt(0));
    expect(await outcomeOf(await call(enrolAlice, json(kept)))).toBe("422 low_quality occluded");
  });

  it("is judged by its photo's recognisability, not by the embedding's: refused, admitted, and asked to come closer", async () => {
    const tolerance = [
      [0.6, 0.4],
      [0.9, 0],
    ] as const;
    const model = { ...strict, tolerance };
    const good = await embed(measuring(0.97), photoAt(0));
    const poor = await embed(measuring(0.6), photoAt(2));
    const bad = await embed(measuring(0.4), photoAt(2));
    const { call } = startService({ recognisability: model });
    expect(await outcomeOf(await call(enrolAlice, json(good)))).toBe("201 ok");
    expect(await outcomeOf(await call("/v1/subjects/bob/faces", json(bad)))).toBe(
      "422 low_quality unrecognizable",
    );
    expect(await outcomeOf(await call("/v1/subjects/bob/faces", json(poor)))).toBe("201 ok");
    const thresholdFor = async (subject: string, probe: object) => {
      const answer = await call(`/v1/subjects/${subject}/verify`, json(probe));
      return verificationAnswerSchema.parse(await answer.json()).threshold;
    };
    expect(await thresholdFor("bob", poor)).toBeCloseTo(0.7, 6);
    expect(await thresholdFor("bob", good)).toBeCloseTo(1.1, 6);
    expect(await thresholdFor("alice", poor)).toBeCloseTo(1.1, 6);
  });

  it("keeps the photo's measures in the record, as its photo would", async () => {
    const service = startService();
    const kept = await embed(measuring(0.55), photoAt(2));
    await service.call(enrolAlice, json(kept));
    const review = await startService({ recognisability: { ...strict, limit: 0.6 } }).call(
      "/v1/faces/unrecognizable",
    );
    expect(reviewAnswerSchema.parse(await review.json()).faces).toMatchObject([
      { recognisability: 0.55, judged_by: "photo" },
    ]);
  });

  it("holds after the signing key was replaced, and years later", async () => {
    const service = startService();
    const kept = await embed(service, photoAt(0));
    expect((await service.call("/v1/signing-keys", { method: "POST" })).status).toBe(201);
    const later = startService();
    later.wait(10 * 365 * 24 * 3600);
    expect(await outcomeOf(await later.call(enrolAlice, json(kept)))).toBe("201 ok");
  });

  it("is one request with the same Idempotency-Key, and another without or with other evidence", async () => {
    const { call, ...rest } = startService();
    const kept = await embed({ call, ...rest }, photoAt(0));
    const { evidence: _, ...alone } = kept;
    const send = (body: object) =>
      call(enrolAlice, {
        ...json(body),
        headers: { "Content-Type": "application/json", "Idempotency-Key": "once" },
      });
    const first = (await (await send(kept)).json()) as { face_id: string };
    expect(await (await send(kept)).json()).toMatchObject({ face_id: first.face_id });
    expect(await outcomeOf(await send(alone))).toBe("422 idempotency_key_reused");
  });
});

describe("evidence that does not hold", () => {
  it("is a clear error in every call that takes an embedding, and never counts as none", async () => {
    const service = startService();
    const { call } = service;
    await call(enrolAlice, jpeg(photoAt(0)));
    const kept = await embed(service, photoAt(0));
    const other = await embed(service, photoAt(1));
    const [header, payload, signature] = kept.evidence.split(".");
    const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as {
      quality: object;
    };
    const raised = { ...claims, quality: { ...claims.quality, recognisability: 1 } };
    const encode = (value: unknown) =>
      btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const verified = await call(`${verifyAlice}?receipt=true`, jpeg(photoAt(0)));
    const { receipt } = (await verified.json()) as { receipt: string };
    const session = await call("/v1/sessions", json({ subject_id: "alice", action: "verify" }));
    const { token } = (await session.json()) as { token: string };
    const wrong: Record<string, string> = {
      "another embedding's": other.evidence,
      "no token": "e.e.e",
      "cut off": kept.evidence.slice(0, -10),
      "with a better measure": [header, encode(raised), signature].join("."),
      "signed by nobody": [encode({ alg: "none", typ: "sameface-evidence+jwt" }), payload, ""].join("."),
      "signed by a key that nobody made": [
        encode({ alg: "EdDSA", typ: "sameface-evidence+jwt", kid: "nobody" }),
        payload,
        signature,
      ].join("."),
      "a receipt": receipt,
      "a session's token": token,
    };
    for (const [what, evidence] of Object.entries(wrong)) {
      for (const path of [enrolAlice, verifyAlice, "/v1/identify"]) {
        const response = await call(path, json({ ...kept, evidence }));
        expect(await outcomeOf(response), `${what}: ${path}`).toBe("400 invalid_request evidence");
      }
    }
    const { faces } = (await (await call("/v1/subjects/alice")).json()) as { faces: unknown[] };
    expect(faces).toHaveLength(1);
  });

  it("is not taken from another tenant, nor as a session's token or an embedding of another model", async () => {
    const service = startService();
    const made = await service.call("/v1/tenants", json({ tenant_id: "acme" }));
    const { key } = newTenantAnswerSchema.parse(await made.json());
    const kept = await embed(service, photoAt(0));
    const abroad = await service.callAs(key, enrolAlice, json(kept));
    expect(((await abroad.clone().json()) as { error: { message: string } }).error.message).toContain(
      "belongs to another tenant",
    );
    expect(await outcomeOf(abroad)).toBe("400 invalid_request evidence");
    expect((await service.callAs(kept.evidence, verifyAlice, jpeg(photoAt(0)))).status).toBe(401);
    const renamed = startService({ pipeline: textPipeline("text-2") });
    const elsewhere = await renamed.call(enrolAlice, json({ ...kept, model: "text-2" }));
    expect(await outcomeOf(elsewhere)).toBe("400 invalid_request evidence");
  });

  it("is no field of a photo", async () => {
    const service = startService();
    const { evidence } = await embed(service, photoAt(0));
    const image = base64(photoAt(0));
    expect(await outcomeOf(await service.call(enrolAlice, json({ image, evidence })))).toBe(
      "400 invalid_request evidence",
    );
    expect((await service.call(enrolAlice, form({ image: photoAt(0), evidence }))).status).toBe(400);
  });
});

describe("an embedding without evidence", () => {
  const at = (angle: number) => ({
    embedding: base64(new Uint8Array(Float32Array.of(Math.cos(angle), Math.sin(angle)).buffer)),
    model: "text-1",
  });

  it("is judged by itself: one that tells nobody is refused, whatever the policy of quality", async () => {
    const { call } = startService({ recognisability: strict });
    await call(enrolAlice, json(at(2)));
    for (const path of [
      "/v1/subjects/bob/faces",
      verifyAlice,
      `${verifyAlice}?quality=warn`,
      "/v1/identify",
    ]) {
      expect(await outcomeOf(await call(path, json(at(0.5))))).toBe("422 low_quality unrecognizable");
    }
    // cos(angle) of 0.499 and 0.501 lie on either side of the limit.
    expect(await outcomeOf(await call(verifyAlice, json(at(Math.acos(0.499)))))).toBe("200 ok");
    expect(await outcomeOf(await call(verifyAlice, json(at(Math.acos(0.501)))))).toBe(
      "422 low_quality unrecognizable",
    );
  });

  it("is refused by a tenant that demands evidence, and costs no attempt", async () => {
    const service = startService();
    const made = await service.call(
      "/v1/tenants",
      json({ tenant_id: "acme", settings: { evidence_required: true } }),
    );
    const { key } = newTenantAnswerSchema.parse(await made.json());
    const kept = await embed(service, photoAt(0), key);
    const { evidence: _, ...alone } = kept;
    expect(await outcomeOf(await service.callAs(key, enrolAlice, json(alone)))).toBe(
      "400 invalid_request evidence",
    );
    expect((await service.callAs(key, enrolAlice, json(kept))).status).toBe(201);
    for (let i = 0; i < 8; i++) {
      expect(await outcomeOf(await service.callAs(key, verifyAlice, json(at(3))))).toBe(
        "400 invalid_request evidence",
      );
    }
    expect(await outcomeOf(await service.callAs(key, verifyAlice, json(kept)))).toBe("200 ok");
    expect((await service.callAs(key, verifyAlice, jpeg(photoAt(0)))).status).toBe(200);
    const change = { method: "PATCH", headers: { "Content-Type": "application/json" } };
    await service.callAs(key, "/v1/settings", {
      ...change,
      body: JSON.stringify({ evidence_required: false }),
    });
    expect((await service.callAs(key, enrolAlice, json(alone))).status).toBe(201);
  });

  it("still needs the scope embeddings, with evidence too", async () => {
    const service = startService();
    const kept = await embed(service, photoAt(0));
    const weak = await service.call("/v1/keys", json({ scopes: ["enrol", "verify"] }));
    const { key } = newKeyAnswerSchema.parse(await weak.json());
    expect(await outcomeOf(await service.callAs(key, enrolAlice, json(kept)))).toBe("403 forbidden");
  });
});
