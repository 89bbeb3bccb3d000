/** Options of a client and of a call. */
import { type Check, type Checks, callback, checked, fields, maybe, rule } from "./check.ts";
import type { Fetch, UploadProgress } from "./transport.ts";

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
  /**
   * No wait before a repetition is longer; default 60,000. A `Retry-After` beyond it is left to you, as
   * `retryAfterSeconds` of the error.
   */
  readonly maxRetryWaitMs?: number;
  /** In place of the platform's. A `TypeError` of it is taken for a broken connection, as the platform's is. */
  readonly fetch?: Fetch;
}

/** With which a call is made. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
}

export interface UploadOptions extends CallOptions {
  /** Of the body; a repeated attempt begins again. What it throws ends the call, and is thrown by it. */
  readonly onUploadProgress?: (progress: UploadProgress) => void;
}

/** A timer that is set for longer goes off at once. */
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

/** Looks at what it does: React Native's, and those of other windows, are instances of other classes. */
const signal = rule("an AbortSignal", (value) => {
  const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignal>;
  const listens = typeof addEventListener === "function" && typeof removeEventListener === "function";
  return typeof aborted === "boolean" && listens;
});

/** The platform's own message has the address in it, and an address may have a password. */
const address = rule(
  "an address without a query, as https://sameface.example.com",
  (value) =>
    typeof value === "string" && /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/i.test(value) && isParsed(value),
);

/** React Native has no `canParse`. */
function isParsed(url: string): boolean {
  return typeof URL !== "function" || typeof URL.canParse !== "function" || URL.canParse(url);
}

/** Takes white space around it, which is left out on its way. */
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
