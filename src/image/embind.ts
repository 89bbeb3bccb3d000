/** One photo through a codec built with embind, shrunk while its pixels are still in the codec's memory. */
import { ok, type Result } from "../errors.ts";
import { CodecStopped, createEmbindCodec, type EmbindBuild } from "./embind-host.ts";
import type { Raster } from "./photo.ts";
import { damaged, invalid, outOfMemory, sizesDisagree } from "./refusal.ts";
import { shrink } from "./shrink.ts";

export interface EmbindRequest {
  readonly file: Uint8Array;
  /** Integers that `decode` takes after the file. */
  readonly extra: readonly number[];
  /** What the file's header says; pixels of another size are refused. */
  readonly width: number;
  readonly height: number;
  /** Each side of the raster is 1/factor of it. */
  readonly factor: number;
}

/**
 * One decode in an instance of its own (under 2 ms to make): memory that a codec once grew cannot be given
 * back otherwise. Fails with `invalid_image`, or `not_ready` where the isolate has no memory left.
 */
export function decodeEmbind(
  module: WebAssembly.Module,
  build: EmbindBuild,
  maxMemoryBytes: number,
  { file, extra, width, height, factor }: EmbindRequest,
): Result<Raster> {
  let raster: Raster | undefined;
  let sizesAgree = true;
  const codec = createEmbindCodec(module, build, maxMemoryBytes);
  try {
    codec.decode(file, extra, (pixels) => {
      sizesAgree = pixels.width === width && pixels.height === height;
      if (sizesAgree) raster = shrink(pixels.data, width, height, factor);
    });
  } catch (error) {
    if (!(error instanceof CodecStopped)) throw error;
    raster = undefined;
  }
  if (raster) return ok(raster);
  if (!sizesAgree) return sizesDisagree();
  const refusal = codec.memoryRefusal();
  if (refusal === "isolate") return outOfMemory();
  return refusal === "cap" ? invalid("its data needs more memory than its header says") : damaged();
}
