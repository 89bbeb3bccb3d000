/** One request and its answer over a TCP socket, byte by byte. */
import { connect } from "node:net";
import { headOf } from "./bytes.ts";
import type { Row } from "./row.ts";

export interface RawAnswer {
  readonly status: number;
  /** Headers by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const timeoutMs = 30_000;

export function exchange(port: number, { request, sent }: Pick<Row, "request" | "sent">): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let received = Buffer.alloc(0);
    let bodySent = sent !== "after 100 Continue";
    const settle = (result: RawAnswer | Error) => {
      clearTimeout(timer);
      socket.destroy();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    const timer = setTimeout(() => settle(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    socket.on("error", settle);
    socket.on("connect", () => {
      socket.write(bodySent ? request : headOf(request));
      if (sent === "and hangs up") socket.end();
    });
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      const interim = /^HTTP\/1\.1 100 [^\r]*\r\n\r\n/.exec(received.toString("latin1"))?.[0];
      if (interim !== undefined) {
        received = received.subarray(interim.length);
        if (!bodySent) socket.write(request.subarray(headOf(request).length));
        bodySent = true;
      }
      const answer = parse(received, false);
      if (answer === undefined) return;
      settle(bodySent ? answer : new Error("the answer came before 100 Continue"));
    });
    socket.on("end", () =>
      settle(parse(received, true) ?? new Error("the connection ended without an answer")),
    );
  });
}

/** Returns undefined for an incomplete answer. An answer without a length ends with the connection. */
function parse(received: Buffer, ended: boolean): RawAnswer | undefined {
  const head = headOf(received).toString("latin1");
  if (!head.endsWith("\r\n\r\n")) return undefined;
  const [statusLine, ...lines] = head.trimEnd().split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const status = Number(statusLine.split(" ")[1]);
  const rest = received.subarray(head.length);
  const body = bodyOf(rest, headers, status, ended);
  return body === undefined ? undefined : { status, headers, body: body.toString() };
}

function bodyOf(rest: Buffer, headers: ReadonlyMap<string, string>, status: number, ended: boolean) {
  if (status === 204) return Buffer.alloc(0);
  if (headers.get("transfer-encoding") === "chunked") return joinChunks(rest);
  const length = headers.get("content-length");
  if (length === undefined) return ended ? rest : undefined;
  return rest.length < Number(length) ? undefined : rest.subarray(0, Number(length));
}

function joinChunks(rest: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const bytes = Number.parseInt(rest.toString("latin1", at, lineEnd), 16);
    const start = lineEnd + 2;
    if (rest.length < start + bytes + 2) return undefined;
    if (bytes === 0) return Buffer.concat(chunks);
    chunks.push(rest.subarray(start, start + bytes));
    at = start + bytes + 2;
  }
}
