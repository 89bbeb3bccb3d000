import { expect, it } from "vitest";
import { openPhoto } from "../../../src/image/decode.ts";
import { createIdleInstances } from "../../../src/image/idle-instances.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";
import { encodeJpeg, flatJpeg, scene } from "../../fixtures/photos/images.ts";
import { largePhoto } from "../../fixtures/photos/large-photos.ts";
import { encodePng } from "../../fixtures/photos/png.ts";

const mebibytes = 1024 * 1024;
const owner = { create: () => instance(0) };
const other = { create: () => instance(0) };
const third = { create: () => instance(0) };
const instance = (size: number) => ({ memoryBytes: () => size * mebibytes });

it("each codec gets back the instance it left", () => {
  const idle = createIdleInstances();
  const [mine, theirs] = [instance(17), instance(20)];
  idle.keep(owner, mine);
  idle.keep(other, theirs);
  expect(idle.take(owner, 10 * mebibytes)).toBe(mine);
  expect(idle.take(owner, 10 * mebibytes)).toBeUndefined();
  expect(idle.take(other, 10 * mebibytes)).toBe(theirs);
  expect(idle.heldBytes()).toBe(0);
});

it("instances that fit into 56 MiB together are all kept", () => {
  const idle = createIdleInstances();
  idle.keep(owner, instance(17));
  idle.keep(other, instance(19));
  expect(idle.take(third, 20 * mebibytes)).toBeUndefined();
  expect(idle.heldBytes()).toBe(36 * mebibytes);
});

it("one byte more, and the largest is dropped", () => {
  const idle = createIdleInstances();
  idle.keep(owner, instance(17));
  idle.keep(other, instance(19));
  idle.take(third, 20 * mebibytes + 1);
  expect(idle.heldBytes()).toBe(17 * mebibytes);
});

it("an instance counts for what it holds, not for what the next photo needs", () => {
  const idle = createIdleInstances();
  idle.keep(owner, instance(40));
  idle.keep(other, instance(17));
  expect(idle.take(owner, 1)).toBeDefined();
  expect(idle.heldBytes()).toBe(0);
});

it("room for a decode that needs all of it drops everything", () => {
  const idle = createIdleInstances();
  idle.keep(owner, instance(1));
  idle.keep(other, instance(17));
  idle.makeRoom(56 * mebibytes);
  expect(idle.heldBytes()).toBe(0);
});

it("room for more than there is, where nothing is kept, is nobody's to make", () => {
  const idle = createIdleInstances();
  idle.makeRoom(57 * mebibytes);
  expect(idle.take(owner, 57 * mebibytes)).toBeUndefined();
});

/** Returns the codecs' memory after each of these photos, decoded one after another. */
async function heldAfter(photos: readonly Uint8Array[]): Promise<number[]> {
  const codecs = nodeCodecs();
  const held: number[] = [];
  for (const bytes of photos) {
    const opened = await openPhoto(bytes, defaultImageLimits, codecs);
    const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast: 1 }) : opened;
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.failure));
    held.push(codecs.heldBytes());
  }
  return held;
}

it("a small photo after a large one is decoded in the memory at hand", async () => {
  const [large, small] = await heldAfter([flatJpeg(2500, 2400, 2), encodeJpeg(scene(64, 64))]);
  expect(large).toBeGreaterThan(30_000_000);
  expect(small).toBe(large);
});

it("a large interlaced PNG, which needs sums of its whole raster, makes the others give up their memory", async () => {
  const [jpeg, smallPng, largePng] = await heldAfter([
    flatJpeg(2500, 2400, 2),
    await encodePng(scene(64, 64), { interlaced: true }),
    await largePhoto("png-interlaced"),
  ]);
  expect(jpeg).toBeGreaterThan(30_000_000);
  expect(smallPng - jpeg).toBe(3 * 65_536);
  // 3 sums of 4 bytes for each pixel of the raster at 1/4, without the JPEG's memory.
  expect(largePng).toBeGreaterThan(12 * 1975 * 1580);
  expect(largePng).toBeLessThan(12 * 1975 * 1580 + 500_000);
});
