/**
 * A stored face as bytes. Version 2, little-endian:
 *
 *   0   4  magic "SFRE"
 *   4   1  version, 2
 *   5   1  length of the model's id, bytes, 1..64
 *   6   1  length of the subject's id, bytes of UTF-8
 *   7   1  length of the face's id
 *   8   8  created at, float64, ms since 1970
 *   16  2  dimension, 1..4096
 *   18  8  photo taken at, float64, ms since 1970; NaN where it is not known
 *   26  1  number of measures
 *   27     measures of the photo: float32 each, in the order of `measureNames`; NaN where one is not known
 *          model id, subject id, face id: UTF-8, without separators; the first and the last are ASCII
 *          embedding: float32 x dimension
 *          CRC-32 (IEEE 802.3) of everything before it, uint32
 *
 * A later measure is appended to the list: a reader passes over those that it does not know, and takes missing ones
 * for unknown. Version 1 ends its header at 18 and has no measures; it is read, and no longer written.
 *
 * The subject and the face are inside so that a record under another's key is noticed. The checksum
 * finds damage, not malice.
 */
import { crc32 } from "../../crypto/crc32.ts";
import { decodeFloat32, encodeFloat32 } from "../../crypto/float32.ts";
import { type Failure, fail, ok, type Result } from "../../errors.ts";
import type { Quality } from "../../face/quality/quality.ts";
import { type FaceId, parseFaceId, parseSubjectId, type SubjectId } from "../ids.ts";
import type { StoredFace, StoredQuality } from "../store/store.ts";

const magic = [0x53, 0x46, 0x52, 0x45];
const version = 2;
const versionWithoutMeasures = 1;
/** Bytes of a header up to the names or, in version 2, up to the measures. */
const headerBytes = { 1: 18, 2: 27 } as const;
const photoTakenAt = 18;
const measureCountAt = 26;
/** The order is the format's: a new measure goes to the end. */
const measureNames = [
  "eyeDistancePx",
  "sharpness",
  "brightness",
  "contrast",
  "yaw",
  "pitch",
  "roll",
  "agreement",
  "inFrame",
  "recognisability",
  "occlusion",
] as const satisfies readonly (keyof Quality)[];
const checksumBytes = 4;
const maxDimension = 4096;
const maxDateMs = 8.64e15;
const modelIdPattern = /^[\x21-\x7e]{1,64}$/;
/** Tolerance of the squared length: rounding to float32 moves it by less than 1e-6. */
const unitTolerance = 1e-3;

/** Writes a record. Throws for a face that could never be read back, which is a bug of the caller. */
export function encodeRecord(face: StoredFace): Uint8Array<ArrayBuffer> {
  const { model, values } = face.embedding;
  if (!modelIdPattern.test(model)) throw new Error(`model id "${model}" does not fit a record`);
  if (values.length < 1 || values.length > maxDimension) throw new Error("dimension does not fit a record");
  if (!isUnit(values)) throw new Error("the embedding is not a unit vector");
  const createdAtMs = face.createdAt.getTime();
  if (!isTime(createdAtMs)) throw new Error("the time does not fit a record");

  const subjectBytes = new TextEncoder().encode(face.subjectId).length;
  if (subjectBytes > 255) throw new Error("the subject's id does not fit a record");
  const names = new TextEncoder().encode(model + face.subjectId + face.faceId);
  const namesAt = headerBytes[version] + 4 * measureNames.length;
  const bytes = new Uint8Array(namesAt + names.length + 4 * values.length + checksumBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(magic, 0);
  bytes[4] = version;
  bytes[5] = model.length;
  bytes[6] = subjectBytes;
  bytes[7] = face.faceId.length;
  view.setFloat64(8, createdAtMs, true);
  view.setUint16(16, values.length, true);
  view.setFloat64(photoTakenAt, Number.NaN, true);
  bytes[measureCountAt] = measureNames.length;
  for (const [i, name] of measureNames.entries()) {
    view.setFloat32(headerBytes[version] + 4 * i, face.quality?.[name] ?? Number.NaN, true);
  }
  bytes.set(names, namesAt);
  const valuesAt = namesAt + names.length;
  bytes.set(encodeFloat32(values), valuesAt);
  const checksumAt = valuesAt + 4 * values.length;
  view.setUint32(checksumAt, crc32(bytes.subarray(0, checksumAt)), true);
  return bytes;
}

/**
 * Reads the record that should be `subjectId`'s `faceId`. Never throws, whatever the bytes.
 *
 * Fails with `model_mismatch` for a record of another version and with `corrupt_record` for
 * everything else that `encodeRecord` did not write for this face.
 */
export function decodeRecord(bytes: Uint8Array, subjectId: SubjectId, faceId: FaceId): Result<StoredFace> {
  const corrupt = (reason: string) => fail({ code: "corrupt_record", faceId, reason } satisfies Failure);
  if (bytes.length < magic.length + 1) return corrupt("shorter than its header");
  if (magic.some((byte, i) => bytes[i] !== byte)) return corrupt("not a record");
  const found = bytes[4];
  if (found !== version && found !== versionWithoutMeasures) {
    const stored = `record version ${found}`;
    return fail({ code: "model_mismatch", stored, expected: `record version ${version}`, faceId });
  }
  if (bytes.length < headerBytes[found]) return corrupt("shorter than its header");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const measures = found === version ? bytes[measureCountAt] : 0;
  const namesAt = headerBytes[found] + 4 * measures;
  const [modelEnd, subjectEnd, faceEnd] = nameEnds(bytes, namesAt);
  const dimension = view.getUint16(16, true);
  const checksumAt = faceEnd + 4 * dimension;
  if (bytes.length !== checksumAt + checksumBytes) return corrupt("not of the length its header says");
  if (view.getUint32(checksumAt, true) !== crc32(bytes.subarray(0, checksumAt))) {
    return corrupt("checksum does not fit");
  }

  const model = ascii(bytes.subarray(namesAt, modelEnd));
  if (!modelIdPattern.test(model)) return corrupt("model id is malformed");
  if (parseSubjectId(utf8(bytes.subarray(modelEnd, subjectEnd))) !== subjectId) {
    return corrupt("it belongs to another subject");
  }
  if (parseFaceId(ascii(bytes.subarray(subjectEnd, faceEnd))) !== faceId) {
    return corrupt("it belongs to another face");
  }
  const createdAtMs = view.getFloat64(8, true);
  if (!isTime(createdAtMs)) return corrupt("time is out of range");
  if (dimension < 1 || dimension > maxDimension) return corrupt("dimension is out of range");
  const values = decodeFloat32(bytes.subarray(faceEnd, checksumAt));
  if (!isUnit(values)) return corrupt("the embedding is not a unit vector");
  const takenAtMs = found === version ? view.getFloat64(photoTakenAt, true) : Number.NaN;
  if (!Number.isNaN(takenAtMs) && !isTime(takenAtMs)) return corrupt("the photo's time is out of range");
  const quality = readMeasures(view, measures);
  return ok({
    subjectId,
    faceId,
    embedding: { model, values },
    createdAt: new Date(createdAtMs),
    ...(quality !== undefined && { quality }),
  });
}

/** Reads the known measures; undefined when none is known. */
function readMeasures(view: DataView, count: number): StoredQuality | undefined {
  const known: { -readonly [Name in keyof Quality]?: number } = {};
  for (const [i, name] of measureNames.slice(0, count).entries()) {
    const value = view.getFloat32(headerBytes[version] + 4 * i, true);
    if (Number.isFinite(value)) known[name] = value;
  }
  return Object.keys(known).length === 0 ? undefined : known;
}

function nameEnds(
  bytes: Uint8Array,
  namesAt: number,
): [modelEnd: number, subjectEnd: number, faceEnd: number] {
  const modelEnd = namesAt + bytes[5];
  const subjectEnd = modelEnd + bytes[6];
  return [modelEnd, subjectEnd, subjectEnd + bytes[7]];
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Decodes UTF-8. Other bytes become U+FFFD, which is in no name. */
function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
}

function isTime(ms: number): boolean {
  return Number.isInteger(ms) && ms >= 0 && ms <= maxDateMs;
}

/** True for a unit vector. False for NaN and infinities too: no comparison with them holds. */
function isUnit(values: Float32Array): boolean {
  let squaredLength = 0;
  for (const value of values) squaredLength += value * value;
  return Math.abs(squaredLength - 1) <= unitTolerance;
}
