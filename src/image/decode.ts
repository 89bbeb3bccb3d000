/**
 * Decodes a photo in two steps: `openPhoto` reads headers and refuses, `EncodedPhoto.decode` makes pixels. The codecs
 * are arguments: `image/` knows neither files nor bundlers.
 */
import type { Result } from "../errors.ts";
import { createAvifDecoder, openAvif } from "./codecs/avif.ts";
import type { EmbindDecoder } from "./codecs/embind.ts";
import { createWebpDecoder, openWebp } from "./codecs/webp.ts";
import type { EncodedPhoto } from "./encoded-photo.ts";
import { createIdleInstances } from "./idle-instances.ts";
import { openJpeg } from "./jpeg/jpeg.ts";
import { createJpegReader, type JpegReader } from "./jpeg/jpeg-reader.ts";
import type { ImageLimits } from "./limits.ts";
import { openPng } from "./png/png.ts";
import { createPngReader, type PngReader } from "./png/png-reader.ts";
import { unsupported } from "./refusal.ts";
import { heicPhoto, sniff } from "./sniff.ts";

export type { DecodeRequest, EncodedPhoto, Region } from "./encoded-photo.ts";

/** Advice to make a JPEG of what a phone's camera stored. */
const convertHeic =
  "Convert it to JPEG before sending: on iOS by UIImage.jpegData(compressionQuality:), on Android by ImageDecoder and Bitmap.compress.";

type ModuleLoader = () => Promise<WebAssembly.Module>;

/**
 * Loaders of the codecs' modules, called at the first photo that needs them. A format whose codec is left out is
 * refused.
 */
export interface CodecModules {
  /** Loads `wasm/jpeg.wasm`. */
  readonly jpeg: ModuleLoader;
  /** Loads `wasm/png.wasm`. */
  readonly png?: ModuleLoader;
  /** Loads `wasm/codecs/webp_dec.wasm`. */
  readonly webp?: ModuleLoader;
  /** Loads `wasm/codecs/avif_dec.wasm`. */
  readonly avif?: ModuleLoader;
}

/** The codecs of one isolate. */
export interface Codecs {
  readonly jpeg: () => Promise<JpegReader>;
  readonly png: (() => Promise<PngReader>) | undefined;
  readonly webp: (() => Promise<EmbindDecoder>) | undefined;
  readonly avif: (() => Promise<EmbindDecoder>) | undefined;
  /** Bytes of WebAssembly memory kept between photos. */
  heldBytes(): number;
  /** Bytes of WebAssembly memory that was given up and is not yet collected. */
  droppedBytes(): number;
}

export function createCodecs({ jpeg, png, webp, avif }: CodecModules): Codecs {
  const idle = createIdleInstances();
  return {
    jpeg: once(async () => createJpegReader(await jpeg(), idle)),
    png: png && once(async () => createPngReader(await png(), idle)),
    webp: webp && once(async () => createWebpDecoder(await webp(), idle)),
    avif: avif && once(async () => createAvifDecoder(await avif(), idle)),
    heldBytes: idle.heldBytes,
    droppedBytes: idle.droppedBytes,
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
  if ("found" in sniffed)
    return unsupported(sniffed.found, sniffed.found === heicPhoto ? convertHeic : undefined);
  switch (sniffed.format) {
    case "jpeg":
      return openJpeg(bytes, limits, codecs.jpeg);
    case "png":
      return codecs.png
        ? openPng(bytes, limits, codecs.png)
        : unsupported("a PNG image", "Send the photo as JPEG.");
    case "webp":
      return codecs.webp ? openWebp(bytes, limits, codecs.webp) : unsupported("a WebP image", sendJpeg);
    case "avif":
      return codecs.avif ? openAvif(bytes, limits, codecs.avif) : unsupported("an AVIF image", sendJpeg);
  }
}

const sendJpeg = "Send the photo as JPEG or PNG.";

/** Shares one load among concurrent first uses; a failed load is tried again. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}
