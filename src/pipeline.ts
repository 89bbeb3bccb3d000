/** Photo in, face and embedding out: the whole flow on one screen. */
import type { Result } from "./errors.ts";
import type { EncodedFace, FacePolicy } from "./face/face.ts";

export interface ModelStatus {
  readonly id: string;
  readonly role: "detector" | "landmarks" | "encoder";
  /** SHA-256 of the model's bytes, hex, from the manifest. */
  readonly sha256: string;
}

export interface Pipeline {
  /** The manifest's id of the encoder, the `model` of every embedding this pipeline makes. */
  readonly encoderId: string;
  /**
   * Decodes, detects, aligns and encodes one photo.
   *
   * Fails with `unsupported_media_type`, `image_too_large`, `invalid_image`, `face_not_found`,
   * `multiple_faces` (policy `only`) or `not_ready`.
   */
  encodeFace(image: Uint8Array, policy: FacePolicy): Promise<Result<EncodedFace>>;
  /** Loads what is not yet loaded; fails with `not_ready`. */
  warmUp(): Promise<Result<readonly ModelStatus[]>>;
}
