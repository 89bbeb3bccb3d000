/** Faces too small or too large for one look at the whole photo, through the production pipeline. */
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { loadRuntime, readCalibration } from "../../model/runtime.ts";
import { thresholdAt } from "../../src/face/decision/calibration.ts";
import { distance } from "../../src/face/decision/decide.ts";
import type { Embedding } from "../../src/face/embedding.ts";
import type { Box } from "../../src/face/geometry.ts";
import type { Pipeline } from "../../src/pipeline.ts";
import { readMedia } from "../fixtures/data.ts";

const photo = readMedia("franck_01829.jpg");

const threshold = thresholdAt(readCalibration(), 1e-5);

describe("a face of an odd size", () => {
  let pipeline: Pipeline;
  let usual: { readonly embedding: Embedding; readonly box: Box };

  beforeAll(async () => {
    ({ pipeline } = await loadRuntime());
    usual = await found(photo);
  });

  async function found(bytes: Uint8Array, policy: "largest" | "only" = "largest") {
    const encoded = await pipeline.encodeFace(bytes, policy);
    if (!encoded.ok) throw new Error(JSON.stringify(encoded.failure));
    expect(encoded.value.turned).toBe(0);
    return { embedding: encoded.value.embedding, box: encoded.value.face.box };
  }

  async function expectOwn(bytes: Uint8Array, policy?: "only"): Promise<Box> {
    const seen = await found(bytes, policy);
    const apart = distance(seen.embedding, usual.embedding);
    if (!apart.ok || !threshold.ok) throw new Error("nothing to compare");
    expect(apart.value).toBeLessThan(threshold.value);
    return seen.box;
  }

  /** The photo, its face so many px large, in a plain scene of 3000 x 2250. */
  async function inScene(facePx: number, left: number, top: number): Promise<Uint8Array> {
    const { width = 0 } = await sharp(photo).metadata();
    const small = await sharp(photo)
      .resize({ width: Math.round((width * facePx) / usual.box.width) })
      .toBuffer();
    const scene = { width: 3000, height: 2250, channels: 3 as const, background: "#8a8f86" };
    return sharp({ create: scene })
      .composite([{ input: small, left, top }])
      .jpeg({ quality: 90 })
      .toBuffer();
  }

  /** The middle of the face alone: so much of its box across and down. */
  async function cropped(share: number): Promise<Uint8Array> {
    const { x, y, width, height } = usual.box;
    const [w, h] = [Math.round(share * width), Math.round(share * height)];
    const [left, top] = [Math.round(x + (width - w) / 2), Math.round(y + (height - h) / 2)];
    return sharp(photo).extract({ left, top, width: w, height: h }).resize({ width: 600 }).jpeg().toBuffer();
  }

  it.each([
    [200, 100, 100],
    [140, 200, 1500],
    [140, 2300, 300],
    [120, 1300, 900],
  ])("of %d px in a scene 3000 px wide is found and matches", async (facePx, left, top) => {
    const box = await expectOwn(await inScene(facePx, left, top));
    expect(box.width).toBeGreaterThan(0.7 * facePx);
    expect(box.width).toBeLessThan(1.5 * facePx);
    expect(box.x).toBeGreaterThan(left);
    expect(box.y).toBeGreaterThan(top);
  });

  it.each([1, 0.8, 0.7, 0.65])(
    "of which only %d of the box is in the photo is found and matches",
    async (share) => {
      await expectOwn(await cropped(share));
      await expectOwn(await cropped(share), "only");
    },
  );

  it("is one face under face=only, small or large", async () => {
    await expectOwn(await inScene(140, 200, 1500), "only");
  });
});
