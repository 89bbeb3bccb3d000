/**
 * Decodes one photo with a codec built with embind, and shrinks it while its pixels are still in the codec's memory.
 */
import { fail, ok, type Result } from "../../errors.ts";
import { codecMemories } from "../codec-memory.ts";
import { type IdleInstances, withInstance } from "../idle-instances.ts";
import type { Part } from "../part.ts";
import type { Raster } from "../photo.ts";
import { damaged, outOfMemory, type Refusal, sizesDisagree } from "../refusal.ts";
import { CodecStopped, type EmbindBuild, type EmbindCodec } from "./embind-host.ts";
import { shrink } from "./shrink.ts";

export interface EmbindDecoder {
  /**
   * Decodes within `maxMemoryBytes` of WebAssembly memory. Fails with `invalid_image`, with `image_too_large` where that
   * is too little, or with `not_ready` where the isolate has no memory left.
   */
  decode(request: EmbindRequest, maxMemoryBytes: number): Result<Raster>;
}

export interface EmbindRequest {
  readonly file: Uint8Array;
  /** Width by the file's header, px; pixels of another size are refused. */
  readonly width: number;
  readonly height: number;
  readonly part: Part;
  /** False where the alpha that the codec gives means nothing. */
  readonly hasAlpha: boolean;
  /** Bytes that the decode is expected to need. */
  readonly neededBytes: number;
}

/** Makes a decoder. `extra` are the integers that the codec's `decode` takes after the file. */
export function createEmbindDecoder(
  module: WebAssembly.Module,
  build: EmbindBuild,
  extra: readonly number[],
  idle: IdleInstances,
): EmbindDecoder {
  function decodeWith(codec: EmbindCodec, request: EmbindRequest, maxMemoryBytes: number): Result<Raster> {
    const { file, width, height, part, hasAlpha } = request;
    let raster: Raster | undefined;
    let sizesAgree = true;
    try {
      codec.decode(file, extra, maxMemoryBytes, (pixels) => {
        sizesAgree = pixels.width === width && pixels.height === height;
        if (sizesAgree) raster = shrink(pixels.data, width, height, part, hasAlpha);
      });
    } catch (error) {
      if (!(error instanceof CodecStopped)) throw error;
      raster = undefined;
    }
    if (raster) return ok(raster);
    return sizesAgree ? refusal(codec, maxMemoryBytes) : sizesDisagree();
  }

  return {
    decode: (request, maxMemoryBytes) =>
      withInstance(idle, codecMemories, module, request.neededBytes, (memory) => {
        const result = decodeWith(memory.codec(module, build), request, maxMemoryBytes);
        if (!result.ok) memory.forget();
        return { sound: true, result };
      }),
  };
}

function refusal(codec: EmbindCodec, limit: number): Refusal {
  const refused = codec.memoryRefusal();
  if (refused === "isolate") return outOfMemory();
  return refused === "cap" ? fail({ code: "image_too_large", limit, unit: "bytes" }) : damaged();
}
