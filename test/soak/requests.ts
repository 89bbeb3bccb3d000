/** Requests of one caller, in each form that the service reads. */
import type { Message } from "../bench/service/connection.ts";

const boundary = "sameface-soak-boundary";

export type Value = string | Uint8Array;

export interface Requests {
  get(path: string): Message;
  delete(path: string): Message;
  /** Sends the photo itself. */
  raw(path: string, photo: Uint8Array, type?: string): Message;
  form(path: string, fields: Readonly<Record<string, Value>>): Message;
  /** Sends photos as base64. */
  json(path: string, fields: unknown, method?: "POST" | "PATCH"): Message;
  withHeaders(message: Message, headers: Readonly<Record<string, string>>): Message;
}

/** Makes a caller's requests; without a key they are nobody's. */
export function requestsOf(key: string | undefined): Requests {
  const authorization: Record<string, string> = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  const post = (path: string, type: string, body: Uint8Array, method = "POST"): Message => ({
    method,
    path,
    headers: { ...authorization, "Content-Type": type },
    body,
  });
  return {
    get: (path) => ({ method: "GET", path, headers: authorization }),
    delete: (path) => ({ method: "DELETE", path, headers: authorization }),
    raw: (path, photo, type = "image/jpeg") => post(path, type, photo),
    form: (path, fields) =>
      post(path, `multipart/form-data; boundary=${boundary}`, formBody(Object.entries(fields))),
    json: (path, fields, method = "POST") =>
      post(path, "application/json", Buffer.from(JSON.stringify(fields, asBase64)), method),
    withHeaders: (message, headers) => ({ ...message, headers: { ...message.headers, ...headers } }),
  };
}

export function formBody(fields: readonly (readonly [string, Value])[]): Buffer {
  const parts = fields.flatMap(([name, value]) => {
    const file = typeof value === "string" ? "" : `; filename="photo.jpg"\r\nContent-Type: image/jpeg`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(value as Uint8Array), Buffer.from("\r\n")];
  });
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

/** `Buffer` has a `toJSON` of its own, which runs first. */
function asBase64(this: Record<string, unknown>, name: string, value: unknown): unknown {
  const raw = this[name];
  return raw instanceof Uint8Array ? Buffer.from(raw).toString("base64") : value;
}
