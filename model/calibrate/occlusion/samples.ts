/**
 * Faces to fit and judge by: every photo of a list as it is, and some covered in each way that
 * `model/evaluate/degradation/kinds/covers.ts` knows, up to the encoder's crop. The encoder itself has no part in it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import jpeg from "jpeg-js";
import { alignToTemplate } from "../../../src/face/align.ts";
import type { EncoderDescriptor } from "../../../src/face/descriptor.ts";
import { selectFace } from "../../../src/face/detection/select.ts";
import type { Landmarks } from "../../../src/face/geometry.ts";
import { measureCover, withPose } from "../../../src/face/quality/occlusion.ts";
import { estimatePose } from "../../../src/face/quality/pose.ts";
import { createStages } from "../../../src/models.ts";
import { type Dataset, readDataset } from "../../evaluate/dataset.ts";
import { covers } from "../../evaluate/degradation/kinds/covers.ts";
import { createRandom } from "../../evaluate/statistics/random.ts";
import { kernelsInNode, modelPath, openSampler, photoOpener, readManifest } from "../../runtime.ts";
import { relit } from "./light.ts";

export interface Sample {
  /** The cover's name, `worn` for eyewear that the photo itself shows; undefined for a photo as it is. */
  readonly kind: string | undefined;
  /** True for a photo that is shown in another light. */
  readonly isRelit: boolean;
  /** Path of the photo in the list. */
  readonly image: string;
  readonly person: number;
  /** The `occlusionMeasures` numbers of the regions and the pose. */
  readonly regions: readonly number[];
  /** The `eyeMeasures` numbers of the eyes. */
  readonly eyes: readonly number[];
}

/** Kind of the photos in which sunglasses or goggles before the eyes were seen by eye. */
export const worn = "worn";

export interface Collection {
  /** Columns image, identity. */
  readonly list: string;
  readonly aliases: string;
  /** Column image: photos with sunglasses or goggles before the eyes. */
  readonly eyewear: string;
  readonly imagesFolder: string;
  /** Number of photos that each kind covers, all its levels together. */
  readonly covered: number;
  readonly seed: number;
  readonly report: (line: string) => void;
}

/** A scrambled face has all its parts in sight. */
const coveringKinds = covers.kinds.filter(({ name }) => name !== "scrambled");
const jpegQuality = 90;
/** Share of the photos as they are that are shown in another light too, and number of lights for one with eyewear. */
const relitShare = 0.5;
const lightsOfWorn = 4;
/** Longest side of the decoded photo, px. */
const largestSidePx = 1000;

export async function collect({
  list,
  aliases,
  eyewear,
  imagesFolder,
  covered,
  seed,
  report,
}: Collection): Promise<Sample[]> {
  const dataset = readDataset({ list, aliases });
  const showEyewear = readEyewear(eyewear);
  const kindOf = (row: number) => (showEyewear.has(dataset.images[row]) ? worn : undefined);
  const observe = await openObserver();
  const photo = (row: number) => readFileSync(join(imagesFolder, dataset.images[row]));
  const sampleOf = (
    kind: string | undefined,
    row: number,
    { regions, eyes }: Observed,
    isRelit = false,
  ): Sample => ({
    kind,
    isRelit,
    image: dataset.images[row],
    person: dataset.identityOf[row],
    regions,
    eyes,
  });

  const samples: Sample[] = [];
  const landmarks = new Map<number, Landmarks>();
  for (const row of dataset.images.keys()) {
    const found = await observe(photo(row));
    if (found === null) continue;
    landmarks.set(row, found.landmarks);
    samples.push(sampleOf(kindOf(row), row, found));
  }
  report(`${list}: ${samples.length} faces as they are`);

  const random = createRandom(seed);
  for (const row of landmarks.keys()) {
    const timesOrdinary = () => (random() < relitShare ? 1 : 0);
    const times = kindOf(row) === worn ? lightsOfWorn : timesOrdinary();
    for (let k = 0; k < times; k++) {
      const picture = jpeg.decode(photo(row), { useTArray: true });
      const found = await observe(jpeg.encode({ ...relit(picture, random) }, jpegQuality).data);
      if (found !== null) samples.push(sampleOf(kindOf(row), row, found, true));
    }
  }
  report(`${samples.filter(({ isRelit }) => isRelit).length} faces in another light`);

  for (const kind of coveringKinds) {
    for (const level of kind.levels) {
      for (const row of choose(dataset, random, Math.round(covered / kind.levels.length))) {
        const original = landmarks.get(row);
        if (original === undefined) continue;
        const picture = jpeg.decode(photo(row), { useTArray: true });
        const worse = kind.apply({ picture, landmarks: original }, level, random);
        const found = await observe(jpeg.encode({ ...worse }, jpegQuality).data);
        if (found !== null) samples.push(sampleOf(kind.name, row, found));
      }
    }
    report(`${kind.name}: ${samples.filter(({ kind: name }) => name === kind.name).length} faces`);
  }
  return samples;
}

/** Reads the paths of the photos with sunglasses or goggles before the eyes; the file's column is `image`. */
export function readEyewear(file: string): ReadonlySet<string> {
  return new Set(readFileSync(file, "utf8").trim().split("\n").slice(1));
}

function choose({ images }: Dataset, random: () => number, count: number): number[] {
  return [...images.keys()]
    .map((row) => ({ row, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ row }) => row);
}

interface Observed extends Pick<Sample, "regions" | "eyes"> {
  readonly landmarks: Landmarks;
}

/** Opens the observer of the face nearest the middle, which returns `null` where there is none. */
async function openObserver(): Promise<(photo: Uint8Array) => Promise<Observed | null>> {
  const openPhoto = photoOpener();
  const { model } = await kernelsInNode.open();
  const manifest = readManifest();
  const { template, input } = manifest.models[manifest.encoder[0]] as EncoderDescriptor;
  const [, , height, width] = input.shape;
  const crop = new Float32Array(3 * height * width);
  const sample = openSampler();
  const factory = { artifactOf: kernelsInNode.artifactOf, createModel: model };
  const stages = createStages(manifest, (file) => readFileSync(modelPath(file)), factory, sample);
  return async (bytes) => {
    const opened = await openPhoto(bytes);
    if (!opened.ok) throw new Error(opened.failure.code);
    const file = opened.value;
    const scaleAtLeast = Math.min(1, largestSidePx / Math.max(file.width, file.height));
    const decoded = await file.decode({ scaleAtLeast });
    if (!decoded.ok) throw new Error(decoded.failure.code);
    for (const { detect } of stages.detectors) {
      const found = await detect(decoded.value);
      if (!found.ok) throw new Error(found.failure.code);
      if (found.value.length === 0) continue;
      const selected = selectFace(found.value, "center", file);
      if (!selected.ok) return null;
      const located = await stages.landmarks.find(decoded.value, selected.value);
      if (!located.ok) throw new Error(located.failure.code);
      const { landmarks } = located.value;
      const toPhoto = alignToTemplate(template, landmarks);
      if (toPhoto === null) return null;
      sample(decoded.value, toPhoto, width, height, input, crop);
      const { regions, eyes } = measureCover(crop, width, height, input);
      return { landmarks, regions: withPose(regions, estimatePose(landmarks)), eyes };
    }
    return null;
  };
}
