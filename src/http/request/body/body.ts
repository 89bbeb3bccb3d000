/** A request's body, read once into one buffer, within its limit, its time and the isolate's budget. */
import { type Claim, isolateLimits } from "../../../admission/budget.ts";
import { fail, ok, type Result } from "../../../errors.ts";
import { freeBuffer } from "../../../free-buffer.ts";
import { openStream, readerOf } from "./body-stream.ts";

export interface BodyRules {
  readonly limitBytes: number;
  /** Completes the message for a body that is not there: "send a photo". */
  readonly wanted: string;
  readonly claim: Claim;
  readonly patience?: Patience;
  /** Ends the reading when nobody wants the body any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Longest times that a sender may take; a slower one is cut off. */
export interface Patience {
  /** Longest time without a byte, ms. */
  readonly maxSilenceMs: number;
  readonly maxTotalMs: number;
}

/** Default times. Ten megabytes in a minute are 1.4 Mbit/s. */
export const defaultPatience: Patience = { maxSilenceMs: 10_000, maxTotalMs: 60_000 };

/**
 * Bytes of room that are taken with a body's first byte. Doubled while the body grows, they reach `smallBodyBytes`
 * exactly.
 */
const firstBytes = 4 * 1024;

/** Time between two checks whether other requests wait for the room that a slow sender holds, ms. */
const lookMs = 500;

/** Lateness of a check above which the isolate was busy computing, so that bytes may have arrived unread, ms. */
const punctualMs = 50;

/**
 * Reads the bytes of the body, and decodes them where they are gzip. Room is taken for the declared length before a
 * byte is read; for a body without one, as it grows. The buffer belongs to the claim, which frees it when it closes.
 *
 * Fails with `body_too_large`, `invalid_request` (empty, broken off, damaged gzip), `request_timeout`, `overloaded`,
 * or `unsupported_media_type` for another coding.
 */
export async function readBody(request: Request, rules: BodyRules): Promise<Result<Uint8Array<ArrayBuffer>>> {
  const { limitBytes, wanted, claim, patience = defaultPatience, signal } = rules;
  const declared = declaredLength(request);
  if (declared !== undefined && declared > limitBytes) return tooLarge(limitBytes, declared);
  if (request.body === null || declared === 0) return empty(wanted);
  const opened = openStream(request, request.body);
  if (!opened.ok) return opened;
  const { stream, coded } = opened.value;
  const lengthBytes = coded ? undefined : declared;

  if (lengthBytes !== undefined) {
    const room = await claim.expect(lengthBytes);
    if (!room.ok) return room;
  }
  const reader = readerOf(stream);
  const watch = watchSender(patience, claim, signal, () => reader.cancel());
  const growing = createGrowingBuffer(claim, limitBytes, lengthBytes);
  try {
    for (;;) {
      const room = await growing.makeRoom();
      if (!room.ok) return room;
      // The sender's time does not run while the body waits for room.
      watch.listen();
      const { buffer, offset, end } = growing.free();
      // A full buffer is followed by the body's end, or by one byte too many.
      const probe = offset === end;
      const read = await reader.read(
        probe ? new Uint8Array(1) : new Uint8Array(buffer, offset, end - offset),
      );
      if (watch.late !== undefined) return fail({ code: "request_timeout", reason: watch.late });
      if (probe && read.bytes > 0) return lengthBytes === undefined ? tooLarge(limitBytes) : liesOnLength();
      if (!probe) growing.took(read.buffer, read.bytes);
      watch.heard();
      if (read.done) break;
      claim.received(read.bytes);
    }
    const body = growing.finish();
    return body.length === 0 ? empty(wanted) : ok(body);
  } catch {
    if (watch.late !== undefined) return fail({ code: "request_timeout", reason: watch.late });
    const reason = coded
      ? "The body is not well-formed in its Content-Encoding, or broke off before its end."
      : "The body broke off before its end.";
    return fail({ code: "invalid_request", reason });
  } finally {
    watch.stop();
    reader.release();
    growing.abandon();
  }
}

/**
 * Makes a buffer that doubles while a body of unknown length or pace arrives, to at most twice the bytes that have
 * come.
 */
function createGrowingBuffer(claim: Claim, limitBytes: number, lengthBytes: number | undefined) {
  let buffer = new ArrayBuffer(0);
  let size = 0;
  let finished = false;
  const mostBytes = lengthBytes ?? limitBytes;
  return {
    async makeRoom(): Promise<Result<void>> {
      const capacity = buffer.byteLength;
      if (size < capacity || capacity === mostBytes) return ok(undefined);
      // A body without a declared length counts as a photo once it is larger than a small body.
      if (lengthBytes === undefined && capacity === isolateLimits.smallBodyBytes) {
        const room = await claim.expect(mostBytes);
        if (!room.ok) return room;
      }
      const next = Math.min(mostBytes, Math.max(firstBytes, 2 * capacity));
      const room = await claim.grow(next - capacity);
      if (room.ok) buffer = buffer.transfer(next);
      return room;
    },
    free: () => ({ buffer, offset: size, end: buffer.byteLength }),
    /** Takes over the memory after a read, which moved it into another buffer. */
    took(now: ArrayBuffer, bytes: number) {
      buffer = now;
      size += bytes;
    },
    /** Hands the buffer over to the claim. */
    finish(): Uint8Array<ArrayBuffer> {
      finished = true;
      if (size < buffer.byteLength) buffer = buffer.transfer(size);
      claim.complete(size);
      const kept = buffer;
      claim.keep({ free: () => freeBuffer(kept) });
      return new Uint8Array(buffer);
    },
    abandon() {
      if (finished) return;
      freeBuffer(buffer);
      claim.complete(0);
    },
  };
}

/** Cancels the reading of a body that comes too slowly, or that nobody wants. */
function watchSender(
  { maxSilenceMs, maxTotalMs }: Patience,
  claim: Claim,
  signal: AbortSignal | undefined,
  cancel: () => void,
) {
  let late: string | undefined;
  const giveUp = (reason: string) => () => {
    late = reason;
    cancel();
  };
  const silent = giveUp(`no byte came for ${maxSilenceMs} ms`);
  const total = setTimeout(giveUp(`the body took more than ${maxTotalMs} ms`), maxTotalMs);
  // A busy isolate may run a timer before it takes in bytes that have come, so one more turn of the event loop decides.
  const fallSilent = () => {
    silence = setTimeout(silent, Math.min(lookMs, maxSilenceMs));
  };
  let silence = setTimeout(fallSilent, maxSilenceMs);
  const makeWay = giveUp("others waited for the memory of a body that hardly came");
  let isListening = false;
  let listenedMs = 0;
  let lookedAtMs = Date.now();
  const look = setInterval(() => {
    const sinceMs = Date.now() - lookedAtMs;
    lookedAtMs += sinceMs;
    if (isListening && sinceMs <= lookMs + punctualMs) listenedMs += sinceMs;
    if (claim.isInTheWay(listenedMs)) makeWay();
  }, lookMs);
  const unwanted = giveUp("nobody wanted the body any more");
  if (signal?.aborted) unwanted();
  signal?.addEventListener("abort", unwanted);
  return {
    get late() {
      return late;
    },
    /** Begins a silence: the next read ends it. */
    listen() {
      isListening = true;
      clearTimeout(silence);
      silence = setTimeout(fallSilent, maxSilenceMs);
    },
    /** Ends the time that counts against the sender. */
    heard() {
      isListening = false;
    },
    stop() {
      clearInterval(look);
      signal?.removeEventListener("abort", unwanted);
      clearTimeout(total);
      clearTimeout(silence);
    },
  };
}

/** Reads `Content-Length`, bytes; undefined when the body is chunked. */
export function declaredLength(request: Request): number | undefined {
  const header = request.headers.get("Content-Length");
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined;
}

export function empty(wanted: string) {
  return fail({ code: "invalid_request", reason: `The body is empty: ${wanted}.` });
}

function liesOnLength() {
  return fail({ code: "invalid_request", reason: "The body is longer than its Content-Length." });
}

export function tooLarge(limit: number, actual?: number) {
  return fail({ code: "body_too_large", limit, ...(actual === undefined ? {} : { actual }) });
}
