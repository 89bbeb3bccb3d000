/**
 * Memory of one isolate, reserved by requests before they use it. Bodies and decodes take bytes from one budget; a
 * request that finds it spent waits in the order of arrival, and gets `overloaded` when the wait would be long.
 *
 * - A body reserves its declared length as a promise before it is read, and keeps the promise while it arrives at
 *   `leastBytesPerSecond`. A slower sender holds only what it has used; a far slower one is cut off where others wait.
 * - The first `smallBodyBytes` of every body come from a separate part of the budget, so that a small request never
 *   waits behind photos.
 * - A decode holds the memory that its header asks for until it ends, and after that the pixels it left. Codecs keep
 *   their memory between photos, so decodes are counted against that memory, not beside it. The largest decodes also
 *   compute for half a second and more: they take turns, with a pause between two for other requests. A second decode
 *   goes ahead of first ones, since the pixels of the first are freed after it.
 * - A claim is a lease: it ends with the request, or after `leaseMs` without a sign of life. A request that is
 *   cancelled or killed runs no `finally`, and gives no more signs.
 */
import { ok, type Result } from "../errors.ts";
import { type Attempt, createLine, type Line, type Manners } from "./line.ts";

export interface BudgetLimits {
  /** Budget of bodies and decodes together. */
  readonly totalBytes: number;
  /** Part that bodies leave free, so that the decode of an ordinary photo never waits beside a copy of its file. */
  readonly ordinaryDecodeBytes: number;
  /** Further part that bodies leave free, for each byte of the largest body. */
  readonly copiesOfLargestBody: number;
  /** Bytes that bodies may take together whatever the codecs hold. */
  readonly leastForBodiesBytes: number;
  /** First part of each body, which never waits behind a photo. */
  readonly smallBodyBytes: number;
  /** Budget of these first parts together. */
  readonly smallBodiesBytes: number;
  /** Size from which decodes take turns. */
  readonly longDecodeBytes: number;
  /** Pause between two such decodes. */
  readonly breathMs: number;
  /** Longest wait of a request for one thing. */
  readonly maxWaitMs: number;
  /**
   * Time without a sign of life after which a claim ends. It is longer than `beatMs`, at which requests give signs,
   * and than most computing between two signs.
   */
  readonly leaseMs: number;
  readonly beatMs: number;
  /** Pace below which a body loses its promise. */
  readonly leastBytesPerSecond: number;
  /** Time after a promise in which no pace is demanded. */
  readonly graceMs: number;
  /** Pace below which a sender is cut off when others wait for memory. */
  readonly cutOffBytesPerSecond: number;
}

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/**
 * Limits for an isolate of 128 MB. Measured in workerd after a forced collection, with all models loaded, it holds 14
 * MB: 3 of heap, 4 of the models' bytes, 7 of the kernels' memory. The samplers' memory adds 1 to 5. The passive networks
 * add 1 of bytes to the bundle, and 4 of the kernels' memory from the first request that asks for them. With a budget of 67 MB the most seen was 87 MB,
 * garbage included (`npm run bench -- --only memory`). A quarter of the isolate is left for unforeseen needs.
 */
export const isolateLimits: BudgetLimits = {
  totalBytes: 64 * mebibyte,
  ordinaryDecodeBytes: 8 * mebibyte,
  copiesOfLargestBody: 1,
  leastForBodiesBytes: 10 * mebibyte,
  smallBodyBytes: 64 * kibibyte,
  smallBodiesBytes: 8 * mebibyte,
  longDecodeBytes: 32 * mebibyte,
  breathMs: 5,
  maxWaitMs: 4000,
  leaseMs: 5000,
  beatMs: 1000,
  leastBytesPerSecond: 256 * kibibyte,
  graceMs: 500,
  cutOffBytesPerSecond: 32 * kibibyte,
};

export interface Budget {
  /** Opens the account of one request. */
  open(): Claim;
  /** Bytes that claims and codecs hold now. */
  inUseBytes(): number;
}

/** Account of one request. Every method that fails does so with `overloaded`. */
export interface Claim {
  /** Gives a sign of life, due every `beatMs`. */
  beat(): void;
  /** Waits until a body of `bytes` has room, and keeps that room for it while it arrives at pace. */
  expect(bytes: number): Promise<Result<void>>;
  /** Takes `bytes` for a body that grows: first from its promise, then from the budget, in turn. */
  grow(bytes: number): Promise<Result<void>>;
  /** Counts bytes that arrived, for the pace. */
  received(bytes: number): void;
  /** True when others wait for memory while this body, listened to for `listenedMs`, arrives far too slowly. */
  isInTheWay(listenedMs: number): boolean;
  /** Ends the promise: the body is complete and holds `bytes`. */
  complete(bytes: number): void;
  /** Takes room for a decode that needs `bytes` of working memory. */
  decode(bytes: number): Promise<Result<void>>;
  /** Ends a decode; its pixels, `rasterBytes`, stay. */
  decoded(rasterBytes: number): void;
  /** Gives back the pixels of all decodes. */
  forgetRasters(): void;
  /** Registers memory that is given back when the account closes. */
  keep(memory: { free(): void }): void;
  /** Ends the lease, and frees what was kept. */
  close(): void;
  /** Milliseconds waited so far. */
  readonly waitedMs: number;
}

export interface BudgetParts {
  readonly limits?: BudgetLimits;
  /** Bytes that the codecs hold between photos. */
  readonly codecBytes: () => number;
  /** ms since 1970. */
  readonly now?: () => number;
  readonly pause?: (ms: number) => Promise<void>;
}

interface Account {
  /** Bytes of the body that are allocated. */
  heldBytes: number;
  /** Bytes of the body that are promised beyond those held. */
  promisedBytes: number;
  /** Time of the promise, and bytes that have arrived since. */
  promisedAtMs: number;
  receivedBytes: number;
  /** Bytes of the body that arrived. */
  arrivedBytes: number;
  /** Working memory of the current decode. */
  decodeBytes: number;
  /** Pixels left by earlier decodes. */
  rasterBytes: number;
  aliveAtMs: number;
}

const patient: Manners = { yields: false, goesAhead: false };

export function createBudget(parts: BudgetParts): Budget {
  const { limits = isolateLimits, codecBytes, now = Date.now, pause = sleep } = parts;
  const accounts = new Set<Account>();
  const line = () => createLine({ maxWaitMs: limits.maxWaitMs, now, pause });
  const lines = { body: line(), small: line(), decode: line() };
  let longDecodeEndedAtMs = 0;

  const atPace = ({ promisedBytes, promisedAtMs, receivedBytes }: Account) =>
    promisedBytes > 0 &&
    receivedBytes >= (limits.leastBytesPerSecond / 1000) * (now() - promisedAtMs - limits.graceMs);

  const bodyBytes = (account: Account) => account.heldBytes + (atPace(account) ? account.promisedBytes : 0);

  function sums() {
    const nowMs = now();
    let small = 0;
    let large = 0;
    let decodes = 0;
    let rasters = 0;
    let largest = 0;
    for (const account of accounts) {
      if (nowMs - account.aliveAtMs > limits.leaseMs) {
        accounts.delete(account);
        continue;
      }
      const bytes = bodyBytes(account);
      small += Math.min(bytes, limits.smallBodyBytes);
      large += Math.max(0, bytes - limits.smallBodyBytes);
      decodes += account.decodeBytes;
      rasters += account.rasterBytes;
      largest = Math.max(largest, bytes);
    }
    return { small, large, largest, rasters, decodes, codecs: Math.max(codecBytes(), decodes) };
  }

  /** True when the body of an account may become `more` larger than it is. */
  function fitsBody({ heldBytes }: Account, more: number): boolean {
    const largeMore = Math.max(0, heldBytes + more - Math.max(heldBytes, limits.smallBodyBytes));
    const { small, large, largest, rasters, codecs } = sums();
    if (small + more - largeMore > limits.smallBodiesBytes) return false;
    if (largeMore === 0) return true;
    // A body that is alone is always let in: the route limits its length.
    if (large === Math.max(0, heldBytes - limits.smallBodyBytes)) return true;
    // A body that could not be decoded beside the others would be read in vain.
    const copyBytes = limits.copiesOfLargestBody * Math.max(largest, heldBytes + more);
    const decoding = rasters + Math.max(codecs, limits.ordinaryDecodeBytes + copyBytes);
    const after = large + largeMore;
    return after + decoding <= limits.totalBytes || after <= limits.leastForBodiesBytes;
  }

  function fitsDecode(account: Account, more: number): boolean {
    const { large, rasters, decodes } = sums();
    const own = Math.max(0, bodyBytes(account) - limits.smallBodyBytes);
    // A photo that is alone is always let in: the limits of images apply to it.
    if (large === own && rasters === account.rasterBytes && decodes === account.decodeBytes) return true;
    return large + rasters + Math.max(codecBytes(), decodes + more) <= limits.totalBytes;
  }

  function open(): Claim {
    const account: Account = {
      heldBytes: 0,
      promisedBytes: 0,
      promisedAtMs: 0,
      receivedBytes: 0,
      arrivedBytes: 0,
      decodeBytes: 0,
      rasterBytes: 0,
      aliveAtMs: now(),
    };
    const kept: { free(): void }[] = [];
    let waitedMs = 0;
    accounts.add(account);

    function touch(): void {
      account.aliveAtMs = now();
      // An account whose lease ran out may come back.
      accounts.add(account);
    }

    /** `attempt` checks and takes in one step, so that no other request comes between. */
    async function take(line: Line, attempt: () => Attempt, manners = patient): Promise<Result<void>> {
      touch();
      if (line.length === 0 && attempt() === "taken") return ok(undefined);
      const sinceMs = now();
      const taken = await line.wait(attempt, manners);
      waitedMs += now() - sinceMs;
      touch();
      return taken ? ok(undefined) : line.overloaded();
    }

    const lineOf = (bytes: number) => (bytes > limits.smallBodyBytes ? lines.body : lines.small);

    return {
      beat: touch,

      expect(bytes) {
        const more = Math.max(0, bytes - account.heldBytes);
        return take(lineOf(bytes), () => {
          if (!fitsBody(account, more)) return "no memory";
          account.promisedBytes = more;
          account.promisedAtMs = now();
          account.receivedBytes = 0;
          return "taken";
        });
      },

      async grow(bytes) {
        touch();
        if (atPace(account) && account.promisedBytes >= bytes) {
          account.promisedBytes -= bytes;
          account.heldBytes += bytes;
          return ok(undefined);
        }
        account.promisedBytes = 0;
        return take(lineOf(account.heldBytes + bytes), () => {
          if (!fitsBody(account, bytes)) return "no memory";
          account.heldBytes += bytes;
          return "taken";
        });
      },

      received(bytes) {
        account.receivedBytes += bytes;
        account.arrivedBytes += bytes;
        touch();
      },

      isInTheWay(listenedMs) {
        if (lines.body.length + lines.small.length === 0) return false;
        const dueMs = listenedMs - limits.maxWaitMs / 4;
        return account.arrivedBytes < (limits.cutOffBytesPerSecond / 1000) * dueMs;
      },

      complete(bytes) {
        account.promisedBytes = 0;
        account.heldBytes = bytes;
        touch();
      },

      async decode(bytes) {
        const isLong = bytes > limits.longDecodeBytes;
        const attempt = (): Attempt => {
          if (isLong && now() - longDecodeEndedAtMs < limits.breathMs) return "not yet";
          if (!fitsDecode(account, bytes)) return "no memory";
          account.decodeBytes += bytes;
          return "taken";
        };
        // An ordinary decode fits beside all bodies and never waits.
        if (!isLong && attempt() === "taken") return ok(undefined);
        // Large photos would wait for each other's bodies for ever: the youngest makes room.
        return take(lines.decode, attempt, { yields: true, goesAhead: account.rasterBytes > 0 });
      },

      decoded(rasterBytes) {
        if (account.decodeBytes > limits.longDecodeBytes) longDecodeEndedAtMs = now();
        account.decodeBytes = 0;
        account.rasterBytes += rasterBytes;
        touch();
      },

      forgetRasters() {
        account.rasterBytes = 0;
        touch();
      },

      keep(memory) {
        kept.push(memory);
      },

      close() {
        accounts.delete(account);
        for (const memory of kept.splice(0)) memory.free();
      },

      get waitedMs() {
        return waitedMs;
      },
    };
  }

  return {
    open,
    inUseBytes() {
      const { small, large, rasters, codecs } = sums();
      return small + large + rasters + codecs;
    },
  };
}

/** A timer belongs to the request that waits. In workerd it also lets the clock advance. */
function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
