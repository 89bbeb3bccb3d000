/** A request until it is answered: with the key, in time, and again where that is safe. */
import type { RequestBody } from "./body.ts";
import { errorOf, SamefaceError } from "./error.ts";
import { type Fetch, send, type UploadProgress, type WireAnswer } from "./transport.ts";

/** With which a client is made. */
export interface ClientOptions {
  /** Of the service: https://sameface.example.com, with a path if it has one. */
  readonly url: string;
  /** An API key or a session token, or what gives one; it is asked before each attempt. */
  readonly key?: string | (() => string | Promise<string>);
  /** For one attempt, from its first byte to the answer's last; default 60,000. */
  readonly timeoutMs?: number;
  /** After the first attempt; default 2. */
  readonly maxRetries?: number;
  /** A `Retry-After` beyond this is left to you, as `retryAfterSeconds` of the error; default 60,000. */
  readonly maxRetryWaitMs?: number;
  /** In place of the platform's. */
  readonly fetch?: Fetch;
}

/** With which a call is made. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
}

export interface UploadOptions extends CallOptions {
  /** Of the body; a repeated attempt begins again. */
  readonly onUploadProgress?: (progress: UploadProgress) => void;
}

export interface Call {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** From the root of the service, without a query. */
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody;
  /** Whether it does no harm if the service carries it out twice. */
  readonly repeatable: boolean;
}

export type Exchange = (call: Call, options: UploadOptions) => Promise<WireAnswer>;

const defaults = { timeoutMs: 60_000, maxRetries: 2, maxRetryWaitMs: 60_000 };
/** Of the wait before a repetition: half a second, doubled each time. */
const firstWaitMs = 500;
const longestWaitMs = 8_000;

/** The service has done nothing with these. */
const notBegun = ["rate_limited", "not_ready"] as const;
/** It may have. */
const unknown = ["network", "timeout", "bad_answer"] as const;

export function createExchange(client: ClientOptions): Exchange {
  const base = client.url.replace(/\/+$/, "");
  const { maxRetryWaitMs } = { ...defaults, ...withoutUndefined(client) };

  async function attempt(call: Call, options: UploadOptions, timeoutMs: number): Promise<WireAnswer> {
    const key = typeof client.key === "function" ? await client.key() : client.key;
    const { body } = call;
    return inTime(timeoutMs, options.signal, (signal) =>
      send(
        {
          method: call.method,
          url: `${base}${call.path}${call.query ?? body?.query ?? ""}`,
          headers: {
            ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
            ...(body?.contentType === undefined ? {} : { "Content-Type": body.contentType }),
            ...call.headers,
          },
          content: body?.content,
          signal,
          onUploadProgress: options.onUploadProgress,
        },
        client.fetch,
      ),
    );
  }

  return async function exchange(call, options) {
    const { timeoutMs, maxRetries } = {
      ...defaults,
      ...withoutUndefined(client),
      ...withoutUndefined(options),
    };
    for (let retries = 0; ; retries++) {
      const result = await outcome(attempt(call, options, timeoutMs));
      if (!(result instanceof SamefaceError)) return result;
      const waitMs = waitBefore(retries, result);
      const safe = result.is(...notBegun) || (call.repeatable && result.is(...unknown));
      if (!safe || retries >= maxRetries || waitMs > maxRetryWaitMs) throw result;
      await sleep(waitMs, options.signal);
    }
  };
}

/** As the service asks; else a random part of a time that grows, so that callers do not come back together. */
function waitBefore(retries: number, { retryAfterSeconds }: SamefaceError): number {
  if (retryAfterSeconds !== undefined) return 1000 * retryAfterSeconds;
  return Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** retries);
}

/** Expected failures as values; what the caller aborted is thrown. */
async function outcome(attempted: Promise<WireAnswer>): Promise<WireAnswer | SamefaceError> {
  try {
    const answer = await attempted;
    const { status, text, header } = answer;
    return status >= 200 && status < 300 ? answer : errorOf(status, text, header, Date.now());
  } catch (error) {
    if (error instanceof SamefaceError) return error;
    throw error;
  }
}

/** Fails with `timeout` or `network`; with the signal's own reason when it aborts. */
async function inTime<T>(
  timeoutMs: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (outer?.aborted) throw reasonOf(outer);
  const controller = new AbortController();
  const abort = () => controller.abort();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    abort();
  }, timeoutMs);
  outer?.addEventListener("abort", abort);
  try {
    return await work(controller.signal);
  } catch (cause) {
    if (outer?.aborted) throw reasonOf(outer);
    if (late)
      throw new SamefaceError("timeout", `No answer came within ${timeoutMs} ms.`, { status: 0, cause });
    throw new SamefaceError("network", "The service could not be reached.", { status: 0, cause });
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", abort);
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      if (signal?.aborted) reject(reasonOf(signal));
      else resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

/** React Native's signals have none. */
function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? Object.assign(new Error("The call was aborted."), { name: "AbortError" });
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
