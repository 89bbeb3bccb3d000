/**
 * Binds the JPEG reader of `wasm/jpeg`: pixels of a photo, or of a part of it, at 1/8, 1/4, 1/2 or full size. While
 * it reads all of a sequential photo, it notes where parts begin, so that a part later costs little more than itself.
 */
import { ok, type Result } from "../../errors.ts";
import { type IdleInstances, withInstance } from "../idle-instances.ts";
import type { Raster } from "../photo.ts";
import { damaged, invalid, outOfMemory, type Refusal, rowsMissing, sizesDisagree } from "../refusal.ts";

/** JPEG file, with the facts known of it. Its bytes must stay unchanged until its last decode. */
export interface JpegFile {
  readonly bytes: Uint8Array;
  /** Width by the header, before orientation, px. */
  readonly width: number;
  readonly height: number;
  /** Notes of where the file's parts lie, made when all of it was read. */
  notes?: Uint8Array;
}

/** Rectangle of the photo at `eighths` / 8, as stored; the right and bottom edges are outside. */
export interface JpegView {
  readonly eighths: Eighths;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const scales = [1, 2, 4, 8] as const;
export type Eighths = (typeof scales)[number];

export interface JpegReader {
  /**
   * Decodes a view. Fails with `invalid_image`, or `not_ready` where memory ran out. `neededBytes` is what it is
   * expected to need.
   */
  decode(file: JpegFile, view: JpegView, neededBytes: number): Result<Raster>;
}

/** Length of a side at scale n/8, px. */
export function scaledSide(side: number, eighths: number): number {
  return Math.ceil((side * eighths) / 8);
}

/** Exports of wasm/jpeg/reader.h; an address of 0 is none. */
export interface JpegExports {
  readonly memory: WebAssembly.Memory;
  jpegOpen(bytes: number): number;
  jpegNotes(bytes: number): number;
  jpegDecode(eighths: number, left: number, top: number, right: number, bottom: number): number;
  jpegRows(top: number, count: number): number;
  jpegReport(): number;
  /** Address of a component's plane: samples, bytes from row to row, left, top, right, bottom. */
  jpegPlane(component: number): number;
}

/** Statuses of wasm/jpeg/jpeg.h. */
const status = { ok: 0, missing: 1, damaged: 2, unsupported: 3, noMemory: 4 } as const;

/** Rows that are handed over at a time: few, so that no raster exists twice. */
export const rowsAtATime = 16;

/** Instance of the reader, and the file that it reads at the moment. */
export interface ReaderInstance {
  readonly exports: JpegExports;
  file: Uint8Array | undefined;
  memoryBytes(): number;
}

export function createJpegReader(module: WebAssembly.Module, idle: IdleInstances): JpegReader {
  return {
    decode: (file, view, neededBytes) =>
      withInstance(idle, owner, module, neededBytes, (instance) => {
        try {
          return { sound: true, result: decodeWith(instance, file, view) };
        } catch (error) {
          if (!(error instanceof WebAssembly.RuntimeError)) throw error;
          return { sound: false, result: invalid("its data breaks the decoder") };
        } finally {
          instance.file = undefined;
        }
      }),
  };
}

const owner = { create: instantiate };

/**
 * Makes an instance. The module takes the file piece by piece: the bytes stay where they are, and are never copied as
 * a whole.
 */
export function instantiate(module: WebAssembly.Module): ReaderInstance {
  const read = (at: number, to: number, count: number) => {
    const piece = instance.file?.subarray(at, at + count) ?? new Uint8Array(0);
    bytesAt(exports, to, count).set(piece);
  };
  const exports = new WebAssembly.Instance(module, { file: { read } }).exports as unknown as JpegExports;
  const instance: ReaderInstance = {
    exports,
    file: undefined,
    memoryBytes: () => exports.memory.buffer.byteLength,
  };
  return instance;
}

function decodeWith(instance: ReaderInstance, file: JpegFile, view: JpegView): Result<Raster> {
  const { exports } = instance;
  instance.file = file.bytes;
  const refusal = open(exports, file);
  if (refusal) return refusal;
  const notes = file.notes ?? new Uint8Array(0);
  const noteAt = exports.jpegNotes(notes.length);
  if (noteAt === 0) return outOfMemory();
  bytesAt(exports, noteAt, notes.length).set(notes);

  const { eighths, left, top, right, bottom } = view;
  const ended = exports.jpegDecode(eighths, left, top, right, bottom);
  if (ended !== status.ok) return refused(ended);
  const [noted, noteBytes] = new Uint32Array(exports.memory.buffer, exports.jpegReport(), 6).subarray(4);
  if (noteBytes > 0) file.notes = bytesAt(exports, noted, noteBytes).slice();
  return readRows(exports, right - left, bottom - top);
}

function open(exports: JpegExports, { bytes, width, height }: JpegFile): Refusal | undefined {
  const opened = exports.jpegOpen(bytes.length);
  if (opened !== status.ok) return refused(opened);
  // The reader must see the size that the limits were checked against.
  const [seenWidth, seenHeight] = new Int32Array(exports.memory.buffer, exports.jpegReport(), 2);
  return seenWidth === width && seenHeight === height ? undefined : sizesDisagree();
}

function readRows(exports: JpegExports, width: number, height: number): Result<Raster> {
  const data = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row += rowsAtATime) {
    const count = Math.min(rowsAtATime, height - row);
    const at = exports.jpegRows(row, count);
    if (at === 0) return outOfMemory();
    data.set(bytesAt(exports, at, count * width * 4), row * width * 4);
  }
  return ok({ width, height, data });
}

function bytesAt(exports: JpegExports, at: number, length: number): Uint8Array {
  return new Uint8Array(exports.memory.buffer, at, length);
}

function refused(ended: number): Refusal {
  if (ended === status.noMemory) return outOfMemory();
  return ended === status.missing ? rowsMissing() : damaged();
}
