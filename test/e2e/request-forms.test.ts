/** The table of request forms: real clients' bytes, sent to workerd unchanged. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crlf, enrolledPhoto, enrolledSubject, key, length } from "./request-forms/bytes.ts";
import { exchange, type RawAnswer } from "./request-forms/exchange.ts";
import { clients, preflight, type Row, refused } from "./request-forms/row.ts";
import { rows } from "./request-forms/rows.ts";
import { startWorkerd } from "./request-forms/workerd.ts";

let workerd: Awaited<ReturnType<typeof startWorkerd>>;
beforeAll(async () => {
  workerd = await startWorkerd();
  const request = crlf`
    POST /v1/subjects/${enrolledSubject}/faces HTTP/1.1
    Host: faces.example.com
    Authorization: Bearer ${key}
    Content-Type: image/jpeg
    Content-Length: ${length}

    ${enrolledPhoto}
  `;
  expect(await exchange(workerd.port, { request })).toMatchObject({ status: 201 });
});
afterAll(() => workerd?.stop());

describe("the table of request forms", () => {
  it.each(rows.map((row) => [`${row.client}: ${row.does}`, row] as const))("%s", async (_, row) => {
    const answer = await exchange(workerd.port, row);
    checkAnswer(answer, row);
  });

  it("has at least 80 rows, every one with bytes of its own", () => {
    expect(rows.length).toBeGreaterThanOrEqual(80);
    const bytes = new Set(rows.map(({ request }) => request.toString("latin1")));
    expect(bytes.size).toBe(rows.length);
    expect(new Set(rows.map(({ client, does }) => `${client}: ${does}`)).size).toBe(rows.length);
  });

  it("has every client, and says of each row where its bytes are from", () => {
    expect(new Set(rows.map(({ client }) => client))).toEqual(new Set(clients));
    expect(rows.filter(({ source }) => source.length < 4)).toEqual([]);
  });

  it("tells the caller what to do in every refusal", () => {
    const silent = rows.filter(({ answer }) => answer.status >= 400 && (answer.says ?? []).length === 0);
    expect(silent.map(({ client, does }) => `${client}: ${does}`)).toEqual([]);
  });
});

describe("what the table rests on", () => {
  it("spells a request as it is written: CRLF, the body's length, bytes as they are", () => {
    const request = crlf`
      POST / HTTP/1.1
      Content-Length: ${length}

      é${Buffer.from([0, 10, 255])}

    `;
    expect(request.toString("latin1")).toBe(
      "POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n\xc3\xa9\0\n\xff\r\n",
    );
  });

  const row = { answer: refused(400, "invalid_request", { field: "face", says: ["largest"] }) } as Row;
  const right = {
    error: { code: "invalid_request", message: '"face": largest', details: { field: "face" } },
  };
  const answer = (status: number, error: object) => ({
    status,
    headers: new Map<string, string>(),
    body: JSON.stringify({ error }),
  });

  it("takes the right answer, and no other status, code, field or message", () => {
    checkAnswer(answer(400, right.error), row);
    expect(() => checkAnswer(answer(415, right.error), row)).toThrow();
    expect(() => checkAnswer(answer(400, { ...right.error, code: "internal" }), row)).toThrow();
    expect(() => checkAnswer(answer(400, { ...right.error, details: {} }), row)).toThrow();
    expect(() => checkAnswer(answer(400, { ...right.error, message: '"face"' }), row)).toThrow();
    const preflightRow = { answer: preflight } as Row;
    expect(() => checkAnswer({ status: 204, headers: new Map(), body: "" }, preflightRow)).toThrow();
  });
});

function checkAnswer({ status, headers, body }: RawAnswer, { answer }: Row): void {
  const json: unknown = body === "" ? {} : JSON.parse(body);
  expect({ status, ...(json as object) }).toMatchObject({ status: answer.status, ...answer.body });
  const message = (json as { error?: { message: string } }).error?.message ?? "";
  for (const words of answer.says ?? []) expect(message).toContain(words);
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    expect([name, headers.get(name.toLowerCase())]).toEqual([name, value]);
  }
}
