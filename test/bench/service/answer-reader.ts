/** Reads one HTTP/1.1 answer from a socket's bytes (RFC 9112): a length or chunks, no trailers. */
export interface WireAnswer {
  readonly status: number;
  /** Headers by their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface AnswerReader {
  /** Returns the answer once it is complete. */
  push(bytes: Buffer): WireAnswer | undefined;
}

export function createAnswerReader(): AnswerReader {
  let seen: Buffer = Buffer.alloc(0);
  return {
    push(bytes) {
      seen = seen.length === 0 ? bytes : Buffer.concat([seen, bytes]);
      for (;;) {
        const end = seen.indexOf("\r\n\r\n");
        if (end < 0) return undefined;
        const [first, ...lines] = seen.subarray(0, end).toString("latin1").split("\r\n");
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
        if (Number.isNaN(status)) throw new Error(`no status line: ${first}`);
        if (status < 200) {
          // An interim answer, such as 100 Continue, is skipped.
          seen = seen.subarray(end + 4);
          continue;
        }
        const headers = new Map(
          lines.map((line) => {
            const colon = line.indexOf(":");
            return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
          }),
        );
        const body = bodyOf(seen.subarray(end + 4), status, headers);
        return body && { status, headers, body };
      }
    },
  };
}

function bodyOf(bytes: Buffer, status: number, headers: ReadonlyMap<string, string>): Buffer | undefined {
  if (status === 204 || status === 304) return bytes.subarray(0, 0);
  if (headers.get("transfer-encoding") === "chunked") return joinChunks(bytes);
  const length = Number(headers.get("content-length"));
  if (Number.isNaN(length)) throw new Error("an answer without a length");
  return bytes.length < length ? undefined : bytes.subarray(0, length);
}

function joinChunks(bytes: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf("\r\n", at);
    if (end < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, end).toString("latin1"), 16);
    const next = end + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(end + 2, end + 2 + size));
    at = next;
  }
}
