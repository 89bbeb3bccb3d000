/**
 * One HTTP/1.1 connection on a plain socket, kept alive between exchanges, for whole, slow, chunked and broken
 * requests, which no HTTP library sends. An answer counts from the moment it is complete, even when the request is
 * not.
 */
import { connect, type Socket } from "node:net";
import { createAnswerReader, type WireAnswer } from "./answer-reader.ts";

export interface Message {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
}

/** Manner of sending a message; the default is whole and at once. */
export interface Manner {
  /** Sends without `Content-Length`, in chunks of 64 KiB. */
  readonly chunked?: boolean;
  /** Length that the head declares, when it differs from the body's. */
  readonly declaredBytes?: number;
  /** Sends the body in pieces, one each `everyMs`. */
  readonly pace?: { readonly bytes: number; readonly everyMs: number };
  /** Bytes of the body after which sending stops. */
  readonly stopAfterBytes?: number;
  /** Closes the socket when everything is sent, or at the first byte of an answer. */
  readonly hangUp?: "sent" | "answering";
  /** Closes the socket this long after the start in any case. */
  readonly patienceMs?: number;
}

export type Outcome =
  | ({ readonly kind: "answered"; readonly ms: number } & WireAnswer)
  /** This side closed, as `hangUp` or `patienceMs` asked. */
  | { readonly kind: "hung up"; readonly ms: number }
  /** The other side closed or reset before a whole answer. */
  | { readonly kind: "broken"; readonly ms: number; readonly reason: string };

/** Names an outcome: "200", "503 overloaded", "hung up", "broken". */
export function nameOf(outcome: Outcome): string {
  if (outcome.kind !== "answered") return outcome.kind;
  return outcome.status < 400 ? String(outcome.status) : `${outcome.status} ${codeOf(outcome.body)}`;
}

function codeOf(body: Buffer): string {
  try {
    return (JSON.parse(body.toString()) as { error: { code: string } }).error.code;
  } catch {
    return "without a code";
  }
}

const chunkBytes = 64 * 1024;
const defaultPatienceMs = 120_000;

export interface Connection {
  exchange(message: Message, manner?: Manner): Promise<Outcome>;
  close(): void;
}

/** Shorter than workerd keeps an idle connection, so that none is closed as it is used again. */
const maxIdleMs = 3000;

export function openConnection(url: URL): Connection {
  let open: Socket | undefined;
  let usedAt = 0;
  return {
    async exchange(message, manner = {}) {
      const isUsable = open?.writable && open.readable && performance.now() - usedAt < maxIdleMs;
      if (!isUsable) {
        open?.destroy();
        open = await dial(url);
      }
      const outcome = await exchangeOn(open!, url, message, manner);
      usedAt = performance.now();
      return outcome;
    },
    close: () => open?.destroy(),
  };
}

function dial({ hostname, port }: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      // Errors of an idle socket show at its next use.
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

function exchangeOn(socket: Socket, url: URL, message: Message, manner: Manner): Promise<Outcome> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const reader = createAnswerReader();
    let isSent = false;
    let timer: NodeJS.Timeout | undefined;
    let reason = "closed";
    const settle = (outcome: Outcome, isKept: boolean) => {
      clearTimeout(timer);
      clearTimeout(patience);
      socket.off("data", onData).off("close", onClose).off("error", onError);
      if (!isKept) socket.destroy();
      resolve(outcome);
    };
    const ms = () => performance.now() - startedAt;
    const hangUp = () => settle({ kind: "hung up", ms: ms() }, false);
    const onError = (error: Error) => {
      reason = error.message;
    };
    const onClose = () => settle({ kind: "broken", ms: ms(), reason }, false);
    const onData = (bytes: Buffer) => {
      if (manner.hangUp === "answering") return hangUp();
      const answer = reader.push(bytes);
      if (answer === undefined) return;
      const isKept = isSent && answer.headers.get("connection") !== "close";
      settle({ kind: "answered", ms: ms(), ...answer }, isKept);
    };
    const patience = setTimeout(hangUp, manner.patienceMs ?? defaultPatienceMs);
    socket.on("data", onData).once("close", onClose).on("error", onError);

    const pieces = piecesOf(message, manner);
    const next = () => {
      const piece = pieces.next();
      if (!piece.done) {
        const { pace } = manner;
        socket.write(piece.value, () => {
          if (pace === undefined) next();
        });
        if (pace !== undefined) timer = setTimeout(next, pace.everyMs);
        return;
      }
      isSent = piece.value;
      if (manner.hangUp === "sent") hangUp();
    };
    socket.write(headOf(url, message, manner), next);
  });
}

function headOf(url: URL, { method, path, headers, body }: Message, manner: Manner): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${url.host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (manner.chunked) lines.push("Transfer-Encoding: chunked");
  else if (body !== undefined) lines.push(`Content-Length: ${manner.declaredBytes ?? body.length}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Yields the body's pieces in order. Returns true when they are all that the head declares. */
function* piecesOf(
  { body = new Uint8Array() }: Message,
  { chunked = false, declaredBytes, pace, stopAfterBytes }: Manner,
): Generator<Uint8Array, boolean> {
  const end = Math.min(stopAfterBytes ?? body.length, body.length);
  const step = pace?.bytes ?? (chunked ? chunkBytes : Math.max(1, end));
  for (let at = 0; at < end; at += step) {
    const piece = body.subarray(at, Math.min(at + step, end));
    yield chunked
      ? Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")])
      : piece;
  }
  if (!chunked) return end === (declaredBytes ?? body.length);
  if (end < body.length) return false;
  yield Buffer.from("0\r\n\r\n");
  return true;
}
