import type { PhotoFormat } from "../image/sniff.ts";
import type { QuarterTurn } from "../image/turn.ts";
import type { Embedding } from "./embedding.ts";
import type { Box, Landmarks, Point } from "./geometry.ts";
import type { SceneSketch } from "./liveness/scene.ts";
import type { PassiveSignal } from "./passive/fusion.ts";
import type { Quality } from "./quality/quality.ts";
import type { Capture } from "./replay/capture.ts";

export interface Face {
  readonly box: Box;
  /** Detector's confidence, 0..1. */
  readonly score: number;
  readonly landmarks: Landmarks;
}

/** Choice among several faces: the largest, the one nearest the centre, or a refusal if there is more than one. */
export type FacePolicy = "largest" | "center" | "only";

/** The crop that the encoder saw: RGB, HWC, 0..255. As private as the photo. */
export interface Crop {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** One of the faces that a photo shows. */
export interface FoundFace {
  readonly box: Box;
  /** Detector's confidence, 0..1. */
  readonly score: number;
  /** True when it counts as a person before the camera. */
  readonly counted: boolean;
}

/** Result of the pipeline for one photo. */
export interface EncodedFace {
  readonly face: Face;
  readonly embedding: Embedding;
  readonly quality: Quality;
  /** Degrees clockwise by which the photo was turned for the face to stand upright; all coordinates are the photo's. */
  readonly turned: QuarterTurn;
  /** Present for a face whose embedding tells nobody: it is shown to people, and never compared or kept. */
  readonly unrecognisable?: true;
  /** Every face of the photo, largest first; present when they were asked for. */
  readonly faces?: readonly FoundFace[];
  /** Present when the crop was asked for. */
  readonly crop?: Crop;
  /** Corners of that crop in the photo: top left, top right, bottom right, bottom left. */
  readonly cropCorners?: readonly Point[];
  /** Present when the scene was asked for. */
  readonly scene?: SceneSketch;
  /** Present when it was asked for. As private as the photo. */
  readonly capture?: Capture;
  /** Present when it was asked for. */
  readonly passive?: PassiveSignal;
  /** Size of the upright photo, px, whose coordinates `face` uses, and the format of its bytes. */
  readonly image: { readonly width: number; readonly height: number; readonly format: PhotoFormat };
}
