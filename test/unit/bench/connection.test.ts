import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createAnswerReader } from "../../bench/service/answer-reader.ts";
import { type Connection, openConnection } from "../../bench/service/connection.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Starts a server that calls `onData` with all that came on a connection so far. */
async function start(onData: (came: string, socket: Socket) => void) {
  const connections: string[] = [];
  const server = createServer((socket) => {
    const index = connections.push("") - 1;
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      connections[index] += bytes.toString("latin1");
      onData(connections[index], socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connection: Connection = openConnection(new URL(`http://127.0.0.1:${port}/`));
  closing.push(() => {
    connection.close();
    server.close();
  });
  return { connection, connections };
}

const message = { method: "POST", path: "/x", headers: { A: "b" }, body: Buffer.from("0123456789") };
const answer = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe("an answer on a socket", () => {
  it("is whole exactly at its last byte", () => {
    const reader = createAnswerReader();
    const text = answer("hello");
    for (const byte of text.slice(0, -1)) expect(reader.push(Buffer.from(byte))).toBeUndefined();
    expect(reader.push(Buffer.from("o"))).toMatchObject({ status: 200, body: Buffer.from("hello") });
  });

  it("is read from chunks, after interim answers, with names of headers in lower case", () => {
    const text =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 No\r\nRetry-After: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    const found = createAnswerReader().push(Buffer.from(text));
    expect([found?.status, found?.headers.get("retry-after"), found?.body.toString()]).toEqual([
      503,
      "2",
      "abcde",
    ]);
  });

  it("that is none throws", () => {
    expect(() => createAnswerReader().push(Buffer.from("SSH-2.0\r\n\r\n"))).toThrow("no status line");
  });
});

describe("a request on a socket", () => {
  it("goes out whole, and the connection is used again", async () => {
    const { connection, connections } = await start((came, socket) => {
      if (came.endsWith("0123456789")) socket.write(answer("yes"));
    });
    for (let i = 0; i < 2; i++)
      expect(await connection.exchange(message)).toMatchObject({ kind: "answered", status: 200 });
    expect(connections).toHaveLength(1);
    expect(connections[0]).toContain("POST /x HTTP/1.1\r\n");
    expect(connections[0]).toContain("Content-Length: 10\r\n");
  });

  it("goes out in chunks, in pieces", async () => {
    const { connection, connections } = await start((came, socket) => {
      if (came.endsWith("0\r\n\r\n")) socket.write(answer("yes"));
    });
    await connection.exchange(message, { chunked: true, pace: { bytes: 4, everyMs: 5 } });
    expect(connections[0]).toContain(
      "Transfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n4\r\n4567\r\n2\r\n89\r\n0\r\n\r\n",
    );
  });

  it("is answered before its end, and its connection is not used again", async () => {
    const { connection, connections } = await start((_, socket) => socket.write(answer("no")));
    const cut = { stopAfterBytes: 4 };
    expect(await connection.exchange(message, cut)).toMatchObject({ kind: "answered", status: 200 });
    await connection.exchange(message);
    expect(connections).toHaveLength(2);
  });

  it.each([
    ["when all was sent", { hangUp: "sent" } as const],
    ["in the middle of its body", { hangUp: "sent", stopAfterBytes: 4 } as const],
    ["at the first byte of an answer", { hangUp: "answering" } as const],
    ["when patience is over", { stopAfterBytes: 4, patienceMs: 30 }],
  ])("is hung up %s", async (_, manner) => {
    const { connection } = await start((came, socket) => {
      if (came.endsWith("9")) socket.write("HTTP/1.1 200");
    });
    expect(await connection.exchange(message, manner)).toMatchObject({ kind: "hung up" });
  });

  it("is broken when the other side closes without a whole answer", async () => {
    const { connection } = await start((_, socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Le"));
    expect(await connection.exchange(message)).toMatchObject({ kind: "broken" });
  });
});
