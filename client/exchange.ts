/** One call until it is answered: adds the key, limits the time, and repeats the request where that is safe. */
import type { OpenBody, RequestBody } from "./body.ts";
import { checked } from "./check.ts";
import { errorOf, SamefaceError } from "./error.ts";
import {
  type ClientOptions,
  checkGivenKey,
  clientOptions,
  longestTimerMs,
  type UploadOptions,
  uploadOptions,
} from "./options.ts";
import { reasonOf } from "./signal.ts";
import { send, type UploadProgress, type WireAnswer } from "./transport.ts";

export interface Call {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path from the root of the service, without a query. */
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody | OpenBody;
  /** True when it does no harm that the service carries the call out twice. */
  readonly repeatable: boolean;
}

export type Exchange = (call: Call, options: UploadOptions) => Promise<WireAnswer>;

const defaults = { timeoutMs: 60_000, maxRetries: 2, maxRetryWaitMs: 60_000 };
/** Longest random wait before the first repetition; doubled for each later one. */
const firstWaitMs = 500;
const longestWaitMs = 8_000;

/** Failures after which the service is known to have done nothing. */
const notBegun = ["rate_limited", "not_ready", "overloaded", "request_timeout"] as const;
/** Failures after which the service may have carried the call out. */
const unknown = ["network", "timeout", "bad_answer"] as const;

/** Throws a `TypeError` for options that a client cannot use. A call with such options rejects with one. */
export function createExchange(client: ClientOptions): Exchange {
  checked(clientOptions, client, "options");
  const base = client.url.replace(/\/+$/, "");
  const { maxRetryWaitMs } = { ...defaults, ...withoutUndefined(client) };

  async function attempt(
    call: Call,
    body: RequestBody | undefined,
    options: UploadOptions,
    timeoutMs: number,
  ): Promise<WireAnswer> {
    const key = typeof client.key === "function" ? checkGivenKey(await client.key()) : client.key;
    return inTime(timeoutMs, options, (signal, onUploadProgress) =>
      send(
        {
          method: call.method,
          url: `${base}${call.path}${call.query ?? body?.query ?? ""}`,
          headers: {
            ...(key === undefined ? {} : { Authorization: `Bearer ${key.trim()}` }),
            ...(body?.contentType === undefined ? {} : { "Content-Type": body.contentType }),
            ...call.headers,
          },
          content: body?.content,
          signal,
          onUploadProgress,
        },
        client.fetch,
      ),
    );
  }

  return async function exchange(call, options) {
    checked(uploadOptions, options, "options");
    const { timeoutMs, maxRetries } = {
      ...defaults,
      ...withoutUndefined(client),
      ...withoutUndefined(options),
    };
    const { signal } = options;
    if (signal?.aborted) throw reasonOf(signal);
    const body = typeof call.body === "function" ? await call.body({ signal, timeoutMs }) : call.body;
    for (let retries = 0; ; retries++) {
      const result = await outcome(attempt(call, body, options, timeoutMs));
      if (!(result instanceof SamefaceError)) return result;
      const waitMs = waitBefore(retries, result.retryAfterSeconds, maxRetryWaitMs, Math.random);
      const safe = result.is(...notBegun) || (call.repeatable && result.is(...unknown));
      if (!safe || retries >= maxRetries || waitMs === undefined) throw result;
      await sleep(waitMs, signal);
    }
  };
}

/**
 * Gives the wait before a repetition, in ms: `Retry-After`, plus a random part of as long again, or of a time that
 * doubles with each repetition where that is longer. The random part keeps callers that were refused together from
 * returning together. Undefined when the service asks for more than `maxRetryWaitMs`.
 */
export function waitBefore(
  retries: number,
  retryAfterSeconds: number | undefined,
  maxRetryWaitMs: number,
  random: () => number,
): number | undefined {
  const longestMs = Math.min(maxRetryWaitMs, longestTimerMs);
  const askedMs = 1000 * (retryAfterSeconds ?? 0);
  if (askedMs > longestMs) return undefined;
  const spreadMs = Math.min(longestWaitMs, Math.max(askedMs, firstWaitMs * 2 ** retries));
  return Math.min(askedMs + random() * spreadMs, longestMs);
}

/** Returns expected failures as values; throws the signal's reason when the caller has aborted. */
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

type OnProgress = ((progress: UploadProgress) => void) | undefined;

/**
 * Rejects with `timeout` or `network`, with the signal's own reason when it aborts, or with the error that the
 * caller's `onUploadProgress` throws. That error must be kept apart from the `TypeError`s of the network.
 */
async function inTime<T>(
  timeoutMs: number,
  { signal: outer, onUploadProgress }: UploadOptions,
  work: (signal: AbortSignal, onUploadProgress: OnProgress) => Promise<T>,
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
  let thrown: { readonly error: unknown } | undefined;
  const report = (progress: UploadProgress) => {
    try {
      onUploadProgress?.(progress);
    } catch (error) {
      thrown ??= { error };
      abort();
    }
  };
  try {
    const done = await work(controller.signal, onUploadProgress && report);
    if (thrown !== undefined) throw thrown.error;
    return done;
  } catch (cause) {
    if (thrown !== undefined) throw thrown.error;
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

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
