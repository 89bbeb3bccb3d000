/** Large bodies that repeat one piece, after a start that leads the parser into it. */
import { describe, expect, it } from "vitest";
import type { Result } from "../../../../../src/errors.ts";
import { parseJsonBody } from "../../../../../src/http/request/parsing/json-body.ts";
import { parseMultipart } from "../../../../../src/http/request/parsing/multipart.ts";

/** A fifth of the largest body, since there are many bodies. */
const hostileBytes = 2 * 2 ** 20;
/** The slowest takes 20 ms; a quadratic search would take minutes. */
const maxMs = 1000;

function fill(piece: string, start: string, end: string, length = hostileBytes): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(length);
  const buffer = Buffer.from(body.buffer);
  buffer.fill(piece, "latin1");
  buffer.write(start, "latin1");
  buffer.write(end, length - end.length, "latin1");
  return body;
}

/** Returns "read" or the reason. */
function outcome(run: () => Result<unknown>): string {
  const start = performance.now();
  const result = run();
  expect(performance.now() - start).toBeLessThan(maxMs);
  if (result.ok) return "read";
  return result.failure.code === "invalid_request" ? result.failure.reason : result.failure.code;
}

const long = "-".repeat(70);

describe.each(["-", long])("a form with the boundary %s", (boundary) => {
  const disposition = 'Content-Disposition: form-data; name="image"';
  const pieces = [
    ...'-\r\n \t\0\xff:;="\\a',
    ...[
      "--",
      "\r\n",
      "\r\n\r\n",
      "\r\n--",
      "\n--",
      `\r\n${long}`,
      `\r\n--${boundary}x`,
      `\r\n--${boundary} x`,
    ],
    ...[`\n--${boundary}`, `\r\n--${boundary.slice(0, -1)}`, "A ", "A\r\n", "\r\n-"],
  ];

  it.each(pieces)("of nothing but %j ends in time, without parts", (piece) => {
    const parse = () => parseMultipart(fill(piece, "", ""), `multipart/form-data; boundary="${boundary}"`);
    expect(outcome(parse)).toMatch(
      /^read$|boundary that its Content-Type header names|CRLF|headers of a part|cut off/,
    );
    const parsed = parse();
    expect(parsed.ok ? parsed.value : []).toEqual([]);
  });

  it.each(pieces)("whose photo is %j ends in time", (piece) => {
    for (const encoding of ["binary", "base64"]) {
      const start = `--${boundary}\r\n${disposition}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n`;
      const whole = fill(piece, start, `\r\n--${boundary}--`);
      expect(outcome(() => parseMultipart(whole, `multipart/form-data; boundary="${boundary}"`))).toMatch(
        /^read$|not base64|must be CRLF|Content-Disposition|not well-formed|more than|cut off/,
      );
    }
  });

  it.each(pieces)("whose headers are %j is refused in time", (piece) => {
    const start = `--${boundary}\r\n${disposition}; `;
    expect(
      outcome(() => parseMultipart(fill(piece, start, ""), `multipart/form-data; boundary="${boundary}"`)),
    ).not.toBe("read");
  });
});

describe.each(["", '{"', '{"x":"', '{"image":', '{"image":"', '{"image":"data:', '{"image":"\\n'])(
  "JSON that begins with %j",
  (start) => {
    it.each([
      ...'[]{},:"\\ \t\n\0\xffA=-',
      ...[
        '{"":',
        '"",',
        '"a":"",',
        '"image":"",',
        '{"image":"",',
        '{"image":""}',
        '""',
        "[]",
        "[],",
        '{"a":',
      ],
      ...['\\"', "\\\\", "\\/", "\\n", "\\u0041", "\\u003d", "A ", "A\\n", "AAA "],
    ])("and goes on with %j ends in time", (piece) => {
      for (const end of ["", '"}']) {
        const whole = fill(piece, start, end);
        expect(outcome(() => parseJsonBody(whole, ["image"]))).toMatch(
          /^read$|not base64|is empty|not well-formed|too long|nested too deeply|more than|data URL/,
        );
      }
    });
  },
);

describe("a photo of 10 MiB takes less than 1 MiB beside its body", () => {
  const extraBytes = (run: () => Result<unknown>) => {
    const used = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
    const before = used();
    const result = run();
    const after = used();
    expect(result.ok).toBe(true);
    return after - before;
  };
  const disposition = '--b\r\nContent-Disposition: form-data; name="image"';

  it.each([
    ["in a form", "\xff\xd8\0\x10", `${disposition}\r\n\r\n`, "\r\n--b--"],
    [
      "in a form in base64",
      "/9gA",
      `${disposition}\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
      "\r\n--b--",
    ],
    ["in JSON", "/9gA", '{"image":"', '"}'],
    ["in JSON with escapes", "\\/9gA", '{"image":"data:image\\/jpeg;base64,', '"}'],
  ])("%s", (_, piece, start, end) => {
    const body = Buffer.from(start + piece.repeat(2 * 2 ** 20) + end, "latin1");
    const bytes = new Uint8Array(body.buffer, body.byteOffset, body.length);
    const parse = () =>
      start.startsWith("{")
        ? parseJsonBody(bytes, ["image"])
        : parseMultipart(bytes, "multipart/form-data; boundary=b");
    expect(extraBytes(parse)).toBeLessThan(2 ** 20);
  });
});
