import type { PhotoFormat } from "../image/sniff.ts";
import type { QuarterTurn } from "../image/turn.ts";
import type { Embedding } from "./embedding.ts";
import type { Box, Landmarks } from "./geometry.ts";
import type { Quality } from "./quality.ts";

export interface Face {
  readonly box: Box;
  /** Detector's confidence, 0..1. */
  readonly score: number;
  readonly landmarks: Landmarks;
}

/** Which face of several is meant: the largest, the one nearest the centre, or a refusal if there are more. */
export type FacePolicy = "largest" | "center" | "only";

/** What the encoder saw of a face: RGB, HWC, 0..255. As private as the photo. */
export interface Crop {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** What the pipeline makes of one photo. */
export interface EncodedFace {
  readonly face: Face;
  readonly embedding: Embedding;
  readonly quality: Quality;
  /** Degrees clockwise by which the photo was turned for the face to stand upright; all coordinates are the photo's. */
  readonly turned: QuarterTurn;
  /** Where it was asked for. */
  readonly crop?: Crop;
  /** Size of the upright photo, px, in whose coordinates `face` is given; and what its bytes are. */
  readonly image: { readonly width: number; readonly height: number; readonly format: PhotoFormat };
}
