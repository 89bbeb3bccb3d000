/**
 * Host for codecs that Emscripten built with embind and that export `decode(std::string) -> ImageData`: as much of
 * embind as that one call needs. The package's own glue would look up, or set, an `ImageData` global and copy every
 * pixel. Here pixels are read where the codec left them, and memory has a hard cap.
 *
 * `val` handles are numbers that only this host reads, and nothing needs to be released: no JavaScript object ever
 * enters the codec.
 */

/** Names of a build's imports and exports, both of which are minified. */
export interface EmbindBuild {
  readonly imports: Readonly<Record<string, keyof Host>>;
  readonly constructors: string;
  readonly malloc: string;
  readonly free: string;
  readonly table: string;
  /** Present where C++ code runs under `invoke_*`: setjmp's landing pads. */
  readonly setThrew?: string;
  readonly stackSave?: string;
  readonly stackRestore?: string;
}

/** Pixels in the codec's own memory, 8-bit RGBA. Read them during the call and keep no reference. */
export interface CodecPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface EmbindCodec {
  /**
   * Calls `receive` once, or never where the codec refuses the file; `extra` are the integers that its
   * `decode` takes after the file. Throws `CodecStopped` where it aborts.
   */
  decode(
    file: Uint8Array,
    extra: readonly number[],
    maxMemoryBytes: number,
    receive: (pixels: CodecPixels) => void,
  ): void;
  /** Cause of a refusal of memory during the last decode, the cap or the isolate; undefined when there was none. */
  memoryRefusal(): "cap" | "isolate" | undefined;
}

export class CodecStopped extends Error {}

type Host = ReturnType<typeof createHost>;
type Wasm = (...args: number[]) => number;

/** `val` handles of the globals and callers that a build asks for. */
const handles = { other: 0x100, array: 0x101, imageData: 0x102 } as const;

/** Makes a codec. `memory` must be zeroed, and belongs to the codec after the call. */
export function createEmbindCodec(
  module: WebAssembly.Module,
  build: EmbindBuild,
  memory: WebAssembly.Memory,
): EmbindCodec {
  const host = createHost(build, memory);
  const imports: Record<string, WebAssembly.ImportValue> = { memory };
  for (const [minified, name] of Object.entries(build.imports)) {
    imports[minified] = host[name] as WebAssembly.ImportValue;
  }
  const instance = new WebAssembly.Instance(module, { a: imports });
  host.attach(instance.exports as Record<string, WebAssembly.ExportValue>);
  return host.codec();
}

function createHost(build: EmbindBuild, memory: WebAssembly.Memory) {
  let wasm: Record<string, WebAssembly.ExportValue>;
  let invoker = 0;
  let target = 0;
  let cap = Number.POSITIVE_INFINITY;
  let memoryRefusal: "cap" | "isolate" | undefined;
  let pixels = { pointer: 0, length: 0 };
  let receive: (pixels: CodecPixels) => void = () => {};

  const word = (pointer: number) => new DataView(memory.buffer).getUint32(pointer, true);
  const inTable = (index: number) => (wasm[build.table] as WebAssembly.Table).get(index) as Wasm;
  const text = (pointer: number) => {
    const bytes = new Uint8Array(memory.buffer, pointer);
    return String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0)));
  };
  const nothing = () => 0;
  const stop = () => {
    throw new CodecStopped("the codec aborted");
  };

  /** Runs the two constructor calls that occur: a typed array over a memory view, then an ImageData over that. */
  function construct(handle: number, args: number): number {
    if (handle === handles.array) {
      pixels = { length: word(args), pointer: word(args + 4) };
    } else if (handle === handles.imageData) {
      const width = word(args + 8);
      const height = word(args + 16);
      receive({ width, height, data: new Uint8Array(memory.buffer, pixels.pointer, pixels.length) });
    }
    return handles.other;
  }

  /** Calls a function under Emscripten's landing pad: a thrown number is a longjmp, anything else passes through. */
  function invoke(index: number, ...args: number[]): number {
    const stack = (wasm[build.stackSave!] as Wasm)();
    try {
      return inTable(index)(...args);
    } catch (thrown) {
      (wasm[build.stackRestore!] as Wasm)(stack);
      if (typeof thrown !== "number") throw thrown;
      return (wasm[build.setThrew!] as Wasm)(1, 0);
    }
  }

  return {
    nothing,
    stop,
    invoke,
    throwLongjmp(): never {
      throw Number.POSITIVE_INFINITY;
    },
    copy(to: number, from: number, bytes: number) {
      new Uint8Array(memory.buffer).copyWithin(to, from, from + bytes);
    },
    /** Grows memory by the bytes that were asked for; Emscripten's own would add a fifth. */
    growMemory(bytes: number): number {
      const wanted = bytes >>> 0;
      try {
        if (wanted <= cap) {
          memory.grow(Math.ceil((wanted - memory.buffer.byteLength) / 65536));
          return 1;
        }
        memoryRefusal = "cap";
      } catch {
        memoryRefusal = "isolate";
      }
      return 0;
    },
    registerFunction(
      name: number,
      _arity: number,
      _types: number,
      _signature: number,
      raw: number,
      fn: number,
    ) {
      if (text(name) !== "decode") return;
      invoker = raw;
      target = fn;
    },
    getGlobal(name: number): number {
      const global = text(name);
      if (global === "ImageData") return handles.imageData;
      return global === "Uint8ClampedArray" ? handles.array : handles.other;
    },
    newValue: (handle: number, _count: number, _types: number, args: number) => construct(handle, args),
    callValue: (_caller: number, handle: number, _destructors: number, args: number) =>
      construct(handle, args),

    attach(exports: Record<string, WebAssembly.ExportValue>) {
      wasm = exports;
      (exports[build.constructors] as Wasm)();
      if (invoker === 0) throw new Error("the codec registers no decode function");
    },
    codec: (): EmbindCodec => ({
      decode(file, extra, maxMemoryBytes, receiver) {
        cap = maxMemoryBytes;
        memoryRefusal = undefined;
        receive = receiver;
        // embind's wire form of a std::string: its length, then its bytes. The codec copies it.
        const wire = (wasm[build.malloc] as Wasm)(4 + file.length + 1);
        if (wire === 0) return;
        new DataView(memory.buffer).setUint32(wire, file.length, true);
        new Uint8Array(memory.buffer, wire + 4, file.length).set(file);
        try {
          inTable(invoker)(target, wire, ...extra);
        } catch (thrown) {
          // The codec stopped by a C++ exception, a trap, or the stack's end.
          const stopped =
            typeof thrown === "number" ||
            thrown instanceof WebAssembly.RuntimeError ||
            thrown instanceof RangeError;
          throw stopped ? new CodecStopped(String(thrown)) : thrown;
        }
        (wasm[build.free] as Wasm)(wire);
      },
      memoryRefusal: () => memoryRefusal,
    }),
  };
}
