/**
 * Bytes to a photo in two steps: `openPhoto` reads headers and refuses, `EncodedPhoto.decode` makes
 * pixels. The codecs are arguments: `image/` knows neither files nor bundlers.
 */
import { fail, type Result } from "../errors.ts";
import type { EncodedPhoto } from "./encoded-photo.ts";
import { openJpeg } from "./jpeg.ts";
import { createJpegTurbo, type JpegTurbo } from "./jpeg-turbo.ts";
import type { ImageLimits } from "./limits.ts";
import { sniff } from "./sniff.ts";

export type { EncodedPhoto } from "./encoded-photo.ts";

/** Where each codec's WebAssembly module comes from; asked for once, at the first photo that needs it. */
export interface CodecModules {
  /** `@cwasm/jpeg-turbo/jpeg-turbo.wasm` */
  jpegTurbo(): Promise<WebAssembly.Module>;
}

/** The codecs of one isolate. */
export interface Codecs {
  jpegTurbo(): Promise<JpegTurbo>;
  /** Bytes of WebAssembly memory that idle codecs keep. */
  heldBytes(): number;
}

export function createCodecs(modules: CodecModules): Codecs {
  const jpegTurbo = onFirstUse(modules.jpegTurbo, createJpegTurbo);
  return {
    jpegTurbo: jpegTurbo.get,
    heldBytes: () => jpegTurbo.loaded()?.heldBytes() ?? 0,
  };
}

/**
 * Names the format by content and checks the headers against the limits, before a pixel is allocated.
 *
 * Fails with `unsupported_media_type`, `image_too_large` or `invalid_image`. The photo refers to `bytes`:
 * leave them unchanged until its last `decode`.
 */
export async function openPhoto(
  bytes: Uint8Array,
  limits: ImageLimits,
  codecs: Codecs,
): Promise<Result<EncodedPhoto>> {
  const sniffed = sniff(bytes);
  if (!("format" in sniffed) || sniffed.format !== "jpeg") {
    const found = "format" in sniffed ? sniffed.format : sniffed.found;
    return fail({ code: "unsupported_media_type", found, instead: "Send the photo as JPEG." });
  }
  return openJpeg(bytes, limits, codecs.jpegTurbo);
}

/** Shares one load among concurrent first uses; a failed load is tried again. */
function onFirstUse<T>(load: () => Promise<WebAssembly.Module>, create: (module: WebAssembly.Module) => T) {
  let loading: Promise<T> | undefined;
  let loaded: T | undefined;
  return {
    get(): Promise<T> {
      loading ??= load().then(
        (module) => {
          loaded = create(module);
          return loaded;
        },
        (error: unknown) => {
          loading = undefined;
          throw error;
        },
      );
      return loading;
    },
    loaded: () => loaded,
  };
}
