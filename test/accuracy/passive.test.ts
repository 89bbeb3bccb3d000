/** The passive signal on made attacks of people on whom nothing was fitted, through the shipped pipeline. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { areaUnderCurve } from "../../model/evaluate/attacks/figures.ts";
import { opinionOf, type Sample } from "../../model/evaluate/attacks/fit.ts";
import { measure } from "../../model/evaluate/attacks/measure.ts";
import { loadRuntime, readManifest } from "../../model/runtime.ts";
import { fuse, parseFusion } from "../../src/face/passive/fusion.ts";
import { passiveNetworks } from "../../src/models.ts";
import { lfwDev } from "../fixtures/data.ts";

const { folder, isPresent } = lfwDev;
const people = 15;

describe.skipIf(!isPresent)(lfwDev.title("the passive signal on made attacks of lfw-dev test"), () => {
  const renderings = mkdtempSync(join(tmpdir(), "sameface-attacks-"));
  const manifest = readManifest();
  const fusion = parseFusion(manifest.passiveFusion, passiveNetworks(manifest));
  let samples: readonly Sample[] = [];

  beforeAll(async () => {
    const { pipeline } = await loadRuntime();
    const list = join(folder, "test.images.tsv");
    const options = { list, images: join(folder, "images"), people, take: people, folder: renderings };
    ({ samples } = await measure(pipeline, options));
  }, 600_000);

  afterAll(() => rmSync(renderings, { recursive: true }));

  function area(score: (sample: Sample) => number): number {
    const [genuine, attacks] = [true, false].map((wanted) =>
      samples.filter(({ species }) => (species === "genuine") === wanted).map(score),
    );
    return areaUnderCurve(genuine, attacks);
  }

  it("tells people from attacks better than chance by the networks alone, and better still by the fusion", () => {
    const alone = area(({ signals }) => opinionOf(signals));
    const fused = area(({ signals }) => fuse(fusion, signals).score);
    console.log(`area under the curve: difference ${alone.toFixed(3)}, fused ${fused.toFixed(3)}`);
    expect(alone).toBeGreaterThan(0.6);
    expect(fused).toBeGreaterThan(alone);
  });

  it("suspects at most one person in five", () => {
    const genuine = samples.filter(({ species }) => species === "genuine");
    const suspected = genuine.filter(({ signals }) => fuse(fusion, signals).suspected);
    expect(suspected.length / genuine.length).toBeLessThanOrEqual(0.2);
  });
});
