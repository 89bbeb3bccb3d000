/**
 * `node test/bench/studies/embeddings.ts`: measures the distance between embeddings of the same photo with our own JPEG reader
 * and with libjpeg-turbo, the decoder before, which decoded the photos of templates enrolled earlier. The photos are the
 * test view of LFW as it is and enlarged threefold, and the shared pairs of photos. It also counts the genuine pairs
 * within the threshold of a false match rate of 1e-4, for old and new templates and probes.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import jpegJs from "jpeg-js";
import {
  kernelsInNode,
  modelPath,
  readCalibration,
  readManifest,
  readRecognisability,
} from "../../../model/runtime.ts";
import { thresholdAt } from "../../../src/face/decision/calibration.ts";
import { distance } from "../../../src/face/decision/decide.ts";
import type { EncodedFace } from "../../../src/face/face.ts";
import { openPhoto } from "../../../src/image/decode.ts";
import { defaultImageLimits } from "../../../src/image/limits.ts";
import { createStages, occlusionIn } from "../../../src/models.ts";
import { createPipeline, type PipelineParts } from "../../../src/pipeline.ts";
import { nodeCodecs } from "../../fixtures/codecs.ts";
import { lfwDev, photoPairs } from "../../fixtures/data.ts";
import { encodeJpeg, enlarge } from "../../fixtures/photos/images.ts";
import { nodeJpegTurbo } from "../../fixtures/photos/jpeg-turbo-node.ts";
import { openPhotoBefore } from "../../fixtures/photos/photo-before.ts";
import { quantile } from "../instruments/statistics.ts";

type Embedding = EncodedFace["embedding"];

interface Person {
  readonly identity: string;
  readonly before: Embedding;
  readonly now: Embedding;
}

const codecs = nodeCodecs();
const turbo = nodeJpegTurbo();
const { model: createModel } = await kernelsInNode.open();
const stages = createStages(readManifest(), (file) => readFileSync(modelPath(file)), {
  artifactOf: kernelsInNode.artifactOf,
  createModel,
});
const pipelineOf = (open: PipelineParts["openPhoto"]) =>
  createPipeline({
    ...{ openPhoto: open, ...stages },
    ...{ recognisability: readRecognisability(), occlusion: occlusionIn(readManifest()) },
  });
const now = pipelineOf((bytes) => openPhoto(bytes, defaultImageLimits, codecs));
const before = pipelineOf((bytes) => openPhotoBefore(bytes, codecs, turbo));
const found = thresholdAt(readCalibration(), 1e-4);
if (!found.ok) throw new Error(JSON.stringify(found.failure));
const threshold = found.value;

const between = (a: Embedding, b: Embedding): number => {
  const apart = distance(a, b);
  if (!apart.ok) throw new Error(JSON.stringify(apart.failure));
  return apart.value;
};

async function compare(
  name: string,
  photos: Iterable<{ readonly identity: string; readonly bytes: Uint8Array }>,
): Promise<void> {
  const people: Person[] = [];
  let differing = 0;
  for (const { identity, bytes } of photos) {
    const [old, ours] = [await before.encodeFace(bytes, "center"), await now.encodeFace(bytes, "center")];
    if (old.ok && ours.ok) people.push({ identity, before: old.value.embedding, now: ours.value.embedding });
    else if (old.ok !== ours.ok) differing++;
  }
  const apart = Float64Array.from(people, (person) => between(person.before, person.now)).sort();
  const [p50, p90, p99, most] = [0.5, 0.9, 0.99, 1].map((share) => quantile(apart, share).toFixed(4));
  const same = apart.filter((value) => value === 0).length;
  console.log(
    `${name}: ${people.length} photos, ${same} with the same embedding, ${differing} taken by one decoder alone;`,
  );
  console.log(`  distance p50 ${p50}, p90 ${p90}, p99 ${p99}, at most ${most}`);
  const tar = (templates: "before" | "now", probes: "before" | "now") => {
    let [accepted, pairs] = [0, 0];
    for (const [i, a] of people.entries())
      for (const b of people.slice(i + 1)) {
        if (a.identity !== b.identity) continue;
        pairs++;
        if (between(a[templates], b[probes]) <= threshold) accepted++;
      }
    return pairs === 0 ? "none" : `${accepted} of ${pairs}`;
  };
  console.log(
    `  genuine pairs within 1e-4: both before ${tar("before", "before")}, old templates and new probes ` +
      `${tar("before", "now")}, both now ${tar("now", "now")}`,
  );
}

function* lfw(eachNth: number, prepare: (bytes: Uint8Array) => Uint8Array) {
  const list = readFileSync(join(lfwDev.folder, "test.images.tsv"), "utf8").trim().split("\n").slice(1);
  const listed = list.map((line) => line.split("\t"));
  const people = [...new Set(listed.map(([, identity]) => identity))];
  const chosen = new Set(people.filter((_, i) => i % eachNth === 0));
  for (const [image, identity] of listed)
    if (chosen.has(identity))
      yield { identity, bytes: prepare(readFileSync(join(lfwDev.folder, "images", image))) };
}

function enlarged(bytes: Uint8Array): Uint8Array {
  const raster = jpegJs.decode(bytes, { useTArray: true });
  return encodeJpeg(enlarge(raster, 3 * raster.width, 3 * raster.height), 90);
}

function* pairs() {
  for (const path of globSync(join(photoPairs.folder, "images", "*.jpg")).sort())
    yield { identity: path, bytes: new Uint8Array(readFileSync(path)) };
}

if (lfwDev.isPresent) {
  await compare(
    "lfw-dev test",
    lfw(1, (bytes) => bytes),
  );
  await compare("lfw-dev test, every eighth person, enlarged to 750 px", lfw(8, enlarged));
} else console.log(lfwDev.title("lfw-dev"));
if (photoPairs.isPresent) await compare("photo-pairs", pairs());
else console.log(photoPairs.title("photo-pairs"));
