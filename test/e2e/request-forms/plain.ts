/** Requests of no client in particular, with only the headers that matter. */
import { crlf, key, length, photo } from "./bytes.ts";

interface Plain {
  readonly method?: string;
  readonly path?: string;
  /** `Content-Type`; absent for no such header. */
  readonly type?: string;
  /** `Content-Encoding`; absent for no such header. */
  readonly coding?: string;
  readonly body?: Buffer;
}

/** Makes a request; by default it verifies a photo. */
export function raw({
  method = "POST",
  path = "/v1/subjects/franck/verify",
  type,
  coding,
  body = photo,
}: Plain): Buffer {
  const headers = [
    ...(type === undefined ? [] : [`Content-Type: ${type}\r\n`]),
    ...(coding === undefined ? [] : [`Content-Encoding: ${coding}\r\n`]),
  ];
  return crlf`
    ${method} ${path} HTTP/1.1
    Host: faces.example.com
    Authorization: Bearer ${key}
    ${headers.join("")}Content-Length: ${length}

    ${body}
  `;
}

export function json(
  path: string,
  text: string,
  { type = "application/json", method = "POST" }: { type?: string; method?: string } = {},
): Buffer {
  return raw({ method, path, type, body: Buffer.from(text) });
}

/** Makes a form with the photo. */
export function photoForm(boundary: string): Buffer {
  return crlf`
    --${boundary}
    Content-Disposition: form-data; name="image"; filename="photo.jpg"
    Content-Type: image/jpeg

    ${photo}
    --${boundary}--

  `;
}

/** Notes with a hundred commas, and as many brackets and braces. */
export const busyNotes = JSON.stringify({ note: "[,]{,}".repeat(50) });
