/** The gallery over the real storage of Durable Objects: exact, sealed, and in step with its directory. */
import { reset, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { seededRandom } from "../../../model/convert/proof/images.ts";
import { quantizeTemplate } from "../../../src/face/quantize.ts";
import { readWrappedByOthers, replaceWrap } from "../../../src/identity/gallery/rows.ts";
import type { Gallery } from "../../../src/identity/gallery/types.ts";
import { defaultTenant, type FaceId, type SubjectId } from "../../../src/identity/ids.ts";
import { sealFace } from "../../../src/identity/records/sealed-face.ts";
import { defaultSettings, type TenantSettings } from "../../../src/identity/settings.ts";
import type { Candidate, StoredFace } from "../../../src/identity/store/store.ts";
import { compareWithTemplate } from "../../../src/identity/templates/person-template.ts";
import { nearDirection, randomDirection } from "../../fixtures/people/sphere.ts";
import { fuse, galleryStubOf, mortalDirectories, mortalGallery, restart, stubOf } from "../setup/crash.ts";
import { now, randomBytes, type Service, startService } from "../setup/service.ts";

beforeEach(reset);

const dimension = 192;
const otherKek = btoa("a key-encryption key of others..");
const unlimited = () => fuse(Number.POSITIVE_INFINITY);

const unitVector = (uniform: () => number) => Float32Array.from(randomDirection(dimension, uniform));

/** Makes `count` random faces, `each` to a subject: those of one subject are some 0.7 apart. */
function people(count: number, { seed = 1, model = "m-1", prefix = "s", each = 3 } = {}): StoredFace[] {
  const uniform = seededRandom(seed);
  let person: Float64Array = new Float64Array();
  return Array.from({ length: count }, (_, i) => {
    if (i % each === 0) person = randomDirection(dimension, uniform);
    return {
      subjectId: `${prefix}${Math.floor(i / each)}` as SubjectId,
      faceId: `${prefix}-face-${i}` as FaceId,
      embedding: { model, values: Float32Array.from(nearDirection(person, uniform)) },
      createdAt: new Date(i),
    };
  });
}

function openAll(service: Service = startService(), settings: Partial<TenantSettings> = {}) {
  const caller = {
    tenant: defaultTenant,
    settings: { ...defaultSettings, ...settings },
    actor: "root",
    requestId: "r-1",
  };
  return { store: service.trust.openStore(caller), transfer: service.trust.openTransfer(caller) };
}

type Opened = ReturnType<typeof openAll>;

/** Opens galleries that cache no opened block, so that a search reads storage. */
const openWithoutCache = (settings: Partial<TenantSettings> = {}) =>
  openAll(startService({ trust: { openDirectory: mortalDirectories(unlimited()) } }), settings);

async function enrol({ transfer }: Opened, faces: readonly StoredFace[]): Promise<void> {
  const details = { expiresAt: null };
  const { imported } = await transfer.importFaces(faces.map((face) => ({ face, details })));
  expect(imported).toBe(faces.length);
}

const kind = { model: "m-1", dimension };

/** Distance by which templates of ever more photos must come closer. */
const nearer = 0.04;

async function search({ store }: Opened, values: Float32Array, limit = 10, maxDistance = 2) {
  const opened = await store.beginSearch(kind);
  if (!opened.ok) throw new Error(`${opened.failure.code}`);
  const options = { limit, order: "closest", maxDistance, nearer, action: "identify" } as const;
  const found = await opened.value.find({ model: "m-1", values }, options);
  if (!found.ok) throw new Error(found.failure.code);
  return {
    templates: opened.value.templates,
    notCompared: opened.value.notCompared,
    found: found.value.candidates,
  };
}

/** Compares every subject's template in float64, as verification does. */
async function bruteForce(
  faces: readonly StoredFace[],
  values: Float32Array,
  limit = 10,
): Promise<Candidate[]> {
  const compared = await Promise.all(
    [...Map.groupBy(faces, ({ subjectId }) => subjectId)].map(async ([subjectId, own]) => {
      const measured = await compareWithTemplate({ model: "m-1", values }, own);
      if (!measured.ok) throw new Error(measured.failure.code);
      return { subjectId, ...measured.value };
    }),
  );
  const rankOf = ({ distance, photos }: Candidate) => distance + nearer * (1 - 1 / photos);
  return compared.sort((a, b) => rankOf(a) - rankOf(b)).slice(0, limit);
}

const peopleIn = (faces: readonly StoredFace[]) => new Set(faces.map(({ subjectId }) => subjectId)).size;

async function expectExact(opened: Opened, faces: readonly StoredFace[], seed = 77): Promise<void> {
  const uniform = seededRandom(seed);
  for (let i = 0; i < 5; i++) {
    const probe = unitVector(uniform);
    expect((await search(opened, probe)).found).toEqual(await bruteForce(faces, probe));
  }
}

const inGallery = <T>(read: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(galleryStubOf(), async (_, state) => read(state.storage.sql));

const inDirectory = <T>(read: (sql: SqlStorage) => T): Promise<T> =>
  runInDurableObject(stubOf(), async (_, state) => read(state.storage.sql));

const blocks = () =>
  inGallery((sql) => sql.exec("SELECT young, count FROM template_block ORDER BY young DESC, id").toArray());

describe("a search", () => {
  it.each([1, 256, 900])("of %i faces answers what float64 finds, distance for distance", async (count) => {
    const opened = openAll();
    const faces = people(count);
    await enrol(opened, faces);
    await expectExact(opened, faces);
    expect((await search(opened, faces[0].embedding.values)).templates).toBe(peopleIn(faces));
  });

  it("over seven shards answers the same", async () => {
    const opened = openAll(undefined, { shards: 7 });
    const faces = people(400);
    await enrol(opened, faces);
    await expectExact(opened, faces);
  });

  it("stays exact while faces come and go one by one and in crowds", async () => {
    const opened = openAll();
    let faces = people(600);
    await enrol(opened, faces);
    for (const subject of ["s0", "s100", "s199"] as SubjectId[]) {
      await opened.store.deleteSubject(subject);
      faces = faces.filter(({ subjectId }) => subjectId !== subject);
    }
    const [single] = people(1, { seed: 5, prefix: "t" });
    await opened.store.addFace(single, {});
    await opened.store.deleteFace("s1" as SubjectId, "s-face-4" as FaceId);
    faces = [...faces.filter(({ faceId }) => faceId !== "s-face-4"), single];
    await expectExact(opened, faces);
    const more = people(300, { seed: 9, prefix: "u" });
    await enrol(opened, more);
    await expectExact(opened, [...faces, ...more]);
    expect((await search(opened, single.embedding.values)).templates).toBe(peopleIn([...faces, ...more]));
  });

  it("while hundreds are enrolled misses nobody who was there before", async () => {
    const opened = openAll();
    const faces = people(250);
    await enrol(opened, faces);
    const probe = unitVector(seededRandom(3));
    const expected = (await bruteForce(faces, probe, 3)).map(({ subjectId }) => subjectId);
    let enrolling = true;
    // The added faces move the first ones out of the young block.
    const others = people(600, { seed: 11, prefix: "x" });
    const enrolment = enrol(opened, others).finally(() => {
      enrolling = false;
    });
    while (enrolling) {
      const { found } = await search(opened, probe, 50);
      const names = found.map(({ subjectId }) => subjectId);
      for (const subjectId of expected) expect(names).toContain(subjectId);
    }
    await enrolment;
  });

  it("does not compare another model's faces, and says how many they are", async () => {
    const opened = openAll();
    const faces = people(6);
    await enrol(opened, faces);
    await enrol(opened, people(4, { seed: 2, model: "m-0", prefix: "old" }));
    expect(await search(opened, faces[0].embedding.values)).toMatchObject({ templates: 2, notCompared: 4 });
    await expectExact(opened, faces);
  });

  it("finds a face whose record an import replaced with another model's, by the new one alone", async () => {
    const opened = openAll();
    const old = people(3, { seed: 2, model: "m-0" });
    await enrol(opened, old);
    expect(await search(opened, old[0].embedding.values)).toMatchObject({ templates: 0, notCompared: 3 });
    const renewed = people(3, { seed: 3 });
    await enrol(opened, renewed);
    expect(await search(opened, old[0].embedding.values)).toMatchObject({ templates: 1, notCompared: 0 });
    await expectExact(opened, renewed);
  });

  it("does not compare a face of another dimension under the same model, and says so", async () => {
    const opened = openAll();
    const faces = people(6);
    await enrol(opened, faces);
    const [odd] = people(1, { prefix: "odd" });
    const values = new Float32Array([0, 1]);
    await enrol(opened, [{ ...odd, embedding: { model: "m-1", values } }]);
    expect(await search(opened, faces[0].embedding.values)).toMatchObject({ templates: 2, notCompared: 1 });
  });
});

describe("blocks at rest", () => {
  it("gather: a young one, which goes whole into a large one when it is full", async () => {
    const opened = openAll();
    await enrol(opened, people(250, { each: 1 }));
    expect(await blocks()).toEqual([{ young: 1, count: 250 }]);
    await opened.store.addFace(people(1, { prefix: "a" })[0], {});
    expect(await blocks()).toEqual([{ young: 1, count: 251 }]);
    await enrol(opened, people(5, { prefix: "b", each: 1 }));
    expect(await blocks()).toEqual([{ young: 0, count: 256 }]);
    await enrol(opened, people(300, { prefix: "c", each: 1 }));
    expect(await blocks()).toEqual([{ young: 0, count: 556 }]);
  });

  it("hold nothing that can be read without the KEK", async () => {
    const opened = openAll();
    const faces = people(3, { each: 1 });
    await enrol(opened, faces);
    const { codes } = quantizeTemplate(faces[0].embedding.values);
    const secret = String.fromCharCode(...new Uint8Array(codes.buffer.slice(0, 16)));
    const stored = await inGallery((sql) => sql.exec("SELECT * FROM template_block").toArray());
    const values = stored.flatMap((row) => Object.values(row));
    expect(values.some((value) => value instanceof ArrayBuffer)).toBe(true);
    for (const value of values) {
      const text = value instanceof ArrayBuffer ? String.fromCharCode(...new Uint8Array(value)) : `${value}`;
      expect(text).not.toContain(secret);
    }
    const other = mortalGallery(unlimited(), stubOf().id.toString(), [otherKek]);
    await expect(
      other.search({ ...kind, values: faces[0].embedding.values, limit: 1, maxDistance: 2, nearer }),
    ).rejects.toThrow("not at hand");
  });

  it("get another key with every write: what was there before a deletion opens no more", async () => {
    const opened = openAll();
    await enrol(opened, people(3));
    const read = (sql: SqlStorage) =>
      sql.exec("SELECT key_id, hex(wrapped) AS wrapped, hex(sealed) AS sealed FROM template_block").one();
    const before = await inGallery(read);
    await opened.store.deleteFace("s0" as SubjectId, "s-face-1" as FaceId);
    const after = await inGallery(read);
    for (const column of ["key_id", "wrapped", "sealed"]) expect(after[column]).not.toBe(before[column]);
    // The earlier bytes are put back under the key that is left.
    await inGallery((sql) =>
      sql.exec("UPDATE template_block SET sealed = unhex(?), count = 3", before.sealed as string).toArray(),
    );
    await restart();
    const galleryId = stubOf().id.toString();
    const query = {
      ...kind,
      values: people(1)[0].embedding.values,
      limit: 1,
      maxDistance: 2,
      nearer,
    };
    expect(await mortalGallery(unlimited(), galleryId).search(query)).toBeNull();
    expect((await opened.store.beginAttempt("s0" as SubjectId)).ok).toBe(true);
  });

  it("are gone with the last face", async () => {
    const opened = openAll();
    await enrol(opened, people(3));
    await opened.store.deleteSubject("s0" as SubjectId);
    expect(await blocks()).toEqual([]);
    expect(await inGallery((sql) => sql.exec("SELECT * FROM template").toArray())).toEqual([]);
  });

  it.each<[string, (sql: SqlStorage) => unknown]>([
    [
      "cut",
      (sql) => sql.exec("UPDATE template_block SET sealed = substr(sealed, 1, length(sealed) - 1)").toArray(),
    ],
    [
      "altered",
      (sql) =>
        sql
          .exec("UPDATE template_block SET sealed = substr(sealed, 1, 40) || x'00' || substr(sealed, 42)")
          .toArray(),
    ],
    ["said to be another's", (sql) => sql.exec("UPDATE template_block SET id = id + 100").toArray()],
    [
      "said to be of another kind",
      (sql) => sql.exec("UPDATE template_block SET count = count - 1").toArray(),
    ],
    [
      "lost, with all that the gallery has",
      (sql) =>
        ["template_block", "template", "template_state"].map((t) => sql.exec(`DELETE FROM ${t}`).toArray()),
    ],
    [
      "set back to the day before",
      (sql) => sql.exec("UPDATE template_state SET applied_through = 1").toArray(),
    ],
  ])("that were %s are never scored: the gallery is built anew from the records", async (_, harm) => {
    const opened = openWithoutCache();
    const faces = people(9);
    await enrol(opened, faces);
    await inGallery(harm);
    await restart();
    // The first search may find the damage and answer `not_ready`; the next one is exact.
    await search(opened, faces[0].embedding.values).catch((error: Error) =>
      expect(error.message).toBe("not_ready"),
    );
    await expectExact(opened, faces);
  });

  it("that are lost between the two steps of a search leave it without an answer, never with half of one", async () => {
    const opened = openWithoutCache();
    const faces = people(150);
    await enrol(opened, faces);
    const probe = faces[0].embedding.values;
    const begun = await opened.store.beginSearch(kind);
    if (!begun.ok) throw new Error(begun.failure.code);
    await inGallery((sql) => sql.exec("UPDATE template_block SET sealed = x'00'").toArray());
    await restart();
    // The first search finds the damage; the others run while the gallery is rebuilt, or after.
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        begun.value.find(
          { model: "m-1", values: probe },
          { limit: 10, order: "closest", maxDistance: 2, nearer, action: "identify" },
        ),
      ),
    );
    expect(answers.some(({ ok }) => !ok)).toBe(true);
    for (const answer of answers) {
      if (answer.ok) expect(answer.value.candidates).toEqual(await bruteForce(faces, probe));
      else expect(answer.failure.code).toBe("not_ready");
    }
    await expectExact(opened, faces);
  });

  it("exchanged with another shard's do not open", async () => {
    const opened = openWithoutCache({ shards: 2 });
    const faces = people(40);
    await enrol(opened, faces);
    const take = (shard: number) =>
      runInDurableObject(galleryStubOf(defaultTenant, shard), async (_, { storage }) =>
        storage.sql.exec("SELECT count, key_id, kek_id, wrapped, sealed FROM template_block").one(),
      );
    const [first, second] = [await take(0), await take(1)];
    for (const [shard, row] of [
      [0, second],
      [1, first],
    ] as const) {
      await runInDurableObject(galleryStubOf(defaultTenant, shard), async (_, { storage }) =>
        storage.sql
          .exec(
            "UPDATE template_block SET count = ?, key_id = ?, kek_id = ?, wrapped = ?, sealed = ?",
            ...(["count", "key_id", "kek_id", "wrapped", "sealed"] as const).map((name) => row[name]),
          )
          .toArray(),
      );
      await restart(defaultTenant, shard);
    }
    for (let i = 0; i < 3; i++) {
      await search(opened, faces[0].embedding.values).catch((error: Error) =>
        expect(error.message).toBe("not_ready"),
      );
    }
    await expectExact(opened, faces);
  });
});

describe("a directory of a version without galleries", () => {
  it("has its gallery built by the first search", async () => {
    const opened = openAll();
    const faces = people(30);
    await enrol(opened, faces);
    await inDirectory((sql) => {
      for (const newer of ["gallery", "sketch", "verification_request"]) sql.exec(`DROP TABLE ${newer}`);
      sql.exec("DELETE FROM outbox");
    });
    await inGallery((sql) =>
      ["template_block", "template", "template_state"].map((table) =>
        sql.exec(`DROP TABLE ${table}`).toArray(),
      ),
    );
    await restart();
    await expectExact(opened, faces);
  });
});

describe("changes", () => {
  async function change(seq: number, face: StoredFace | undefined) {
    const ring = startService().trust.ring;
    const [{ subjectId }] = people(1);
    if (face === undefined) return { seq, subjectId, faces: [] };
    const { key, sealed } = await sealFace(defaultTenant, face, undefined, ring, randomBytes);
    return { seq, subjectId: face.subjectId, faces: [{ key, sealed }] };
  }

  const apply = (gallery: Gallery, changes: Awaited<ReturnType<typeof change>>[]) =>
    gallery.apply({ tenant: defaultTenant, epoch: "e", appliedThrough: 0, changes });

  it("that come twice, or late, are void", async () => {
    const [face] = people(1);
    const gallery = mortalGallery(unlimited(), "alone");
    const [add, remove] = [await change(1, face), await change(2, undefined)];
    await apply(gallery, [add]);
    await apply(gallery, [add]);
    expect((await gallery.state(kind)).templates).toBe(1);
    await apply(gallery, [add, remove]);
    await apply(gallery, [add]);
    expect(await gallery.state(kind)).toMatchObject({ templates: 0, appliedThrough: 2 });
    await apply(gallery, [await change(3, face)]);
    expect((await gallery.state(kind)).templates).toBe(1);
  });

  it("of another history begin anew", async () => {
    const gallery = mortalGallery(unlimited(), "alone");
    const faces = people(3, { each: 1 });
    for (const [i, face] of faces.entries()) await apply(gallery, [await change(10 + i, face)]);
    await gallery.apply({
      tenant: defaultTenant,
      epoch: "f",
      appliedThrough: 0,
      changes: [await change(1, faces[0])],
    });
    expect(await gallery.state(kind)).toMatchObject({ epoch: "f", templates: 1, appliedThrough: 1 });
  });

  it("that follow on others which the gallery has lost are refused, and the gallery is built anew", async () => {
    const gallery = mortalGallery(unlimited(), "alone");
    const batch = {
      tenant: defaultTenant,
      epoch: "e",
      appliedThrough: 4,
      changes: [await change(5, people(1)[0])],
    };
    expect(await gallery.apply(batch)).toBe(false);
    const opened = openAll();
    const faces = people(30);
    await enrol(opened, faces);
    await inGallery((sql) =>
      ["template_block", "template", "template_state"].map((table) =>
        sql.exec(`DROP TABLE ${table}`).toArray(),
      ),
    );
    await restart();
    const [next] = people(1, { seed: 5, prefix: "t" });
    await openAll().store.addFace(next, {});
    await expectExact(openAll(), [...faces, next]);
  });

  it("in another tenant's name throw", async () => {
    const gallery = mortalGallery(unlimited(), "alone");
    await apply(gallery, [await change(1, people(1)[0])]);
    await expect(
      gallery.apply({ tenant: "acme" as typeof defaultTenant, epoch: "e", appliedThrough: 0, changes: [] }),
    ).rejects.toThrow("another tenant");
  });

  it("of a record that does not open leave a face that is counted and not compared", async () => {
    const gallery = mortalGallery(unlimited(), "alone");
    const whole = await change(1, people(1)[0]);
    const [{ key, sealed }] = whole.faces;
    await apply(gallery, [{ ...whole, faces: [{ key, sealed: sealed.slice(1) }] }]);
    expect(await gallery.state(kind)).toMatchObject({ templates: 0, notCompared: 1 });
    await apply(gallery, [await change(2, undefined)]);
    expect(await gallery.state(kind)).toMatchObject({ templates: 0, notCompared: 0 });
  });

  it("cannot be heard while a KEK is missing, and are told again once it is there", async () => {
    const opened = openAll(
      startService({
        trust: { openDirectory: mortalDirectories(unlimited(), [otherKek]) },
      }),
    );
    const faces = people(3);
    await enrol(opened, faces);
    expect(await opened.store.beginSearch(kind)).toMatchObject({ failure: { code: "not_ready" } });
    expect((await opened.store.beginAttempt("s0" as SubjectId)).ok).toBe(true);
    await restart();
    await expectExact(openAll(), faces);
  });
});

describe("a hundred enrolments and deletions at once", () => {
  it("leave a gallery of exactly those that are left", async () => {
    const opened = openAll();
    const [old, fresh] = [people(99), people(99, { seed: 4, prefix: "n" })];
    await enrol(opened, old);
    const results = await Promise.all([
      ...old.map(({ subjectId, faceId }) => opened.store.deleteFace(subjectId, faceId)),
      ...fresh.map((face) => opened.store.addFace(face, {})),
    ]);
    expect(results.every(({ ok }) => ok)).toBe(true);
    await expectExact(opened, fresh);
    expect((await search(opened, fresh[0].embedding.values)).templates).toBe(33);
  });
});

describe("a crash at any write, of directory or gallery,", () => {
  /** Returns the state that the next call finds: in the directory, and by a search. */
  async function afterwards(all: readonly StoredFace[]): Promise<string[]> {
    await restart();
    const opened = openAll();
    const present: StoredFace[] = [];
    for (const face of all) {
      const attempt = await opened.store.beginAttempt(face.subjectId);
      if (attempt.ok && attempt.value.faces.some(({ faceId }) => faceId === face.faceId)) present.push(face);
    }
    for (const { embedding } of all) {
      const { found, templates } = await search(opened, embedding.values);
      expect(found).toEqual(await bruteForce(present, embedding.values));
      expect(templates).toBe(peopleIn(present));
    }
    return present.map(({ faceId }) => faceId);
  }

  async function atEveryWrite(
    prepare: (opened: Opened) => Promise<void>,
    act: (opened: Opened) => Promise<unknown>,
    check: (present: string[], done: boolean) => void,
    all: readonly StoredFace[],
  ): Promise<void> {
    for (let writes = 0; ; writes++) {
      await reset();
      await prepare(openAll());
      await restart().catch(() => undefined);
      const limited = fuse(writes);
      const mortal = openAll(startService({ trust: { openDirectory: mortalDirectories(limited) } }));
      const done = await act(mortal).then(
        () => !limited.blown,
        () => false,
      );
      check(await afterwards(all), done);
      if (!limited.blown) {
        expect(writes).toBeGreaterThan(6);
        return;
      }
      expect(writes).toBeLessThan(100);
    }
  }

  const [a, b] = people(6).filter((_, i) => i % 3 === 0);

  it("of an enrolment leaves a search that finds exactly who is enrolled", async () => {
    await atEveryWrite(
      ({ store }) => store.addFace(a, {}).then(() => undefined),
      ({ store }) => store.addFace(b, {}),
      (present, done) => {
        if (done) expect(present).toEqual([a.faceId, b.faceId]);
        expect(present).toContain(a.faceId);
      },
      [a, b],
    );
  });

  it("of the very first enrolment too", async () => {
    await atEveryWrite(
      async () => undefined,
      ({ store }) => store.addFace(a, {}),
      (present, done) => {
        if (done) expect(present).toEqual([a.faceId]);
      },
      [a],
    );
  });

  it("of a deletion leaves a search that never finds the deleted", async () => {
    await atEveryWrite(
      async (opened) => enrol(opened, [a, b]),
      ({ store }) => store.deleteSubject(a.subjectId),
      (present, done) => {
        if (done) expect(present).toEqual([b.faceId]);
        expect(present).toContain(b.faceId);
      },
      [a, b],
    );
  });

  it("of an import that fills a young block leaves nothing out and nothing twice", async () => {
    const [first, second] = [people(255, { each: 1 }), people(3, { seed: 8, prefix: "z", each: 1 })];
    const all = [first[0], ...second];
    for (let writes = 0; writes < 40; writes += 9) {
      await reset();
      await enrol(openAll(), first);
      await restart();
      const limited = fuse(writes);
      const mortal = openAll(startService({ trust: { openDirectory: mortalDirectories(limited) } }));
      const details = { expiresAt: null };
      await mortal.transfer.importFaces(second.map((face) => ({ face, details }))).catch(() => undefined);
      await restart();
      const opened = openAll();
      const { imported } = await opened.transfer.importFaces(second.map((face) => ({ face, details })));
      expect([0, 3]).toContain(imported);
      await expectExact(opened, [...first, ...second]);
      expect((await search(opened, all[0].embedding.values)).templates).toBe(258);
      if (!limited.blown) break;
    }
  });
});

describe("the alarm", () => {
  it("tells the gallery of what expired", async () => {
    const opened = openAll();
    const [face] = people(1);
    await opened.store.addFace(face, { expiresAt: new Date(now.getTime() + 1000) });
    expect(await blocks()).toHaveLength(1);
    const directory = mortalDirectories(unlimited())(defaultTenant, 0);
    await directory.maintain(now.getTime() + 1000);
    await restart();
    expect(await blocks()).toEqual([]);
  });
});

describe("a block's key", () => {
  it("is wrapped anew once, by the first of two who read it at the same instant", async () => {
    const { store } = openAll();
    for (const face of people(2, { each: 1 })) await store.addFace(face, {});
    await runInDurableObject(galleryStubOf(), (_, { storage: { sql } }) => {
      const [row, ...others] = readWrappedByOthers(sql, "next");
      expect(others).toEqual([]);
      const wrap = { kekId: "next", wrapped: new Uint8Array([1]) };
      expect([replaceWrap(sql, row, wrap), replaceWrap(sql, row, wrap)]).toEqual([true, false]);
      expect(readWrappedByOthers(sql, "next")).toEqual([]);
    });
  });
});
