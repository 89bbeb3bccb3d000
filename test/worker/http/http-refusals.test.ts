/** Refusals of the service: a code, a sentence, a request id, and no 5xx for any input. */
import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type { Failure } from "../../../src/errors.ts";
import { errorAnswerSchema } from "../../../src/http/schemas/answers.ts";
import { defaultTenant, type FaceId, type SubjectId } from "../../../src/identity/ids.ts";
import { faceKey } from "../../../src/identity/records/keys.ts";
import {
  base64,
  bytesOf,
  form,
  jpeg,
  json,
  photoAt,
  photoThatFails,
  photoThatThrows,
  type Service,
  startService,
  templates,
} from "../setup/service.ts";
import { directoriesWith } from "../setup/watched.ts";

beforeEach(reset);

const image = photoAt(0);
const enrolment = "/v1/subjects/alice/faces";

async function expectRefusal(response: Response, status: number, code: string) {
  const body = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(status);
  const { error, request_id } = errorAnswerSchema.parse(body);
  expect(error.code).toBe(code);
  expect(request_id).toBe(response.headers.get("X-Request-Id"));
  return error;
}

async function expectAlive({ call }: Service) {
  expect((await call("/v1/subjects/next/faces", jpeg(image))).status).toBe(201);
}

describe("a body", () => {
  it.each<[string, RequestInit, number, string]>([
    ["that is not there", { method: "POST" }, 400, "invalid_request"],
    ["that is an empty image", jpeg(""), 400, "invalid_request"],
    ["that is an empty form field", form({ image: new Uint8Array() }), 400, "invalid_request"],
    ["that is empty JSON", json(""), 400, "invalid_request"],
    ["with an empty image in JSON", json({ image: "" }), 400, "invalid_request"],
    ["with an empty data URL", json({ image: "data:image/jpeg;base64," }), 400, "invalid_request"],
    ["of text called a JPEG", jpeg("hello, world"), 415, "unsupported_media_type"],
    ["of text in base64", json({ image: btoa("hello") }), 415, "unsupported_media_type"],
    ["of text", jpeg("hello", { "Content-Type": "text/plain" }), 415, "unsupported_media_type"],
    ["of JSON under another name", jpeg('{"image": ""}'), 415, "unsupported_media_type"],
    ["of a form under another name", jpeg("--b\r\nx\r\n--b--"), 415, "unsupported_media_type"],
    [
      "of JSON in Latin-1",
      jpeg("{}", { "Content-Type": "application/json; charset=latin1" }),
      415,
      "unsupported_media_type",
    ],
    [
      "in a coding that is not read",
      jpeg(image, { "Content-Encoding": "br" }),
      415,
      "unsupported_media_type",
    ],
    [
      "of a URL-encoded form",
      { method: "POST", body: new URLSearchParams({ image: "a" }) },
      415,
      "unsupported_media_type",
    ],
    ["of broken JSON", json('{"image":'), 400, "invalid_request"],
    [
      "of JSON that is not UTF-8",
      jpeg(new Uint8Array([0x22, 0xff, 0x22]), { "Content-Type": "application/json" }),
      400,
      "invalid_request",
    ],
    ["of a JSON array", json([]), 400, "invalid_request"],
    ["of JSON null", json("null"), 400, "invalid_request"],
    [
      "of JSON nested ten thousand deep",
      json("[".repeat(10_000) + "]".repeat(10_000)),
      400,
      "invalid_request",
    ],
    ["with a number for an image", json({ image: 5 }), 400, "invalid_request"],
    ["with an image that is not base64", json({ image: "%%%" }), 400, "invalid_request"],
    ["with base64 of an impossible length", json({ image: "_____" }), 400, "invalid_request"],
    ["with a data URL without base64", json({ image: "data:image/jpeg,abc" }), 400, "invalid_request"],
    [
      "of a form without a boundary",
      jpeg("x", { "Content-Type": "multipart/form-data" }),
      400,
      "invalid_request",
    ],
    [
      "of a form that is not one",
      jpeg("x", { "Content-Type": "multipart/form-data; boundary=b" }),
      400,
      "invalid_request",
    ],
    [
      "of a form that is cut off",
      jpeg('--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\nFAC', {
        "Content-Type": "multipart/form-data; boundary=b",
      }),
      400,
      "invalid_request",
    ],
  ])("%s is refused", async (_, init, status, code) => {
    const service = startService();
    await expectRefusal(await service.call(enrolment, init), status, code);
    await expectAlive(service);
  });

  it.each<[string, RequestInit, string]>([
    ["a misspelt form field", form({ photo: image }), "image"],
    ["a form without fields", form({ face: "only" }), "image"],
    ["a form with one field too many", form({ image, name: "alice" }), "name"],
    ["a policy that is none, in a form", form({ image, face: "all" }), "face"],
    ["a misspelt field in JSON", json({ photo: base64(image) }), "image"],
    ["one field too many in JSON", json({ image: base64(image), fase: "only" }), "fase"],
    ["a policy that is none, in JSON", json({ image: base64(image), face: "all" }), "face"],
    ["null for an image", json({ image: null }), "image"],
  ])("with %s is refused, naming the field", async (_, init, field) => {
    const error = await expectRefusal(await startService().call(enrolment, init), 400, "invalid_request");
    expect(error.details).toEqual({ field });
    expect(error.message).toContain(field);
  });

  it("with a form field given twice is refused", async () => {
    const body = new FormData();
    body.append("image", new File([image], "a.jpg"));
    body.append("image", new File([image], "b.jpg"));
    const error = await expectRefusal(
      await startService().call(enrolment, { method: "POST", body }),
      400,
      "invalid_request",
    );
    expect(error.details).toEqual({ field: "image" });
  });

  it("that contradicts the query is refused", async () => {
    const response = await startService().call(`${enrolment}?face=center`, form({ image, face: "only" }));
    expect((await expectRefusal(response, 400, "invalid_request")).details).toEqual({ field: "face" });
  });
});

describe("the limit of a body", () => {
  const maxBodyBytes = 2048;
  const limited = () => startService({ config: { maxBodyBytes } });
  const padded = (length: number) => bytesOf("FACE 0".padEnd(length));

  const inJson = (length: number) => {
    const body = JSON.stringify({ image: base64(image) });
    return json(body.padEnd(length));
  };

  const inForm = (length: number) => {
    const frame = (photo: string) =>
      `--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n${photo}\r\n--b--\r\n`;
    const photo = "FACE 0".padEnd(length - frame("").length);
    return jpeg(frame(photo), { "Content-Type": "multipart/form-data; boundary=b" });
  };

  it.each<[string, (length: number) => RequestInit]>([
    ["raw", (length) => jpeg(padded(length))],
    ["JSON", inJson],
    ["form", inForm],
  ])("holds for a %s body: exactly at the limit passes, one byte over fails", async (_, make) => {
    expect((await limited().call(enrolment, make(maxBodyBytes))).status).toBe(201);
    const error = await expectRefusal(
      await limited().call(enrolment, make(maxBodyBytes + 1)),
      413,
      "body_too_large",
    );
    expect(error.details).toMatchObject({ limit: maxBodyBytes, unit: "bytes" });
  });

  it("holds for a chunked body too", async () => {
    const chunks = (count: number) => {
      let left = count;
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          if (left-- > 0) controller.enqueue(left === count - 1 ? padded(64) : bytesOf(" ".repeat(64)));
          else controller.close();
        },
      });
    };
    expect((await limited().call(enrolment, jpeg(chunks(32)))).status).toBe(201);
    await expectRefusal(await limited().call(enrolment, jpeg(chunks(33))), 413, "body_too_large");
  });

  it("refuses a huge declared length without waiting for the bytes", async () => {
    const never = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    const response = await limited().call(enrolment, jpeg(never, { "Content-Length": "99999999999" }));
    await expectRefusal(response, 413, "body_too_large");
  });
});

describe("a subject_id", () => {
  it.each<[string, string, number, string]>([
    ["a step up the path", "/v1/subjects/../faces", 404, "not_found"],
    ["an escaped step up", "/v1/subjects/%2e%2e/faces", 404, "not_found"],
    ["an empty name", "/v1/subjects//faces", 404, "not_found"],
    ["an escaped slash", "/v1/subjects/a%2Fb/faces", 400, "invalid_request"],
    ["steps behind an escaped slash", "/v1/subjects/..%2F..%2Fetc%2Fpasswd/faces", 400, "invalid_request"],
    ["a backslash", "/v1/subjects/a%5Cb/faces", 400, "invalid_request"],
    ["NUL", "/v1/subjects/alice%00/faces", 400, "invalid_request"],
    ["a line's end", "/v1/subjects/alice%0D%0AX-Evil:1/faces", 400, "invalid_request"],
    ["a step escaped twice", "/v1/subjects/%252e%252e/faces", 400, "invalid_request"],
    ["a broken escape", "/v1/subjects/%zz/faces", 400, "invalid_request"],
    ["bytes that are no UTF-8", "/v1/subjects/%ff%fe/faces", 400, "invalid_request"],
    ["the store's separator", "/v1/subjects/alice!face/faces", 400, "invalid_request"],
    ["fullwidth dots", "/v1/subjects/%EF%BC%8E%EF%BC%8E/faces", 400, "invalid_request"],
    ["a right-to-left mark", "/v1/subjects/alice%E2%80%AE/faces", 400, "invalid_request"],
    ["a space", "/v1/subjects/alice%20b/faces", 400, "invalid_request"],
    ["a letter that cannot be seen", "/v1/subjects/alice%E3%85%A4/faces", 400, "invalid_request"],
    ["a variation selector", "/v1/subjects/alice%EF%B8%8F/faces", 400, "invalid_request"],
    ["half of a pair of surrogates", "/v1/subjects/%ED%A1%80/faces", 400, "invalid_request"],
    ["a letter with its accent apart", "/v1/subjects/e%CC%81/faces", 400, "invalid_request"],
    ["256 bytes", `/v1/subjects/${"%C3%A9".repeat(128)}/faces`, 400, "invalid_request"],
    ["129 letters", `/v1/subjects/${"a".repeat(129)}/faces`, 400, "invalid_request"],
  ])("with %s is refused", async (_, path, status, code) => {
    const { call, pipeline } = startService();
    const error = await expectRefusal(await call(path, jpeg(image)), status, code);
    if (status === 400) expect(error.details).toEqual({ field: "subject_id" });
    expect(pipeline.calls).toEqual([]);
    expect((await templates.list()).keys).toEqual([]);
  });

  it.each([
    ["e%CC%81", '"subject_id" must be in the normal form NFC of Unicode.'],
    ["%C3%A9".repeat(128), '"subject_id" must be at most 255 bytes in UTF-8.'],
    ["%C3%A9".repeat(129), expect.stringContaining("1 to 128 letters and digits of any script")],
  ])("like %s is told what is wrong with it", async (name, message) => {
    const error = await expectRefusal(
      await startService().call(`/v1/subjects/${name}/faces`, jpeg(image)),
      400,
      "invalid_request",
    );
    expect(error.message).toEqual(message);
  });

  it("of exactly 128 letters is taken", async () => {
    expect((await startService().call(`/v1/subjects/${"a".repeat(128)}/faces`, jpeg(image))).status).toBe(
      201,
    );
  });

  it.each([
    ["GET", "/v1/subjects/a%2Fb"],
    ["DELETE", "/v1/subjects/a%2Fb"],
    ["POST", "/v1/subjects/a%2Fb/verify"],
    ["DELETE", "/v1/subjects/a%2Fb/faces/f"],
  ])("is checked by %s %s", async (method, path) => {
    await expectRefusal(await startService().call(path, { method }), 400, "invalid_request");
  });
});

describe("a request of JSON", () => {
  it.each<[string, RequestInit]>([
    ["no body", {}],
    ["no body that is called a photo", { headers: { "Content-Type": "image/jpeg" } }],
    ["a body declared to have no bytes", { headers: { "Content-Length": "0" }, body: "{}" }],
  ])("with %s is empty, whatever it is called", async (_, init) => {
    const refused = await startService().call("/v1/keys", { method: "POST", ...init });
    const { message } = await expectRefusal(refused, 400, "invalid_request");
    expect(message).toBe("The body is empty: send JSON.");
  });

  it("is not read under another name", async () => {
    const refused = await startService().call("/v1/keys", jpeg("{}"));
    const { message } = await expectRefusal(refused, 415, "unsupported_media_type");
    expect(message).toContain("application/json");
  });
});

describe("a query", () => {
  it.each([
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=-1", "limit"],
    ["limit=1.5", "limit"],
    ["limit=ten", "limit"],
    ["limit=", "limit"],
    ["limit=1&limit=2", "limit"],
    ["cursor=", "cursor"],
    ["cursor=nonsense", "cursor"],
    ["cursor=%00", "cursor"],
  ])("of ?%s is refused, naming %s", async (query, field) => {
    const error = await expectRefusal(
      await startService().call(`/v1/subjects?${query}`),
      400,
      "invalid_request",
    );
    expect(error.details).toEqual({ field });
  });

  it("with a face policy that is none is refused before the body is looked at", async () => {
    const { call, pipeline } = startService();
    const error = await expectRefusal(
      await call(`${enrolment}?face=all`, jpeg(image)),
      400,
      "invalid_request",
    );
    expect(error.message).toBe('"face" must be largest, center or only.');
    expect(pipeline.calls).toEqual([]);
  });
});

describe("what is not there", () => {
  it.each<[string, string, RequestInit | undefined, string]>([
    ["a subject to show", "/v1/subjects/nobody", undefined, "not_found"],
    ["a subject to delete", "/v1/subjects/nobody", { method: "DELETE" }, "not_found"],
    ["a face to delete", "/v1/subjects/nobody/faces/f1", { method: "DELETE" }, "not_found"],
    ["a subject to verify", "/v1/subjects/nobody/verify", jpeg(image), "subject_has_no_faces"],
    ["a route", "/v1/nothing", undefined, "not_found"],
    ["a route outside the API", "/favicon.ico", undefined, "not_found"],
    ["a route with a slash too many", "/v1//subjects", undefined, "not_found"],
  ])("%s is 404", async (_, path, init, code) => {
    await expectRefusal(await startService().call(path, init), 404, code);
  });

  it("a subject that lost its last face has none to verify", async () => {
    const { call } = startService();
    await call(enrolment, jpeg(image));
    await call("/v1/subjects/alice", { method: "DELETE" });
    await expectRefusal(await call("/v1/subjects/alice/verify", jpeg(image)), 404, "subject_has_no_faces");
  });

  it("does not cost the pipeline a photo", async () => {
    const { call, pipeline } = startService();
    await call("/v1/subjects/nobody/verify", jpeg(image));
    expect(pipeline.calls).toEqual([]);
  });
});

describe("a method", () => {
  it.each([
    ["PUT", "/v1/subjects/alice", "GET, HEAD, DELETE"],
    ["GET", "/v1/subjects/alice/faces", "POST"],
    ["HEAD", "/v1/subjects/alice/verify", "POST"],
    ["POST", "/v1/subjects", "GET, HEAD"],
    ["PATCH", "/v1/compare", "POST"],
    ["DELETE", "/healthz", "GET, HEAD"],
  ])("%s of %s is 405 and allows %s", async (method, path, allow) => {
    const response = await startService().call(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe(allow);
    if (method === "HEAD") expect(await response.text()).toBe("");
    else await expectRefusal(response, 405, "method_not_allowed");
  });

  it("HEAD answers as GET does, without the body", async () => {
    const response = await startService().call("/v1/subjects", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("OPTIONS says what there is, to anybody", async () => {
    const response = await startService().call("/v1/compare", {
      method: "OPTIONS",
      headers: { Authorization: "" },
    });
    expect([response.status, response.headers.get("Allow")]).toEqual([204, "POST, OPTIONS"]);
  });

  it("OPTIONS of no route is 404", async () => {
    await expectRefusal(await startService().call("/v1/nothing", { method: "OPTIONS" }), 404, "not_found");
  });
});

describe("the pipeline's failures", () => {
  it.each<[Failure, number]>([
    [{ code: "unsupported_media_type", found: "a GIF", instead: "Send a JPEG." }, 415],
    [{ code: "image_too_large", limit: 1, unit: "pixels" }, 413],
    [{ code: "invalid_image", reason: "it ends early" }, 422],
    [{ code: "face_not_found" }, 422],
    [{ code: "multiple_faces", count: 2 }, 422],
    [{ code: "not_ready", reason: "loading" }, 503],
  ])("%j goes out as %i from every route", async (failure, status) => {
    const service = startService();
    await service.call(enrolment, jpeg(image));
    const bad = photoThatFails(failure);
    for (const path of [enrolment, "/v1/subjects/alice/verify"]) {
      await expectRefusal(await service.call(path, jpeg(bad)), status, failure.code);
    }
    for (const [field, fields] of [
      ["image_a", { image_a: bad, image_b: image }],
      ["image_b", { image_a: image, image_b: bad }],
    ] as const) {
      const error = await expectRefusal(
        await service.call("/v1/compare", form(fields)),
        status,
        failure.code,
      );
      expect(error.details).toMatchObject({ field });
    }
    await expectAlive(service);
  });

  it("keep no face of a photo that was refused", async () => {
    const { call } = startService();
    await call(enrolment, jpeg(photoThatFails({ code: "face_not_found" })));
    await expectRefusal(await call("/v1/subjects/alice"), 404, "not_found");
  });
});

describe("a comparison", () => {
  it.each<[string, RequestInit, number, string, string | undefined]>([
    ["one photo alone", form({ image_a: image }), 400, "invalid_request", "image_b"],
    ["one photo under another name", json({ image: base64(image) }), 400, "invalid_request", "image_a"],
    ["a raw photo", jpeg(image), 415, "unsupported_media_type", undefined],
  ])("of %s is refused", async (_, init, status, code, field) => {
    const error = await expectRefusal(await startService().call("/v1/compare", init), status, code);
    if (field !== undefined) expect(error.details).toEqual({ field });
    else expect(error.message).toContain('"image_a" and "image_b"');
  });
});

describe("a stored record that is damaged", () => {
  it("is 500 with the face's id and no reason, and can be deleted", async () => {
    const { call, log } = startService();
    const edge = { ...json({ consistency: "edge" }), method: "PATCH" };
    expect((await call("/v1/settings", edge)).status).toBe(200);
    const enrolled = (await (await call(enrolment, jpeg(image))).json()) as { face_id: FaceId };
    await templates.put(faceKey(defaultTenant, "alice" as SubjectId, enrolled.face_id), "aaaa");
    const error = await expectRefusal(await call("/v1/subjects/alice/verify", jpeg(image)), 500, "internal");
    expect(error.details).toEqual({ face_id: enrolled.face_id });
    expect(log.at(-1)).toMatchObject({ level: "error", code: "corrupt_record" });
    const path = `/v1/subjects/alice/faces/${enrolled.face_id}`;
    expect((await call(path, { method: "DELETE" })).status).toBe(200);
  });
});

describe("a bug", () => {
  it.each<[string, () => [Service, Promise<Response>]]>([
    [
      "in the pipeline",
      () => {
        const service = startService();
        return [service, service.call(enrolment, jpeg(photoThatThrows))];
      },
    ],
    [
      "in the store",
      () => {
        const beginAttempt = () => Promise.reject(new Error("KV is down at 10.0.0.1"));
        const service = startService({ trust: { openDirectory: directoriesWith({ beginAttempt }) } });
        return [service, service.call("/v1/subjects/alice/verify", jpeg(image))];
      },
    ],
  ])("%s is 500 without a trace, and the log has it under the same id", async (_, run) => {
    const [service, answer] = run();
    const response = await answer;
    const text = await response.clone().text();
    await expectRefusal(response, 500, "internal");
    expect(text).not.toMatch(/Error|\.ts|bug of the pipeline|10\.0\.0\.1/);
    expect(service.log).toMatchObject([
      { event: "unexpected", request_id: response.headers.get("X-Request-Id"), stack: expect.any(String) },
      { event: "request", level: "error", status: 500, code: "internal" },
    ]);
    await expectAlive(service);
  });
});

describe("a caller", () => {
  const routes: [string, string][] = [
    ["GET", "/v1/subjects"],
    ["GET", "/v1/subjects/alice"],
    ["DELETE", "/v1/subjects/alice"],
    ["POST", "/v1/subjects/alice/faces"],
    ["DELETE", "/v1/subjects/alice/faces/f1"],
    ["POST", "/v1/subjects/alice/verify"],
    ["POST", "/v1/compare"],
    ["GET", "/v1/nothing"],
    ["GET", "/v1"],
  ];

  it.each(routes)("without a key gets 401 from %s %s", async (method, path) => {
    const response = await startService().call(path, { method, headers: { Authorization: "" } });
    await expectRefusal(response, 401, "unauthorized");
    expect(response.headers.get("WWW-Authenticate")).toMatch(/^Bearer/);
  });

  it.each([
    "Bearer intruder",
    "Bearer test-key2",
    "Bearer Test-key",
    "Basic test-key",
    "test-key",
    "Bearer ",
  ])("with %j gets 401, and nothing of it is logged", async (authorization) => {
    const { call, log } = startService();
    await expectRefusal(
      await call("/v1/subjects", { headers: { Authorization: authorization } }),
      401,
      "unauthorized",
    );
    expect(log).toMatchObject([{ route: "/v1/subjects", status: 401, code: "unauthorized" }]);
    expect(JSON.stringify(log)).not.toMatch(/intruder|test-key/i);
  });

  it("may write the scheme in any case", async () => {
    const response = await startService().call("/v1/subjects", {
      headers: { Authorization: "bEARER test-key" },
    });
    expect(response.status).toBe(200);
  });

  it("is refused for the key before the path is checked", async () => {
    const init = jpeg(image, { Authorization: "Bearer wrong" });
    await expectRefusal(await startService().call("/v1/subjects/a%2Fb/faces", init), 401, "unauthorized");
  });

  it("with a body declared too large is refused before anybody looks the key up", async () => {
    const never = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    const init = jpeg(never, { Authorization: "Bearer wrong", "Content-Length": "99999999999" });
    const openDirectory = () => {
      throw new Error("a directory was asked");
    };
    const { call } = startService({ trust: { openDirectory } });
    await expectRefusal(await call("/v1/subjects/alice/faces", init), 413, "body_too_large");
  });

  it.each(["test-key", "dev-key", "undefined"])(
    "with %j is refused when no key is configured",
    async (key) => {
      const { call } = startService({ config: { apiKey: undefined, environment: "development" } });
      const response = await call("/v1/subjects", { headers: { Authorization: `Bearer ${key}` } });
      await expectRefusal(response, 401, "unauthorized");
    },
  );

  it("with dev-key gets in on localhost in development alone", async () => {
    const init = { headers: { Authorization: "Bearer dev-key" } };
    for (const [environment, status] of [
      ["development", 200],
      ["production", 401],
    ] as const) {
      const { call } = startService({ config: { apiKey: "dev-key", environment } });
      expect((await call("/v1/subjects", init)).status).toBe(status);
    }
  });
});

describe("every answer", () => {
  const everywhere: [string, RequestInit][] = [
    ["/healthz", {}],
    ["/v1/subjects", {}],
    ["/v1/subjects", { headers: { Authorization: "" } }],
    ["/nothing", {}],
    ["/healthz", { method: "PUT" }],
    ["/healthz", { method: "OPTIONS" }],
    [enrolment, jpeg(photoThatThrows)],
  ];

  it.each(everywhere)(
    "from %s with %j is private, and says nothing of what runs here",
    async (path, init) => {
      const { headers } = await startService().call(path, init);
      expect(Object.fromEntries(headers)).toMatchObject({
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "x-request-id": expect.stringMatching(/^[A-Za-z0-9._-]{1,128}$/),
      });
      expect([headers.has("Server"), headers.has("X-Powered-By")]).toEqual([false, false]);
    },
  );

  it.each(["a", "A-1_b.c", "a".repeat(128)])("carries the caller's own request id %j", async (id) => {
    const response = await startService().call("/healthz", { headers: { "X-Request-Id": id } });
    expect(response.headers.get("X-Request-Id")).toBe(id);
    expect(await response.json()).toMatchObject({ request_id: id });
  });

  it.each(["", "a b", "a/b", '"}', "a".repeat(129)])("carries a new id in place of %j", async (id) => {
    const response = await startService().call("/healthz", { headers: { "X-Request-Id": id } });
    expect(response.headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("leaves one line in the log, which names the route and not the person", async () => {
    const { call, log } = startService();
    await call("/v1/subjects/alice/faces?face=only", jpeg(image, { "X-Request-Id": "r-1" }));
    expect(log).toEqual([
      {
        level: "info",
        event: "request",
        request_id: "r-1",
        method: "POST",
        route: "/v1/subjects/:subject_id/faces",
        status: 201,
        tenant: "default",
        total_ms: expect.any(Number),
        waited_ms: 0,
        budget_used_bytes: image.length,
        stages_ms: expect.any(Object),
      },
    ]);
    expect(JSON.stringify(log)).not.toContain("alice");
  });
});
