/** Valid requests that stand alone, for people who are enrolled all the while, including large and slow ones. */
import type { Caller } from "./caller.ts";
import type { Journey, Setting } from "./journeys.ts";
import { type Body, either, isMatch, isNoMatch, type Right, refuses, says } from "./right-answers.ts";

export const franck = "resident-franck";
export const audrey = "resident-audrey";
const verify = `/v1/subjects/${franck}/verify`;

/** One request. */
export function one(
  kind: string,
  message: (setting: Setting, caller: Caller) => Parameters<Caller["ask"]>[1],
  right: Right,
  manner?: (message: Parameters<Caller["ask"]>[1], caller: Caller) => Parameters<Caller["ask"]>[3],
): Journey {
  return async (caller, setting) => {
    const sent = message(setting, caller);
    await caller.ask(kind, sent, right, manner?.(sent, caller));
  };
}

const candidates = (body: Body) =>
  ((body.candidates ?? []) as { subject_id: string }[]).map(({ subject_id }) => subject_id);
/** True for a subject enrolled with a photo of that man: the resident, and those of journeys under way. */
const isFranck = (body: Body) =>
  candidates(body).length > 0 && candidates(body).every((id) => id === franck || id.startsWith("soak-"));
const isNobody = (body: Body) => candidates(body).length === 0;

export const valid: readonly Journey[] = [
  one("verify, raw", ({ photos, requests }) => requests.raw(verify, photos.franckAgain), says(200, isMatch)),
  one(
    "verify, form",
    ({ photos, requests }) => requests.form(verify, { image: photos.franckAgain }),
    says(200, isMatch),
  ),
  one(
    "verify, JSON",
    ({ photos, requests }) => requests.json(verify, { image: photos.franckAgain }),
    says(200, isMatch),
  ),
  one(
    "verify, chunked",
    ({ photos, requests }) => requests.raw(verify, photos.franckAgain),
    says(200, isMatch),
    () => ({ chunked: true }),
  ),
  one(
    "verify, receipt",
    ({ photos, requests }) => requests.raw(`${verify}?receipt=true`, photos.franckAgain),
    says(200, (body) => isMatch(body) && typeof body.receipt === "string"),
  ),
  one(
    "verify, PNG",
    ({ photos, requests }) => requests.raw(verify, photos.png, "image/png"),
    says(200, isMatch),
  ),
  one(
    "verify, WebP",
    ({ photos, requests }) => requests.raw(verify, photos.webp, "image/webp"),
    says(200, isMatch),
  ),
  one(
    "verify, AVIF",
    ({ photos, requests }) => requests.raw(verify, photos.avif, "image/avif"),
    says(200, isMatch),
  ),
  one(
    "verify, verifier",
    ({ photos, verifier }) => verifier.raw(verify, photos.franckAgain),
    says(200, (body) => isMatch(body) && body.distance === undefined),
  ),
  one(
    "compare, same",
    ({ photos, requests }) =>
      requests.form("/v1/compare", { image_a: photos.franck, image_b: photos.franckAgain }),
    says(200, isMatch),
  ),
  one(
    "compare, other",
    ({ photos, requests }) => requests.json("/v1/compare", { image_a: photos.franck, image_b: photos.cage }),
    says(200, isNoMatch),
  ),
  one("detect", ({ photos, requests }) => requests.raw("/v1/detect", photos.cage), says(200)),
  one(
    "identify",
    ({ photos, requests }) => requests.raw("/v1/identify", photos.franckAgain),
    says(200, isFranck),
  ),
  one(
    "identify, stranger",
    ({ photos, requests }) => requests.raw("/v1/identify", photos.cage),
    says(200, isNobody),
  ),
  one("subjects", ({ requests }) => requests.get("/v1/subjects?limit=3"), says(200)),
  one("subject", ({ requests }) => requests.get(`/v1/subjects/${franck}`), says(200)),
  one("settings", ({ requests }) => requests.get("/v1/settings"), says(200)),
  one("audit", ({ requests }) => requests.get("/v1/audit?limit=5"), says(200)),
  one("health", ({ requests }) => requests.get("/healthz"), says(200)),
  one("readiness", ({ requests }) => requests.get("/readyz"), says(200)),
  one("public keys", ({ requests }) => requests.get("/.well-known/jwks.json"), says(200)),
];

export const large: readonly Journey[] = [
  one(
    "large, 12 MP",
    ({ photos, requests }) => requests.raw(verify, photos.megapixels12),
    says(200, isMatch),
  ),
  one(
    "large, 10 MB",
    ({ photos, requests }) => requests.raw(verify, photos.tenMegabytes),
    says(200, isMatch),
  ),
  one(
    "large, 10 MB in chunks",
    ({ photos, requests }) => requests.raw(verify, photos.tenMegabytes),
    says(200, isMatch),
    () => ({ chunked: true }),
  ),
  one(
    "large, 10 MB in a form",
    ({ photos, requests }) => requests.form(verify, { image: photos.tenMegabytes }),
    says(200, isMatch),
  ),
  one(
    "large, 10 MB of JSON",
    ({ photos, requests }) => requests.json(verify, { image: photos.tenMegabytesInBase64 }),
    says(200, isMatch),
  ),
  one(
    "large, two of 12 MP",
    ({ photos, requests }) =>
      requests.form("/v1/compare", { image_a: photos.megapixels12, image_b: photos.megapixels12 }),
    says(200, isMatch),
  ),
  one(
    "large, over the limit in chunks",
    ({ photos, requests }) => requests.raw(verify, photos.overLimit),
    refuses("413 image_too_large", "413 body_too_large"),
    () => ({ chunked: true }),
  ),
];

const isServedOrCutOff = either(says(200, isMatch), refuses("408 request_timeout"));

/**
 * Sends ten pieces in one to two seconds: the answer comes, or the body is cut off while others wait for memory.
 * Another stops half-way: it is cut off in time, or gives up.
 */
export const slow: readonly Journey[] = [
  one(
    "slow, raw",
    ({ photos, requests }) => requests.raw(verify, photos.franckAgain),
    isServedOrCutOff,
    ({ body }, { random }) => ({ pace: tenPieces(body, random) }),
  ),
  one(
    "slow, form",
    ({ photos, requests }) => requests.form(verify, { image: photos.franckAgain }),
    isServedOrCutOff,
    ({ body }, { random }) => ({ pace: tenPieces(body, random) }),
  ),
  one(
    "slow, chunked",
    ({ photos, requests }) => requests.raw(verify, photos.franckAgain),
    isServedOrCutOff,
    ({ body }, { random }) => ({ pace: tenPieces(body, random), chunked: true }),
  ),
  one(
    "slow, stops",
    ({ photos, requests }) => requests.raw(verify, photos.franckAgain),
    either(givesUp, refuses("408 request_timeout")),
    ({ body }) => ({ stopAfterBytes: (body?.length ?? 0) >> 1, patienceMs: 4000 }),
  ),
];

function givesUp(...[outcome]: Parameters<Right>): string | undefined {
  return outcome.kind === "hung up" ? undefined : outcome.kind;
}

function tenPieces(body: Uint8Array | undefined, random: () => number) {
  return { bytes: Math.ceil((body?.length ?? 0) / 10), everyMs: 100 + 100 * random() };
}
