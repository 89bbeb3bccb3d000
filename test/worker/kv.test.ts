import { reset } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import type { FaceId, SubjectId } from "../../src/identity/ids.ts";
import { faceKey } from "../../src/identity/keys.ts";
import { createKvFaceStore } from "../../src/identity/kv.ts";
import type { StoredFace } from "../../src/identity/store.ts";
import { templates } from "./service.ts";

const store = createKvFaceStore(templates);

const alice = "alice" as SubjectId;
const bob = "bob" as SubjectId;

function face(subjectId: SubjectId, name: string, createdAtMs = 0): StoredFace {
  const values = new Float32Array([Math.SQRT1_2, Math.SQRT1_2]);
  const embedding = { model: "m-1", values };
  return { subjectId, faceId: name as FaceId, embedding, createdAt: new Date(createdAtMs) };
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `face-${String(i).padStart(4, "0")}`);
}

async function facesOf(subjectId: SubjectId): Promise<readonly StoredFace[]> {
  const faces = await store.listFaces(subjectId);
  if (!faces.ok) throw new Error(faces.failure.code);
  return faces.value;
}

/** KV may give out fewer keys than asked for; this one gives out ten at most, as if ten were its thousand. */
const inPagesOfTen = new Proxy(templates, {
  get(kv, operation: keyof KVNamespace) {
    if (operation === "list") {
      return (options: KVNamespaceListOptions) =>
        kv.list({ ...options, limit: Math.min(options.limit ?? 10, 10) });
    }
    return kv[operation].bind(kv);
  },
});

/** All pages, and how many there were. */
async function listAll(
  limit: number,
  store = createKvFaceStore(templates),
): Promise<{ subjectIds: string[]; pages: number }> {
  const subjectIds: string[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages++) {
    const page = await store.listSubjects({ limit, cursor });
    if (!page.ok) throw new Error(page.failure.code);
    expect(page.value.subjectIds.length).toBeLessThanOrEqual(limit);
    subjectIds.push(...page.value.subjectIds);
    cursor = page.value.nextCursor;
    if (cursor === undefined) return { subjectIds, pages };
  }
}

beforeEach(reset);

describe("faces of a subject in KV", () => {
  it("come back as they were put in", async () => {
    const stored = face(alice, "face-1", 1234);
    await store.addFace(stored);
    expect(await facesOf(alice)).toEqual([stored]);
  });

  it("are none for a subject that is not known", async () => {
    expect(await store.listFaces(alice)).toEqual({ ok: true, value: [] });
  });

  it("all survive twenty enrolments at the same moment", async () => {
    await Promise.all(names(20).map((name) => store.addFace(face(alice, name))));
    expect((await facesOf(alice)).map(({ faceId }) => faceId)).toEqual(names(20));
  });

  it("are the subject's own, and not those of one whose name begins alike", async () => {
    for (const name of ["al", "alice", "alice-2", "alice.", "alice~", "Alice"]) {
      await store.addFace(face(name as SubjectId, `of-${name.length}`));
    }
    expect((await facesOf(alice)).map(({ subjectId }) => subjectId)).toEqual(["alice"]);
  });

  it.each([99, 100, 101])("are all read when there are %i of them", async (count) => {
    await Promise.all(names(count).map((name) => store.addFace(face(alice, name))));
    expect(await facesOf(alice)).toHaveLength(count);
  });

  it("are all read when KV lists their keys in several pages", async () => {
    await Promise.all(names(25).map((name) => store.addFace(face(alice, name))));
    const faces = await createKvFaceStore(inPagesOfTen).listFaces(alice);
    expect(faces.ok && faces.value).toHaveLength(25);
  });

  it("cost one list and one get to read, up to a hundred of them", async () => {
    await Promise.all(names(100).map((name) => store.addFace(face(alice, name))));
    const operations: string[] = [];
    const counted = new Proxy(templates, {
      get(kv, operation: keyof KVNamespace) {
        return (...args: unknown[]) => {
          operations.push(operation);
          return (kv[operation] as (...args: unknown[]) => unknown).apply(kv, args);
        };
      },
    });
    await createKvFaceStore(counted).listFaces(alice);
    expect(operations).toEqual(["list", "get"]);
  });

  it("are described oldest first, without embeddings", async () => {
    await store.addFace(face(alice, "a", 2000));
    await store.addFace(face(alice, "b", 1000));
    expect(await store.describeFaces(alice)).toEqual({
      ok: true,
      value: [
        { faceId: "b", model: "m-1", createdAt: new Date(1000) },
        { faceId: "a", model: "m-1", createdAt: new Date(2000) },
      ],
    });
  });
});

describe("a record that is not what was written", () => {
  const key = faceKey(alice, "face-1" as FaceId);

  async function writtenText(): Promise<string> {
    await store.addFace(face(alice, "face-1"));
    return (await templates.get(key)) ?? "";
  }

  it.each<[string, (text: string) => string | Uint8Array<ArrayBuffer>]>([
    ["nothing", () => ""],
    ["not base64", () => "***"],
    ["bytes that are no text", () => new Uint8Array([0xff, 0xfe, 0x00])],
    ["cut off", (text) => text.slice(0, -8)],
    [
      "changed in one letter",
      (text) => text.replace(/(?<=^.{30})./, (letter) => (letter === "A" ? "B" : "A")),
    ],
    ["JSON", () => '{"embedding":[1,0]}'],
  ])("fails the whole read as corrupt_record when it is %s", async (_, change) => {
    await templates.put(key, change(await writtenText()));
    await store.addFace(face(alice, "face-2"));
    expect(await store.listFaces(alice)).toMatchObject({
      ok: false,
      failure: { code: "corrupt_record", faceId: "face-1" },
    });
  });

  it("is refused under another subject's key", async () => {
    await templates.put(faceKey(bob, "face-1" as FaceId), await writtenText());
    expect(await store.listFaces(bob)).toMatchObject({ failure: { code: "corrupt_record" } });
  });

  it("of another version is a model_mismatch", async () => {
    const bytes = Uint8Array.from(atob(await writtenText()), (letter) => letter.charCodeAt(0));
    bytes[4] = 9;
    await templates.put(key, btoa(String.fromCharCode(...bytes)));
    expect(await store.listFaces(alice)).toMatchObject({
      failure: { code: "model_mismatch", stored: "record version 9" },
    });
  });

  it.each([undefined, null, {}, { model: 1, createdAtMs: 1 }, { model: "m" }])(
    "cannot be described with %j for metadata",
    async (metadata) => {
      await templates.put(key, await writtenText(), { metadata });
      expect(await store.describeFaces(alice)).toMatchObject({
        failure: { code: "corrupt_record", faceId: "face-1" },
      });
    },
  );

  it("can be deleted all the same", async () => {
    await templates.put(key, "***");
    expect(await store.deleteFace(alice, "face-1" as FaceId)).toEqual({ ok: true, value: undefined });
    await templates.put(key, "***");
    expect(await store.deleteSubject(alice)).toEqual({ ok: true, value: ["face-1"] });
    expect(await store.listFaces(alice)).toEqual({ ok: true, value: [] });
  });
});

describe("deletion", () => {
  it("of a face leaves the others", async () => {
    await Promise.all(["a", "b", "c"].map((name) => store.addFace(face(alice, name))));
    expect((await store.deleteFace(alice, "b" as FaceId)).ok).toBe(true);
    expect((await facesOf(alice)).map(({ faceId }) => faceId)).toEqual(["a", "c"]);
  });

  it("of a face that is not there, or is another subject's, is not_found", async () => {
    await store.addFace(face(bob, "a"));
    expect(await store.deleteFace(alice, "a" as FaceId)).toMatchObject({ failure: { code: "not_found" } });
    expect(await facesOf(bob)).toHaveLength(1);
  });

  it("of a subject takes all pages of its faces, and nobody else's", async () => {
    await Promise.all(names(25).map((name) => store.addFace(face(alice, name))));
    await store.addFace(face("alice-2" as SubjectId, "a"));
    const deleted = await createKvFaceStore(inPagesOfTen).deleteSubject(alice);
    expect(deleted.ok && deleted.value).toHaveLength(25);
    expect(await facesOf(alice)).toEqual([]);
    expect(await facesOf("alice-2" as SubjectId)).toHaveLength(1);
  });

  it("of a subject that is not there is not_found", async () => {
    expect(await store.deleteSubject(alice)).toMatchObject({
      failure: { code: "not_found", what: "subject" },
    });
    expect(await store.describeFaces(alice)).toMatchObject({ failure: { code: "not_found" } });
  });

  it("of the last face is the end of the subject", async () => {
    await store.addFace(face(alice, "a"));
    await store.deleteFace(alice, "a" as FaceId);
    expect(await store.describeFaces(alice)).toMatchObject({ failure: { code: "not_found" } });
    expect(await listAll(10)).toEqual({ subjectIds: [], pages: 1 });
  });
});

describe("the listing of subjects", () => {
  const subjects = ["A", "a", "a-", "a-b", "a.b", "a:b", "a@b", "ab", "a~", "b"].sort() as SubjectId[];

  it("is empty to begin with", async () => {
    expect(await store.listSubjects({ limit: 10 })).toEqual({
      ok: true,
      value: { subjectIds: [], nextCursor: undefined },
    });
  });

  it.each([1, 3, 9, 10, 11])("gives each subject once, in byte order, in pages of %i", async (limit) => {
    for (const subject of subjects) {
      for (const name of ["x", "y", "z"]) await store.addFace(face(subject, name));
    }
    const { subjectIds, pages } = await listAll(limit);
    expect(subjectIds).toEqual(subjects);
    expect(pages).toBe(Math.ceil(subjects.length / limit));
  });

  it("goes on past a subject with more faces than KV lists at once", async () => {
    await Promise.all(names(35).map((name) => store.addFace(face(bob, name))));
    await store.addFace(face(alice, "a"));
    await store.addFace(face("carol" as SubjectId, "a"));
    for (const limit of [1, 2, 3]) {
      const { subjectIds } = await listAll(limit, createKvFaceStore(inPagesOfTen));
      expect(subjectIds).toEqual(["alice", "bob", "carol"]);
    }
  });

  it("answers with a short page and a cursor rather than read more than ten pages of keys", async () => {
    await Promise.all(names(105).map((name) => store.addFace(face(alice, name))));
    await store.addFace(face(bob, "a"));
    const { subjectIds, pages } = await listAll(5, createKvFaceStore(inPagesOfTen));
    expect({ subjectIds, pages }).toEqual({ subjectIds: ["alice", "bob"], pages: 2 });
  });

  it("misses nobody and repeats nobody while others come and go", async () => {
    for (const subject of subjects) await store.addFace(face(subject, "x"));
    const first = await store.listSubjects({ limit: 4 });
    if (!first.ok) throw new Error(first.failure.code);
    await store.deleteSubject(subjects[3]);
    await store.addFace(face("0" as SubjectId, "x"));
    await store.addFace(face("zz" as SubjectId, "x"));
    const rest = await store.listSubjects({ limit: 100, cursor: first.value.nextCursor });
    if (!rest.ok) throw new Error(rest.failure.code);
    expect([...first.value.subjectIds, ...rest.value.subjectIds]).toEqual([...subjects, "zz"]);
  });

  it("reads one page of keys for each page of subjects", async () => {
    for (const subject of subjects) await store.addFace(face(subject, "x"));
    const cursors: unknown[] = [];
    const counted = new Proxy(templates, {
      get: (kv) => (options: KVNamespaceListOptions) => {
        cursors.push(options.cursor);
        return kv.list(options);
      },
    });
    expect((await listAll(3, createKvFaceStore(counted))).pages).toBe(4);
    expect(cursors).toHaveLength(4);
  });

  it("refuses a cursor that KV says it did not give out", async () => {
    const refusing = { list: () => Promise.reject(new Error("KV list failed: 400 Invalid cursor")) };
    const cursor = btoa(encodeURIComponent(JSON.stringify({ page: "x", after: "a" })));
    expect(
      await createKvFaceStore(refusing as unknown as KVNamespace).listSubjects({ limit: 1, cursor }),
    ).toMatchObject({ failure: { code: "invalid_request", field: "cursor" } });
  });

  it("throws when KV fails, rather than say that there is nobody", async () => {
    const failing = {
      list: () => Promise.reject(new Error("KV list failed: 503")),
    } as unknown as KVNamespace;
    await expect(createKvFaceStore(failing).listSubjects({ limit: 1 })).rejects.toThrow("503");
  });
});
