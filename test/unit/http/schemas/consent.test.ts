/** Consent is a readable text: white space alone is refused. */
import { describe, expect, it } from "vitest";
import { check } from "../../../../src/http/request/input.ts";
import { enrolmentOptionsSchema } from "../../../../src/http/schemas/requests.ts";

const fields = ["consent_version", "consent_purpose"] as const;

const blank: readonly (readonly [name: string, text: string])[] = [
  ["spaces", "   "],
  ["a tab and line breaks", "\t\r\n"],
  ["a no-break space", "\u00a0"],
  ["an ideographic space", "\u3000"],
  ["other spaces of Unicode", "\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u0085"],
  ["a zero-width space", "\u200b"],
  ["joiners and a byte order mark", "\u200c\u200d\u2060\ufeff"],
  ["marks of direction", "\u200e\u200f\u202a\u2066"],
  ["a soft hyphen", "\u00ad"],
  ["variation selectors and tags", "\ufe0f\u{e0100}\u{e0041}"],
  ["Hangul fillers", "\u115f\u1160\u3164\uffa0"],
  ["a Mongolian vowel separator", "\u180e"],
  ["a braille blank", "\u2800"],
  ["control characters", "\u0000\u0007\u001b\u007f"],
];

describe.each(fields)("%s", (field) => {
  const parse = (text: unknown) => check(enrolmentOptionsSchema, { [field]: text });

  it("is refused when it is empty, by name", () => {
    const reason = `"${field}" must not be empty.`;
    expect(parse("")).toEqual({ ok: false, failure: { code: "invalid_request", field, reason } });
  });

  it.each(blank)("is refused when it has nothing but %s, by name", (_, text) => {
    const reason = `"${field}" must not be blank.`;
    expect(parse(text)).toEqual({ ok: false, failure: { code: "invalid_request", field, reason } });
  });

  it.each(["v2", " v2 ", "\u200f\u05d4\u05e1\u05db\u05de\u05d4", "同意", "👍🏽", ".", "\u0301"])(
    "is kept as it came when it can be read: %j",
    (text) => {
      expect(parse(text)).toEqual({ ok: true, value: { [field]: text } });
    },
  );

  it("has 200 characters and not one more", () => {
    expect(parse("a".repeat(200))).toMatchObject({ ok: true });
    expect(parse("a".repeat(201))).toMatchObject({ ok: false, failure: { field } });
  });
});
