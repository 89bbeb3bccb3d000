import { afterEach, describe, expect, it } from "vitest";
import { openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";
import { watchWasmMemory } from "../../fixtures/memory.ts";
import { largePhoto } from "../../fixtures/photos/large-photos.ts";

const probe = watchWasmMemory();
afterEach(() => probe.reset());

async function pixelsOf(
  codecs: ReturnType<typeof nodeCodecs>,
  file: Uint8Array,
): Promise<Uint8Array | string> {
  const opened = await openPhoto(file, defaultImageLimits, codecs);
  const decoded = opened.ok ? await opened.value.decode({ scaleAtLeast: 1 }) : opened;
  return decoded.ok ? Uint8Array.from(decoded.value.raster.data) : decoded.failure.code;
}

describe("codecs that take turns in one memory", () => {
  it("decode as each alone does, and hold one memory between them", async () => {
    const [avif, webp] = [await largePhoto("small-avif-320"), await largePhoto("small-webp-320")];
    const alone = [await pixelsOf(nodeCodecs(), avif), await pixelsOf(nodeCodecs(), webp)];
    probe.reset();
    const codecs = nodeCodecs();
    for (let turn = 0; turn < 4; turn++) {
      expect(await pixelsOf(codecs, avif)).toEqual(alone[0]);
      expect(await pixelsOf(codecs, webp)).toEqual(alone[1]);
    }
    expect(probe.liveBytes()).toBe(codecs.heldBytes());
    expect(codecs.droppedBytes()).toBe(0);
  });

  it("take a damaged photo without a new memory, and decode the next as before", async () => {
    const whole = await largePhoto("small-avif-320");
    const codecs = nodeCodecs();
    const before = await pixelsOf(codecs, whole);
    probe.reset();
    const heldBytes = codecs.heldBytes();
    for (let cut = 1; cut <= 20; cut++) {
      const damaged = Uint8Array.from(whole).fill(0xff, whole.length - 40 * cut);
      await pixelsOf(codecs, damaged);
    }
    expect(await pixelsOf(codecs, whole)).toEqual(before);
    expect(codecs.heldBytes()).toBe(heldBytes);
    expect(probe.liveBytes()).toBe(heldBytes);
  });
});
