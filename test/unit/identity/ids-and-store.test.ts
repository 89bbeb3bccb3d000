import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { decodeCursor, encodeCursor } from "../../../src/identity/cursor.ts";
import {
  compareNames,
  type FaceId,
  parseFaceId,
  parseSubjectId,
  parseTenantId,
  type SubjectId,
  type TenantId,
} from "../../../src/identity/ids.ts";
import { faceKey } from "../../../src/identity/records/keys.ts";
import type { StoredFace } from "../../../src/identity/store/store.ts";
import { closestFace } from "../../../src/identity/templates/closest.ts";
import { faceId, subjectId, tenantId } from "../arbitraries.ts";

describe("parseSubjectId", () => {
  it.each(["a", "...", ".a", "user@example.com", "urn:person:42", "A-1_b~c", "a".repeat(128)])(
    "takes %j",
    (text) => {
      expect(parseSubjectId(text)).toBe(text);
    },
  );

  it.each([
    ["marks of e-mail addresses and of other systems' ids", "a+b=c|d"],
    ["Latin beyond ASCII", "Ødegård-Müller"],
    ["Cyrillic, and a letter of it that looks Latin", "\u0430lice"],
    ["fullwidth letters", "ａｄｍｉｎ"],
    ["Arabic, which runs to the left, with its digits", "محمد-٣"],
    ["Hebrew with points", "שָׁלוֹם".normalize("NFC")],
    ["Devanagari with its signs", "हिन्दी"],
    ["Chinese, Japanese, Korean", "李小龍さくら김"],
    ["a letter beyond U+FFFF", "𠀀"],
    ["a mark that has no letter to join", "x\u0301"],
    ["128 letters beyond ASCII in 255 bytes", `${"é".repeat(127)}a`],
    ["63 letters of 4 bytes", "𠀀".repeat(63)],
  ])("takes %s", (_, text) => {
    expect(parseSubjectId(text)).toBe(text);
  });

  it.each([
    ["nothing", ""],
    ["one step of a path", "."],
    ["a step up", ".."],
    ["a slash", "a/b"],
    ["a backslash", "a\\b"],
    ["a percent sign", "%2e%2e"],
    ["NUL", "a\0"],
    ["a line's end", "a\n"],
    ["a space", "a b"],
    ["the keys' separator", "a!b"],
    ["fullwidth dots", "．．"],
    ["a right-to-left mark", "alice\u200f"],
    ["a right-to-left override", "alice\u202e"],
    ["an Arabic letter mark", "alice\u061c"],
    ["an isolate", "\u2066alice\u2069"],
    ["a space of no width", "ali\u200bce"],
    ["a space that does not break", "ali\u00a0ce"],
    ["an ideographic space", "李\u3000龍"],
    ["a joiner of no width", "ali\u200dce"],
    ["a soft hyphen", "ali\u00adce"],
    ["a byte order mark", "\ufeffalice"],
    ["a variation selector", "a\ufe0f"],
    ["a variation selector beyond U+FFFF", "a\u{e0100}"],
    ["a grapheme joiner", "a\u034fb"],
    ["a Hangul filler", "\u3164"],
    ["a tag", "a\u{e0061}"],
    ["a line separator", "a\u2028b"],
    ["DEL", "a\u007f"],
    ["a control beyond ASCII", "a\u0085"],
    ["half of a pair", "a\ud840"],
    ["a letter of private use", "a\ue000"],
    ["a letter that is not assigned", "a\u0378"],
    ["an emoji", "a\u{1f600}"],
    ["a quote", "a'b"],
    ["letters that could be one, NFD", "e\u0301"],
    ["a letter that is two in NFC", "\u0958"],
    ["the sign of Kelvin, which is K", "\u212a"],
    ["129 letters", "a".repeat(129)],
    ["129 letters beyond U+FFFF", "𠀀".repeat(129)],
    ["256 bytes", "é".repeat(128)],
  ])("refuses %s", (_, text) => {
    expect(parseSubjectId(text)).toBeUndefined();
  });
});

describe("parseFaceId", () => {
  it.each(["8d0a9b5e-2f0c-4a0e-9f4f-0d9a2c1b7e11", "a".repeat(64)])("takes %j", (text) => {
    expect(parseFaceId(text)).toBe(text);
  });

  it.each(["", ".", "a.b", "a!b", "a/b", "a".repeat(65)])("refuses %j", (text) => {
    expect(parseFaceId(text)).toBeUndefined();
  });
});

describe("parseTenantId", () => {
  it.each(["a", "default", "acme-2", "0", "a".repeat(32), "acme@eu", "a@us", `${"a".repeat(32)}@fedramp`])(
    "takes %j",
    (text) => {
      expect(parseTenantId(text)).toBe(text);
    },
  );

  it.each([
    "",
    "-a",
    "a-",
    "A",
    "a.b",
    "a/b",
    "a!b",
    "a_b",
    "a".repeat(33),
    "ä",
    "a@",
    "@eu",
    "a@EU",
    "a@uk",
    "a@eu@us",
    "a-@eu",
  ])("refuses %j", (text) => {
    expect(parseTenantId(text)).toBeUndefined();
  });
});

describe("faceKey", () => {
  it("is another for every face, subject and tenant, in fewer bytes than KV allows", () => {
    const name = fc.tuple(tenantId, subjectId, faceId);
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(faceKey(...a) === faceKey(...b)).toBe(a.join() === b.join());
        expect(Buffer.byteLength(faceKey(...a))).toBeLessThanOrEqual(355);
      }),
    );
  });

  it("takes 355 bytes at the longest", () => {
    const longest = faceKey(
      "a".repeat(32) as TenantId,
      `${"é".repeat(127)}a` as SubjectId,
      "a".repeat(64) as FaceId,
    );
    expect(Buffer.byteLength(longest)).toBe(355);
  });

  it("of a name in ASCII is what it was before other scripts were taken", () => {
    const subject = "user@example.com:A-1_b~c." as SubjectId;
    expect(faceKey("acme" as TenantId, subject, "face-1" as FaceId)).toBe(
      "f!acme!user@example.com:A-1_b~c.!face-1",
    );
  });
});

describe("compareNames", () => {
  it("is the order of UTF-8 bytes", () => {
    fc.assert(
      fc.property(subjectId, subjectId, (a, b) => {
        expect(Math.sign(compareNames(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it.each([
    ["ａ", "𠀀"],
    ["𠀀", "𠀁"],
    ["a", "aa"],
    ["aａ", "a𠀀"],
    ["Z", "a"],
    ["z", "é"],
  ])("has %j before %j", (a, b) => {
    expect(compareNames(a, b)).toBeLessThan(0);
    expect(compareNames(b, a)).toBeGreaterThan(0);
    expect(compareNames(a, a)).toBe(0);
  });

  it("is not the order of UTF-16 units", () => {
    expect("ａ" < "𠀀").toBe(false);
  });
});

describe("a cursor", () => {
  const schema = z.strictObject({ shard: z.int(), after: z.string() });

  it("comes back as it was, in letters that need no escape in a URL", () => {
    fc.assert(
      fc.property(fc.integer(), fc.string({ unit: "grapheme" }), (shard, after) => {
        const text = encodeCursor({ shard, after });
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(decodeCursor(schema, text)).toEqual({ ok: true, value: { shard, after } });
      }),
    );
  });

  const wrap = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

  it.each([
    ["no text", ""],
    ["not base64", "***"],
    ["not JSON", Buffer.from("hello").toString("base64url")],
    ["bytes that are no text", Buffer.from([0xff, 0xfe]).toString("base64url")],
    ["null", wrap(null)],
    ["less than there is", wrap({ shard: 1 })],
    ["more than there is", wrap({ shard: 1, after: "a", prefix: "" })],
    ["another type", wrap({ shard: "1", after: "a" })],
    ["4097 letters", "a".repeat(4097)],
  ])("of %s is refused", (_, text) => {
    expect(decodeCursor(schema, text)).toMatchObject({
      failure: { code: "invalid_request", field: "cursor" },
    });
  });

  it("of random text is refused, and never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => !decodeCursor(schema, text).ok));
  });
});

describe("closestFace", () => {
  const at = (angle: number, name: string, model = "m"): StoredFace => ({
    subjectId: "alice" as SubjectId,
    faceId: name as FaceId,
    embedding: { model, values: new Float32Array([Math.cos(angle), Math.sin(angle)]) },
    createdAt: new Date(0),
  });
  const probe = at(0, "probe").embedding;

  it("is the one at the smallest distance, wherever it stands", () => {
    for (const angles of [
      [0.1, 0.5, 0.9],
      [0.9, 0.1, 0.5],
      [0.5, 0.9, 0.1],
    ]) {
      const result = closestFace(
        probe,
        angles.map((angle) => at(angle, `face-${angle}`)),
      );
      if (!result.ok) throw new Error(result.failure.code);
      expect(result.value.faceId).toBe("face-0.1");
      expect(result.value.distance).toBeCloseTo(2 * Math.sin(0.05), 6);
    }
  });

  it("of no faces is a failure, not a distance", () => {
    expect(closestFace(probe, [])).toMatchObject({ failure: { code: "subject_has_no_faces" } });
  });

  it("fails when one face is of another model, even if another fits, and names it", () => {
    expect(closestFace(probe, [at(0, "new"), at(0, "old", "other")])).toMatchObject({
      failure: { code: "model_mismatch", faceId: "old" },
    });
  });
});
