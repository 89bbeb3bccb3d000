import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { closestFace } from "../../src/identity/closest.ts";
import { decodeCursor, encodeCursor } from "../../src/identity/cursor.ts";
import {
  type FaceId,
  parseFaceId,
  parseSubjectId,
  parseTenantId,
  type SubjectId,
} from "../../src/identity/ids.ts";
import { faceKey } from "../../src/identity/keys.ts";
import type { StoredFace } from "../../src/identity/store.ts";
import { faceId, subjectId, tenantId } from "./arbitraries.ts";

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

describe("parseTenantId", () => {
  it.each(["a", "default", "acme-2", "0", "a".repeat(32)])("takes %j", (text) => {
    expect(parseTenantId(text)).toBe(text);
  });

  it.each(["", "-a", "a-", "A", "a.b", "a/b", "a!b", "a_b", "a".repeat(33), "ä"])("refuses %j", (text) => {
    expect(parseTenantId(text)).toBeUndefined();
  });
});

describe("faceKey", () => {
  it("is another for every face, subject and tenant, in fewer bytes than KV allows", () => {
    const name = fc.tuple(tenantId, subjectId, faceId);
    fc.assert(
      fc.property(name, name, (a, b) => {
        expect(faceKey(...a) === faceKey(...b)).toBe(a.join() === b.join());
        expect(Buffer.byteLength(faceKey(...a))).toBeLessThanOrEqual(228);
      }),
    );
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
