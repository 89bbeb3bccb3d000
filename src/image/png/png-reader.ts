/**
 * The PNG reader of `wasm/png`: a kept inflater, a line and the line above it, and sums of the boxes that pixels of the
 * raster stand for. Where passes arrive out of order (Adam7) it keeps sums of all boxes; the photo at full size never
 * exists.
 */
import { ok, type Result } from "../../errors.ts";
import { onWhite } from "../alpha.ts";
import { type IdleInstances, withInstance } from "../idle-instances.ts";
import type { Part } from "../part.ts";
import type { Raster } from "../photo.ts";
import { damaged, invalid, outOfMemory, type Refusal, rowsMissing } from "../refusal.ts";
import { channelsOf, type PngHeader } from "./png-header.ts";

export interface PngReader {
  /** Fails with `invalid_image`, or `not_ready` where memory ran out. `neededBytes` is what it is expected to need. */
  decode(header: PngHeader, part: Part, neededBytes: number): Result<Raster>;
}

/** Exports of wasm/png/reader.h. */
export interface PngExports {
  readonly memory: WebAssembly.Memory;
  pngRequest(): number;
  pngOpen(): number;
  pngRows(): number;
  pngMadeRows(): number;
  pngPixels(): number;
}

/** Statuses of wasm/png/bytes.h. */
const status = { ok: 0, missing: 1, damaged: 2, noMemory: 4 } as const;

/** Request of wasm/png/reader.h: eleven words, four samples of 16 bits, and 256 colours. */
const keyAt = 44;
const coloursAt = 52;

/** An instance, and what is left of the image data that it reads. */
interface ReaderInstance {
  readonly exports: PngExports;
  data: DataPieces | undefined;
  memoryBytes(): number;
}

export function createPngReader(module: WebAssembly.Module, idle: IdleInstances): PngReader {
  return {
    decode: (header, part, neededBytes) =>
      withInstance(idle, owner, module, neededBytes, (instance) => {
        try {
          return { sound: true, result: decodeWith(instance, header, part) };
        } catch (error) {
          if (!(error instanceof WebAssembly.RuntimeError)) throw error;
          return { sound: false, result: invalid("its data breaks the decoder") };
        } finally {
          instance.data = undefined;
        }
      }),
  };
}

const owner = { create: instantiate };

function instantiate(module: WebAssembly.Module): ReaderInstance {
  const read = (to: number, count: number) =>
    instance.data?.copy(new Uint8Array(exports.memory.buffer, to, count)) ?? 0;
  const exports = new WebAssembly.Instance(module, { file: { read } }).exports as unknown as PngExports;
  const instance: ReaderInstance = {
    exports,
    data: undefined,
    memoryBytes: () => exports.memory.buffer.byteLength,
  };
  return instance;
}

function decodeWith(instance: ReaderInstance, header: PngHeader, part: Part): Result<Raster> {
  const { exports } = instance;
  instance.data = createDataPieces(header.data);
  writeRequest(exports, header, part);
  const opened = exports.pngOpen();
  if (opened !== status.ok) return refused(opened);

  const width = part.right - part.left;
  const height = part.bottom - part.top;
  const data = new Uint8Array(4 * width * height);
  for (let row = 0; row < height; ) {
    const made = exports.pngRows();
    if (made !== status.ok) return refused(made);
    const count = exports.pngMadeRows();
    data.set(new Uint8Array(exports.memory.buffer, exports.pngPixels(), 4 * width * count), 4 * width * row);
    row += count;
  }
  return ok({ width, height, data });
}

function writeRequest({ memory, pngRequest }: PngExports, header: PngHeader, part: Part): void {
  const { width, height, interlaced, bitDepth } = header;
  const { factor, left, top, right, bottom } = part;
  const key = keyOf(header);
  const at = pngRequest();
  const shape = [channelsOf(header), bitDepth, key === undefined ? 0 : 1];
  new Uint32Array(memory.buffer, at, 11).set([
    ...[width, height, interlaced ? 1 : 0, factor, left, top, right, bottom],
    ...shape,
  ]);
  new Uint16Array(memory.buffer, at + keyAt, 4).set(key ?? []);
  new Uint8Array(memory.buffer, at + coloursAt, 3 * 256).set(coloursOf(header));
}

/** Samples of the transparent colour, PNG 11.3.1.1; greys of up to 8 bits have theirs in the table of colours. */
function keyOf({ colour, bitDepth, transparency }: PngHeader): number[] | undefined {
  const usesTable = colour === "indexed" || (colour === "grey" && bitDepth <= 8);
  return usesTable || transparency.length === 0 ? undefined : samplesOf(transparency, bitDepth);
}

/** RGB on white of each index or grey. A palette that ends early continues in black. */
function coloursOf({ colour, bitDepth, palette, transparency }: PngHeader): Uint8Array {
  const colours = new Uint8Array(3 * 256);
  if (colour === "indexed") {
    for (let i = 0; i < palette.length; i++)
      colours[i] = onWhite(palette[i], transparency[Math.floor(i / 3)] ?? 255);
  } else if (colour === "grey" && bitDepth <= 8) {
    const levels = (1 << bitDepth) - 1;
    const [key] = samplesOf(transparency, bitDepth);
    for (let grey = 0; grey <= levels; grey++) {
      colours.fill(grey === key ? 255 : (255 * grey) / levels, 3 * grey, 3 * grey + 3);
    }
  }
  return colours;
}

/** Big-endian 16-bit samples, of which a photo of fewer bits uses the low ones. */
function samplesOf(transparency: Uint8Array, bitDepth: number): number[] {
  const samples = Array.from(
    { length: transparency.length >> 1 },
    (_, i) => transparency[2 * i] * 256 + transparency[2 * i + 1],
  );
  return samples.map((sample) => sample & ((1 << bitDepth) - 1));
}

interface DataPieces {
  /** Copies the bytes that follow to `out` and returns their number, 0 at the end. */
  copy(out: Uint8Array): number;
}

function createDataPieces(pieces: readonly Uint8Array[]): DataPieces {
  let piece = 0;
  let offset = 0;
  return {
    copy(out) {
      let copied = 0;
      while (copied < out.length && piece < pieces.length) {
        const part = pieces[piece].subarray(offset, offset + out.length - copied);
        out.set(part, copied);
        copied += part.length;
        offset += part.length;
        if (offset === pieces[piece].length) {
          piece++;
          offset = 0;
        }
      }
      return copied;
    },
  };
}

function refused(ended: number): Refusal {
  if (ended === status.noMemory) return outOfMemory();
  return ended === status.missing ? rowsMissing() : damaged();
}
