import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closestFace } from "../../src/identity/closest.ts";
import { decodeCursor, encodeCursor } from "../../src/identity/cursor.ts";
import { type FaceId, parseFaceId, parseSubjectId, type SubjectId } from "../../src/identity/ids.ts";
import { faceKey, parseFaceKey, subjectPrefix } from "../../src/identity/keys.ts";
import type { StoredFace } from "../../src/identity/store.ts";
import { faceId, subjectId } from "./arbitraries.ts";

describe("parseSubjectId", () => {
  it.each(["a", "...", ".a", "user@example.com", "urn:person:42", "A-1_b~c", "a".repeat(128)])(
    "takes %j",
    (text) => {
      expect(parseSubjectId(text)).toBe(text);
    },
  );

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
    ["fullwidth letters", "ａｄｍｉｎ"],
    ["a Cyrillic a", "\u0430lice"],
    ["a right-to-left mark", "alice\u202e"],
    ["129 letters", "a".repeat(129)],
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

describe("faceKey", () => {
  it("keeps both ids, whatever they are, in fewer bytes than KV allows", () => {
    fc.assert(
      fc.property(subjectId, faceId, (subject, face) => {
        const key = faceKey(subject, face);
        expect(parseFaceKey(key)).toEqual({ subjectId: subject, faceId: face });
        expect(Buffer.byteLength(key)).toBeLessThanOrEqual(195);
      }),
    );
  });

  it("begins with the prefix of its own subject and of no other", () => {
    fc.assert(
      fc.property(subjectId, subjectId, faceId, (a, b, face) => {
        expect(faceKey(a, face).startsWith(subjectPrefix(b))).toBe(a === b);
      }),
    );
  });

  it("sorts as the subjects' ids do", () => {
    fc.assert(
      fc.property(subjectId, subjectId, faceId, faceId, (a, b, faceA, faceB) => {
        fc.pre(a !== b);
        expect(faceKey(a, faceA) < faceKey(b, faceB)).toBe(a < b);
      }),
    );
  });

  it.each(["", "f!a", "f!a!b!c", "g!a!b", "f!!b", "f!a!", "f!..!b", "f!a/b!c"])(
    "cannot have made %j, and that is not parsed",
    (key) => {
      expect(parseFaceKey(key)).toBeUndefined();
    },
  );
});

describe("a cursor", () => {
  it("comes back as it was, in letters that need no escape in a URL", () => {
    fc.assert(
      fc.property(
        fc.option(fc.string({ minLength: 1, unit: "grapheme" })),
        fc.option(subjectId),
        (page, after) => {
          const text = encodeCursor({ page, after });
          expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
          expect(decodeCursor(text)).toEqual({ ok: true, value: { page, after } });
        },
      ),
    );
  });

  const wrap = (value: unknown) => btoa(encodeURIComponent(JSON.stringify(value)));

  it.each([
    ["no text", ""],
    ["not base64", "***"],
    ["not JSON", btoa("hello")],
    ["a bad escape", btoa("%ff")],
    ["null", wrap(null)],
    ["no subject", wrap({ page: null })],
    ["a subject that is none", wrap({ page: null, after: "a/b" })],
    ["an empty page", wrap({ page: "", after: "a" })],
    ["a number for a page", wrap({ page: 1, after: "a" })],
    ["more than there is", wrap({ page: null, after: "a", prefix: "" })],
    ["4097 letters", "a".repeat(4097)],
  ])("of %s is refused", (_, text) => {
    expect(decodeCursor(text)).toMatchObject({ failure: { code: "invalid_request", field: "cursor" } });
  });

  it("of random text is refused, and never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => !decodeCursor(text).ok));
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
