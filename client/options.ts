/** Options of a client and of a call. */
import { type Check, type Checks, callback, checked, fields, maybe, rule } from "./check.ts";
import type { Fetch, UploadProgress } from "./transport.ts";

/** Options of a client. */
export interface ClientOptions {
  /** Address of the service, such as https://sameface.example.com, with a path if it has one. */
  readonly url: string;
  /** API key or session token, or a function that gives one and is called before each attempt. */
  readonly key?: string | (() => string | Promise<string>);
  /** Time for one attempt, from the request's first byte to the answer's last; default 60,000. */
  readonly timeoutMs?: number;
  /** Repetitions after the first attempt; default 2. */
  readonly maxRetries?: number;
  /**
   * Longest wait before a repetition; default 60,000. With a longer `Retry-After` the call fails at once, and the
   * error's `retryAfterSeconds` has the time.
   */
  readonly maxRetryWaitMs?: number;
  /**
   * Replacement of the platform's `fetch`. A `TypeError` that it throws counts as a broken connection, like the
   * platform's.
   */
  readonly fetch?: Fetch;
}

/** Options of a call. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
}

export interface UploadOptions extends CallOptions {
  /**
   * Called as the body is sent; a repeated attempt starts again at 0. An error that it throws ends the call, which
   * rejects with it.
   */
  readonly onUploadProgress?: (progress: UploadProgress) => void;
}

/** Longest time of a timer: one that is set for longer fires at once. */
export const longestTimerMs = 2 ** 31 - 1;

const isNumber = (value: unknown): value is number => typeof value === "number";

const timeout = rule(
  `a number of milliseconds, more than 0 and at most ${longestTimerMs}`,
  (value) => isNumber(value) && value > 0 && value <= longestTimerMs,
);

const retries = rule(
  "a whole number, 0 or more",
  (value) => isNumber(value) && value >= 0 && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY),
);

const wait = rule("a number of milliseconds, 0 or more", (value) => isNumber(value) && value >= 0);

/**
 * Checks for methods, not for a class: the signals of React Native and of other windows have classes of their own.
 */
const signal = rule("an AbortSignal", (value) => {
  const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignal>;
  const listens = typeof addEventListener === "function" && typeof removeEventListener === "function";
  return typeof aborted === "boolean" && listens;
});

/** Checked here because the platform's error message contains the address, which may have a password in it. */
const address = rule(
  "an address without a query, as https://sameface.example.com",
  (value) =>
    typeof value === "string" && /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/i.test(value) && isParsed(value),
);

/** React Native has no `canParse`. */
function isParsed(url: string): boolean {
  return typeof URL !== "function" || typeof URL.canParse !== "function" || URL.canParse(url);
}

/** Accepts white space around the key; it is trimmed before the key is sent. */
const keyText = rule(
  "a string of visible ASCII characters",
  (value) => typeof value === "string" && /^[\x21-\x7e]+$/.test(value.trim()),
);

const key: Check = (value, name) => {
  if (typeof value !== "function") keyText(value, name);
};

export function checkGivenKey(given: string): string {
  return checked(keyText, given, "What options.key gives");
}

export const clientOptions = fields<ClientOptions>({
  url: address,
  key: maybe(key),
  timeoutMs: maybe(timeout),
  maxRetries: maybe(retries),
  maxRetryWaitMs: maybe(wait),
  fetch: maybe(callback),
});

export const uploadChecks: Checks<UploadOptions> = {
  signal: maybe(signal),
  timeoutMs: maybe(timeout),
  maxRetries: maybe(retries),
  onUploadProgress: maybe(callback),
};

export const uploadOptions = fields<UploadOptions>(uploadChecks);
