import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type * as z from "zod";
import {
  comparisonAnswerSchema,
  deletionAnswerSchema,
  enrolmentAnswerSchema,
  errorAnswerSchema,
  healthAnswerSchema,
  readinessAnswerSchema,
  subjectAnswerSchema,
  subjectListAnswerSchema,
  verificationAnswerSchema,
} from "../../../src/http/schemas/answers.ts";
import {
  base64,
  bytesOf,
  form,
  jpeg,
  json,
  now,
  photoAt,
  recognisability,
  startService,
  testFace,
  textPipeline,
  threshold,
} from "../setup/service.ts";

beforeEach(reset);

async function read<S extends z.ZodType>(
  response: Response,
  status: number,
  schema: S,
): Promise<z.output<S>> {
  const body = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(status);
  const parsed = schema.parse(body);
  expect(body).toHaveProperty("request_id", response.headers.get("X-Request-Id"));
  return parsed;
}

const faceOnTheWire = {
  ...testFace,
  turned: 0,
  landmarks: [
    { name: "left_eye", x: 1, y: 2 },
    { name: "right_eye", x: 3, y: 4 },
    { name: "nose", x: 5, y: 6 },
    { name: "left_mouth", x: 7, y: 8 },
    { name: "right_mouth", x: 9, y: 10 },
  ],
  quality: {
    eye_distance_px: 80,
    sharpness: 0.5,
    brightness: 120,
    contrast: 40,
    yaw: 1,
    pitch: 2,
    roll: 3,
    agreement: 0.9,
    in_frame: 1,
    recognisability: 0.99,
    occlusion: 0.01,
    reasons: [],
  },
};

/** The same photo in every form of request. */
const dresses: [string, RequestInit][] = [
  ["image/jpeg", jpeg(photoAt(0))],
  ["image/png; charset=binary", jpeg(photoAt(0), { "Content-Type": "image/png; charset=binary" })],
  ["IMAGE/JPEG", jpeg(photoAt(0), { "Content-Type": "IMAGE/JPEG" })],
  ["application/octet-stream", jpeg(photoAt(0), { "Content-Type": "application/octet-stream" })],
  ["a form", form({ image: photoAt(0) })],
  ["JSON with base64", json({ image: base64(photoAt(0)) })],
  ["JSON with base64 in lines", json({ image: base64(photoAt(0)).replace(/.{4}/g, "$&\n") })],
  ["JSON with a data URL", json({ image: `data:image/jpeg;base64,${base64(photoAt(0))}` })],
  ["JSON with a data URL of no type", json({ image: `data:;base64,${base64(photoAt(0))}` })],
];

describe("enrolment", () => {
  it("answers 201 with the face, where it is, and what made its embedding", async () => {
    const response = await startService().call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const answer = await read(response, 201, enrolmentAnswerSchema);
    expect(answer).toMatchObject({
      subject_id: "alice",
      face: faceOnTheWire,
      image: { width: 640, height: 480, format: "jpeg" },
      model: "text-1",
      created_at: now.toISOString(),
    });
  });

  it.each(dresses)("takes a photo as %s", async (_, init) => {
    await read(await startService().call("/v1/subjects/alice/faces", init), 201, enrolmentAnswerSchema);
  });

  it("of twenty photos of one subject at the same moment keeps all twenty", async () => {
    const { call } = startService();
    const made = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const response = await call("/v1/subjects/alice/faces", jpeg(photoAt(i / 100)));
        return (await read(response, 201, enrolmentAnswerSchema)).face_id;
      }),
    );
    const { faces } = await read(await call("/v1/subjects/alice"), 200, subjectAnswerSchema);
    expect(faces.map(({ face_id }) => face_id).sort()).toEqual(made.sort());
  });

  it("takes an id that is written with percent signs for what it means", async () => {
    const response = await startService().call("/v1/subjects/user%40example.com/faces", jpeg(photoAt(0)));
    expect((await read(response, 201, enrolmentAnswerSchema)).subject_id).toBe("user@example.com");
  });
});

describe("verification", () => {
  it.each(dresses)("takes a photo as %s", async (_, init) => {
    const { call } = startService();
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const answer = await read(await call("/v1/subjects/alice/verify", init), 200, verificationAnswerSchema);
    expect(answer).toMatchObject({ match: true, distance: 0, threshold, model: "text-1" });
  });

  it("says yes below the threshold and no above it, with the distance", async () => {
    const { call } = startService();
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    for (const [distance, match] of [
      [threshold - 0.001, true],
      [threshold + 0.001, false],
    ] as const) {
      const probe = jpeg(photoAt(2 * Math.asin(distance / 2)));
      const answer = await read(
        await call("/v1/subjects/alice/verify", probe),
        200,
        verificationAnswerSchema,
      );
      expect(answer.match).toBe(match);
      expect(answer.distance).toBeCloseTo(distance, 5);
      expect(answer.face).toEqual(faceOnTheWire);
    }
  });

  it("asks two poorly recognisable faces to come closer, and says so in the threshold", async () => {
    const poor = {
      ...recognisability,
      tolerance: [
        [0.99, 0.2],
        [1, 0],
      ],
    } as const;
    const { call } = startService({ recognisability: poor });
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    for (const [distance, match] of [
      [threshold - 0.201, true],
      [threshold - 0.199, false],
    ] as const) {
      const probe = photoAt(2 * Math.asin(distance / 2));
      const verified = await call("/v1/subjects/alice/verify", jpeg(probe));
      const compared = await call("/v1/compare", form({ image_a: photoAt(0), image_b: probe }));
      for (const response of [verified, compared]) {
        const answer = (await response.json()) as { match: boolean; threshold: number };
        expect(answer.match).toBe(match);
        expect(answer.threshold).toBeCloseTo(threshold - 0.2, 6);
      }
    }
  });

  it("refuses a photo of an unrecognisable face, whatever the policy of quality", async () => {
    const { call } = startService();
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const unreadable = bytesOf(
      `FAIL ${JSON.stringify({ code: "low_quality", reasons: ["unrecognizable"] })}`,
    );
    for (const path of ["faces", "verify", "verify?quality=warn"]) {
      const response = await call(`/v1/subjects/alice/${path}`, jpeg(unreadable));
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        error: { code: "low_quality", details: { reasons: ["unrecognizable"] } },
      });
    }
  });

  it("goes by the template of several faces, and names the one that came closest by itself", async () => {
    const { call } = startService();
    const ids: string[] = [];
    for (const angle of [0.6, 0.1, 0.4]) {
      const response = await call("/v1/subjects/alice/faces", jpeg(photoAt(angle)));
      ids.push((await read(response, 201, enrolmentAnswerSchema)).face_id);
    }
    const response = await call("/v1/subjects/alice/verify", jpeg(photoAt(0)));
    const answer = await read(response, 200, verificationAnswerSchema);
    expect(answer.face_id).toBe(ids[1]);
    const [x, y] = [0.6, 0.1, 0.4].reduce(([x, y], a) => [x + Math.cos(a), y + Math.sin(a)], [0, 0]);
    expect(answer.distance).toBeCloseTo(2 * Math.sin(Math.atan2(y, x) / 2), 5);
  });

  it("against a subject enrolled with another model is a model_mismatch, not a score", async () => {
    await startService({ pipeline: textPipeline("text-0") }).call(
      "/v1/subjects/alice/faces",
      jpeg(photoAt(0)),
    );
    const response = await startService().call("/v1/subjects/alice/verify", jpeg(photoAt(0)));
    const { error } = await read(response, 409, errorAnswerSchema);
    expect(error.code).toBe("model_mismatch");
    expect(error.details).toMatchObject({ stored: "text-0 (2)", expected: "text-1 (2)" });
  });
});

describe("comparison", () => {
  const [a, b] = [photoAt(0), photoAt(0.5)];

  it.each<[string, RequestInit]>([
    ["a form", form({ image_a: a, image_b: b })],
    ["JSON", json({ image_a: base64(a), image_b: `data:image/jpeg;base64,${base64(b)}` })],
  ])("of two photos in %s answers with the decision and both faces", async (_, init) => {
    const answer = await read(await startService().call("/v1/compare", init), 200, comparisonAnswerSchema);
    expect(answer).toMatchObject({ match: true, threshold, face_a: faceOnTheWire, face_b: faceOnTheWire });
    expect(answer.distance).toBeCloseTo(2 * Math.sin(0.25), 6);
  });

  it("keeps neither photo", async () => {
    const { call } = startService();
    await call("/v1/compare", form({ image_a: a, image_b: b }));
    expect((await read(await call("/v1/subjects"), 200, subjectListAnswerSchema)).subjects).toEqual([]);
  });
});

describe("the face policy", () => {
  const image = photoAt(0);

  it.each<[string, string, RequestInit]>([
    ["largest", "", jpeg(image)],
    ["center", "?face=center", jpeg(image)],
    ["only", "?face=only", form({ image })],
    ["only", "", form({ image, face: "only" })],
    ["center", "", json({ image: base64(image), face: "center" })],
    ["center", "?face=center", json({ image: base64(image), face: "center" })],
  ])("is %s with %j and that body", async (policy, query, init) => {
    const { call, pipeline } = startService();
    await call(`/v1/subjects/alice/faces${query}`, init);
    expect(pipeline.calls).toEqual([policy]);
  });

  it("holds for both photos of a comparison", async () => {
    const { call, pipeline } = startService();
    await call("/v1/compare?face=only", form({ image_a: image, image_b: image }));
    expect(pipeline.calls).toEqual(["only", "only"]);
  });
});

describe("subjects", () => {
  it("are shown with their faces, oldest first, without embeddings", async () => {
    const { call } = startService();
    await call("/v1/subjects/alice/faces", jpeg(photoAt(0)));
    const answer = await read(await call("/v1/subjects/alice"), 200, subjectAnswerSchema);
    expect(answer.faces).toMatchObject([{ model: "text-1", created_at: now.toISOString() }]);
  });

  it("are listed in pages until next_cursor is null", async () => {
    const { call } = startService();
    const names = ["a", "b", "c", "d", "e"];
    for (const name of names) await call(`/v1/subjects/${name}/faces`, jpeg(photoAt(0)));
    const seen: string[] = [];
    let query = "?limit=2";
    for (let pages = 1; pages <= 3; pages++) {
      const answer = await read(await call(`/v1/subjects${query}`), 200, subjectListAnswerSchema);
      seen.push(...answer.subjects.map(({ subject_id }) => subject_id));
      expect(answer.next_cursor === null).toBe(pages === 3);
      query = `?limit=2&cursor=${answer.next_cursor}`;
    }
    expect(seen).toEqual(names);
  });

  it.each(["1", "1000"])("are listed with a limit of exactly %s", async (limit) => {
    await read(await startService().call(`/v1/subjects?limit=${limit}`), 200, subjectListAnswerSchema);
  });

  it("lose one face, then all, and the answer says which", async () => {
    const { call } = startService();
    const ids: string[] = [];
    for (const angle of [0, 1, 2]) {
      const response = await call("/v1/subjects/alice/faces", jpeg(photoAt(angle)));
      ids.push((await read(response, 201, enrolmentAnswerSchema)).face_id);
    }
    const remove = async (path: string) =>
      (await read(await call(path, { method: "DELETE" }), 200, deletionAnswerSchema)).deleted_faces;
    expect(await remove(`/v1/subjects/alice/faces/${ids[0]}`)).toEqual([ids[0]]);
    expect((await remove("/v1/subjects/alice")).sort()).toEqual(ids.slice(1).sort());
    const { error } = await read(await call("/v1/subjects/alice"), 404, errorAnswerSchema);
    expect(error.code).toBe("not_found");
  });
});

describe("health", () => {
  const stranger = { headers: { Authorization: "" } };

  it("of a running Worker is ok, to anybody", async () => {
    await read(await startService().call("/healthz", stranger), 200, healthAnswerSchema);
  });

  it("of a ready Worker names the models and their hashes, to anybody", async () => {
    const answer = await read(await startService().call("/readyz", stranger), 200, readinessAnswerSchema);
    expect(answer.models).toEqual([{ id: "text-1", role: "encoder", sha256: "ab".repeat(32) }]);
  });

  it("of a Worker that cannot load its models is 503, with the reason in the log alone", async () => {
    const { call, log } = startService({
      pipeline: {
        warmUp: async () => ({
          ok: false,
          failure: { code: "not_ready", reason: "wasm trap", retryAfterSeconds: 9 },
        }),
      },
    });
    const response = await call("/readyz", stranger);
    const { error } = await read(response, 503, errorAnswerSchema);
    expect(error).toMatchObject({ code: "not_ready" });
    expect(JSON.stringify(error)).not.toContain("trap");
    expect(response.headers.get("Retry-After")).toBe("9");
    expect(log).toMatchObject([{ level: "error", status: 503, reason: "wasm trap" }]);
  });
});
