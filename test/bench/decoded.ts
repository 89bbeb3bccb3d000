/** Answer of the timed worker. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  /** WebAssembly memory and the raster: the bytes needed beyond the file. */
  readonly extraBytes: number;
}
