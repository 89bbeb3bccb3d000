/** Answer of the timed worker. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  /** WebAssembly memory and the raster: the bytes needed beyond the file. */
  readonly extraBytes: number;
}

/** Answer of the worker that decodes every format. */
export interface DecodeOfFormat {
  /** The most that the budget reserves for a decode beside the file. */
  readonly reservedBytes: number;
  /** The largest WebAssembly memory and the raster. */
  readonly heldBytes: number;
}
