/** Journeys of valid callers, each with a subject of its own from enrolment to deletion. */
import type { Caller } from "./caller.ts";
import type { Photos } from "./photos.ts";
import { type Requests, requestsOf } from "./requests.ts";
import { isMatch, isNoMatch, refuses, says } from "./right-answers.ts";

export interface Setting {
  readonly photos: Photos;
  /** Requests with all scopes. */
  readonly requests: Requests;
  /** Requests with the scope `verify` alone. */
  readonly verifier: Requests;
}

export type Journey = (caller: Caller, setting: Setting) => Promise<void>;

/** Enrols, verifies in every form, shows, changes and deletes. */
export const wholeLife: Journey = async ({ ask, newSubject }, { photos, requests }) => {
  const subject = newSubject();
  const path = `/v1/subjects/${subject}`;
  const metadata = { seat: subject };
  const fields = { image: photos.franck, metadata: JSON.stringify(metadata) };
  const enrolled = await ask("enrol, form", requests.form(`${path}/faces`, fields), says(201));
  const face = `${path}/faces/${String(enrolled.face_id)}`;
  const verify = `${path}/verify`;
  await ask("verify, raw", requests.raw(verify, photos.franckAgain), says(200, isMatch));
  await ask("verify, stranger", requests.json(verify, { image: photos.cage }), says(200, isNoMatch));
  await ask("verify, form", requests.form(verify, { image: photos.franckAgain }), says(200, isMatch));
  const isShown = (body: unknown) => JSON.stringify(body).includes(`"metadata":${JSON.stringify(metadata)}`);
  await ask("subject", requests.get(path), says(200, isShown));
  await ask("face, change", requests.json(face, { metadata: null }, "PATCH"), says(200));
  await ask(
    "subject",
    requests.get(path),
    says(200, (body) => !isShown(body)),
  );
  await ask("face, delete", requests.delete(face), says(200));
  await ask("verify, deleted", requests.raw(verify, photos.franck), refuses("404 subject_has_no_faces"));
};

/** Locks by five failures, and unlocks. */
export const lockedOut: Journey = async ({ ask, newSubject }, { photos, requests }) => {
  const path = `/v1/subjects/${newSubject()}`;
  const verify = `${path}/verify`;
  await ask("enrol, raw", requests.raw(`${path}/faces`, photos.audrey), says(201));
  for (let failure = 0; failure < 5; failure++)
    await ask("verify, stranger", requests.raw(verify, photos.cage), says(200, isNoMatch));
  await ask("verify, locked", requests.raw(verify, photos.audrey), refuses("423 locked"));
  await ask("unlock", { ...requests.get(`${path}/unlock`), method: "POST" }, says(200));
  await ask("verify, raw", requests.raw(verify, photos.audrey), says(200, isMatch));
  await ask("subject, delete", requests.delete(path), says(200));
};

/** Uses a token, which is valid once, for one subject, and gets no distance. */
export const session: Journey = async ({ ask, newSubject }, { photos, requests }) => {
  const path = `/v1/subjects/${newSubject()}`;
  await ask("enrol, JSON", requests.json(`${path}/faces`, { image: photos.franck }), says(201));
  const [, , , subject] = path.split("/");
  const request = { subject_id: subject, action: "verify" };
  const { token } = await ask("session", requests.json("/v1/sessions", request), says(201));
  const phone = requestsOf(String(token));
  const verify = phone.raw(`${path}/verify`, photos.franckAgain);
  await ask(
    "verify, token",
    verify,
    says(200, (body) => isMatch(body) && body.distance === undefined),
  );
  await ask("verify, used token", verify, refuses("401 unauthorized"));
  await ask("subjects, token", phone.get("/v1/subjects"), refuses("403 forbidden"));
  await ask("subject, delete", requests.delete(path), says(200));
};

/** Enrols once with an idempotency key, which is refused for another photo. */
export const enrolledOnce: Journey = async ({ ask, newSubject }, { photos, requests }) => {
  const path = `/v1/subjects/${newSubject()}`;
  const headers = { "Idempotency-Key": path };
  const enrol = (photo: Uint8Array) => requests.withHeaders(requests.raw(`${path}/faces`, photo), headers);
  const first = await ask("enrol, once", enrol(photos.franck), says(201));
  await ask(
    "enrol, again",
    enrol(photos.franck),
    says(201, (body) => body.face_id === first.face_id),
  );
  await ask("enrol, other photo", enrol(photos.franckAgain), refuses("422 idempotency_key_reused"));
  await ask("subject, delete", requests.delete(path), says(200));
};

/** Uses a key until it is revoked. */
export const revokedKey: Journey = async ({ ask }, { requests }) => {
  const made = await ask("key", requests.json("/v1/keys", { name: "soak", scopes: ["read"] }), says(201));
  const reader = requestsOf(String(made.key));
  await ask("subjects, new key", reader.get("/v1/subjects?limit=2"), says(200));
  await ask("subjects, scope", reader.delete("/v1/subjects/resident-franck"), refuses("403 forbidden"));
  await ask("key, revoke", requests.delete(`/v1/keys/${String(made.key_id)}`), says(200));
  await ask("subjects, revoked key", reader.get("/v1/subjects?limit=2"), refuses("401 unauthorized"));
};
