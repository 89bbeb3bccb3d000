/** Embeddings out of the service and back into it, for keys with the scope. */
import { reset } from "cloudflare:test";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { parseEmbedding } from "../../../src/http/request/face-source.ts";
import { newKeyAnswerSchema } from "../../../src/http/schemas/administration-answers.ts";
import { embeddingAnswerSchema } from "../../../src/http/schemas/answers.ts";
import { base64, jpeg, json, photoAt, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

function bytes(...values: number[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true);
  return new Uint8Array(view.buffer);
}

const at = (angle: number, model = "text-1") =>
  json({ embedding: base64(bytes(Math.cos(angle), Math.sin(angle))), model });

async function codeOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error?: { code: string } };
  return `${response.status} ${error?.code ?? "ok"}`;
}

async function keyWithout({ call }: Service): Promise<string> {
  const response = await call("/v1/keys", json({ scopes: ["enrol", "verify", "scores"] }));
  return newKeyAnswerSchema.parse(await response.json()).key;
}

describe("an embedding", () => {
  it("is given out as float32, little endian, of unit length, with its model", async () => {
    const response = await startService().call("/v1/embed", jpeg(photoAt(0.5)));
    const answer = embeddingAnswerSchema.parse(await response.json());
    expect(answer).toMatchObject({
      model: "text-1",
      dimension: 2,
      image: { width: 640, height: 480, format: "jpeg" },
    });
    expect(answer.embedding).toBe(base64(bytes(Math.cos(0.5), Math.sin(0.5))));
    expect(answer.face.quality.reasons).toEqual([]);
  });

  it("given out, enrols and verifies as its photo does, to the same distance", async () => {
    const { call } = startService();
    const embedded = await (await call("/v1/embed", jpeg(photoAt(0.5)))).json();
    const { embedding, model } = embeddingAnswerSchema.parse(embedded);
    expect((await call("/v1/subjects/alice/faces", json({ embedding, model }))).status).toBe(201);
    const distances: number[] = [];
    for (const probe of [jpeg(photoAt(0.9)), at(0.9)]) {
      const answer = (await (await call("/v1/subjects/alice/verify", probe)).json()) as { distance: number };
      distances.push(answer.distance);
    }
    expect(distances[0]).toBe(distances[1]);
    expect(distances[0]).toBeCloseTo(2 * Math.sin(0.2), 5);
  });

  it("says nothing of a photo that was not sent, and counts as an attempt all the same", async () => {
    const { call } = startService();
    await call("/v1/subjects/alice/faces", at(0));
    const answer = (await (await call("/v1/subjects/alice/verify?receipt=true", at(3))).json()) as object;
    expect(answer).not.toHaveProperty("face");
    expect(answer).not.toHaveProperty("image");
    const { receipt } = answer as { receipt: string };
    expect(JSON.parse(atob(receipt.split(".")[1]))).toMatchObject({ image_sha256: null });
    for (let i = 0; i < 4; i++) await call("/v1/subjects/alice/verify", at(3));
    expect(await codeOf(await call("/v1/subjects/alice/verify", at(0)))).toBe("423 locked");
  });

  it("is neither given to nor taken from a key without the scope", async () => {
    const service = startService();
    const key = await keyWithout(service);
    expect(await codeOf(await service.callAs(key, "/v1/subjects/alice/faces", at(0)))).toBe("403 forbidden");
    expect(await codeOf(await service.callAs(key, "/v1/embed", jpeg(photoAt(0))))).toBe("403 forbidden");
    await service.callAs(key, "/v1/subjects/alice/faces", jpeg(photoAt(0)));
    expect(await codeOf(await service.callAs(key, "/v1/subjects/alice/verify", at(0)))).toBe("403 forbidden");
  });

  it.each<[string, unknown, string]>([
    ["one number too few", { embedding: base64(bytes(1)), model: "text-1" }, "400 invalid_request"],
    ["one number too many", { embedding: base64(bytes(1, 0, 0)), model: "text-1" }, "400 invalid_request"],
    ["a byte too many", { embedding: btoa("123456789"), model: "text-1" }, "400 invalid_request"],
    ["NaN", { embedding: base64(bytes(Number.NaN, 1)), model: "text-1" }, "400 invalid_request"],
    ["infinity", { embedding: base64(bytes(1 / 0, 0)), model: "text-1" }, "400 invalid_request"],
    ["no length", { embedding: base64(bytes(0, 0)), model: "text-1" }, "400 invalid_request"],
    ["a length of 1.01", { embedding: base64(bytes(1.01, 0)), model: "text-1" }, "400 invalid_request"],
    ["no base64", { embedding: "%%%", model: "text-1" }, "400 invalid_request"],
    ["an array of numbers", { embedding: [1, 0], model: "text-1" }, "400 invalid_request"],
    ["no model", { embedding: base64(bytes(1, 0)) }, "400 invalid_request"],
    ["another model", { embedding: base64(bytes(1, 0)), model: "text-0" }, "409 model_mismatch"],
    [
      "a photo beside it",
      { embedding: base64(bytes(1, 0)), model: "text-1", image: "" },
      "400 invalid_request",
    ],
  ])("with %s is refused, and none of it is repeated", async (_, body, code) => {
    const { call } = startService();
    const response = await call("/v1/subjects/alice/faces", json(body));
    const text = await response.clone().text();
    expect(await codeOf(response)).toBe(code);
    const { embedding } = body as { embedding: unknown };
    if (typeof embedding === "string") expect(text).not.toContain(embedding);
    expect((await call("/v1/subjects/alice")).status).toBe(404);
  });

  it("of random bytes is refused unless they are a unit vector, and never throws", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 768, maxLength: 768 }), (random) => {
        const parsed = parseEmbedding({ model: "m", bytes: new Uint8Array(random) }, "m", 192);
        expect(parsed.ok).toBe(false);
      }),
    );
  });

  it("is not taken by a comparison", async () => {
    expect(await codeOf(await startService().call("/v1/compare", at(0)))).toBe("400 invalid_request");
  });
});
