/** Calls of the API, and checks of their answers. */
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { BenchPhoto } from "../setup/photos.ts";
import { apiKey } from "./settings.ts";

export interface Call {
  readonly method: "POST" | "GET";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer<ArrayBuffer> | undefined;
}

const authorization = { Authorization: `Bearer ${apiKey}` };
const jpeg = { ...authorization, "Content-Type": "image/jpeg" };

export const subject = "bench";

export function enrolCall(photo: BenchPhoto, who = subject): Call {
  return { method: "POST", path: `/v1/subjects/${who}/faces`, headers: jpeg, body: Buffer.from(photo.bytes) };
}

export function verifyCall(photo: BenchPhoto): Call {
  return {
    method: "POST",
    path: `/v1/subjects/${subject}/verify`,
    headers: jpeg,
    body: Buffer.from(photo.bytes),
  };
}

export function compareCall(a: BenchPhoto, b: BenchPhoto): Call {
  const boundary = "sameface-bench-boundary";
  const part = (name: string, { bytes }: BenchPhoto) => [
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
    bytes,
    "\r\n",
  ];
  const pieces = [...part("image_a", a), ...part("image_b", b), `--${boundary}--\r\n`];
  return {
    method: "POST",
    path: "/v1/compare",
    headers: { ...authorization, "Content-Type": `multipart/form-data; boundary=${boundary}` },
    body: Buffer.concat(pieces.map((piece) => Buffer.from(piece as string))),
  };
}

export interface Answer {
  readonly status: number;
  readonly ms: number;
  readonly body: Record<string, unknown>;
}

const timeoutMs = 120_000;

const agent = new Agent({ keepAlive: true });

/** Sends without `fetch`, which takes 25 ms of its own for a body of 3 MB. */
export async function send(url: URL, { method, path, headers, body }: Call): Promise<Answer> {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  const length = body === undefined ? {} : { "Content-Length": body.length };
  const call = request(new URL(path, url), { method, agent, signal, headers: { ...headers, ...length } });
  call.end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  const answered = await text(response);
  const ms = performance.now() - startedAt;
  return { status: response.statusCode!, ms, body: JSON.parse(answered) as Record<string, unknown> };
}

/** Returns the answer of a call that must succeed. */
export async function sendOk(url: URL, call: Call): Promise<Answer> {
  const answer = await send(url, call);
  if (answer.status >= 300)
    throw new Error(`${call.path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
}
