/**
 * Faces to fit and judge by: every photo of a list as it is, and some made worse in each way that
 * `model/evaluate/degradation/kinds` knows, through the production pipeline's stages.
 *
 * Kept between runs, one JSON line a photo, so that an interrupted run goes on where it stopped. Embeddings are as
 * private as the photos: the folder is git-ignored.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Landmarks } from "../../../src/face/geometry.ts";
import type { Photo } from "../../../src/image/photo.ts";
import { fingerprint } from "../../evaluate/acquisition/fingerprint.ts";
import { type Dataset, readDataset } from "../../evaluate/dataset.ts";
import type { Picture } from "../../evaluate/degradation/degrade.ts";
import type { Kind, KindGroup } from "../../evaluate/degradation/kinds/kind.ts";
import { createRandom } from "../../evaluate/statistics/random.ts";
import { kernelPaths, modelPath, pixelPaths, readManifest } from "../../runtime.ts";
import { type Observed, openObserver } from "./observe.ts";

/** Observation of a photo in which a face was found. */
export interface Sample {
  /** The name of the kinds' group; undefined for a photo as it is. */
  readonly group: string | undefined;
  readonly kind: string;
  readonly level: number;
  /** Row of the list. */
  readonly row: number;
  /** Number of the person; of a picture without a face one of its own. */
  readonly person: number;
  readonly embedding: Float32Array;
  readonly norms: readonly number[];
  readonly detection: number;
  readonly beliefs: readonly [first: number, last: number];
  readonly agreement: number;
  /** Distance to the same photo as it is; 2 where the picture shows nobody. */
  readonly ownDistance: number;
}

export interface Samples {
  readonly ordinary: readonly Sample[];
  readonly worsened: readonly Sample[];
  /** Photos made worse in which no face was found. */
  readonly withoutFace: number;
}

export interface Collection {
  /** Columns image, identity. */
  readonly list: string;
  readonly aliases: string;
  readonly imagesFolder: string;
  /** Number of people of whom one photo each is made worse, for each kind and level. */
  readonly people: number;
  /** Seed of their choice. */
  readonly seed: number;
  /** Kinds to make photos worse by. */
  readonly groups: readonly KindGroup[];
  readonly report: (line: string) => void;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

export async function collect({
  list,
  aliases,
  imagesFolder,
  people,
  seed,
  groups,
  report,
}: Collection): Promise<Samples> {
  const dataset = readDataset({ list, aliases });
  const folder = join(root, ".cache/recognisability", observerFingerprint(imagesFolder, list));
  mkdirSync(folder, { recursive: true });
  const { decode: decodeFile, observe } = await openObserver();
  const photo = async (row: number) => decodeFile(readFileSync(join(imagesFolder, dataset.images[row])));

  const known = openKept(join(folder, "ordinary.jsonl"));
  for (const row of dataset.images.keys()) {
    await known.observed(["as it is", 0, row], async () => observe(await photo(row)));
  }
  const untouched = new Map(
    [...dataset.images.keys()].flatMap((row) => {
      const kept = known.get(["as it is", 0, row]);
      return kept ? [[row, kept] as const] : [];
    }),
  );
  const ordinary = [...untouched].map(([row, kept]) =>
    sampleOf(kept, { group: undefined, kind: "as it is", level: 0, row, person: dataset.identityOf[row] }, 0),
  );

  const worsened: Sample[] = [];
  let withoutFace = 0;
  for (const group of groups) {
    const drawn = fingerprint(root, { entry: fileURLToPath(group.source), files: [], settings: null });
    const kept = openKept(join(folder, `${group.name}-${drawn.slice(0, 16)}.jsonl`));
    for (const kind of group.kinds) {
      for (const level of kind.levels) {
        for (const row of choosePhotos(dataset, 1000 * numberOf(kind, level) + seed, people)) {
          const original = untouched.get(row);
          if (original === undefined) continue;
          const found = await kept.observed([kind.name, level, row], async () => {
            const picture = pictureOf(await photo(row));
            const random = createRandom(1e5 * numberOf(kind, level) + row);
            const worse = kind.apply({ picture, landmarks: landmarksOf(original) }, level, random);
            return observe(photoOf(worse));
          });
          if (found === null) withoutFace++;
          else {
            const isNobody = group.name === "no face";
            const person = isNobody ? -1 - worsened.length : dataset.identityOf[row];
            const ownDistance = isNobody ? 2 : between(decode(found.embedding), decode(original.embedding));
            worsened.push(
              sampleOf(found, { group: group.name, kind: kind.name, level, row, person }, ownDistance),
            );
          }
        }
      }
    }
    report(`${group.name}: ${worsened.length} faces so far`);
  }
  return { ordinary, worsened, withoutFace };
}

/** Throws for a photo that lies on its side or was decoded at a part of its size. */
function pictureOf({ width, height, raster }: Photo): Picture {
  if (raster.width !== width || raster.height !== height)
    throw new Error("the photo was not decoded as it is");
  return { width, height, data: Uint8Array.from(raster.data) };
}

function photoOf({ width, height, data }: Picture): Photo {
  const toRaster = { a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0 };
  return { width, height, raster: { width, height, data }, toRaster };
}

function between(a: Float32Array, b: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i] - b[i]) ** 2;
  return Math.sqrt(squares);
}

/** Chooses one photo each of people with several: others for each kind and level, the same in each run. */
function choosePhotos(dataset: Dataset, seed: number, people: number): number[] {
  const rowsOf = Array.from({ length: dataset.identityCount }, (): number[] => []);
  for (const [row, identity] of dataset.identityOf.entries()) rowsOf[identity].push(row);
  const random = createRandom(seed);
  return rowsOf
    .filter((rows) => rows.length > 1)
    .map((rows) => ({ order: random(), rows }))
    .sort((a, b) => a.order - b.order)
    .slice(0, people)
    .map(({ rows }) => rows[Math.floor(random() * rows.length)]);
}

/** Returns a number of its own for each kind and level, which other kinds do not change. */
function numberOf({ name }: Kind, level: number): number {
  let hash = 7;
  for (const letter of `${name} ${level}`) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  return hash % 1000003;
}

/** An observation as it is kept; the embedding in base64, exact. */
interface Kept {
  readonly embedding: string;
  readonly norms: readonly number[];
  readonly detection: number;
  readonly beliefs: readonly [number, number];
  readonly agreement: number;
  readonly landmarks: readonly (readonly [number, number])[];
}

type Key = readonly [kind: string, level: number, row: number];

function openKept(file: string) {
  const known = new Map<string, Kept | null>();
  for (const line of existsSync(file) ? readFileSync(file, "utf8").split("\n") : []) {
    // An interrupted run may have left a line unfinished.
    if (!line.endsWith("]")) continue;
    const [key, kept] = JSON.parse(line) as [Key, Kept | null];
    known.set(JSON.stringify(key), kept);
  }
  const get = (key: Key) => known.get(JSON.stringify(key));
  return {
    get,
    async observed(key: Key, observe: () => Promise<Observed | null>): Promise<Kept | null> {
      const before = get(key);
      if (before !== undefined) return before;
      const found = await observe();
      const kept = found === null ? null : keep(found);
      known.set(JSON.stringify(key), kept);
      appendFileSync(file, `\n${JSON.stringify([key, kept])}`);
      return kept;
    },
  };
}

function keep({ encoding, located, detection, quality }: Observed): Kept {
  const { buffer, byteOffset, byteLength } = encoding.embedding.values;
  return {
    embedding: Buffer.from(buffer, byteOffset, byteLength).toString("base64"),
    norms: encoding.norms,
    detection: detection.score,
    beliefs: located.beliefs,
    agreement: quality.agreement,
    landmarks: located.landmarks.map(({ x, y }) => [x, y] as const),
  };
}

function sampleOf(
  { embedding, norms, detection, beliefs, agreement }: Kept,
  of: Pick<Sample, "group" | "kind" | "level" | "row" | "person">,
  ownDistance: number,
): Sample {
  return { ...of, embedding: decode(embedding), norms, detection, beliefs, agreement, ownDistance };
}

function decode(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);
}

function landmarksOf({ landmarks }: Kept): Landmarks {
  return landmarks.map(([x, y]) => ({ x, y })) as unknown as Landmarks;
}

/** Hashes all that an observation depends on. */
function observerFingerprint(imagesFolder: string, list: string): string {
  const { calibration: _, ...manifest } = readManifest();
  const models = [...manifest.detectors, manifest.landmarks, ...manifest.encoder];
  return fingerprint(root, {
    entry: join(root, "model/calibrate/recognisability/observe.ts"),
    files: [...models.map((id) => modelPath(manifest.models[id].file)), ...kernelPaths, ...pixelPaths, list],
    settings: { imagesFolder, manifest },
  });
}
