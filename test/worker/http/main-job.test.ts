/** The whole Worker on real photos: exports.default.fetch, real models, real KV. */
import { exports } from "cloudflare:workers";
import jpeg from "jpeg-js";
import { expect, test } from "vitest";
import { expectDocumented } from "../setup/conformance.ts";
import { enrolled, otherPerson, samePerson } from "../setup/photos.ts";

const worker = (exports as unknown as { default: { fetch(request: Request): Promise<Response> } }).default;

type Answer = Record<string, unknown> & {
  error?: { code: string; message: string; details?: unknown };
  face: { landmarks: { name: string; x: number; y: number }[]; quality: { reasons: string[] } };
};

async function call(
  path: string,
  body?: BodyInit,
  contentType = "image/jpeg",
  method = body ? "POST" : "GET",
) {
  const headers: Record<string, string> = { Authorization: "Bearer test-key" };
  if (body !== undefined && !(body instanceof FormData)) headers["Content-Type"] = contentType;
  const url = `http://localhost${path}`;
  const response = await worker.fetch(
    new Request(url, { method, headers, ...(body === undefined ? {} : { body }) }),
  );
  await expectDocumented(method, url, response);
  const timing = response.headers.get("Server-Timing") ?? "";
  return { status: response.status, answer: (await response.json()) as Answer, timing };
}

test("enrolled with one photo, a man is recognised in another and a stranger is not", async () => {
  const made = await call("/v1/subjects/franck/faces", enrolled);
  expect(made).toMatchObject({
    status: 201,
    answer: { subject_id: "franck", image: { width: 720, height: 576, format: "jpeg" } },
  });
  expect(made.answer.face.quality.reasons).toEqual([]);

  const genuine = await call("/v1/subjects/franck/verify", samePerson);
  expect(genuine).toMatchObject({ status: 200, answer: { match: true, face_id: made.answer.face_id } });
  const impostor = await call("/v1/subjects/franck/verify", otherPerson);
  expect(impostor).toMatchObject({ status: 200, answer: { match: false } });
  expect(impostor.answer.distance).toBeGreaterThan(genuine.answer.distance as number);
});

test("a photo is what its bytes are: JPEG that is called PNG is taken, and named", async () => {
  const { status, answer } = await call("/v1/subjects/misnamed/faces", enrolled, "image/png");
  expect(status).toBe(201);
  expect(answer.image).toMatchObject({ format: "jpeg" });
});

test("landmarks lie on the face: eyes above nose above mouth, left of right", async () => {
  const { answer } = await call("/v1/subjects/points/faces", enrolled);
  const [leftEye, rightEye, nose, leftMouth, rightMouth] = answer.face.landmarks;
  expect(leftEye.x).toBeLessThan(nose.x);
  expect(nose.x).toBeLessThan(rightEye.x);
  expect(Math.max(leftEye.y, rightEye.y)).toBeLessThan(nose.y);
  expect(nose.y).toBeLessThan(Math.min(leftMouth.y, rightMouth.y));
});

test("the crop is the face as the encoder saw it: 112 x 112, the eyes where its template has them", async () => {
  const { status, answer } = await call("/v1/detect?include=crop", enrolled);
  expect(status).toBe(200);
  const png = Uint8Array.from(atob((answer.face as { crop?: string }).crop ?? ""), (letter) =>
    letter.charCodeAt(0),
  );
  const again = await call("/v1/detect?face=only", png, "image/png");
  expect(again).toMatchObject({ status: 200, answer: { image: { width: 112, height: 112, format: "png" } } });
  const [leftEye, rightEye] = again.answer.face.landmarks;
  expect(Math.hypot(leftEye.x - 38.3, leftEye.y - 51.7)).toBeLessThan(4);
  expect(Math.hypot(rightEye.x - 73.5, rightEye.y - 51.5)).toBeLessThan(4);
  expect((await call("/v1/detect", enrolled)).answer.face).not.toHaveProperty("crop");
});

test("in development every stage of a photo shows its time", async () => {
  await call("/v1/subjects/timed/faces", enrolled);
  const { timing } = await call("/v1/subjects/timed/verify", samePerson);
  const stages = [...timing.matchAll(/(\w+);dur=/g)].map(([, name]) => name);
  expect(stages).toEqual(["read", "store", "decode", "detect", "landmarks", "encode", "total"]);
});

test("the passive signal, asked for, is a number from each network and from the pixels", async () => {
  const { status, answer } = await call("/v1/detect?passive=true", enrolled);
  expect(status).toBe(200);
  const { score, suspected, signals } = answer.passive as {
    score: number;
    suspected: boolean;
    signals: Record<string, number>;
  };
  expect(score).toBeGreaterThan(0);
  expect(score).toBeLessThan(1);
  expect(suspected).toBe(false);
  expect(signals.live).toBeGreaterThan(signals.attack);
  expect(Object.values(signals).every(Number.isFinite)).toBe(true);
});

test("a photo compared with itself is at distance zero", async () => {
  const photos = new FormData();
  photos.append("image_a", new Blob([enrolled]), "a.jpg");
  photos.append("image_b", new Blob([enrolled]), "b.jpg");
  const { status, answer } = await call("/v1/compare", photos);
  expect(status).toBe(200);
  expect(answer).toMatchObject({ match: true, distance: 0 });
});

test("ready means that the models are loaded, each with its hash", async () => {
  const { status, answer } = await call("/readyz");
  expect(status).toBe(200);
  expect(answer.models).toHaveLength(5);
});

const blank = jpeg.encode(
  { width: 320, height: 240, data: new Uint8Array(320 * 240 * 4).fill(128) },
  80,
).data;
const dot = jpeg.encode({ width: 1, height: 1, data: new Uint8Array(4).fill(128) }, 80).data;
const text = new TextEncoder().encode("this is not a photo");

test.each([
  ["an empty body", new Uint8Array(0), 400, "invalid_request"],
  ["text sent as JPEG", text, 415, "unsupported_media_type"],
  ["a truncated JPEG", enrolled.slice(0, 12_000), 422, "invalid_image"],
  ["a JPEG cut in its header", enrolled.slice(0, 100), 422, "invalid_image"],
  ["a photo of 1 x 1", new Uint8Array(dot), 422, "invalid_image"],
  ["a photo without a face", new Uint8Array(blank), 422, "face_not_found"],
])("%s is refused, and the next request is answered", async (_, body, status, code) => {
  for (const path of ["/v1/subjects/bad/faces", "/v1/subjects/franck2/verify"]) {
    if (path.endsWith("verify")) await call("/v1/subjects/franck2/faces", enrolled);
    const refused = await call(path, body);
    expect(refused).toMatchObject({ status, answer: { error: { code } } });
  }
  expect((await call("/v1/subjects/franck2/verify", samePerson)).answer.match).toBe(true);
});

test("twenty requests at once are all answered, each with its own answer", async () => {
  await call("/v1/subjects/crowd/faces", enrolled);
  const probes = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? samePerson : otherPerson));
  const answers = await Promise.all(probes.map((probe) => call("/v1/subjects/crowd/verify", probe)));
  const [same, other] = answers;
  for (const [i, { status, answer }] of answers.entries()) {
    expect(status).toBe(200);
    expect(answer.distance).toBe((i % 2 === 0 ? same : other).answer.distance);
  }
  expect(same.answer.match).toBe(true);
  expect(other.answer.match).toBe(false);
});

test("among those enrolled a man is named by another photo, and a stranger is nobody", async () => {
  const as = async (key: string, path: string, init: RequestInit) => {
    const headers = { "Content-Type": "image/jpeg", ...init.headers, Authorization: `Bearer ${key}` };
    const response = await worker.fetch(
      new Request(`http://localhost${path}`, { method: "POST", ...init, headers }),
    );
    return (await response.json()) as Record<string, unknown>;
  };
  const tenant = {
    body: JSON.stringify({ tenant_id: "door" }),
    headers: { "Content-Type": "application/json" },
  };
  const { key } = (await as("test-key", "/v1/tenants", tenant)) as { key: string };
  await as(key, "/v1/subjects/franck/faces", { body: enrolled });
  const found = await as(key, "/v1/identify", { body: samePerson });
  const verified = await as(key, "/v1/subjects/franck/verify", { body: samePerson });
  expect(found).toMatchObject({
    gallery_size: 1,
    candidates: [{ subject_id: "franck", distance: verified.distance, face_id: verified.face_id }],
  });
  expect(await as(key, "/v1/identify", { body: otherPerson })).toMatchObject({ candidates: [] });
  const second = await as(key, "/v1/subjects/frank/faces?duplicates=refuse", { body: samePerson });
  expect(second).toMatchObject({ error: { code: "identity_conflict", details: { subject_id: "franck" } } });
});
