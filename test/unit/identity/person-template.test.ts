/** Templates of people whose photos come and go, compared with photos of others. */
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../model/convert/proof/images.ts";
import { readCalibration } from "../../../model/runtime.ts";
import { decideAtFmr } from "../../../src/face/decision/decide.ts";
import type { Embedding } from "../../../src/face/embedding.ts";
import type { FaceId, SubjectId } from "../../../src/identity/ids.ts";
import type { StoredFace } from "../../../src/identity/store/store.ts";
import {
  buildTemplate,
  compareWithTemplate,
  isSomebodyElse,
  versionOf,
} from "../../../src/identity/templates/person-template.ts";
import { times } from "../../fixtures/exhaustive.ts";
import { nearDirection, randomDirection } from "../../fixtures/people/sphere.ts";

const dimension = 352;
const calibration = readCalibration();

const uniform = seededRandom(22);
const direction = () => randomDirection(dimension, uniform);

function photoOf(person: Float64Array): Embedding {
  return { model: "m", values: Float32Array.from(nearDirection(person, uniform)) };
}

let enrolled = 0;

function face(embedding: Embedding): StoredFace {
  enrolled++;
  return {
    subjectId: "alice" as SubjectId,
    faceId: `f${(enrolled * 7919) % 10_007}-${enrolled}` as FaceId,
    embedding,
    createdAt: new Date(1000 * enrolled),
  };
}

const [alice, bob, ...strangers] = Array.from({ length: 40 }, direction);

async function matches(probe: Embedding, faces: readonly StoredFace[]): Promise<boolean> {
  const compared = await compareWithTemplate(probe, faces);
  if (!compared.ok) throw new Error(compared.failure.code);
  const decided = decideAtFmr(calibration, compared.value.distance, 1e-4, compared.value.photos);
  if (!decided.ok) throw new Error(decided.failure.code);
  return decided.value.match;
}

describe("a template", () => {
  const verifications = times(100_000, 4_000);

  it(`with an outlier, without a deleted photo and rebuilt matches nobody else in ${verifications} verifications`, {
    timeout: 10 * 60_000,
  }, async () => {
    let own = [face(photoOf(alice)), face(photoOf(alice))];
    let outliers: StoredFace[] = [];
    let refused = 0;
    for (let i = 0; i < verifications; i++) {
      if (i % 50 === 10) outliers = [face(photoOf(bob))];
      if (i % 50 === 20) own = [...own, face(photoOf(alice))];
      if (i % 50 === 35) own = own.slice(1);
      if (i % 50 === 40) outliers = [];
      const faces = [...own, ...outliers];
      if (i % 4 === 0) {
        expect(await matches(photoOf(alice), faces)).toBe(true);
        continue;
      }
      const other = i % 4 === 1 ? strangers[i % strangers.length] : bob;
      expect(await matches(photoOf(other), faces), `verification ${i}`).toBe(false);
      refused++;
    }
    expect(refused).toBe((3 * verifications) / 4);
  });

  it("is the same to the last bit in whichever order its faces are read, and after one came and went", async () => {
    const faces = Array.from({ length: 5 }, () => face(photoOf(alice)));
    const built = buildTemplate(faces);
    const shuffled = buildTemplate([faces[3], faces[0], faces[4], faces[2], faces[1]]);
    if (!built.ok || !shuffled.ok) throw new Error("not built");
    expect(shuffled.value.embedding.values).toEqual(built.value.embedding.values);
    expect(await versionOf(shuffled.value)).toBe(await versionOf(built.value));
    const grown = buildTemplate([...faces, face(photoOf(alice))]);
    if (!grown.ok) throw new Error("not built");
    expect(await versionOf(grown.value)).not.toBe(await versionOf(built.value));
  });

  it("names the face that came closest by itself among those in it, and never an outlier", async () => {
    const probe = photoOf(alice);
    const outlier = face(photoOf(bob));
    const faces = [face(photoOf(alice)), face(photoOf(alice)), outlier];
    const towards = await compareWithTemplate(outlier.embedding, faces);
    expect(towards.ok && towards.value.closest).not.toBe(outlier.faceId);
    expect(towards).toMatchObject({ value: { photos: 2 } });
    const own = face(probe);
    const found = await compareWithTemplate(probe, [...faces, own]);
    expect(found).toMatchObject({ value: { closest: own.faceId, photos: 3 } });
  });

  it("of faces of which one is of another model is none, and the failure names that face", async () => {
    const old = face({ ...photoOf(alice), model: "old" });
    expect(await compareWithTemplate(photoOf(alice), [face(photoOf(alice)), old])).toMatchObject({
      failure: { code: "model_mismatch", faceId: old.faceId },
    });
  });

  it("must come closer by the weighted mean of what its faces must", async () => {
    const faces = [face(photoOf(alice)), face(photoOf(alice))];
    const asked = await compareWithTemplate(photoOf(alice), faces, ({ embedding }) =>
      embedding === faces[0].embedding ? 0.2 : 0,
    );
    expect(asked.ok && asked.value.closer).toBeCloseTo(0.1, 9);
  });
});

describe("a photo for a subject", () => {
  it("is of somebody else where it is far from the template of the others, and from none where there is none", () => {
    const faces = [face(photoOf(alice)), face(photoOf(alice))];
    expect(isSomebodyElse(face(photoOf(bob)), faces)).toBe(true);
    expect(isSomebodyElse(face(photoOf(bob)), faces.slice(1))).toBe(true);
    expect(isSomebodyElse(face(photoOf(alice)), faces)).toBe(false);
    expect(isSomebodyElse(face(photoOf(bob)), [])).toBe(false);
    const old = faces.map((one) => ({ ...one, embedding: { ...one.embedding, model: "old" } }));
    expect(isSomebodyElse(face(photoOf(bob)), old)).toBe(false);
  });

  it("is judged by the others without those that are left out themselves", () => {
    const faces = [face(photoOf(alice)), face(photoOf(alice)), face(photoOf(bob))];
    expect(isSomebodyElse(face(photoOf(bob)), faces)).toBe(true);
    expect(isSomebodyElse(face(photoOf(alice)), faces)).toBe(false);
  });
});

describe("faces that were admitted as somebody else's", () => {
  const own = [face(photoOf(alice)), face(photoOf(alice))];
  const admitted = [1, 2, 3].map(() => {
    const made = face(photoOf(bob));
    return { ...made, faceId: `conflicting-${made.faceId}` as FaceId };
  });

  it("never outvote the subject's own, however many they are", async () => {
    const faces = [...own, ...admitted];
    expect(await matches(photoOf(alice), faces)).toBe(true);
    expect(await matches(photoOf(bob), faces)).toBe(false);
    const template = buildTemplate(faces);
    expect(template).toMatchObject({ value: { outliers: admitted.map(({ faceId }) => faceId) } });
    expect(isSomebodyElse(face(photoOf(alice)), faces)).toBe(false);
    expect(isSomebodyElse(face(photoOf(bob)), faces)).toBe(true);
  });

  it("are the template where no others are left", async () => {
    expect(await matches(photoOf(bob), admitted)).toBe(true);
    expect(await matches(photoOf(alice), admitted)).toBe(false);
  });
});

describe("faces that joined by a verification", () => {
  const joinedBy = (embedding: Embedding): StoredFace => {
    const made = face(embedding);
    return { ...made, faceId: `joined-${made.faceId}` as FaceId };
  };
  const distanceTo = (a: Embedding, b: Embedding) =>
    Math.hypot(...a.values.map((value, i) => value - b.values[i]));

  it("move the template towards them, by 0.3 at most, and leave it of unit length", () => {
    for (let round = 0; round < 50; round++) {
      const own = [face(photoOf(alice)), face(photoOf(alice))];
      const base = buildTemplate(own);
      // All five are the same photo, so that the plain mean is farther away than they may move it.
      const later = photoOf(alice);
      const moved = buildTemplate([...own, ...Array.from({ length: 5 }, () => joinedBy(later))]);
      if (!base.ok || !moved.ok) throw new Error("not built");
      expect(distanceTo(moved.value.embedding, base.value.embedding)).toBeCloseTo(0.3, 5);
      expect(distanceTo(moved.value.embedding, later)).toBeLessThan(distanceTo(base.value.embedding, later));
      expect(Math.hypot(...moved.value.embedding.values)).toBeCloseTo(1, 5);
      expect(moved.value.faces).toHaveLength(7);
    }
  });

  it("are left out where they show somebody else, and alone are no template", () => {
    const own = [face(photoOf(alice)), face(photoOf(alice))];
    const stranger = joinedBy(photoOf(bob));
    const [base, built] = [buildTemplate(own), buildTemplate([stranger, ...own])];
    if (!base.ok || !built.ok) throw new Error("not built");
    expect(built.value.embedding.values).toEqual(base.value.embedding.values);
    expect(built.value.outliers).toEqual([stranger.faceId]);
    expect(buildTemplate([joinedBy(photoOf(alice))])).toMatchObject({
      failure: { code: "subject_has_no_faces" },
    });
  });
});
