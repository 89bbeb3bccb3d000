/**
 * Every face of a photo, and faces that one look at the whole photo does not show. Both detectors look at the whole photo,
 * and the one for small faces at its quarters where the faces are small: one look finds faces down to about a twelfth of the
 * longer side, and an inkling of smaller ones.
 */
import { ok, type Result } from "../../errors.ts";
import type { Photo } from "../../image/photo.ts";
import type { Box } from "../geometry.ts";
import type { Detection, Detector, Sight } from "./detect.ts";

/** Share of the photo's longer side: where no face is larger, the quarters are looked at. */
const smallFaceShare = 0.3;
/** Share of the photo's longer side below which a face is far away: another as large may not show in a look at the whole photo. */
const farFaceShare = 0.16;
/** Side of a quarter as a share of the photo's: neighbours share a face that lies on their border. */
const quarterShare = 0.6;
/** Intersection over the smaller box above which two finds are one face. */
const sameFaceShare = 0.5;

/** Finds faces, best score first, each once. Fails with `not_ready`. */
export type FindFaces = (
  detectors: readonly Detector[],
  photo: Photo,
) => Promise<Result<readonly Detection[]>>;

/**
 * Finds the faces of the first detector that sees one: enough to choose the largest, or the one in the middle. Fails with
 * `not_ready`.
 */
export async function findFirstFaces(
  detectors: readonly Detector[],
  photo: Photo,
): Promise<Result<readonly Detection[]>> {
  for (const detector of detectors) {
    const found = await detector.detect(photo);
    if (!found.ok || found.value.length > 0) return found;
  }
  return ok([]);
}

/** Finds all faces, best score first, each once. Fails with `not_ready`. */
export const findEveryFace: FindFaces = (detectors, photo) => findAll(detectors, photo, () => true);

/**
 * Finds enough faces to tell whether one is alone: the quarters are not looked at where both looks at the whole photo show
 * one face that is not far away, and the last shows nothing else that may be one. Best score first, each once. Fails with
 * `not_ready`.
 */
export const findCompany: FindFaces = (detectors, photo) =>
  findAll(detectors, photo, ({ faces, faint }) => {
    const isElsewhere = ({ box }: Detection) =>
      faces.every((face) => sharedShare(face.box, box) <= sameFaceShare);
    const isFar = largestSide(faces) < farFaceShare * Math.max(photo.width, photo.height);
    return faces.length !== 1 || isFar || faint.some(isElsewhere);
  });

/**
 * Finds all faces of the whole photo, and where `asksForMore` and none is large those of its quarters. The surest find of a
 * face tells its size. It is sampled as `findFirstFaces` shows it, where that does: under every policy alike.
 */
async function findAll(
  detectors: readonly Detector[],
  photo: Photo,
  asksForMore: (seen: Sight) => boolean,
): Promise<Result<readonly Detection[]>> {
  const found: Detection[] = [];
  let first: readonly Detection[] = [];
  let faint: readonly Detection[] = [];
  for (const detector of detectors) {
    const seen = await detector.look(photo);
    if (!seen.ok) return seen;
    if (first.length === 0) first = seen.value.faces;
    found.push(...seen.value.faces);
    faint = seen.value.faint;
  }
  const isLarge = largestSide(found) >= smallFaceShare * Math.max(photo.width, photo.height);
  if (!isLarge && asksForMore({ faces: eachOnce(found), faint })) {
    const small = await findSmallFaces(detectors, photo);
    if (!small.ok) return small;
    found.push(...small.value);
  }
  return ok(sampledAsFirst(eachOnce(found), first));
}

/** Says of the face that shares most of each first find, where that is the same face, that it is sampled by that find. */
function sampledAsFirst(faces: readonly Detection[], first: readonly Detection[]): Detection[] {
  const told = [...faces];
  const isFree = faces.map(() => true);
  for (const find of first) {
    const shares = faces.map(({ box }, k) => (isFree[k] ? sharedShare(box, find.box) : 0));
    const nearest = shares.indexOf(Math.max(...shares));
    if (!(shares[nearest] > sameFaceShare)) continue;
    isFree[nearest] = false;
    if (find !== faces[nearest]) told[nearest] = { ...faces[nearest], sampledAs: find };
  }
  return told;
}

const largestSide = (faces: readonly Detection[]) =>
  Math.max(0, ...faces.map(({ box }) => Math.max(box.width, box.height)));

/** Border around the photo when it is looked at from further away, as a share of its sides. */
const borderShare = 0.3;

/** Finds faces that are too small, or too large, for a look at the whole photo. Best score first, each once. Fails with `not_ready`. */
export async function findOddFaces(
  detectors: readonly Detector[],
  photo: Photo,
): Promise<Result<readonly Detection[]>> {
  const small = await findSmallFaces(detectors, photo);
  if (!small.ok) return small;
  const large = await findLargeFaces(detectors, photo);
  return large.ok ? ok(eachOnce([...small.value, ...large.value])) : large;
}

/** Finds faces that overfill the photo, which are less large in one with a black border around it. Best score first, each once. Fails with `not_ready`. */
export async function findLargeFaces(
  detectors: readonly Detector[],
  photo: Photo,
): Promise<Result<readonly Detection[]>> {
  const found = await lookAt(
    photo,
    detectors.map((detector) => ({ detector, part: borderedOf(photo) })),
  );
  return found.ok ? ok(eachOnce(found.value)) : found;
}

/** Finds faces in the quarters of the photo, one that lies on their border perhaps more than once. */
function findSmallFaces(detectors: readonly Detector[], photo: Photo): Promise<Result<Detection[]>> {
  const detector = detectors[detectors.length - 1];
  return lookAt(
    photo,
    quartersOf(photo).map((part) => ({ detector, part })),
  );
}

async function lookAt(
  photo: Photo,
  looks: readonly { readonly detector: Detector; readonly part: Box }[],
): Promise<Result<Detection[]>> {
  const found: Detection[] = [];
  for (const { detector, part } of looks) {
    const seen = await detector.detect(partOf(photo, part));
    if (!seen.ok) return seen;
    found.push(...seen.value.map((detection) => moved(detection, part.x, part.y)));
  }
  return ok(found);
}

function borderedOf({ width, height }: Photo): Box {
  const [x, y] = [borderShare * width, borderShare * height];
  return { x: -x, y: -y, width: width + 2 * x, height: height + 2 * y };
}

function quartersOf({ width, height }: Photo): Box[] {
  const [w, h] = [quarterShare * width, quarterShare * height];
  return [0, height - h].flatMap((y) => [0, width - w].map((x) => ({ x, y, width: w, height: h })));
}

function partOf({ raster, toRaster }: Photo, { x, y, width, height }: Box): Photo {
  const { a, b, c, d, tx, ty } = toRaster;
  return { width, height, raster, toRaster: { ...toRaster, tx: tx + a * x + b * y, ty: ty + c * x + d * y } };
}

function moved({ score, box, leftEye, rightEye, nose, mouth }: Detection, dx: number, dy: number): Detection {
  const by = <P extends { x: number; y: number }>(point: P): P => ({
    ...point,
    x: point.x + dx,
    y: point.y + dy,
  });
  return {
    score,
    box: by(box),
    leftEye: by(leftEye),
    rightEye: by(rightEye),
    nose: by(nose),
    mouth: by(mouth),
  };
}

function eachOnce(found: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const detection of found.toSorted((a, b) => b.score - a.score)) {
    if (kept.every(({ box }) => sharedShare(box, detection.box) <= sameFaceShare)) kept.push(detection);
  }
  return kept;
}

/** Intersection over the smaller box. */
function sharedShare(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / Math.min(a.width * a.height, b.width * b.height);
}
