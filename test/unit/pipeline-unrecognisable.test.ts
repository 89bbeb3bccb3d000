/** A face that the encoder cannot read, through the production pipeline: refused, or shown where that is asked for. */
import jpegJs from "jpeg-js";
import { beforeAll, describe, expect, it } from "vitest";
import { coarse } from "../../model/evaluate/degradation/kinds/coarse.ts";
import type { Scene } from "../../model/evaluate/degradation/kinds/kind.ts";
import { createRandom } from "../../model/evaluate/statistics/random.ts";
import { loadRuntime } from "../../model/runtime.ts";
import type { Observation, Pipeline } from "../../src/pipeline.ts";
import { readMedia } from "../fixtures/data.ts";
import { encodeJpeg } from "../fixtures/photos/images.ts";

const picture = jpegJs.decode(readMedia("franck_01829.jpg"), { useTArray: true });
const mosaic = coarse.kinds.find(({ name }) => name === "mosaic")!;
const mosaicked = encodeJpeg(mosaic.apply({ picture } as Scene, 24, createRandom(1)), 95);

describe("a face in blocks of 24 px", () => {
  let pipeline: Pipeline;
  beforeAll(async () => {
    ({ pipeline } = await loadRuntime());
  });

  it("is refused as unrecognizable", async () => {
    expect(await pipeline.encodeFace(mosaicked, "largest")).toMatchObject({
      failure: { code: "low_quality", reasons: expect.arrayContaining(["unrecognizable"]) },
    });
  });

  it("is shown where that is asked for, and says that it is unrecognisable", async () => {
    const shown = await pipeline.encodeFace(mosaicked, "largest", { showUnrecognisable: true });
    if (!shown.ok) throw new Error(shown.failure.code);
    expect(shown.value.unrecognisable).toBe(true);
    expect(shown.value.quality.recognisability).toBeLessThan(0.5);
    const plain = await pipeline.encodeFace(readMedia("franck_01829.jpg"), "largest", {
      showUnrecognisable: true,
    });
    if (!plain.ok) throw new Error(plain.failure.code);
    expect(plain.value).not.toHaveProperty("unrecognisable");
  });

  it("is looked for again at odd sizes and in quarter turns, but not where it is the one that is sought", async () => {
    async function looksWith(more: Observation): Promise<number> {
      let looks = 0;
      const time: Observation["time"] = (stage, work) => {
        if (stage === "detect") looks++;
        return work();
      };
      const shown = await pipeline.encodeFace(mosaicked, "largest", {
        showUnrecognisable: true,
        time,
        ...more,
      });
      expect(shown).toMatchObject({ value: { unrecognisable: true, turned: 0 } });
      return looks;
    }
    expect(await looksWith({})).toBe(5);
    expect(await looksWith({ isSought: () => false })).toBe(5);
    expect(await looksWith({ isSought: () => true })).toBe(1);
  });
});
