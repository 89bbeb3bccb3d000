/** Photo whose headers passed every limit and whose pixels were not decoded yet. */
import type { Result } from "../errors.ts";
import type { Orientation } from "./orientation.ts";
import type { Photo } from "./photo.ts";
import type { PhotoFormat } from "./sniff.ts";

export interface EncodedPhoto {
  /** Format of the bytes, whatever was declared. */
  readonly format: PhotoFormat;
  /** Upright size at full resolution, px. */
  readonly width: number;
  readonly height: number;
  readonly orientation: Orientation;
  /** Scale at which a decode takes a fraction of what the next larger one does; undefined where there is none. */
  readonly quickScale?: number;
  /** Most bytes that `decode` of the same request holds beside the file, the raster included. */
  workingBytes(request: DecodeRequest): number;
  /**
   * Decodes at the smallest scale the format offers that is at least `scaleAtLeast` (0 to 1), or at the largest that
   * the limits allow. May be called again. Between calls it holds the encoded bytes alone, and of a JPEG the places
   * of its parts. Fails with `invalid_image`, or `not_ready` where the isolate has no memory left.
   */
  decode(request: DecodeRequest): Promise<Result<Photo>>;
}

export interface DecodeRequest {
  /** Smallest scale to decode at, 0 to 1. */
  readonly scaleAtLeast: number;
  /**
   * Part of the photo that is looked at: pixels outside of it may be missing from the raster. A format that knows no
   * parts decodes the whole photo.
   */
  readonly region?: Region;
}

/** Rectangle of the upright full-size photo, px; may reach beyond it. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
