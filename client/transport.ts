/**
 * One request and its answer, by `fetch`. XMLHttpRequest takes its place where the caller wants progress and it
 * exists, since `fetch` in browsers and React Native does not report the progress of an upload.
 */
import type { RequestBody } from "./body.ts";

export interface UploadProgress {
  readonly sentBytes: number;
  readonly totalBytes: number;
}

export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: RequestBody["content"] | undefined;
  readonly signal: AbortSignal;
  readonly onUploadProgress: ((progress: UploadProgress) => void) | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly text: string;
}

/** The platform's `fetch`, or a function like it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Rejects when no answer comes, and when the signal aborts. */
export function send(request: WireRequest, ownFetch: Fetch | undefined): Promise<WireAnswer> {
  const wantsProgress = request.onUploadProgress !== undefined && request.content !== undefined;
  if (wantsProgress && ownFetch === undefined && typeof XMLHttpRequest === "function")
    return sendByXhr(request);
  return sendByFetch(request, ownFetch ?? ((url, init) => fetch(url, init)), wantsProgress);
}

async function sendByFetch(
  { method, url, headers, content, signal, onUploadProgress }: WireRequest,
  fetch: Fetch,
  wantsProgress: boolean,
): Promise<WireAnswer> {
  const counted =
    wantsProgress && typeof ReadableStream === "function"
      ? await countedStream(content as RequestBody["content"], onUploadProgress)
      : undefined;
  const response = await fetch(url, {
    method,
    // The service never redirects: a redirect comes from something else, which must get no photo.
    redirect: "manual",
    headers: { ...headers, ...counted?.headers },
    signal,
    ...(content === undefined ? {} : { body: counted?.stream ?? content }),
    ...(counted === undefined ? {} : { duplex: "half" }),
  });
  return {
    status: response.status,
    header: (name) => response.headers.get(name),
    text: await response.text(),
  };
}

const chunkBytes = 64 * 1024;

/** Streams the body in pieces, counted as the connection takes them. */
async function countedStream(
  content: RequestBody["content"],
  onUploadProgress: WireRequest["onUploadProgress"],
) {
  const whole = new Response(content);
  const type = content instanceof FormData ? whole.headers.get("Content-Type") : null;
  const bytes = new Uint8Array(await whole.arrayBuffer());
  let sentBytes = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const end = Math.min(bytes.length, sentBytes + chunkBytes);
        controller.enqueue(bytes.subarray(sentBytes, end));
        sentBytes = end;
        onUploadProgress?.({ sentBytes, totalBytes: bytes.length });
        if (end === bytes.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, headers: type === null ? {} : { "Content-Type": type } };
}

function sendByXhr({
  method,
  url,
  headers,
  content,
  signal,
  onUploadProgress,
}: WireRequest): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    xhr.open(method, url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => {
      onUploadProgress?.({ sentBytes: loaded, totalBytes: total });
    };
    xhr.onload = () =>
      resolve({
        status: xhr.status,
        header: (name) => xhr.getResponseHeader(name),
        text: xhr.responseText,
      });
    xhr.onerror = () => reject(new TypeError("The request failed."));
    xhr.onabort = () => reject(new TypeError("The request was aborted."));
    xhr.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    xhr.send(content as XMLHttpRequestBodyInit);
  });
}
