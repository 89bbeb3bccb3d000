import { describe, expect, it } from "vitest";
import { importAesKey } from "../../../../src/crypto/sealing.ts";
import type { FaceId, SubjectId } from "../../../../src/identity/ids.ts";
import {
  type ExportedFace,
  type ExportPage,
  readPage,
  writePage,
} from "../../../../src/identity/store/export-page.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const key = await importAesKey(random(32));

const details = {
  expiresAt: new Date("2030-01-02T03:04:05.678Z"),
  consent: { version: "v1", purpose: "door", at: new Date(1500) },
  metadata: { door: "3" },
};

function face(name: string, change: Partial<ExportedFace["details"]> = {}): ExportedFace {
  const embedding = { model: "m-1", values: new Float32Array([0.6, 0.8]) };
  return {
    face: { subjectId: "alice" as SubjectId, faceId: name as FaceId, embedding, createdAt: new Date(1000) },
    details: { ...details, ...change },
  };
}

const page: ExportPage = { faces: [face("a"), face("b"), face("c")], nextCursor: "next" };

const linesOf = async (written: ExportPage) =>
  (await writePage(written, key, random)).split("\n").slice(0, -1);
const read = (lines: readonly string[], model: string | null = null, opener = key) =>
  readPage(lines.map((line) => `${line}\n`).join(""), opener, model);

const doesNotOpen = (line: number) => ({
  ok: false,
  failure: {
    code: "invalid_request",
    reason: `Line ${line} cannot be opened: it was sealed with another key, or altered.`,
  },
});

describe("a page of an export", () => {
  it.each<[string, ExportPage]>([
    ["all that can be said of a face", page],
    [
      "nothing but faces",
      {
        faces: [face("a", { expiresAt: null, consent: undefined, metadata: undefined })],
        nextCursor: null,
      },
    ],
    ["no face", { faces: [], nextCursor: null }],
  ])("comes back as it was, with %s", async (_, { faces, nextCursor }) => {
    const lines = await linesOf({ faces, nextCursor });
    expect(lines).toHaveLength(faces.length + 2);
    expect(await read(lines)).toEqual({ ok: true, value: { faces, end: { nextCursor } } });
  });

  it("that was cut off has the faces before, and says that it has no end", async () => {
    const lines = await linesOf(page);
    const cut = { ok: true, value: { faces: page.faces.slice(0, 2), end: undefined } };
    expect(await read(lines.slice(0, 3))).toEqual(cut);
    // The cut is in the middle of a line, which then counts for nothing.
    const text = `${lines.slice(0, 3).join("\n")}\n${lines[3].slice(0, -1)}`;
    expect(await readPage(text, key, null)).toEqual(cut);
  });

  it.each(["", "{}", '{"sameface_export":2,"page":"a"}', '{"sameface_export":1,"page":""}', "no JSON"])(
    "does not begin with %j",
    async (first) => {
      const [, ...rest] = await linesOf(page);
      expect(await read([first, ...rest])).toEqual({
        ok: false,
        failure: { code: "invalid_request", reason: "The body is not an export of this version." },
      });
    },
  );

  it("ends with its end: one line more is refused", async () => {
    const lines = await linesOf(page);
    expect(await read([...lines, lines[1]])).toEqual({
      ok: false,
      failure: { code: "invalid_request", reason: "The body goes on after the end of the page." },
    });
  });

  it("opens with its own key alone", async () => {
    expect(await read(await linesOf(page), null, await importAesKey(random(32)))).toEqual(doesNotOpen(2));
  });

  it("is refused at the line that was moved, left out, altered or taken from another page", async () => {
    const [head, a, b, c, end] = await linesOf(page);
    const [, other] = await linesOf(page);
    expect(await read([head, b, a, c, end])).toEqual(doesNotOpen(2));
    expect(await read([head, a, c, end])).toEqual(doesNotOpen(3));
    expect(await read([head, a, b, end])).toEqual(doesNotOpen(4));
    expect(await read([head, other, b, c, end])).toEqual(doesNotOpen(2));
    expect(await read([head, a, JSON.stringify("AAAA"), c, end])).toEqual(doesNotOpen(3));
    expect(await read([head, a, "[]", c, end])).toEqual(doesNotOpen(3));
  });

  it("is refused with a face of another model than the one asked for, which it names", async () => {
    const lines = await linesOf(page);
    expect((await read(lines, "m-1")).ok).toBe(true);
    expect(await read(lines, "m-2")).toEqual({
      ok: false,
      failure: { code: "model_mismatch", stored: "m-1", expected: "m-2" },
    });
  });
});
