/** A face that the encoder cannot read, through the production pipeline: refused, or shown where that is asked for. */
import jpegJs from "jpeg-js";
import { beforeAll, describe, expect, it } from "vitest";
import { coarse } from "../../model/evaluate/degradation/kinds/coarse.ts";
import type { Scene } from "../../model/evaluate/degradation/kinds/kind.ts";
import { createRandom } from "../../model/evaluate/statistics/random.ts";
import { loadRuntime } from "../../model/runtime.ts";
import type { Pipeline } from "../../src/pipeline.ts";
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
});
