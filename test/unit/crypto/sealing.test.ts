/** Encryption at rest: what opens, and what must not. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKeyRing } from "../../../src/crypto/key-ring.ts";
import { importAesKey, open, seal } from "../../../src/crypto/sealing.ts";
import type { FaceKey } from "../../../src/identity/directory/data.ts";
import type { FaceId, SubjectId, TenantId } from "../../../src/identity/ids.ts";
import {
  openFace,
  openMetadata,
  rewrapFaceKey,
  sealFace,
  sealMetadata,
} from "../../../src/identity/records/sealed-face.ts";
import type { StoredFace } from "../../../src/identity/store/store.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const kek = (byte: number) => Buffer.alloc(32, byte).toString("base64");
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

describe("a sealed text", () => {
  /** Sealed by a version before records had measures, and before names in other scripts were allowed. */
  it("of a face that an earlier version sealed opens, and its metadata too", async () => {
    const subjectId = "user@example.com:A-1_b~c." as SubjectId;
    const key: FaceKey = {
      subjectId,
      faceId: "face-1" as FaceId,
      model: "encoder-1",
      keyId: "0001020304050607",
      kekId: "345170048c5b8914",
      wrapped: bytes(
        "28292a2b2c2d2e2f303132332ce4c03cba60675488d760dc451511457ee1292707098978af4a68009c52411ea594a2e55d305bc95043a094b65183bd",
      ),
      createdAtMs: 1000,
    };
    const sealed = bytes(
      "3435363738393a3b3c3d3e3f0d9dbf1d796f16600b870735b57fd898725db14d19f41ef0c8c38769ebc6aceeb899340db8bce40b9c920042aba75e21295c89629c9abe85d4e3e3766ee0d5aaa7dd3ae458f5515b74ff73a551d7f6f7d64c24e2c98f",
    );
    const metadata = bytes(
      "404142434445464748494a4b3c2d159cb75ec58003c60149897d9931a97fa12d5aa358be2dbbf84a",
    );
    const ring = createKeyRing([kek(1)], random);
    expect(await openFace("acme" as TenantId, key, sealed, ring)).toEqual({
      ok: true,
      value: {
        subjectId,
        faceId: "face-1",
        embedding: { model: "encoder-1", values: new Float32Array([0.6, 0.8]) },
        createdAt: new Date(1000),
      },
    });
    expect(await openMetadata("acme" as TenantId, key, metadata, ring)).toEqual({
      ok: true,
      value: { door: "3" },
    });
  });

  /**
   * Made by another implementation of AES-256-GCM, Python's `cryptography`:
   *   AESGCM(bytes(range(32))).encrypt(bytes(12), b"sameface", b'["a","b"]').hex()
   */
  it("is what another implementation makes of the same key, IV and context", async () => {
    const key = await importAesKey(Uint8Array.from({ length: 32 }, (_, i) => i));
    const plain = new Uint8Array(Buffer.from("sameface"));
    const sealed = await seal(key, plain, ["a", "b"], (length) => new Uint8Array(length));
    expect(Buffer.from(sealed).toString("hex")).toBe(
      `${"00".repeat(12)}7dddd8bbd34de0d89707d059388ecd37edc15603340b1919`,
    );
  });

  it("opens with its key and its context, and with no other", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 100 }),
        fc.array(fc.string()),
        fc.array(fc.string()),
        async (plain, context, other) => {
          const key = await importAesKey(random(32));
          const sealed = await seal(key, new Uint8Array(plain), context, random);
          expect(await open(key, sealed, context)).toEqual(new Uint8Array(plain));
          expect(await open(await importAesKey(random(32)), sealed, context)).toBeUndefined();
          const same = JSON.stringify(context) === JSON.stringify(other);
          expect((await open(key, sealed, other)) !== undefined).toBe(same);
        },
      ),
    );
  });

  it("does not open when cut at any byte or changed in any bit", async () => {
    const key = await importAesKey(random(32));
    const sealed = await seal(key, bytes("0102030405"), ["c"], random);
    for (let length = 0; length < sealed.length; length++) {
      expect(await open(key, sealed.slice(0, length), ["c"])).toBeUndefined();
    }
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      const changed = sealed.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      expect(await open(key, changed, ["c"]), `bit ${bit}`).toBeUndefined();
    }
  });

  it("is another each time, for its IV is fresh", async () => {
    const key = await importAesKey(random(32));
    const sealed = await Promise.all(Array.from({ length: 100 }, () => seal(key, bytes("00"), [], random)));
    expect(new Set(sealed.map((text) => Buffer.from(text.subarray(0, 12)).toString("hex"))).size).toBe(100);
  });
});

const face: StoredFace = {
  subjectId: "alice" as SubjectId,
  faceId: "face-1" as FaceId,
  embedding: { model: "m-1", values: new Float32Array([0.6, 0.8]) },
  createdAt: new Date(1234),
};
const acme = "acme" as TenantId;

describe("a sealed face", () => {
  const ring = createKeyRing([kek(1)], random);

  it("comes back as it was", async () => {
    const { key, sealed } = await sealFace(acme, face, undefined, ring, random);
    expect(await openFace(acme, key, sealed, ring)).toEqual({ ok: true, value: face });
  });

  it("has nothing of the embedding in it", async () => {
    const { key, sealed } = await sealFace(acme, face, undefined, ring, random);
    const plain = Buffer.from(face.embedding.values.buffer);
    for (const part of [sealed, key.wrapped]) {
      expect(Buffer.from(part).includes(plain)).toBe(false);
      expect(Buffer.from(part).includes(Buffer.from("alice"))).toBe(false);
    }
  });

  it("has another IV than its metadata, which the same key seals, and than the same notes sealed later", async () => {
    const notes = { door: "3" };
    const { key, sealed, sealedMetadata } = await sealFace(acme, face, notes, ring, random);
    const again = await sealMetadata(acme, key, notes, ring, random);
    const texts = [sealed, sealedMetadata, again.ok ? again.value : null];
    const ivs = texts.map((text) => Buffer.from(text?.subarray(0, 12) ?? []).toString("hex"));
    expect(new Set(ivs.filter((iv) => iv.length === 24)).size).toBe(3);
  });

  it.each<[string, Partial<FaceKey>]>([
    ["another subject", { subjectId: "bob" as SubjectId }],
    ["another face", { faceId: "face-2" as FaceId }],
    ["another model", { model: "m-2" }],
    ["another data key", { keyId: "0000000000000000" }],
    ["another key-encryption key", { kekId: "0000000000000000" }],
  ])("is refused as %s's, never scored", async (_, change) => {
    const { key, sealed } = await sealFace(acme, face, undefined, ring, random);
    expect(await openFace(acme, { ...key, ...change }, sealed, ring)).toMatchObject({
      ok: false,
      failure: { code: "corrupt_record" },
    });
  });

  it("is refused as another tenant's", async () => {
    const { key, sealed } = await sealFace(acme, face, undefined, ring, random);
    expect((await openFace("other" as TenantId, key, sealed, ring)).ok).toBe(false);
  });

  it("is refused with the record of another face of the same subject", async () => {
    const one = await sealFace(acme, face, undefined, ring, random);
    const two = await sealFace(acme, { ...face, faceId: "face-2" as FaceId }, undefined, ring, random);
    expect((await openFace(acme, one.key, two.sealed, ring)).ok).toBe(false);
    expect((await openFace(acme, { ...one.key, wrapped: two.key.wrapped }, two.sealed, ring)).ok).toBe(false);
  });

  it("opens after its key was wrapped anew, and then without the earlier KEK", async () => {
    const { key, sealed } = await sealFace(acme, face, undefined, ring, random);
    const both = createKeyRing([kek(2), kek(1)], random);
    expect((await openFace(acme, key, sealed, both)).ok).toBe(true);
    const wrapped = await rewrapFaceKey(acme, key, both);
    const alone = createKeyRing([kek(2)], random);
    expect((await openFace(acme, key, sealed, alone)).ok).toBe(false);
    expect((await openFace(acme, { ...key, ...wrapped }, sealed, alone)).ok).toBe(true);
  });
});
