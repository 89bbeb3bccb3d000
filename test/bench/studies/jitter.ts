/**
 * `node test/bench/studies/jitter.ts [--photos N]`: measures how far landmarks, the crop and the embedding move when the
 * detector's answer moves a little. The box's middle moves by at most 1.5 px of the crop, its size changes by at most
 * 2 %, and its eyes turn by at most 1.5 degrees, all drawn at random. The photos are N (300 by default) of LFW's
 * training view and the shared pairs of photos, which are larger. It also prints the embedding's distance to that of
 * the same photo without its first columns and rows of pixels, 1 to 7 each, so that the detector and the sampling move
 * too; and the landmarks' mean places in the last square that the network saw, in fractions of its side.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import jpegJs from "jpeg-js";
import { createRandom } from "../../../model/evaluate/statistics/random.ts";
import { kernelsInNode, modelPath, photoOpener, readManifest } from "../../../model/runtime.ts";
import { createDecoder, farReach, unlimited } from "../../../src/decoder.ts";
import { alignToTemplate } from "../../../src/face/align.ts";
import { distance } from "../../../src/face/decision/decide.ts";
import type { EncoderDescriptor } from "../../../src/face/descriptor.ts";
import type { Detection } from "../../../src/face/detection/detect.ts";
import { findFirstFaces } from "../../../src/face/detection/every-face.ts";
import { defaultBackgroundFaceShare, selectFace } from "../../../src/face/detection/select.ts";
import type { Embedding } from "../../../src/face/embedding.ts";
import type { Landmarks, Point } from "../../../src/face/geometry.ts";
import type { Affine, Photo } from "../../../src/image/photo.ts";
import { createStages } from "../../../src/models.ts";
import { lfwDev, photoPairs } from "../../fixtures/data.ts";
import { encodeJpeg } from "../../fixtures/photos/images.ts";
import { summarise } from "../instruments/statistics.ts";

const { values: flags } = parseArgs({ options: { photos: { type: "string", default: "300" } } });
const movesPerPhoto = 4;
const mostShiftPx = 1.5;
const mostGrowth = 0.02;
const mostTurn = (1.5 * Math.PI) / 180;

const manifest = readManifest();
const { model: createModel } = await kernelsInNode.open();
const stages = createStages(manifest, (file) => readFileSync(modelPath(file)), {
  artifactOf: kernelsInNode.artifactOf,
  createModel,
});
const { template } = manifest.models[manifest.encoder[0]] as EncoderDescriptor;
const open = photoOpener();
const random = createRandom(1);
const within = (most: number) => most * (2 * random() - 1);

interface Found {
  readonly detail: Photo;
  readonly detection: Detection;
}

/** Returns the face at the photo's centre, or null where there is none. */
async function find(bytes: Uint8Array): Promise<Found | null> {
  const file = await open(bytes);
  if (!file.ok) return null;
  const decoder = createDecoder(file.value, (_, work) => work(), unlimited);
  const overview = await decoder.overview();
  if (!overview.ok) return null;
  const faces = await findFirstFaces(stages.detectors, overview.value);
  if (!faces.ok) return null;
  const selected = selectFace(faces.value, "center", overview.value, defaultBackgroundFaceShare);
  if (!selected.ok) return null;
  const detail = await decoder.showing(selected.value.box, farReach);
  return detail.ok ? { detail: detail.value, detection: selected.value } : null;
}

interface Looked {
  readonly landmarks: Landmarks;
  readonly crop: Affine;
  readonly embedding: Embedding;
  /** Landmarks in fractions of the last square. */
  readonly places: readonly Point[];
}

async function look({ detail, detection }: Found): Promise<Looked | null> {
  const located = await stages.landmarks.find(detail, detection);
  if (!located.ok) throw new Error(located.failure.code);
  const { landmarks, seenCorners } = located.value;
  const crop = alignToTemplate(template, landmarks);
  const encoded = await stages.encoder.encode(detail, landmarks);
  if (crop === null || !encoded.ok) return null;
  const [corner, alongTop] = seenCorners.slice(-4);
  return {
    landmarks,
    crop,
    embedding: encoded.value.embedding,
    places: landmarks.map((point) => placeIn(corner, alongTop, point)),
  };
}

/** Place of a point in fractions of the square with this top left and top right corner. */
function placeIn(corner: Point, topRight: Point, point: Point): Point {
  const across = { x: topRight.x - corner.x, y: topRight.y - corner.y };
  const from = { x: point.x - corner.x, y: point.y - corner.y };
  const area = across.x ** 2 + across.y ** 2;
  return {
    x: (from.x * across.x + from.y * across.y) / area,
    y: (from.y * across.x - from.x * across.y) / area,
  };
}

/** @param px pixels of the photo for one of the crop */
function moved(detection: Detection, px: number): Detection {
  const { box, leftEye, rightEye } = detection;
  const angle = 2 * Math.PI * random();
  const shift = mostShiftPx * px * Math.sqrt(random());
  const growth = 1 + within(mostGrowth);
  const rise = (Math.tan(within(mostTurn)) * (rightEye.x - leftEye.x)) / 2;
  const width = box.width * growth;
  const height = box.height * growth;
  const x = box.x + (box.width - width) / 2 + shift * Math.cos(angle);
  const y = box.y + (box.height - height) / 2 + shift * Math.sin(angle);
  return {
    ...detection,
    box: { x, y, width, height },
    leftEye: { x: leftEye.x, y: leftEye.y - rise },
    rightEye: { x: rightEye.x, y: rightEye.y + rise },
  };
}

const apart = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);

/** Root mean square by which the template's points lie elsewhere, in the photo's px. */
function cropMoved(a: Affine, b: Affine): number {
  const place = ({ a, b, tx, c, d, ty }: Affine, [x, y]: readonly number[]) => ({
    x: a * x + b * y + tx,
    y: c * x + d * y + ty,
  });
  const squares = template.map((point) => apart(place(a, point), place(b, point)) ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

function between(a: Embedding, b: Embedding): number {
  const found = distance(a, b);
  if (!found.ok) throw new Error(found.failure.code);
  return found.value;
}

function withoutBorder(bytes: Uint8Array): Uint8Array {
  const { width, height, data } = jpegJs.decode(bytes, { useTArray: true, maxMemoryUsageInMB: 2048 });
  const [left, top] = [1 + Math.floor(7 * random()), 1 + Math.floor(7 * random())];
  const cut = new Uint8Array(4 * (width - left) * (height - top));
  for (let y = top; y < height; y++) {
    const row = data.subarray(4 * (y * width + left), 4 * (y + 1) * width);
    cut.set(row, 4 * (y - top) * (width - left));
  }
  return encodeJpeg({ width: width - left, height: height - top, data: cut }, 95);
}

async function measure(name: string, paths: readonly string[]): Promise<void> {
  const points: number[] = [];
  const crops: number[] = [];
  const embeddings: number[] = [];
  const recut: number[] = [];
  const places: (readonly Point[])[] = [];
  for (const path of paths) {
    const bytes = new Uint8Array(readFileSync(path));
    const found = await find(bytes);
    const still = found && (await look(found));
    if (!found || !still) continue;
    places.push(still.places);
    const px = Math.hypot(still.crop.a, still.crop.c);
    for (let k = 0; k < movesPerPhoto; k++) {
      const other = await look({ ...found, detection: moved(found.detection, px) });
      if (other === null) continue;
      points.push(Math.max(...other.landmarks.map((point, i) => apart(point, still.landmarks[i]))) / px);
      crops.push(cropMoved(still.crop, other.crop) / px);
      embeddings.push(between(still.embedding, other.embedding));
    }
    // Some of the shared photos are named JPEG and are not.
    const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
    const cut = isJpeg ? await find(withoutBorder(bytes)) : null;
    const seen = cut && (await look(cut));
    if (seen) recut.push(between(still.embedding, seen.embedding));
  }
  console.log(`${name}, p50 p90 p99 and the most of ${points.length} moves:`);
  const print = (what: string, values: readonly number[]) => {
    const { p50, p90, p99 } = summarise(values);
    console.log(
      `  ${what}: ${[p50, p90, p99, Math.max(...values)].map((value) => value.toFixed(3)).join(" ")}`,
    );
  };
  print("the landmark that moves most, px of the crop", points);
  print("crop, px", crops);
  print("embedding", embeddings);
  print("embedding of the photo without its first columns and rows", recut);
  const means = template.map((_, i) => {
    const sum = (along: "x" | "y") => places.reduce((total, points) => total + points[i][along], 0);
    return `${(sum("x") / places.length).toFixed(3)}, ${(sum("y") / places.length).toFixed(3)}`;
  });
  console.log(`  landmarks in the last square: ${means.join("; ")}`);
}

if (lfwDev.isPresent) {
  const list = readFileSync(join(lfwDev.folder, "train.images.tsv"), "utf8").trim().split("\n").slice(1);
  const count = Number(flags.photos);
  const chosen = list.filter(
    (_, i) => Math.floor((i * count) / list.length) !== Math.floor(((i - 1) * count) / list.length),
  );
  const paths = chosen.map((line) => join(lfwDev.folder, "images", line.split("\t")[0]));
  await measure("lfw-dev train", paths);
} else console.log(lfwDev.title("lfw-dev"));
if (photoPairs.isPresent) {
  await measure("photo-pairs", globSync(join(photoPairs.folder, "images", "*.jpg")).sort());
} else console.log(photoPairs.title("photo-pairs"));
