// @ts-check
/** Calls of the API; answers carry their times besides their bodies. */

/**
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{
 *   box: Point & { width: number, height: number }, score: number,
 *   landmarks: (Point & { name: string })[], quality: Record<string, number> & { reasons: string[] },
 *   crop?: string,
 * }} Face
 * @typedef {{ width: number, height: number, format: string }} Image
 * @typedef {{ stage: string, ms: number }} StageTime
 * @typedef {{ ok: boolean, status: number, body: any, stages: StageTime[], roundTripMs: number }} Answer
 * @typedef {{ method: string, path: string, photos: [field: string, photo: Blob][], json?: object }} Call
 */

/** @param {string} key @param {Call} call @param {AbortSignal} [signal] @returns {Promise<Answer>} */
export async function send(key, { method, path, photos, json }, signal) {
  /** @type {Record<string, string>} */
  const headers = { Authorization: `Bearer ${key}` };
  /** @type {BodyInit | null} */
  let body = null;
  if (json !== undefined) {
    body = JSON.stringify(json);
    headers["Content-Type"] = "application/json";
  } else if (photos.length === 1) {
    [[, body]] = photos;
    headers["Content-Type"] = "application/octet-stream";
  } else if (photos.length > 1) {
    body = new FormData();
    for (const [field, photo] of photos) body.append(field, photo, `${field}.jpg`);
  }
  const startedAt = performance.now();
  const response = await fetch(path, { method, headers, body, signal: signal ?? null });
  const answer = await response.json();
  const roundTripMs = performance.now() - startedAt;
  const stages = readServerTiming(response.headers.get("Server-Timing") ?? "");
  return { ok: response.ok, status: response.status, body: answer, stages, roundTripMs };
}

/** @param {string} header @returns {StageTime[]} */
function readServerTiming(header) {
  return [...header.matchAll(/([\w-]+);dur=([\d.]+)/g)].map(([, stage, ms]) => ({ stage, ms: Number(ms) }));
}

/** Writes the command that makes the same call from a terminal. @param {string} key @param {Call} call @returns {string} */
export function curlOf(key, { method, path, photos }) {
  const names = photos.map(([field, photo]) => [
    field,
    shellSafe(photo instanceof File ? photo.name : "photo.jpg"),
  ]);
  const body =
    names.length === 1
      ? ["-H 'Content-Type: application/octet-stream'", `--data-binary @'${names[0][1]}'`]
      : names.map(([field, name]) => `-F '${field}=@${name}'`);
  const verb = photos.length > 0 ? [] : [`-X ${method}`];
  const parts = ["curl", ...verb, `-H 'Authorization: Bearer ${key === "dev-key" ? key : "<key>"}'`, ...body];
  return `${parts.join(" ")} \\\n  '${location.origin}${path}'`;
}

/** @param {string} name */
function shellSafe(name) {
  return name.replaceAll(/[^\w.@ -]/g, "_");
}
