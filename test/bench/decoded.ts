/** What the timed worker answers. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  /** WebAssembly memory and the raster: all that comes on top of the file. */
  readonly extraBytes: number;
}
