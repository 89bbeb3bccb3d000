/** An L2-normalised vector whose distance to another of the same model says whether two faces are one person. */
export interface Embedding {
  /** The encoder that made it, as named in the manifest. Two models' embeddings are never compared. */
  readonly model: string;
  /** Unit length, finite. As private as the photo: never logged, never in an error. */
  readonly values: Float32Array;
}
