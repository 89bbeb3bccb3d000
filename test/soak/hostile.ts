/** Requests that must be refused, each with its code, and requests whose callers go away. */
import type { Message } from "../bench/service/connection.ts";
import { mutate } from "../fuzz/mutate.ts";
import type { Journey, Setting } from "./journeys.ts";
import { formBody, requestsOf } from "./requests.ts";
import { either, goesAway, refuses, says } from "./right-answers.ts";
import { franck, one } from "./single.ts";

const verify = `/v1/subjects/${franck}/verify`;
const detect = "/v1/detect";
const text = (words: string) => Buffer.from(words);
const nobody = requestsOf(undefined);
/** A well-formed key of a tenant that does not exist. */
const strangeKey = `sf_nobody.${"a".repeat(12)}.${"b".repeat(43)}`;

/** Damage leaves a face whole, leaves it unrecognisable, or leaves none. */
const isRefusedPhoto = refuses(
  "413 image_too_large",
  "415 unsupported_media_type",
  "422 invalid_image",
  "422 face_not_found",
  "422 low_quality",
);

export const hostile: readonly Journey[] = [
  one(
    "cut photo",
    ({ photos, requests }) => requests.raw(detect, photos.franck.subarray(0, 8000)),
    refuses("422 invalid_image"),
  ),
  one(
    "damaged photo",
    ({ photos, requests }, { random }) =>
      requests.raw(detect, mutate(photos.franck, photos.png, random).bytes, "application/octet-stream"),
    either(says(200), isRefusedPhoto, refuses("400 invalid_request")),
  ),
  one(
    "damaged PNG, WebP or AVIF",
    ({ photos, requests }, { random }) => {
      const photo = [photos.png, photos.webp, photos.avif][Math.floor(3 * random())];
      return requests.raw(detect, mutate(photo, photos.franck, random).bytes, "application/octet-stream");
    },
    either(says(200), isRefusedPhoto, refuses("400 invalid_request")),
  ),
  one(
    "no face",
    ({ photos, requests }) => requests.raw(detect, photos.noFace),
    refuses("422 face_not_found"),
  ),
  one(
    "bomb of pixels, JPEG",
    ({ photos, requests }) => requests.raw(detect, photos.jpegOfManyPixels),
    refuses("413 image_too_large"),
  ),
  one(
    "bomb of scans",
    ({ photos, requests }) => requests.raw(detect, photos.jpegOfManyScans),
    refuses("413 image_too_large"),
  ),
  one(
    "bomb of pixels, PNG",
    ({ photos, requests }) => requests.raw(detect, photos.pngOfManyPixels),
    refuses("413 image_too_large"),
  ),
  one(
    "text called a photo",
    ({ requests }) => requests.raw(verify, text("hello, world")),
    refuses("415 unsupported_media_type"),
  ),
  one(
    "a PDF",
    ({ requests }) => requests.raw(verify, text("%PDF-1.7\n")),
    refuses("415 unsupported_media_type"),
  ),
  one("an empty body", ({ requests }) => requests.raw(verify, text("")), refuses("400 invalid_request")),
  one(
    "a gigabyte declared",
    ({ photos, requests }) => requests.raw(verify, photos.franck.subarray(0, 1000)),
    refuses("413 image_too_large", "413 body_too_large"),
    () => ({ declaredBytes: 1e9 }),
  ),
  one("no key", ({ photos }) => nobody.raw(verify, photos.franck), refuses("401 unauthorized")),
  one("a wrong key", () => requestsOf("wrong").get("/v1/subjects"), refuses("401 unauthorized")),
  one(
    "a key of nobody's tenant",
    () => requestsOf(strangeKey).get("/v1/subjects"),
    refuses("401 unauthorized"),
  ),
  one(
    "a forged token",
    ({ photos }) => requestsOf(forgedToken()).raw(verify, photos.franck),
    refuses("401 unauthorized"),
  ),
  one("a key without the scope", ({ verifier }) => verifier.get("/v1/subjects"), refuses("403 forbidden")),
  one(
    "a key without the scope, body",
    ({ photos, verifier }) => verifier.raw("/v1/identify", photos.franck),
    refuses("403 forbidden"),
  ),
  one("a tenant's key as root", ({ requests }) => requests.get("/v1/tenants"), refuses("403 forbidden")),
  one(
    "broken JSON",
    ({ requests }) => ofType(requests.raw(verify, text('{"image":')), "application/json"),
    refuses("400 invalid_request"),
  ),
  one(
    "JSON ten thousand deep",
    ({ requests }) =>
      ofType(requests.raw(verify, text("[".repeat(1e4) + "]".repeat(1e4))), "application/json"),
    refuses("400 invalid_request"),
  ),
  one(
    "JSON of another shape",
    ({ requests }) => requests.json(verify, { image: 5 }),
    refuses("400 invalid_request"),
  ),
  one(
    "JSON, an unknown field",
    ({ photos, requests }) => requests.json(verify, { image: photos.franck, maxFmr: 1 }),
    refuses("400 invalid_request"),
  ),
  one(
    "not base64",
    ({ requests }) => requests.json(verify, { image: "%%%" }),
    refuses("400 invalid_request"),
  ),
  one(
    "a form without a boundary",
    ({ requests }) => ofType(requests.raw(verify, text("x")), "multipart/form-data"),
    refuses("400 invalid_request"),
  ),
  one("a cut form", cutForm, refuses("400 invalid_request")),
  one("a form of a thousand parts", manyParts, refuses("400 invalid_request")),
  one(
    "a form without its photo",
    ({ requests }) => requests.form(verify, { face: "only" }),
    refuses("400 invalid_request"),
  ),
  one(
    "an option out of range",
    ({ photos, requests }) => requests.raw(`${verify}?face=all`, photos.franck),
    refuses("400 invalid_request"),
  ),
  one(
    "an impossible subject",
    ({ photos, requests }) => requests.raw("/v1/subjects/%2e%2e%2fa/verify", photos.franck),
    refuses("400 invalid_request"),
  ),
  one(
    "a subject that is not",
    ({ photos, requests }) => requests.raw("/v1/subjects/nobody/verify", photos.franck),
    refuses("404 subject_has_no_faces"),
  ),
  one(
    "a subject that is not, shown",
    ({ requests }) => requests.get("/v1/subjects/nobody"),
    refuses("404 not_found"),
  ),
  one("a route that is not", ({ requests }) => requests.get("/v1/faces"), refuses("404 not_found")),
  one(
    "another method",
    ({ photos, requests }) => ({ ...requests.raw(detect, photos.franck), method: "PUT" }),
    refuses("405 method_not_allowed"),
  ),
];

/** Sends a share of the body and goes away, or sends all of it and goes away before the answer, or in it. */
export const aborted: readonly Journey[] = [
  ...[
    ["raw", ({ photos, requests }: Setting) => requests.raw(verify, photos.franckAgain)] as const,
    [
      "form",
      ({ photos, requests }: Setting) => requests.form(verify, { image: photos.franckAgain }),
    ] as const,
    [
      "JSON",
      ({ photos, requests }: Setting) => requests.json(verify, { image: photos.franckAgain }),
    ] as const,
    ["identify", ({ photos, requests }: Setting) => requests.raw("/v1/identify", photos.cage)] as const,
    [
      "enrol",
      ({ photos, requests }: Setting) => requests.raw("/v1/subjects/gone/faces", photos.noFace),
    ] as const,
  ].flatMap(([form, message]) => [
    one(`gone in the body, ${form}`, message, goesAway, ({ body }, { random }) => ({
      stopAfterBytes: Math.floor(random() * (body?.length ?? 0)),
      hangUp: "sent",
    })),
    one(`gone in chunks, ${form}`, message, goesAway, ({ body }, { random }) => ({
      chunked: true,
      stopAfterBytes: Math.floor(random() * (body?.length ?? 0)),
      hangUp: "sent",
    })),
    one(`gone before the answer, ${form}`, message, goesAway, () => ({ hangUp: "sent" })),
    one(
      `gone at some time, ${form}`,
      message,
      either(goesAway, (outcome) => (outcome.kind === "answered" ? undefined : outcome.kind)),
      (_, { random }) => ({
        patienceMs: 1 + 60 * random(),
      }),
    ),
    one(`gone in the answer, ${form}`, message, goesAway, () => ({ hangUp: "answering" })),
  ]),
];

function ofType(message: Message, type: string): Message {
  return { ...message, headers: { ...message.headers, "Content-Type": type } };
}

function cutForm({ photos, requests }: Setting): Message {
  const whole = requests.form(verify, { image: photos.franck });
  return { ...whole, body: whole.body?.subarray(0, whole.body.length >> 1) };
}

function manyParts({ requests }: Setting): Message {
  const fields = Array.from({ length: 1000 }, (_, i) => [`field${i}`, "a"] as const);
  return { ...requests.form(verify, {}), body: formBody(fields) };
}

function forgedToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = part({ alg: "EdDSA", kid: "a", typ: "sameface-session+jwt" });
  const claims = part({ tenant: "soak", sub: franck, exp: 4102444800 });
  return `${head}.${claims}.${Buffer.alloc(32).toString("base64url")}`;
}
