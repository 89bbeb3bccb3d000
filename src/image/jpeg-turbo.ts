/**
 * libjpeg-turbo 2.0 as compiled in `@cwasm/jpeg-turbo` 0.1.3, through its TurboJPEG exports. One call, one
 * synchronous decode; the caller has checked the header and bounded the target size.
 *
 * libjpeg reports a fatal error by `longjmp`, which WebAssembly lacks: the import throws, the instance's
 * stack is then unsound, and the instance is discarded. A new one costs well under a millisecond.
 */
import { ok, type Result } from "../errors.ts";
import { type IdleInstances, withInstance } from "./idle-instances.ts";
import type { Raster } from "./photo.ts";
import { damaged, invalid, outOfMemory, type Refusal, sizesDisagree, truncated } from "./refusal.ts";

export interface JpegTurbo {
  /**
   * Decodes to `width` x `height`, which must be `scaledSide` of the full size for one n in 1..8.
   * `channels` "inks" gives C, M, Y, K as the file stores them instead of R, G, B, A.
   * Fails with `invalid_image`, or `not_ready` where memory ran out.
   */
  decode(jpeg: Uint8Array, target: JpegTarget): Result<Raster>;
}

export interface JpegTarget {
  readonly fullWidth: number;
  readonly fullHeight: number;
  readonly width: number;
  readonly height: number;
  readonly channels: "rgba" | "inks";
  /** What the decode is expected to need. */
  readonly neededBytes: number;
}

/** libjpeg's size of a side at scale n/8 (TJSCALED). */
export function scaledSide(side: number, eighths: number): number {
  return Math.ceil((side * eighths) / 8);
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(pointer: number): void;
  tjInitDecompress(): number;
  tjDestroy(handle: number): number;
  tjDecompressHeader3(
    h: number,
    jpeg: number,
    length: number,
    w: number,
    ht: number,
    s: number,
    c: number,
  ): number;
  tjDecompress2(
    handle: number,
    jpeg: number,
    length: number,
    out: number,
    width: number,
    pitch: number,
    height: number,
    pixelFormat: number,
    flags: number,
  ): number;
}

/** TurboJPEG's TJPF_RGBA and TJPF_CMYK. */
const pixelFormats = { rgba: 7, inks: 11 } as const;

/** TurboJPEG's static `errStr`: the text of the last error, or of a decode's first warning. */
const messageAddress = 12176;
const messageBytes = 200;

/** Warnings after which the picture is still whole; any other means lost pixels. */
const harmlessWarnings = [
  /extraneous bytes before marker/,
  /unknown JFIF revision/,
  /Unknown Adobe color transform/,
  /Invalid SOS parameters for sequential JPEG/,
  /bad ICC marker/,
];

export function createJpegTurbo(module: WebAssembly.Module, idle: IdleInstances): JpegTurbo {
  const decode = (jpeg: Uint8Array, target: JpegTarget) =>
    withInstance(idle, owner, module, target.neededBytes, ({ exports }) => {
      try {
        return { sound: true, result: decodeWith(exports, jpeg, target) };
      } catch (error) {
        if (error instanceof LongJump) return { sound: false, result: failed(message(exports)) };
        // A trap or the stack's end: malformed data met a bug of the decoder.
        if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
          return { sound: false, result: invalid("its data breaks the decoder") };
        }
        throw error;
      }
    });
  return { decode };
}

const owner = {
  create(module: WebAssembly.Module) {
    const exports = instantiate(module);
    return { exports, memoryBytes: () => exports.memory.buffer.byteLength };
  },
};

function decodeWith(turbo: Exports, jpeg: Uint8Array, target: JpegTarget): Result<Raster> {
  const { fullWidth, fullHeight, width, height, channels } = target;
  const outBytes = width * height * 4;
  const input = allocate(turbo, jpeg.length);
  bytesAt(turbo, input, jpeg.length).set(jpeg);
  const handle = turbo.tjInitDecompress();

  // libjpeg must see the size that the limits were checked against.
  const size = allocate(turbo, 16);
  turbo.tjDecompressHeader3(handle, input, jpeg.length, size, size + 4, size + 8, size + 12);
  const [seenWidth, seenHeight] = new Int32Array(turbo.memory.buffer, size, 2);
  turbo.free(size);
  let raster: Result<Raster>;
  if (seenWidth !== fullWidth || seenHeight !== fullHeight) {
    raster = sizesDisagree();
  } else {
    const out = allocate(turbo, outBytes);
    setMessage(turbo, "");
    const status = turbo.tjDecompress2(
      handle,
      input,
      jpeg.length,
      out,
      width,
      width * 4,
      height,
      pixelFormats[channels],
      0,
    );
    const warning = status === 0 ? undefined : message(turbo);
    raster =
      warning === undefined || harmlessWarnings.some((harmless) => harmless.test(warning))
        ? ok({ width, height, data: bytesAt(turbo, out, outBytes).slice() })
        : failed(warning);
    turbo.free(out);
  }
  turbo.free(input);
  turbo.tjDestroy(handle);
  return raster;
}

class LongJump extends Error {}

function instantiate(module: WebAssembly.Module): Exports {
  const absent = () => {
    throw new LongJump("libjpeg-turbo called for an operating system");
  };
  const instance = new WebAssembly.Instance(module, {
    env: {
      setjmp: () => 0,
      longjmp: () => {
        throw new LongJump("libjpeg-turbo reported an error");
      },
    },
    wasi_snapshot_preview1: {
      environ_sizes_get: () => 0,
      environ_get: absent,
      proc_exit: absent,
      fd_close: absent,
      fd_seek: absent,
      fd_write: absent,
    },
  });
  const turbo = instance.exports as unknown as Exports;
  if (message(turbo) !== "No error") throw new Error("jpeg-turbo.wasm is not @cwasm/jpeg-turbo 0.1.3");
  return turbo;
}

function allocate(turbo: Exports, bytes: number): number {
  const pointer = turbo.malloc(bytes);
  if (pointer === 0) {
    setMessage(turbo, noMemory);
    throw new LongJump(noMemory);
  }
  return pointer;
}

const noMemory = "Insufficient memory";

function bytesAt(turbo: Exports, pointer: number, length: number): Uint8Array {
  return new Uint8Array(turbo.memory.buffer, pointer, length);
}

function message(turbo: Exports): string {
  const bytes = bytesAt(turbo, messageAddress, messageBytes);
  return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
}

function setMessage(turbo: Exports, text: string): void {
  const bytes = bytesAt(turbo, messageAddress, messageBytes);
  for (let i = 0; i <= text.length; i++) bytes[i] = text.charCodeAt(i) || 0;
}

function failed(text: string): Refusal {
  if (text.startsWith(noMemory)) return outOfMemory();
  return /premature end/i.test(text) ? truncated() : damaged();
}
