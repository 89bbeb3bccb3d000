/**
 * Limits the work of keys that are not known yet. Whether a key is good is for its tenant's directory to say, every
 * time; but anybody can write a key that looks like one, and each would wake an object.
 *
 * - A key that was refused is refused again for `refusedMs`, in this isolate. So a key that nobody tried before it was
 *   made works at once, and one that was tried works after that time.
 * - Refusals by a directory are counted by the caller's network, with the platform's rate limit. The limit counts
 *   whenever it is asked, so it is asked after a refusal alone, and its answer is kept for its period: until then,
 *   keys from a network beyond the limit are not looked up.
 * - A key that was admitted here within `admittedMs` is looked up all the same: many callers share an
 *   address, and one with a wrong key does not keep the others out.
 *
 * The platform counts in each location, and an isolate learns of it with its own next refusal: beyond the limit
 * each isolate lets through one key in a period, and the keys that were under way at that moment.
 *
 * Notes hold the SHA-256 of keys. The time that an answer takes reveals no key: whoever can ask about a
 * note has the key itself.
 */

import { toHex } from "../crypto/digest.ts";
import { fail, type Result } from "../errors.ts";
import { networkOf } from "./network.ts";
import { createNotes } from "./notes.ts";
import type { RateLimiter } from "./rate-limit.ts";

const refusedMs = 5_000;
const admittedMs = 300_000;
/** Time for which a network is held up, ms: the period of the limit in wrangler.toml. */
const heldMs = 60_000;

/** Most notes of each kind: together they take less than a megabyte. */
const maxNotes = 1000;

export interface Stranger {
  /** SHA-256 of the key or token that was sent. */
  readonly hash: Uint8Array;
  /** Address of the caller; undefined where the platform does not tell it. */
  readonly address: string | undefined;
}

export interface Strangers {
  /**
   * Answers the result of `lookUp` for an API key, or fails with `rate_limited` or `unauthorized` without calling it.
   */
  meetKey<T>(stranger: Stranger, lookUp: () => Promise<Result<T>>): Promise<Result<T>>;
  /**
   * Answers the result of `verify` for a token. A signature is checked without a directory, so tokens are neither
   * counted nor held up: phones share the addresses of their networks, and most wrong tokens are expired ones.
   */
  meetToken<T>(hash: Uint8Array, verify: () => Promise<Result<T>>): Promise<Result<T>>;
}

export interface StrangersDeps {
  /** Counts refusals; undefined counts none. */
  readonly failures: RateLimiter | undefined;
  readonly clock: () => Date;
}

export function createStrangers({ failures, clock }: StrangersDeps): Strangers {
  /** Reasons of refusals, by key. */
  const refused = createNotes<string>(maxNotes, refusedMs);
  const admitted = createNotes<true>(maxNotes, admittedMs);
  /** Times until which a network is held up, by network. */
  const held = createNotes<number>(maxNotes, heldMs);

  async function meet<T>(name: string, ask: () => Promise<Result<T>>): Promise<Result<T>> {
    const nowMs = clock().getTime();
    const reason = refused.find(name, nowMs);
    if (reason !== undefined) return fail({ code: "unauthorized", reason: `${reason}, as a moment ago` });
    const result = await ask();
    if (!result.ok && result.failure.code === "unauthorized") {
      refused.keep(name, result.failure.reason, nowMs);
    }
    return result;
  }

  async function countRefusal(network: string): Promise<void> {
    if (failures === undefined || (await failures.limit({ key: network })).success) return;
    const nowMs = clock().getTime();
    held.keep(network, nowMs + heldMs, nowMs);
  }

  return {
    meetKey({ hash, address }, lookUp) {
      const name = toHex(hash);
      return meet(name, async () => {
        const network = networkOf(address);
        const nowMs = clock().getTime();
        const untilMs = held.find(network, nowMs);
        if (untilMs !== undefined && admitted.find(name, nowMs) === undefined) {
          const reason = "Too many keys from your address were refused. Check your key, and try again later.";
          return fail({
            code: "rate_limited",
            retryAfterSeconds: Math.ceil((untilMs - nowMs) / 1000),
            reason,
          });
        }
        const result = await lookUp();
        if (result.ok) {
          admitted.keep(name, true, nowMs);
        } else if (result.failure.code === "unauthorized") {
          admitted.forget(name);
          await countRefusal(network);
        }
        return result;
      });
    },
    meetToken: (hash, verify) => meet(toHex(hash), verify),
  };
}
