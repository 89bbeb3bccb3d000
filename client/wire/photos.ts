/** Options and answers about one photo: its face, its quality and its embedding. */
import type { Answer, FaceOptions, PassiveOption } from "./parts.ts";

export type QualityReason =
  | "face_too_small"
  | "blurred"
  | "too_dark"
  | "too_bright"
  | "extreme_pose"
  | "cut_off"
  /** A mask, sunglasses, a hand or the like covers a part of it. */
  | "occluded"
  /** Its embedding would not tell whose it is; refused whatever `quality` says, and shown by `detect` alone. */
  | "unrecognizable";

/** Options of an embedding. */
export interface EmbeddingOptions extends FaceOptions {
  /** Treatment of a photo beyond the limits of quality. Default `warn`. */
  readonly quality?: "warn" | "refuse";
}

export interface DetectionOptions extends EmbeddingOptions, PassiveOption {}

/** A face; px of the upright photo, where the first pixel's centre is (0.5, 0.5). */
export interface Face {
  box: { x: number; y: number; width: number; height: number };
  /** The detector's confidence, 0 to 1. */
  score: number;
  /** Degrees clockwise by which the photo was turned for the face to stand upright. Coordinates are the photo's as sent. */
  turned: 0 | 90 | 180 | 270;
  landmarks: {
    name: "left_eye" | "right_eye" | "nose" | "left_mouth" | "right_mouth";
    x: number;
    y: number;
  }[];
  quality: {
    eye_distance_px: number;
    sharpness: number;
    brightness: number;
    contrast: number;
    /** Rotation of the head to the side, in degrees; `pitch` and `roll` are in degrees too. */
    yaw: number;
    pitch: number;
    roll: number;
    agreement: number;
    in_frame: number;
    /** Probability that the embedding tells whose face it is, 0 to 1. */
    recognisability: number;
    occlusion: number;
    /** Limits that this face does not meet; empty for a good photo. */
    reasons: QualityReason[];
  };
  /** Base64 of a PNG; with `include: "crop"`. */
  crop?: string | undefined;
}

export interface Image {
  width: number;
  height: number;
  format: "jpeg" | "png" | "webp" | "avif";
}

/** Signs of a picture of a person instead of a person. */
export interface Passive {
  /** Evidence of a person against a picture of one, 0 to 1: a rank, and no probability. */
  score: number;
  /** True below the tenant's `passive_limit`, or below the published one. */
  suspected: boolean;
  /** Measures that the score is made of. */
  signals: {
    live: number;
    attack: number;
    grid: number;
  };
}

export interface FoundFace {
  box: Face["box"];
  score: number;
  /** True when it counts as a person before the camera, by the tenant's `background_face_share`. */
  counted: boolean;
}

export interface Detection extends Answer {
  face: Face;
  /** Every face that was found, largest first. */
  faces: FoundFace[];
  image: Image;
  /** Present when it was asked for. */
  passive?: Passive | undefined;
}

export interface Embedding extends Answer {
  model: string;
  dimension: number;
  /** Base64 of float32, little endian; as private as the photo. */
  embedding: string;
  /** The photo's measures, signed for this embedding: keep both together. */
  evidence: string;
  face: Face;
  image: Image;
}
