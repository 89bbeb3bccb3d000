import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJsonBody } from "../../../../../src/http/request/parsing/json-body.ts";
import {
  maxJsonBytes,
  maxJsonNesting,
  maxJsonValues,
} from "../../../../../src/http/request/parsing/json-scan.ts";

function parse(body: string | Uint8Array, fields: readonly string[] = ["image", "image_b"]) {
  return parseJsonBody(new Uint8Array(Buffer.from(body as string)), fields);
}

/** Returns the decoded photos as text. */
function binariesOf(body: string, fields?: readonly string[]): Record<string, string> {
  const parsed = parse(body, fields);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return Object.fromEntries(
    [...parsed.value.binaries].map(([name, b]) => [name, Buffer.from(b).toString("latin1")]),
  );
}

function reasonOf(body: string | Uint8Array, fields?: readonly string[]): string {
  const parsed = parse(body, fields);
  if (parsed.ok) throw new Error("was accepted");
  if (parsed.failure.code !== "invalid_request") throw new Error(parsed.failure.code);
  return parsed.failure.reason;
}

const notJson = "The body is not well-formed JSON.";

describe("parseJsonBody", () => {
  it("takes photos out and leaves an empty string in their place", () => {
    const parsed = parse('{"face":"only","image":"aGVsbG8=","max_fmr":1e-4}');
    expect(parsed).toEqual({
      ok: true,
      value: {
        value: { face: "only", image: "", max_fmr: 1e-4 },
        binaries: new Map([["image", new Uint8Array(Buffer.from("hello"))]]),
      },
    });
  });

  it("returns views of the body, wherever it lies in its buffer", () => {
    const buffer = new Uint8Array(Buffer.from(`....{"image_b":"d29ybGQ","image":"aGVsbG8="}....`));
    const body = buffer.subarray(4, -4);
    const parsed = parseJsonBody(body, ["image", "image_b"]);
    expect(
      parsed.ok && [...parsed.value.binaries.values()].map((bytes) => Buffer.from(bytes).toString()),
    ).toEqual(["world", "hello"]);
    for (const bytes of parsed.ok ? parsed.value.binaries.values() : []) {
      expect(bytes.buffer).toBe(buffer.buffer);
      expect(bytes.byteOffset).toBeGreaterThanOrEqual(body.byteOffset);
      expect(bytes.byteOffset + bytes.length).toBeLessThanOrEqual(body.byteOffset + body.length);
    }
    expect(Buffer.from(buffer).toString("latin1")).toMatch(/^\.{4}.*\.{4}$/s);
  });

  it.each([
    ["plain", '"aGVsbG8="'],
    ["without padding", '"aGVsbG8"'],
    ["a data URL", '"data:image/jpeg;base64,aGVsbG8="'],
    ["a data URL in capitals, with parameters", '"DATA:image/jpeg;name=a.jpg;BASE64,aGVsbG8="'],
    ["a data URL without a media type", '"data:;base64,aGVsbG8="'],
    ["line breaks of Android and MIME", String.raw`"aGVs\nbG8=\r\n"`],
    ["spaces", '" aGVs bG8= "'],
    ["padding as Gson escapes it", String.raw`"aGVsbG8\u003d"`],
    ["a data URL in code points", String.raw`"\u0064ata:;n\u003d1;base6\u0034,aGVsbG8="`],
    ["a data URL with a quoted parameter", String.raw`"data:image/jpeg;n=\"\\\"\\\\;base64,aGVsbG8="`],
    ["characters as code points", String.raw`"\u0061\u0047Vs\u0062G8\u003D"`],
    ["a data URL of PHP, whose slashes are escaped", String.raw`"data:image\/jpeg;base64,aGVsbG8="`],
  ])("reads base64, %s", (_, text) => {
    expect(binariesOf(`{"image":${text}}`)).toEqual({ image: "hello" });
  });

  it.each(["\\/\\u002b+/", "_-_-"])("reads both alphabets, as %s", (text) => {
    expect(binariesOf(`{"image":"${text}"}`).image).toMatch(/^\xff/);
  });

  it("reads a byte order mark, white space, and a name with escapes", () => {
    expect(binariesOf('\ufeff \r\n\t{ "im\\u0061ge" :\n "aGVsbG8=" } ')).toEqual({ image: "hello" });
  });

  it.each([
    ["null", "null"],
    ["a number", "1"],
    ["a list", '["aGVsbG8="]'],
    ["an object", '{"image":"aGVsbG8="}'],
  ])("leaves a photo's field to the schema that is %s", (_, text) => {
    const parsed = parse(`{"image":${text}}`);
    expect(parsed).toEqual({ ok: true, value: { value: { image: JSON.parse(text) }, binaries: new Map() } });
  });

  it.each(['[{"image":"aGVsbG8="}]', '"image"', '["image","aGVsbG8="]', "null", "12"])(
    "takes nothing out of %s",
    (text) => {
      expect(parse(text)).toEqual({ ok: true, value: { value: JSON.parse(text), binaries: new Map() } });
    },
  );

  const parseList = (text: string) => parseJsonBody(new TextEncoder().encode(text), [], ["frames"]);

  it("takes the strings out of a list that is named, each by its number", () => {
    const parsed = parseList('{"frames": ["aGVsbG8=", "d29ybGQ="], "note": ["aGVsbG8="]}');
    expect(parsed).toMatchObject({ ok: true, value: { value: { frames: ["", ""], note: ["aGVsbG8="] } } });
    const texts =
      parsed.ok && [...parsed.value.binaries].map(([name, bytes]) => [name, `${Buffer.from(bytes)}`]);
    expect(texts).toEqual([
      ["frames.0", "hello"],
      ["frames.1", "world"],
    ]);
  });

  it.each([
    '{"frames": "aGVsbG8="}',
    '{"a": {"frames": ["aGVsbG8="]}}',
    '{"frames": [["aGVsbG8="]]}',
    '["frames", ["aGVsbG8="]]',
  ])("takes nothing out of %s, where no such list is a member of the top object", (text) => {
    expect(parseList(text)).toEqual({ ok: true, value: { value: JSON.parse(text), binaries: new Map() } });
  });

  it("refuses a string of the list that is not base64, by its number", () => {
    expect(parseList('{"frames": ["aGVsbG8=", "?"]}')).toMatchObject({
      ok: false,
      failure: { code: "invalid_request", field: "frames.1" },
    });
  });

  it("takes a field for a text that is not named as binary", () => {
    expect(parse('{"image":"not base64"}', [])).toMatchObject({ value: { value: { image: "not base64" } } });
  });

  it.each([
    ['{"image":"aGVs*G8="}', '"image" is not base64.'],
    ['{"image":"aGVsb"}', '"image" is not base64.'],
    ['{"image":"aGVsbG8\\u00e9"}', '"image" is not base64.'],
    ['{"image":"aGVs\nbG8="}', '"image" is not base64.'],
    ['{"image":"AA\\n\nAA"}', '"image" is not base64.'],
    ['{"image":"AA\\qAA"}', '"image" is not base64.'],
    ['{"image":"AAA\\u003"}', '"image" is not base64.'],
    ['{"image":"AAAA\\u+041"}', '"image" is not base64.'],
    ['{"image":"AAAA\\u0041\\u014a"}', '"image" is not base64.'],
    ['{"image":"AA\\"AA"}', '"image" is not base64.'],
    ['{"image":"AAAA\\\\"}', '"image" is not base64.'],
    ['{"image":""}', '"image" is empty.'],
    ['{"image":" "}', '"image" is empty.'],
    ['{"image":"data:image/png;base64,"}', '"image" is empty.'],
    ['{"image":"data:image/png,aGVsbG8="}', '"image" must be a data URL with base64.'],
    [`{"image":"data:${"x".repeat(257)};base64,aGVsbG8="}`, '"image" must be a data URL with base64.'],
    ['{"image":"data:imäge/png;base64,aGVsbG8="}', '"image" must be a data URL with base64.'],
    ['{"image":"AAAA","image":"AAAA"}', '"image" is given more than once.'],
    ['{"image":"AAAA","im\\u0061ge":1}', '"image" is given more than once.'],
    ['{"metadata":{"a":1,"a":2}}', '"a" is given more than once.'],
    ['{"a b":1,"a b":2}', "A field is given more than once."],
  ])("refuses %s", (body, reason) => {
    expect(reasonOf(body)).toBe(reason);
  });

  it.each([
    "",
    "{",
    "undefined",
    '{"a":1}{"b":2}',
    '{"image":"AAAA"}{"image":"AAAA"}',
    '{"image":"AAAA"',
    '{"image":"AAAA',
    '{"image":"AAAA\\',
    '{"image":"AAAA\\"}',
    '{"image" "AAAA"}',
    '{"image":"AAAA" "AAAA"}',
    '{"image":1 "AAAA"}',
    '{"a":"image":"AAAA"}',
    '{"image":"AAAA",}',
    '{"image":"AAAA"]',
    '{"\\q":1}',
    "{image:'AAAA'}",
  ])("refuses what JSON.parse refuses: %j", (body) => {
    expect(() => JSON.parse(body)).toThrow();
    expect(reasonOf(body)).toBe(notJson);
  });

  it.each([
    ["a value", new Uint8Array([0x22, 0xff, 0x22])],
    ["a name", new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])("refuses %s that is not UTF-8", (_, body) => {
    expect(reasonOf(body)).toBe(notJson);
  });

  it("counts no marks within strings", () => {
    const text = '[{,:\\"'.repeat(2000);
    expect(parse(JSON.stringify({ metadata: { [text]: text } })).ok).toBe(true);
  });

  it("takes exactly as many levels as allowed, and refuses one more", () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect(parse(nested(maxJsonNesting)).ok).toBe(true);
    expect(reasonOf(nested(maxJsonNesting + 1))).toContain("nested too deeply: at most 32 levels");
  });

  it("takes exactly as many values as allowed, and refuses one more", () => {
    const list = (count: number) => JSON.stringify(new Array(count).fill(0));
    expect(parse(list(maxJsonValues)).ok).toBe(true);
    expect(reasonOf(list(maxJsonValues + 1))).toContain("more than 1024 fields and list elements");
  });

  it("takes exactly as many bytes beside photos as allowed, and refuses one more by the field's name", () => {
    const photo = "A".repeat(200_000);
    const body = (length: number) => {
      const frame = '{"image":"","note":"","image_b":""}'.length;
      return `{"image":"${photo}","note":"${"x".repeat(length - frame)}","image_b":"${photo}"}`;
    };
    expect(parse(body(maxJsonBytes)).ok).toBe(true);
    expect(reasonOf(body(maxJsonBytes + 1))).toContain("are accepted");
    expect(parse(`"${"x".repeat(maxJsonBytes - 2)}"`).ok).toBe(true);
    expect(reasonOf(`"${"x".repeat(maxJsonBytes - 1)}"`)).toContain("are accepted");
    expect(reasonOf(`{"photo":"${photo}"}`)).toBe(
      '"photo" is too long: at most 65536 bytes beside "image" and "image_b" are accepted.',
    );
    expect(reasonOf(`{"photo":"${photo}"}`, [])).toBe(
      '"photo" is too long: at most 65536 bytes are accepted.',
    );
    expect(reasonOf(`["${photo}"]`, [])).toBe("The JSON is too long: at most 65536 bytes are accepted.");
  });

  it("agrees with JSON.parse and atob of any object of both", () => {
    const base64 = fc.string({
      unit: fc.constantFrom(...'AQgwZz09+/= *\n"\\é'),
      minLength: 0,
      maxLength: 12,
    });
    const body = fc.record(
      { a: fc.jsonValue({ maxDepth: 3 }), image: base64, z: fc.string() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(body, fc.constantFrom(undefined, 2), (value, indent) => {
        const parsed = parse(JSON.stringify(value, null, indent));
        const expected = value.image === undefined ? undefined : atobOrUndefined(value.image);
        if (value.image !== undefined && !expected) {
          expect(parsed.ok).toBe(false);
          return;
        }
        const sent = JSON.parse(JSON.stringify(value)) as object;
        if (value.image !== undefined) Object.assign(sent, { image: "" });
        expect(parsed).toMatchObject({ ok: true, value: { value: sent } });
        const bytes = parsed.ok ? parsed.value.binaries.get("image") : undefined;
        expect(bytes && Buffer.from(bytes).toString("latin1")).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });
});

function atobOrUndefined(text: string): string | undefined {
  try {
    return atob(text);
  } catch {
    return undefined;
  }
}
